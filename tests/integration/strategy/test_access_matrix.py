"""Every command, by every role, over every scope, carried to the door of a real database; found by walking.

What came out is written down: command_scope_matrix.csv reads as a diff when a role, a command or a scope changes.
"""

import csv
import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, create_engine, insert

from access.policy import Refused
from access.roles import BUILT_IN, Role
from access.viewer import Grant, Viewer
from data.errors import FourfoldError
from flows.door import Door
from strategy.clock import Clock
from strategy.commands import COMMANDS, Command, Creating, OnRecord
from strategy.rooms import load
from strategy.state import open_state
from tests.golden_files import hold
from tests.strategy_rooms import NOON, POLICY, Books
from tests.strategy_walk import Walk, dump

load()
KINDS = {name: kind for name, kind in sorted(COMMANDS.items()) if kind.__module__.startswith("strategy.")}
HELD = "east"  # every role is held over this unit
PLACES: Mapping[str, str] = {"own unit": HELD, "unit below": "shop", "other unit": "west", "whole": "company"}
OWN = "his own, other unit"
ALL = "whole, held over the whole"
ROLES = {**BUILT_IN, "nobody": Role("nobody", "Without a role", frozenset(), "")}


def people(unit: str) -> dict[str, Viewer]:
    """Somebody for each role, held over this unit."""
    return {key: Viewer(f"{key}_{unit}", key, "", (Grant(key, (unit,)),)) for key in ROLES}


VIEWERS, TOPS = people(HELD), people("company")


class Reached(Exception):
    """The handler has done all it does; nothing of it is to stay."""


def reached() -> None:
    """What the door does last, before it commits."""
    raise Reached


@dataclass(frozen=True)
class Scope:
    """A row of the matrix: where the thing lies, and who comes with which role."""

    name: str
    unit: str
    viewers: Mapping[str, Viewer]


def scopes(kind: type[Command]) -> Iterator[Scope]:
    """The scopes that a command can meet: of its record, or of the unit that it names."""
    record = kind.kind if issubclass(kind, OnRecord) else None
    placed = not kind.whole and ((record is not None and not record.WHOLE) or kind.unit_of is not Command.unit_of)
    for name, unit in PLACES.items():
        if placed or name == "whole":
            yield Scope(name, unit, VIEWERS)
    if record is not None and kind.own:
        yield Scope(OWN, "company" if record.WHOLE else PLACES["other unit"], VIEWERS)
    yield Scope(ALL, "company", TOPS)


# -- records, put past the door: what matters is where they lie and whose they are


def filled(column: Column[Any], words: str) -> Any:
    """Something that a column bears; words are different in each row, as some must be."""
    kinds: Mapping[type, Any] = {dict: {}, bool: False, datetime: NOON, date: NOON.date(), int: 1, float: 1.0}
    known = kinds.get(dict if isinstance(column.type, JSON) else column.type.python_type)
    return (None if column.nullable else words) if known is None else known


def row_of(kind: type[OnRecord[Any]], key: str, unit: str, owner: str) -> dict[str, Any]:
    """A record in the first state in which the command is legal, that belongs to somebody."""
    table: Any = kind.kind.__table__
    row = {column.name: filled(column, key) for column in table.columns}
    row |= {name: owner for name in ("owner", "person", "asked_by", "arbiter", "to_person", "waits_for") if name in row}
    row |= {"key": key, "version": 1, "made_by": "maker", "changed_by": "maker"}
    if "unit" in row:
        row["unit"] = unit
    if kind.states and "state" in row:
        row["state"] = kind.states[0]
    return row


def key_of(kind: type[Command], scope: Scope, viewer: Viewer) -> str:
    """The key of the record that a cell is about: one for all roles, or the viewer's own."""
    if scope.name != OWN:
        return f"{kind.__name__.lower()}.{scope.unit}"
    return viewer.key if is_himself(kind) else f"{kind.__name__.lower()}.{viewer.key}"


def is_himself(kind: type[Command]) -> bool:
    """Whether the record is the person, whose key it bears."""
    return issubclass(kind, OnRecord) and kind.kind.__tablename__ == "member"


