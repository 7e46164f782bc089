"""The whole state as plain content, written and read back unchanged: for a copy, another database, another machine."""

import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    select,
    text,
)

from data.errors import CommandError, Conflict
from strategy.rooms import load
from strategy.state import MIGRATING, MIGRATIONS, READING, alembic_config, open_state
from strategy.tables import Base

FORMAT = "fourfold state"
VERSIONS = "alembic_version"
Content = dict[str, Any]


def written(engine: Engine) -> Content:
    """Everything in the state as JSON content: the revision, and each table's rows in the order of their keys.

    Read in one transaction, so that it is one moment's state also while others write.
    """
    load()
    one_moment = {READING: True} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.execution_options(**one_moment).connect() as connection, connection.begin():
        revision = connection.scalar(text(f"SELECT version_num FROM {VERSIONS}"))
        tables = {table.name: _rows(connection, table) for table in Base.metadata.sorted_tables}
    return {"format": FORMAT, "revision": revision, "tables": tables}


def read_back(engine: Engine, content: Mapping[str, Any]) -> dict[str, int]:
    """Fill an empty state with what was written; returns the number of rows by table.

    All or nothing. Content of an earlier revision goes through the migrations first. Raises CommandError for content
    that is none and for one of a newer Fourfold, Conflict for a state that holds something already.
    """
    load()
    tables = _checked(content)
    revision, newest = str(content["revision"]), _script().get_current_head()
    if revision != newest:
        tables = _checked(_carried_up(revision, tables))
    with engine.begin() as connection:
        _alone(connection)
        held = {table.name: _count(connection, table) for table in Base.metadata.sorted_tables}
        if any(held.values()):
            told = ", ".join(f"{count} in {name}" for name, count in held.items() if count)
            raise Conflict(
                f"the state is not empty ({told}), and nothing is overwritten; move its database away, or name an "
                "empty one with FOURFOLD_STATE_URL"
            )
        return _fill(connection, Base.metadata, tables)


def _checked(content: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    if content.get("format") != FORMAT or "revision" not in content:
        raise CommandError(f'this is not an exported state: it should begin with {{"format": "{FORMAT}"}}')
    tables = content.get("tables")
    if not isinstance(tables, Mapping) or not all(isinstance(rows, list) for rows in tables.values()):
        raise CommandError("this exported state is broken: `tables` should hold a list of rows for each table")
    return dict(tables)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _fill(connection: Connection, metadata: MetaData, tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, int]:
    strange = sorted(set(tables) - set(metadata.tables))
    if strange:
        raise CommandError(f"this exported state names tables that do not exist: {', '.join(strange)}")
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        rows = [_typed(table, row) for row in tables.get(table.name, [])]
        for batch in _generations(table, rows):
            connection.execute(insert(table), batch)
        if rows:
            counts[table.name] = len(rows)
            _count_on(connection, table)
    return counts


def _typed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    strange, missing = sorted(set(row) - set(table.columns.keys())), sorted(set(table.columns.keys()) - set(row))
    if strange or missing:
        told = f"has no {', '.join(missing)}" if missing else f"has the unknown {', '.join(strange)}"
        raise CommandError(f"this exported state is broken: a row of {table.name} {told}")
    typed: dict[str, Any] = {}
    for name, value in row.items():
        column = table.columns[name]
        try:
            typed[name] = _value(column.type, value)
        except (TypeError, ValueError) as error:
            raise CommandError(f"this exported state is broken: {table.name}.{name} is {value!r} ({error})") from error
    return typed


def _value(kind: Any, value: Any) -> Any:
    kind = getattr(kind, "impl_instance", kind)  # a type of our own is kept as the one it is built on
    if value is None or isinstance(kind, JSON):
        return value
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _generations(table: Table, rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Rows in an order in which each that others of the same table point to comes before them."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    if not own or not rows:
        return [rows] if rows else []
    key, *_ = (column.name for column in table.primary_key)
    waiting, found, known = rows, [], set[Any]()
    while waiting:
        ready = [row for row in waiting if all(row[name] is None or row[name] in known for name in own)]
        if not ready:
            raise CommandError(f"this exported state is broken: rows of {table.name} point in a circle or nowhere")
        found.append(ready)
        known |= {row[key] for row in ready}
        waiting = [row for row in waiting if row[key] not in known]
    return found


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL hands out numbers from a counter of its own: it goes on after the highest."""
    numbers = [column.name for column in table.primary_key if isinstance(column.type, Integer)]
    if connection.dialect.name != "postgresql" or len(numbers) != 1:
        return
    counter = connection.scalar(select(func.pg_get_serial_sequence(table.name, numbers[0])))
    if counter is not None:
        highest = connection.scalar(select(func.max(table.columns[numbers[0]])))
        connection.execute(select(func.setval(counter, highest)))


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE lets one in at a time
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _carried_up(revision: str, tables: Mapping[str, list[dict[str, Any]]]) -> Content:
    """Content of an earlier revision as the newest has it: read into a database of its time, which then moves up."""
    known = {one.revision for one in _script().walk_revisions()}
    if revision not in known:
        raise CommandError(
            f"this state was exported at revision {revision}, which this Fourfold does not know; take a newer Fourfold"
        )
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'state.sqlite'}"
        command.upgrade(alembic_config(url), revision)
        then = MetaData()
        engine = create_engine(url)
        with engine.begin() as connection:
            then.reflect(connection, resolve_fks=True)
            then.remove(then.tables[VERSIONS])
            for column in (column for table in then.tables.values() for column in table.columns):
                if isinstance(column.type, JSON):
                    column.type = JSON(none_as_null=bool(column.nullable))
            _fill(connection, then, tables)
        engine.dispose()
        moved = open_state(url)
        try:
            return written(moved)
        finally:
            moved.dispose()
