"""What a command is: a frozen dataclass that says what permission it needs, over which unit, and what it does."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, get_args

from sqlalchemy.orm import Session

from access.roles import PERMISSIONS, Permission
from access.viewer import Viewer
from strategy.tables import Audit

COMMANDS: dict[str, type["Command"]] = {}


@dataclass(frozen=True)
class Command(ABC):
    """Root of all commands. A subclass without `needs` fails when it is imported: forgetting the lock is impossible."""

    needs: ClassVar[Permission]
    watched: ClassVar[bool] = False  # whether a refusal is written down too

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "needs" not in cls.__dict__ or cls.needs not in get_args(Permission):
            raise TypeError(
                f"the command {cls.__name__} must say `needs: ClassVar[Permission] = ...`, one of {PERMISSIONS}"
            )
        COMMANDS[cls.__name__] = cls

    def unit_of(self) -> str | None:
        """The unit whose scope is checked; None where the command concerns the whole organisation."""
        return None

    def payload(self) -> dict[str, Any]:
        """What the audit row remembers."""
        return asdict(self)

    @abstractmethod
    def carry_out(self, session: Session, viewer: Viewer, audit: Audit) -> None:
        """Change the state within the open transaction; raises `CommandError` for what cannot be done."""
