"""The strategy through one viewer's eyes; a part of his desk. What lies outside of his units does not exist here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy import Engine as StateEngine

from access.policy import Policy, Refused
from access.roles import Permission
from access.viewer import Viewer
from flows.acting import clock_of
from flows.door import Door
from flows.opened import Opened
from flows.roster import Roster, roster
from strategy.clock import Clock
from strategy.commands import Command, words_of
from strategy.history import Change, changes_of
from strategy.reading import past, read
from strategy.state import BOOKS, IN_VIEW
from strategy.tables import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Office:
    """Reads records within the viewer's scope, and hands commands to the door."""

    viewer: Viewer
    opened: Opened
    policy: Policy
    state: StateEngine
    origin: str = "page"

    @property
    def clock(self) -> Clock:
        """The workspace's clock: the real one, or its standing day."""
        return clock_of(self.opened)

    @property
    def today(self) -> date:
        """The day of the clock."""
        return self.clock.today()

    @cached_property
    def roster(self) -> Roster:
        """Everybody, with the roles of today."""
        return roster(self.opened.workspace, self.state, self.today)

    def may(self, permission: Permission, unit: str | None = None) -> bool:
        """Whether the viewer holds a permission (over a unit)."""
        return self.policy.may(self.viewer, permission, unit)

    def scope(self, permission: Permission = "strategy.view") -> frozenset[str]:
        """The units over which the viewer holds a permission."""
        return self.policy.scope(self.viewer, permission)

    def name(self, person: str) -> str:
        """What a person is called; the key of one whom nobody knows (any more)."""
        return self.roster.name(person)

    def read(self, kind: type[R], *where: ColumnElement[bool], order_by: Sequence[Any] = ()) -> list[R]:
        """Records of a kind in the units of the viewer that fulfil every condition."""
        self.policy.require(self.viewer, kind.READ, None)
        return read(self.state, kind, *where, *self._mine(kind), order_by=order_by)

    def one(self, kind: type[R], key: str) -> R:
        """One record; `Refused` where it lies out of scope or does not exist (which of the two is not told)."""
        found = self.read(kind, kind.key == key)
        if not found:
            raise Refused(f"there is no {words_of(kind)} '{key}' in your units")
        return found[0]

    def past(self, kind: type[R], moment: datetime) -> list[R]:
        """Records of a kind in the units of the viewer as they were at a moment (UTC)."""
        self.policy.require(self.viewer, kind.READ, None)
        scope = self.scope(kind.READ)
        return [one for one in past(self.state, kind, moment) if one.scope is None or one.scope in scope]

    def history(self, kind: type[R], key: str) -> list[Change]:
        """What was done to a record, newest first; `Refused` as in `one`."""
        self.one(kind, key)
        return changes_of(self.state, kind.__tablename__, [key])

    def unseen(self, kind: type[R], *where: ColumnElement[bool]) -> list[R]:
        """Records for keeping as they are, never for show: those that the viewer does not see."""
        books = self.state.get_execution_options().get(BOOKS, self.state)
        seen = {one.key for one in read(self.state, kind, *where)}
        return [one for one in read(books, kind, *where) if one.key not in seen]

    def do(self, command: Command, kept: Collection[str] = ()) -> int:
        """Carry out a command through the door; returns the id of its audit row.

        `Refused` for one that names a metric, or is about a record, that the viewer does not see.
        """
        veil = self.state.get_execution_options().get(IN_VIEW)
        if veil is not None and veil.touched(command, kept):
            raise Refused(f"{self.viewer.name} may not {type(command).needs}: it names something that is not in sight")
        return Door(self.state, self.policy, self.clock, self.origin).do(self.viewer, command)

    def _mine(self, kind: type[R]) -> tuple[ColumnElement[bool], ...]:
        if kind.WHOLE:
            return ()
        column: Any = getattr(kind, "unit")  # noqa: B009  each table with a scope has its own column
        return (column.in_(sorted(self.scope(kind.READ))),)
