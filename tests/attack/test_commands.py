"""Every command, found by walking, with keys, units, versions and owners that are not its sender's."""

from collections.abc import Iterator
from dataclasses import fields, replace
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, insert

from access.policy import Refused
from data.errors import CommandError, FourfoldError
from strategy.commands import COMMANDS, Command, Creating, OnRecord
from strategy.rooms import load
from strategy.state import open_state
from tests.attacks import Attack
from tests.integration.strategy.test_access_matrix import row_of
from tests.strategy_rooms import NOON, PEOPLE, Books
from tests.strategy_walk import Walk, dump

load()
KINDS = {name: kind for name, kind in sorted(COMMANDS.items()) if kind.__module__.startswith("strategy.")}
ON_RECORDS = {name: kind for name, kind in KINDS.items() if issubclass(kind, OnRecord)}
THIEF = PEOPLE["mira"]  # head of east; everything here lies in west, and is somebody else's
MINE, FOREIGN = "east", "west"
INJECTED = ("' OR 1=1 --", "x'; DROP TABLE audit; --", "../../x", "a\x00b", "\ud800", "*", "%", "=1+1", "K" * 500, "")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """A state with a record for every command, all of them in a unit that the thief may not see."""
    path = tmp_path_factory.mktemp("foreign") / "state.sqlite"
    open_state(f"sqlite:///{path}").dispose()
    past = create_engine(f"sqlite:///{path}")
    rows: dict[Any, dict[str, dict[str, Any]]] = {}
    for kind in ON_RECORDS.values():
        key = key_of(kind)
        rows.setdefault(kind.kind.__table__, {})[key] = row_of(kind, key, FOREIGN, "wil")
    with past.begin() as connection:
        for table, some in rows.items():
            connection.execute(insert(table), list(some.values()))
    past.dispose()
    engine = open_state(f"sqlite:///{path}")
    yield Books(engine)
    engine.dispose()


def key_of(kind: type[OnRecord[Any]]) -> str:
    return f"{kind.__name__.lower()}.{FOREIGN}"


def forged(walk: Walk, kind: type[Command], **fixed: Any) -> Command:
    """A command of a kind with these values, and else such as databases keep; every unit in it is the thief's own."""
    names = {one.name for one in fields(kind)}
    given = {name: value for name, value in fixed.items() if name in names}
    own = dict.fromkeys(names & {"unit", "to_unit", "other"}, MINE) | dict.fromkeys(names & {"owner"}, THIEF.key)
    while True:
        made = replace(walk.command(kind), **{**own, **given})
        try:
            made.payload()
        except FourfoldError:
            continue
        return made


def altered(command: Command, **changed: Any) -> Command:
    """The same with other values."""
    return type(command)(**{one.name: getattr(command, one.name) for one in fields(command)} | changed)


def test_no_command_reaches_a_record_of_another_unit(books: Books, attack: Attack) -> None:
    """The scope is the record's: a unit, an owner, or a version that the sender writes down changes nothing of it.

    And what is there and what is not are refused in the same words.
    """
    walk, before = Walk(books, Random(7)), dump(books)
    for kind in ON_RECORDS.values():
        for version in (1, 0, -1, 2, 2**31 - 1):
            told = []
            for key in (key_of(kind), "nothing-of-that-key"):
                with pytest.raises(Refused) as words:
                    books.door(NOON).do(THIEF, forged(walk, kind, key=key, version=version))
                told.append(str(words.value))
                attack.held("commands: records of another unit")
            assert told[0] == told[1], f"{kind.__name__} tells whether the record is there"
    assert dump(books) == before


def test_no_command_is_done_in_another_unit(books: Books, attack: Attack) -> None:
    walk, before = Walk(books, Random(8)), dump(books)
    placed = [
        kind for kind in KINDS.values() if not issubclass(kind, OnRecord) and "unit" in {f.name for f in fields(kind)}
    ]
    assert len(placed) > 5
    for kind in placed:
        for unit in (FOREIGN, "depot", "company", "nowhere", *INJECTED):
            command = altered(forged(walk, kind, key="a-key"), unit=unit)
            with attack.refused("commands: another unit", (Refused, CommandError)):
                books.door(NOON).do(THIEF, command)
    assert dump(books) == before


def test_no_key_is_more_than_a_key(books: Books, attack: Attack) -> None:
    """Where a command makes something, under whatever name; where it looks for something, by whatever name."""
    walk, before = Walk(books, Random(9)), dump(books)
    chief = PEOPLE["clara"]
    for kind in KINDS.values():
        if not issubclass(kind, Creating | OnRecord) or kind.needs == "clock.run":
            continue
        for key in INJECTED:
            with attack.refused("commands: keys that are none", (Refused, CommandError)):
                books.door(NOON).do(chief, altered(forged(walk, kind, version=1), key=key))
    assert dump(books) == before


def test_the_control_lets_the_owner_in(books: Books) -> None:
    """The same commands by who may: the door opens, so what refused above was the scope."""
    walk, let_in = Walk(books, Random(10)), 0
    for kind in ON_RECORDS.values():
        try:
            books.door(NOON).do(PEOPLE["clara"], forged(walk, kind, key=key_of(kind), version=1), stop)
        except Refused:
            continue
        except (FourfoldError, Stopped):
            let_in += 1
    assert let_in > len(ON_RECORDS) * 0.6


class Stopped(Exception):
    """Done to its end; nothing of it is to stay."""


def stop() -> None:
    """Last before the commit."""
    raise Stopped
