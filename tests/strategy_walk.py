"""Random commands of every kind that exists, found by walking: payloads by field type, keys from what there is.

Nothing here names a room: a new command is met by these walks on the day it is written.
"""

import sys
import types
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sqlalchemy import Table, select

from access.policy import Refused
from access.viewer import Grant, Viewer
from data.errors import CommandError
from strategy.commands import COMMANDS, Command, Creating, OnRecord
from strategy.plain import plain
from strategy.reading import made
from strategy.rooms import load
from strategy.state import reading
from strategy.tables import Audit, Base
from tests.strategy_rooms import NOON, PEOPLE, POLICY, UNITS, Books
from tests.strategy_words import ALIASES, NASTY, NUMBERS, OF_PEOPLE, WORDS, hinted

State = dict[str, dict[str, dict[str, Any]]]  # table > key > column > plain value
UNTOLD = {table.name for table in Base.metadata.sorted_tables if table.name.startswith(Audit.__tablename__)}
CLOCKS_OWN = "clock.run"
ADMINISTRATOR = Viewer("ada", "Ada Administrator", "", (Grant("administrator", ("company",)),))
EYES = (*PEOPLE.values(), ADMINISTRATOR)


def dump(books: Books) -> State:
    """The whole state but the audit, as it lies in the tables."""
    found: State = {}
    with reading(books.engine) as session:
        for table in told_tables():
            (key,) = table.primary_key
            rows = session.execute(select(table)).mappings().all()
            if rows:
                found[table.name] = {
                    str(row[key.name]): {name: plain(value) for name, value in row.items()} for row in rows
                }
    return found


def told_tables() -> list[Table]:
    """Every table whose rows the audit tells about."""
    return [table for table in Base.metadata.sorted_tables if table.name not in UNTOLD]


def pointers() -> dict[str, str]:
    """{field name: table}: what a field of this name points to, told by foreign keys, table names and a few aliases."""
    found = {table.name: table.name for table in told_tables()}
    for table in told_tables():
        for key in table.foreign_keys:
            if key.column.table.name not in UNTOLD:
                found.setdefault(key.parent.name, key.column.table.name)
    return {**found, **{name: table for name, table in ALIASES.items() if table in Base.metadata.tables}}


@cache
def vocabulary(module: str) -> tuple[str, ...]:
    """Short words that a module knows in tuples and tables: what its fields of text are often meant to hold."""
    found: set[str] = set()
    for name, value in vars(sys.modules[module]).items():
        if not name.startswith("__") and isinstance(value, tuple | frozenset | Mapping):
            found |= {word for word in value if isinstance(word, str) and len(word) < 20}
    return tuple(sorted(found))


