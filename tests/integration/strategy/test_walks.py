"""Random legal and illegal commands of every kind: no illegal state, nothing lost, and the audit tells it all."""

import os
import zlib
from collections import Counter
from random import Random

import pytest
from sqlalchemy import func, select

from strategy.commands import Command, OnRecord
from strategy.history import rebuilt
from strategy.state import reading
from strategy.tables import Audit, AuditChange, Base, Record
from tests.strategy_rooms import POLICY, UNITS, Books
from tests.strategy_walk import State, Walk, dump, told_tables

STEPS = int(os.environ.get("FOURFOLD_COMMANDS", "700"))
SEED = int(os.environ.get("FOURFOLD_SEED", "0"))


def kinds() -> dict[str, type[Record]]:
    """Record classes by table."""
    mapped = [mapper.class_ for mapper in Base.registry.mappers]
    return {one.__tablename__: one for one in mapped if issubclass(one, Record)}


def counted(books: Books) -> tuple[int, int]:
    """How many audit rows there are: of what was done, and of refusals that are watched."""
    with reading(books.engine) as session:
        every = session.scalar(select(func.count()).select_from(Audit)) or 0
        refused = session.scalar(select(func.count()).select_from(Audit).where(Audit.command.like("% refused"))) or 0
    return every - refused, refused


def check_whole(books: Books) -> None:
    """The state is what the audit tells, row by row; versions count the changes; every row lies in a unit."""
    state = dump(books)
    assert rebuilt(books.engine) == state, "the state rebuilt from the audit is not the state"
    with reading(books.engine) as session:
        rows = session.execute(
            select(AuditChange.kind, AuditChange.key, func.count(), func.max(AuditChange.version)).group_by(
                AuditChange.kind, AuditChange.key
            )
        ).all()
    changes = {(kind, key): (count, version) for kind, key, count, version in rows}
    for table, kind in kinds().items():
        for key, row in state.get(table, {}).items():
            count, version = changes[table, key]
            assert row["version"] == version == count, f"{table} {key}: version {row['version']} after {count} changes"
            assert kind.WHOLE or row["unit"] in UNITS, f"{table} {key} lies in no unit"
    for one in told_tables():
        for column in (key.parent.name for key in one.foreign_keys if key.column.table is one):
            above = {key: row[column] for key, row in state.get(one.name, {}).items()}
            assert not circles(above), f"rows of {one.name} point in a circle by {column}: {circles(above)}"


def circles(above: dict[str, str | None]) -> set[str]:
    """The keys from which the way up never ends."""
    endless = set()
    for key in above:
        one: str | None = key
        for _ in above:
            one = above.get(one) if one is not None else None
        if one is not None:
            endless.add(key)
    return endless


def check_done(command: Command, who: str, before: State, after: State) -> None:
    """What was carried out was allowed: looked at as it is, in a state in which it is legal, by who may."""
    if not isinstance(command, OnRecord):
        return
    kind, table = type(command), type(command).kind.__tablename__
    row = before[table][command.key]
    assert row["version"] == command.version, f"{command} was done on version {row['version']}"
    assert not kind.states or row["state"] in kind.states, f"{command} was done while it is {row['state']}"
    assert after[table][command.key]["version"] >= command.version
    assert who, "nobody did it"


@pytest.mark.parametrize("books", ["sqlite", "postgresql"], indirect=True)
def test_random_commands_leave_no_illegal_state(books: Books) -> None:
    random = Random(zlib.crc32(f"{SEED} {books.engine.dialect.name}".encode()))
    walk = Walk(books, random)
    before = walk.look()
    refused = Counter[str]()
    for step in range(STEPS):
        command = walk.command()
        who = walk.who(command)
        rows = counted(books)
        audit = walk.do(command, who)
        after = walk.look()
        name = type(command).__name__
        place = f"step {step} (FOURFOLD_SEED={SEED}): {who.key if who else 'the clock'} does {command!r:.600}"
        if audit is None:
            assert after == before, f"{place} was refused ({walk.refusal}) and yet changed something"
            assert counted(books)[0] == rows[0], f"{place} was refused and yet stands in the audit"
            refused[name] += 1
        else:
            assert counted(books) >= (rows[0] + 1, rows[1]), f"{place} left no audit row"
            check_done(command, who.key if who else "fourfold", before, after)
            if who is not None and not type(command).own:
                assert POLICY.may(who, type(command).needs), f"{place} was done by one who may not"
        if step % 50 == 0:
            check_whole(books)
        before = after
    check_whole(books)
    never = sorted({kind.__name__ for kind in walk.kinds} - set(walk.done))
    assert len(never) < len(walk.kinds) * 0.5, f"too few kinds were ever carried out; never: {never}"
