"""The state database: SQLite beside the snapshots by default, PostgreSQL by URL; opened at the newest migration."""

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import ORMExecuteState, Session

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 15
KEPT, AT_ONCE = 5, 40  # connections of one process: those that stay open, and the most; who finds none waits his turn
READING = "fourfold_reading"  # marks a connection that begins without the writer's lock
BOOKS = "fourfold_books"  # an engine's option: the whole state, of which this is what a viewer has
IN_VIEW = "fourfold_in_view"  # an engine's option: what its reads leave out (see flows.veil)
MIGRATING = 0x464F5552  # what processes that migrate one PostgreSQL wait for
_count = itertools.count(1)
_written = [0]
_one_at_a_time = threading.Lock()  # alembic keeps what it is doing in module globals


def state_url(var: Path) -> str:
    """Where a workspace's state lies: FOURFOLD_STATE_URL, else SQLite in its var folder."""
    return os.environ.get("FOURFOLD_STATE_URL") or f"sqlite:///{var / 'state.sqlite'}"


def open_state(url: str) -> Engine:
    """An engine on the state database, migrated to the newest revision. Creates an SQLite file and its folder."""
    parsed = make_url(url)
    room = {"pool_size": KEPT, "max_overflow": AT_ONCE - KEPT}
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        Path(parsed.database).touch(0o600)  # what people said is read by nobody else on this machine
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **room)
        event.listen(engine, "connect", _sqlite_settings)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        engine = create_engine(url, pool_pre_ping=True, **room)
    config = alembic_config(url)
    with _one_at_a_time, engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE already lets one in at a time
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return engine


def alembic_config(url: str) -> Config:
    """Alembic's configuration for a state database, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that commits at the end, or rolls everything back on an error."""
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        _written[0] = next(_count)


def written() -> int:
    """Another number after each write of this process."""
    return _written[0]


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads, and blocks no writer."""
    with Session(engine.execution_options(**{READING: True}), expire_on_commit=False, autoflush=False) as session:
        veil = engine.get_execution_options().get(IN_VIEW)
        if veil is not None:
            event.listen(session, "do_orm_execute", lambda asked: _within(asked, veil))
        yield session


def _within(asked: ORMExecuteState, veil: Any) -> None:
    """Every select of a viewer's session leaves out what is not in his view."""
    if asked.is_select:
        asked.statement = asked.statement.options(*veil.options)


def _sqlite_settings(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: a plain one deadlocks under readers that turn writers
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READING) else "BEGIN IMMEDIATE")
