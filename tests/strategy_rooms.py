"""A small company whose people carry out commands, at moments that a test sets."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine

from access.policy import Policy
from access.roles import BUILT_IN
from access.viewer import Grant, Viewer
from flows.door import Door
from strategy.clock import Clock
from strategy.commands import Command
from strategy.reading import read
from strategy.tables import Record

R = TypeVar("R", bound=Record)
ABOVE = {"east": "company", "west": "company", "shop": "east", "yard": "east", "depot": "west"}
UNITS = ("company", *ABOVE)
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def below(unit: str) -> tuple[str, ...]:
    """A unit and everything below it."""
    return tuple(u for u in UNITS if u == unit or (u in ABOVE and unit in (ABOVE[u], ABOVE.get(ABOVE[u]))))


POLICY = Policy(BUILT_IN, below, "company")
PEOPLE = {
    "clara": Viewer("clara", "Clara Chief", "Chief executive", (Grant("executive", ("company",)),)),
    "tom": Viewer("tom", "Tom Finance", "Chief financial officer", (Grant("executive", ("company",)),)),
    "mira": Viewer("mira", "Mira East", "Head of east", (Grant("manager", ("east",)),)),
    "sam": Viewer("sam", "Sam Shop", "Head of the shop", (Grant("manager", ("shop",)),)),
    "wil": Viewer("wil", "Wil West", "Head of west", (Grant("manager", ("west",)),)),
    "ann": Viewer("ann", "Ann Analyst", "Controller", (Grant("analyst", ("company",)),)),
    "joe": Viewer("joe", "Joe Nobody", "", ()),
}


@dataclass(frozen=True)
class Books:
    """A state database with that company around it."""

    engine: Engine

    def door(self, at: datetime = NOON) -> Door:
        """The door at a moment."""
        return Door(self.engine, POLICY, Clock(fixed=at))

    def do(self, who: str, command: Command, at: datetime = NOON) -> int:
        """Carry out a command as one of the people; returns the id of its audit row."""
        return self.door(at).do(PEOPLE[who], command)

    def all(self, kind: type[R], *where: Any) -> list[R]:
        """Records of a kind, by key."""
        return read(self.engine, kind, *where, order_by=[kind.key])

    def one(self, kind: type[R], key: str) -> R:
        """The one record of that key."""
        (found,) = read(self.engine, kind, kind.key == key)
        return found
