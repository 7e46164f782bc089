"""What a command is: a frozen dataclass that says what permission it needs, over which unit, and what it does."""

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar, cast, get_args, get_origin

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Policy
from access.roles import PERMISSIONS, Permission
from access.viewer import Viewer
from data.errors import CommandError, Conflict
from strategy.history import told_since
from strategy.plain import plain
from strategy.tables import LONGEST_KEY, Audit, Base, Record

COMMANDS: dict[str, type["Command"]] = {}
KEYS = re.compile(r"[a-z0-9][a-z0-9_.:-]*")
R = TypeVar("R", bound=Record)
B = TypeVar("B", bound=Base)


def new_key(kind: str) -> str:
    """A key that nobody has yet, such as `action-4f9a1c0be2d7`; made before the command, so that a retry is no twin."""
    return f"{kind}-{secrets.token_hex(6)}"


@dataclass(frozen=True)
class Deed:
    """A command on its way through the door: the open transaction, who does it, when (UTC), and its audit row.

    `policy` says who may; `do` carries out another command as a part of this one, with an audit row of its own.
    """

    session: Session
    viewer: Viewer
    at: datetime
    audit: Audit
    policy: Policy
    do: Callable[[Viewer, "Command"], int]

    @property
    def today(self) -> date:
        """The day of the clock."""
        return self.at.date()

    def add(self, record: B) -> B:
        """Keep a new record; written at once, so that the next one may refer to it."""
        self.session.add(record)
        self.session.flush()
        return record

    def find(self, kind: type[R], key: str) -> R:
        """Another record that the command needs, locked until the end; CommandError where there is none."""
        found = self.session.scalar(select(kind).where(kind.key == key).with_for_update())
        if found is None:
            raise CommandError(f"there is no {words_of(kind)} '{key}'")
        return found


def words_of(kind: type[Record]) -> str:
    """What a kind of record is called in a sentence."""
    return str(kind.__tablename__).replace("_", " ")


@dataclass(frozen=True)
class Command(ABC):
    """Root of all commands. A subclass without `needs` fails when it is imported: forgetting the lock is impossible.

    `own`, where given, is the permission with which somebody may do this to what is his own, in whatever unit it lies.
    `whole` commands concern the whole organisation: the permission must be held over its top unit.
    """

    needs: ClassVar[Permission]
    own: ClassVar[Permission | None] = None
    whole: ClassVar[bool] = False
    watched: ClassVar[bool] = False  # whether a refusal is written down too

    def __init_subclass__(cls, *, abstract: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        if abstract:
            return
        if "needs" not in cls.__dict__ or cls.needs not in get_args(Permission):
            raise TypeError(
                f"the command {cls.__name__} must say `needs: ClassVar[Permission] = ...`, one of {PERMISSIONS}"
            )
        COMMANDS[cls.__name__] = cls

    def unit_of(self) -> str | None:
        """The unit whose scope is checked, as the command says it; None where it names none."""
        return None

    def subject(self, _session: Session) -> Record | None:
        """The record that it is about, locked until the end; None where there is none yet, or none of its kind."""
        return None

    def owners(self, _record: Record) -> tuple[str, ...]:
        """The people whose own the record is: `own` lets them do this."""
        return ()

    def payload(self) -> dict[str, Any]:
        """What the audit row remembers."""
        return cast("dict[str, Any]", plain(asdict(self)))

    @abstractmethod
    def carry_out(self, deed: Deed) -> None:
        """Change the state within the open transaction; raises `CommandError` for what cannot be done."""


@dataclass(frozen=True)
class Creating(Command, abstract=True):
    """Root of commands that make a record: under a key that its maker chose, in a unit whose scope is checked."""

    key: str
    unit: str

    def unit_of(self) -> str | None:
        """The unit that the record will belong to."""
        return self.unit

    def free(self, deed: Deed, kind: type[Record]) -> str:
        """The key, sound and not taken; else CommandError."""
        if len(self.key) > LONGEST_KEY or not KEYS.fullmatch(self.key):
            raise CommandError(
                f"'{self.key}' is no key: small letters, digits, _ . : - and at most {LONGEST_KEY} characters"
            )
        if deed.session.get(kind, self.key) is not None:
            raise Conflict(f"there is {words_of(kind)} '{self.key}' already; look at that one")
        return self.key


@dataclass(frozen=True)
class OnRecord(Command, Generic[R], abstract=True):
    """Root of what is done to a record. `version` is the one that was looked at: a newer one is not touched.

    `states` are those in which it is legal (none named: in each).
    """

    kind: ClassVar[type[Record]]
    states: ClassVar[tuple[str, ...]] = ()
    key: str
    version: int

    def __init_subclass__(cls, *, abstract: bool = False, **options: Any) -> None:
        super().__init_subclass__(abstract=abstract, **options)
        for base in getattr(cls, "__orig_bases__", ()):
            given = get_args(base)
            if isinstance(get_origin(base), type) and given and isinstance(given[0], type):
                cls.kind = given[0]

    def subject(self, session: Session) -> Record | None:
        """The record, locked until the end of the transaction."""
        kind, key = type(self).kind, plain(self.key)  # refuses what no database can be asked for
        return session.scalar(select(kind).where(kind.key == key).with_for_update())

    def owners(self, record: Record) -> tuple[str, ...]:
        """Its owner, where it has one."""
        owner = getattr(record, "owner", None)
        return (owner,) if owner else ()

    def carry_out(self, deed: Deed) -> None:
        """Hold version and state against what there is, then change it."""
        record = cast("R", deed.find(type(self).kind, self.key))
        if record.version != self.version:
            raise Conflict(told_since(deed.session, record, self.version))
        self.legal(record)
        self.change(deed, record)

    def legal(self, record: R) -> None:
        """CommandError where the record is in a state in which this cannot be done."""
        allowed, state = type(self).states, getattr(record, "state", None)
        if allowed and state not in allowed:
            raise CommandError(
                f"this {words_of(type(record))} is {state}; that can only be done while it is {' or '.join(allowed)}"
            )

    @abstractmethod
    def change(self, deed: Deed, record: R) -> None:
        """Change the record; raises `CommandError` for what cannot be done."""


def put(record: Record, values: Mapping[str, Any]) -> None:
    """Set fields of a record; CommandError where that would change nothing."""
    different = {name: value for name, value in values.items() if getattr(record, name) != value}
    if not different:
        raise CommandError("nothing is different from what is kept already")
    for name, value in different.items():
        setattr(record, name, value)


def words(text: str, what: str, longest: int = 2000) -> str:
    """A text without blanks around it; CommandError where it is empty or too long. `what` begins its errors."""
    trimmed = text.strip()
    if not trimmed:
        raise CommandError(f"{what} is empty; write a sentence first")
    if len(trimmed) > longest:
        raise CommandError(f"{what} has {len(trimmed)} characters; at most {longest} are kept")
    return trimmed
