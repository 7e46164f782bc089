"""Migrations on both databases, with data at every revision: up step by step, down step by step, nothing lost."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Date, DateTime, Engine, Float, Integer, MetaData, Table, insert, select

from strategy.rooms import load
from strategy.state import MIGRATIONS, alembic_config
from strategy.tables import Base
from tests.strategy_rooms import Books

DATABASES = pytest.mark.parametrize("books", ["sqlite", "postgresql"], indirect=True)
Rows = dict[str, dict[str, Any]]


def revisions() -> list[str]:
    """All revisions, the first one first."""
    return [one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


def moved(engine: Engine, where: str, *, up: bool) -> None:
    """The database at another revision."""
    config = alembic_config(engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, where)


def tables(engine: Engine) -> dict[str, Table]:
    """What the database says of itself."""
    metadata = MetaData()
    metadata.reflect(engine)
    return {table.name: table for table in metadata.sorted_tables if table.name != "alembic_version"}


def sample(table: Table) -> dict[str, Any]:
    """One row, with a value in every column; it points to the sample rows of other tables."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.foreign_keys:
            (key,) = column.foreign_keys
            row[column.name] = None if key.column.table is table and column.nullable else _one(key.column.type)
        else:
            value = _one(column.type)
            row[column.name] = value[: getattr(column.type, "length", None)] if isinstance(value, str) else value
    return row


def _one(kind: Any) -> Any:
    values: tuple[tuple[type, Any], ...] = (
        (JSON, {"said": "Zürich ✓", "n": [1, 2.5, None]}),
        (Boolean, True),
        (DateTime, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        (Date, date(2026, 3, 4)),
        (Integer, 1),
        (Float, 0.25),
    )
    return next((value for each, value in values if isinstance(kind, each)), "one")


def held(engine: Engine) -> Rows:
    """The sample row of every table that there is."""
    with engine.connect() as connection:
        found = {name: connection.execute(select(table)).mappings().all() for name, table in tables(engine).items()}
    return {name: {key: _same(value) for key, value in rows[0].items()} for name, rows in found.items() if rows}


def _same(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def filled(engine: Engine, known: set[str]) -> None:
    """A row in every table that is new."""
    for name, table in tables(engine).items():
        if name not in known:
            with engine.begin() as connection:
                connection.execute(insert(table), sample(table))


def shared(rows: Rows, others: Rows) -> Rows:
    """Of some rows what others have, too: tables and columns."""
    return {
        name: {key: value for key, value in row.items() if key in others[name]}
        for name, row in rows.items()
        if name in others
    }


@DATABASES
def test_data_lives_through_all_migrations_up_and_down(books: Books) -> None:
    engine = books.engine
    moved(engine, "base", up=False)
    steps: list[Rows] = []
    for revision in revisions():
        moved(engine, revision, up=True)
        before = steps[-1] if steps else {}
        now = held(engine)
        assert shared(before, now) == before or revision in FORGETFUL, f"{revision} lost or changed something"
        filled(engine, set(before))
        steps.append(held(engine))
    for revision, then in reversed(list(zip(revisions()[:-1], steps[:-1], strict=True))):
        moved(engine, revision, up=False)
        assert shared(then, held(engine)) == then, f"going down to {revision} lost or changed something"
    moved(engine, "head", up=True)
    assert held(engine).keys() == steps[0].keys(), "what was there at first is there, and no more"


FORGETFUL: frozenset[str] = frozenset()  # revisions that take a column away on purpose


@DATABASES
def test_tables_are_as_the_migrations_make_them(books: Books) -> None:
    load()
    with books.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_revisions_form_one_line() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == len(script.get_bases()) == 1
    assert revisions() == sorted(revisions()), "numbers tell the order"