@pytest.fixture(scope="module")
def books(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """A state with a record for every command in every scope."""
    path = Path(shutil.copy(empty_file, tmp_path_factory.mktemp("matrix") / "state.sqlite"))
    url = f"sqlite:///{path}"
    past = create_engine(url)  # without our settings: points to what is not there, as a record alone does
    with past.begin() as connection:
        for table, some in rows_of_all().items():
            connection.execute(insert(table), list(some.values()))
    past.dispose()
    engine = open_state(url)
    yield Books(engine)
    engine.dispose()


def rows_of_all() -> dict[Table, dict[str, dict[str, Any]]]:
    """By table and key, the records that the cells are about."""
    rows: dict[Table, dict[str, dict[str, Any]]] = {}
    for kind in KINDS.values():
        if not issubclass(kind, OnRecord):
            continue
        table: Any = kind.kind.__table__
        for scope in scopes(kind):
            for viewer in scope.viewers.values():
                key = key_of(kind, scope, viewer)
                owner = viewer.key if scope.name == OWN else "somebody"
                rows.setdefault(table, {})[key] = row_of(kind, key, scope.unit, owner)
    return rows


# -- the door


@dataclass(frozen=True)
class Trial:
    """Carries commands to the door, and leaves nothing behind."""

    books: Books
    walk: Walk

    def outcome(self, viewer: Viewer, command: Command) -> str:
        """`no`: refused; `yes`: let in, and done to its end; `in`: let in, and told that it cannot be done as it is."""
        door = Door(self.books.engine, POLICY, Clock(fixed=NOON))
        try:
            door.do(viewer, command, reached)
        except Refused:
            return "no"
        except Reached:
            return "yes"
        except FourfoldError:
            return "in"
        raise AssertionError(f"{command} was committed past the end of its deed")

    def command(self, kind: type[Command], key: str, unit: str) -> Command:
        """A command of this kind on that record or in that unit, which says nothing that no database keeps."""
        fixed = {"key": key, "version": 1} if issubclass(kind, OnRecord) else {}
        if not issubclass(kind, OnRecord) and kind.unit_of is not Command.unit_of:
            fixed["unit"] = unit
        if issubclass(kind, Creating):
            fixed["key"] = "a-new-one"
        while True:
            made = replace(self.walk.command(kind), **fixed)
            try:
                made.payload()
            except FourfoldError:
                continue
            return made


def expected(kind: type[Command], role: Role, scope: Scope) -> bool:
    """What the rules say, put in other words than the door's: whose unit it is, or who owns it."""
    if scope.name == OWN and kind.own in role.may:
        return True
    held = {"own unit": True, "unit below": True, "other unit": False, OWN: False, "whole": False, ALL: True}
    anywhere = not kind.whole and not issubclass(kind, OnRecord) and kind.unit_of is Command.unit_of
    return kind.needs in role.may and (anywhere or held[scope.name])


def test_every_command_by_every_role_over_every_scope_comes_to_the_same_end_as_written_down(books: Books) -> None:
    trial, before = Trial(books, Walk(books, Random(5))), dump(books)
    text, ended = io.StringIO(), set()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["command", "scope", *ROLES])
    for name, kind in KINDS.items():
        for scope in scopes(kind):
            cells = []
            for key, viewer in scope.viewers.items():
                outcome = trial.outcome(viewer, trial.command(kind, key_of(kind, scope, viewer), scope.unit))
                right = expected(kind, ROLES[key], scope)
                assert (outcome != "no") == right, f"{name}, {scope.name}, {key}: {outcome}"
                if outcome == "yes":
                    ended.add(name)
                cells.append("no" if outcome == "no" else "yes")
            writer.writerow([name, scope.name, *cells])
    assert dump(books) == before, "what was refused or rolled back has left something behind"
    assert len(ended) > len(KINDS) * 0.4, f"too few commands were done to their end: {sorted(ended)}"
    hold("command_scope_matrix.csv", text.getvalue())