@dataclass
class Walk:
    """Draws one command after another; `state` is what it believes to be there, as `look` found it."""

    books: Books
    random: Random
    label: str = ""
    state: State = field(default_factory=dict)
    made: int = 0
    refusal: str = ""
    vocabulary: tuple[str, ...] = ()
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        load()
        self.kinds = [COMMANDS[name] for name in sorted(COMMANDS)]
        self.points = pointers()
        self.hints = {kind: get_type_hints(kind) for kind in self.kinds}

    def look(self) -> State:
        """Read what is there now."""
        self.state = dump(self.books)
        return self.state

    def at(self) -> datetime:
        """A moment that moves on as commands are made, so that history has an order."""
        return NOON + timedelta(minutes=self.made)

    def who(self, command: Command) -> Viewer | None:
        """Somebody who may, or somebody at all; None is the clock."""
        if type(command).needs == CLOCKS_OWN and self.random.random() < 0.9:
            return None
        able = [one for one in EYES if self._able(one, command)]
        return self.random.choice(able if able and self.random.random() < 0.85 else EYES)

    def command(self, kind: type[Command] | None = None) -> Command:
        """One command, mostly with sense in it."""
        kind = kind or self._kind()
        self.made += 1
        self.vocabulary = vocabulary(kind.__module__)
        record = self._record(kind) if issubclass(kind, OnRecord) else None
        given = {one.name: self._field(kind, one, record) for one in fields(kind) if self._wanted(one)}
        return kind(**given)

    def _kind(self) -> type[Command]:
        """A command; rather one that was seldom carried out, and of those on a record one whose record there is."""
        some = self.random.sample(self.kinds, 6)
        there = [kind for kind in some if not issubclass(kind, OnRecord) or self._legal(kind)]
        return min(there or some, key=lambda kind: self.done[kind.__name__])

    def _legal(self, kind: type[OnRecord[Any]]) -> list[tuple[str, dict[str, Any]]]:
        """The records that are in a state in which a command may be done to them."""
        rows = self.state.get(kind.kind.__tablename__, {}).items()
        fits = [row for row in rows if not kind.states or row[1].get("state") in kind.states]
        return [row for row in fits if row[1].get("ended_at") is None]

    def _wanted(self, one: Any) -> bool:
        given = one.default is MISSING and one.default_factory is MISSING
        return one.init and (given or self.random.random() < 0.7)

    def _record(self, kind: type[OnRecord[Any]]) -> tuple[str, Mapping[str, Any]] | None:
        """A record that it could be done to, mostly in a state in which it is legal."""
        every = list(self.state.get(kind.kind.__tablename__, {}).items())
        legal = self._legal(kind)
        rows = legal if legal and self.random.random() < 0.85 else every
        return self.random.choice(rows) if rows and self.random.random() < 0.97 else None

    def _field(self, kind: type[Command], one: Any, record: tuple[str, Mapping[str, Any]] | None) -> Any:
        if issubclass(kind, OnRecord) and one.name == "key":
            return record[0] if record else "nowhere"
        if one.name == "version" and self.hints[kind][one.name] is int:
            known = int(record[1]["version"]) if record else self._version(kind)
            return known if self.random.random() < 0.93 else known + self.random.choice([-1, 1, 7])
        if issubclass(kind, Creating) and one.name == "key":
            return self._new_key()
        for hint in hinted(kind.__name__, one.name):
            if kind.needs == CLOCKS_OWN or self.random.random() < 0.85:
                return hint(self, record[1] if record else {})
        return self.value(self.hints[kind][one.name], one.name)

    def _version(self, kind: type[Command]) -> int:
        versions = [row["version"] for table in self.state.values() for row in table.values() if row.get("version")]
        return int(self.random.choice(versions)) if versions else 1

    def _new_key(self) -> str:
        share = self.random.random()
        if share < 0.03:
            return self.random.choice(["", "BAD KEY", "a" * 200, "ä", "../x", "a\x00b"])
        if share < 0.06:
            return self.key_of(self.random.choice(list(self.state) or ["nothing"])) or "nowhere"
        return f"k{self.label}-{self.made}-{self.random.randrange(10**6)}"

    def key_of(self, table: str) -> str | None:
        """The key of some row of a table; None while it has none."""
        rows = self.state.get(table)
        return self.random.choice(list(rows)) if rows else None

    # -- values by type

    def value(self, hint: Any, name: str) -> Any:
        """A value of a type, for a field of this name."""
        origin, parts = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            solid = [part for part in parts if part is not type(None)]
            if len(solid) < len(parts) and self.random.random() < 0.3:
                return None
            return self.value(self.random.choice(solid), name)
        if origin is Literal:
            return self.random.choice(parts)
        if origin in (tuple, list, set, frozenset):
            count = self.random.choice([0, 1, 1, 2, 3])
            made = [self.value(parts[0], name) for _ in range(count)] if parts else []
            return tuple(made) if origin is tuple else origin(made)
        if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
            return {self.value(parts[0], name): self.value(parts[1], "") for _ in range(self.random.choice([0, 1, 2]))}
        if is_dataclass(hint) and isinstance(hint, type):
            inner = get_type_hints(hint)
            return hint(**{one.name: self.value(inner[one.name], one.name) for one in fields(hint) if one.init})
        return self._simple(hint, name)

    def _simple(self, hint: Any, name: str) -> Any:
        makers: Mapping[Any, Callable[[], Any]] = {
            str: lambda: self.text(name),
            int: lambda: self.number(name),
            float: self._float,
            bool: lambda: self.random.random() < 0.5,
            date: self._day,
            datetime: lambda: datetime(2026, 11, 3, tzinfo=UTC) + timedelta(hours=self.random.randint(-9000, 9000)),
            Any: lambda: self.random.choice([None, True, 3, 0.5, "word", ["a"], {"a": 1}]),
            object: lambda: self.random.choice([None, True, 3, 0.5, "word", ["a"], {"a": 1}]),
        }
        if hint not in makers:
            raise AssertionError(f"no way to make a {hint} for a field {name}: teach tests/strategy_walk.py")
        return makers[hint]()

    def number(self, name: str) -> int:
        """A whole number; the key of a row where the field points to a table."""
        table = self.points.get(name)
        known = self.key_of(table) if table else None
        if known is not None and known.isdigit():
            return int(known)
        return self.random.choice(NUMBERS.get(name, (0, 1, 2, 3, 5, 7, 30, 90, -1, 2**40)))

    def _day(self) -> date:
        """Mostly one of the next weeks."""
        reach = (1, 60) if self.random.random() < 0.7 else (-400, 400)
        return NOON.date() + timedelta(days=self.random.randint(*reach))

    def _float(self) -> float:
        if self.random.random() < 0.02:
            return self.random.choice([float("nan"), float("inf")])
        return self.random.choice([0.0, 1.0, 1.0, 0.5, 0.25, 0.95, 3.0, 100.0, -2.5, 1e9])

    def text(self, name: str) -> str:
        """A text that fits the field's name: a key of a table, a unit, a person, a metric; else words."""
        share = self.random.random()
        if share < 0.04:
            return self.random.choice(NASTY)
        table = self.points.get(name)
        if table and share < 0.95:
            return self.key_of(table) or "nowhere"
        if "unit" in name or name == "other":
            return self.random.choice([*UNITS, *UNITS, "nowhere"])
        if name in OF_PEOPLE:
            return self.random.choice([*PEOPLE, *PEOPLE, "nobody"])
        if name in WORDS:
            return self.random.choice(WORDS[name])
        tables = list(self.state)
        known = self.key_of(self.random.choice(tables)) if tables else None
        if self.vocabulary and self.random.random() < 0.4:
            return self.random.choice(self.vocabulary)
        return self.random.choice(["Some words", "Other words", known or "x", self.random.choice(list(PEOPLE))])

    def _able(self, viewer: Viewer, command: Command) -> bool:
        kind = type(command)
        row = self.subject(command)
        if isinstance(command, OnRecord) and row and kind.own and viewer.key in command.owners(made(command.kind, row)):
            return POLICY.may(viewer, kind.own)
        unit = row.get("unit") if row else command.unit_of()
        return POLICY.may(viewer, kind.needs, "company" if kind.whole else unit)

    def subject(self, command: Command) -> dict[str, Any] | None:
        """What the walk knows of the record that a command is about."""
        if not isinstance(command, OnRecord):
            return None
        return self.state.get(type(command).kind.__tablename__, {}).get(command.key)

    # -- doing

    def do(self, command: Command, who: Viewer | None) -> int | None:
        """Carry it out: the audit row's id, or None where it was refused in words. Any other error is a bug."""
        door = self.books.door(self.at())
        try:
            audit = door.by_clock(command) if who is None else door.do(who, command)
        except (CommandError, Refused) as refusal:
            self.refusal = str(refusal)
            if not self.refusal.strip():
                raise AssertionError(f"a refusal without words: {command}") from refusal
            return None
        self.done[type(command).__name__] += 1
        return audit
