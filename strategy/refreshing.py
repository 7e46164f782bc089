"""Asking for a refresh: a command like others, so that the audit knows who asked; the work itself follows it."""

from dataclasses import dataclass
from typing import ClassVar

from access.roles import Permission
from strategy.commands import Command, Deed


@dataclass(frozen=True)
class RequestRefresh(Command):
    """Ask for a refresh of the whole workspace."""

    needs: ClassVar[Permission] = "refresh.run"

    def carry_out(self, deed: Deed) -> None:
        """Nothing beyond the audit row: the refresh runs after the commit, since it may take minutes."""
