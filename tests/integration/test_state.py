"""The state database on SQLite and on a real PostgreSQL: migrations, the door, refusals that leave nothing behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.orm import Session

from access.policy import Policy, Refused
from access.roles import BUILT_IN, Permission
from access.viewer import Grant, Viewer
from data.errors import CommandError
from flows.door import Door
from strategy.commands import COMMANDS, Command
from strategy.notes import LONGEST, WriteNote, notes_on
from strategy.refreshing import RequestRefresh
from strategy.state import alembic_config, open_state, transaction
from strategy.tables import Audit, Base, Note, utc_now

BELOW = {"company": ("company", "east", "shop"), "east": ("east", "shop"), "shop": ("shop",)}
POLICY = Policy(BUILT_IN, lambda unit: BELOW.get(unit, ()), "company")
MANAGER = Viewer("max", "Max Manager", "Head of east", (Grant("manager", ("east",)),))
ANALYST = Viewer("ann", "Ann Analyst", "Controller", (Grant("analyst", ("company",)),))
NOBODY = Viewer("joe", "Joe", "", ())
NOTE = WriteNote("revenue", "shop", "2025-01", " The fair fell into February. ")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'state.sqlite'}"
        return
    server: str = request.getfixturevalue("postgres")
    name = f"state_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def state(url: str) -> Iterator[Engine]:
    """A database at the newest revision."""
    engine = open_state(url)
    yield engine
    engine.dispose()


def count(state: Engine, of: type[Base]) -> int:
    with Session(state) as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


# -- migrations


def test_tables_are_as_the_migrations_make_them(state: Engine) -> None:
    with state.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_down_and_up_again(url: str, state: Engine) -> None:
    config = alembic_config(url)
    with state.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(state).get_table_names()) == {"alembic_version"}
    with state.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    assert set(inspect(state).get_table_names()) == {"alembic_version", *Base.metadata.tables}


def test_first_visitors_at_once_migrate_once(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        engines = list(pool.map(open_state, [url] * 6))
    assert count(engines[0], Note) == 0
    for engine in engines:
        engine.dispose()


def test_opening_twice_changes_nothing(url: str, state: Engine) -> None:
    Door(state, POLICY).do(MANAGER, NOTE)
    again = open_state(url)
    assert count(again, Note) == 1
    again.dispose()


# -- the door


def test_note_and_its_audit_row_are_one(state: Engine) -> None:
    before = utc_now()
    audit = Door(state, POLICY).do(MANAGER, NOTE)
    with Session(state) as session:
        row = session.scalars(select(Audit)).one()
        note = session.scalars(select(Note)).one()
    assert (row.id, row.who, row.command, row.unit) == (audit, "max", "WriteNote", "shop")
    assert row.payload == {"metric": "revenue", "unit": "shop", "period": "2025-01", "text": NOTE.text}
    assert (note.audit_id, note.author, note.text) == (audit, "max", "The fair fell into February.")
    assert abs(row.at.replace(tzinfo=before.tzinfo) - before) < timedelta(minutes=1)


def test_request_for_a_refresh_is_on_record(state: Engine) -> None:
    Door(state, POLICY).do(ANALYST, RequestRefresh())
    with Session(state) as session:
        row = session.scalars(select(Audit)).one()
    assert (row.who, row.command, row.unit, row.payload) == ("ann", "RequestRefresh", None, {})


@pytest.mark.parametrize(
    ("viewer", "given", "words"),
    [
        (MANAGER, WriteNote("revenue", "company", "2025-01", "Ours."), "Max Manager may not note.write over company"),
        (ANALYST, NOTE, "Ann Analyst may not note.write over shop"),
        (MANAGER, RequestRefresh(), "Max Manager may not refresh.run"),
        (NOBODY, NOTE, "Joe may not note.write over shop"),
        (MANAGER, WriteNote("revenue", "nowhere", "2025-01", "Hm."), "may not note.write over nowhere"),
    ],
)
def test_refusal_leaves_nothing_behind(state: Engine, viewer: Viewer, given: Command, words: str) -> None:
    with pytest.raises(Refused, match=words):
        Door(state, POLICY).do(viewer, given)
    assert (count(state, Audit), count(state, Note)) == (0, 0)


@pytest.mark.parametrize("words", ["", "   \n ", "x" * (LONGEST + 1)])
def test_note_that_cannot_be_kept_leaves_nothing_behind(state: Engine, words: str) -> None:
    with pytest.raises(
        CommandError, match=r"the note (is empty; write a sentence first|has 2001 characters; at most 2000)"
    ):
        Door(state, POLICY).do(MANAGER, WriteNote("revenue", "shop", "2025-01", words))
    assert (count(state, Audit), count(state, Note)) == (0, 0)


def test_error_in_mid_command_leaves_nothing_behind(state: Engine) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    event.listen(Note, "before_insert", fail)
    try:
        with pytest.raises(RuntimeError, match="the disk is full"):
            Door(state, POLICY).do(MANAGER, NOTE)
    finally:
        event.remove(Note, "before_insert", fail)
    assert (count(state, Audit), count(state, Note)) == (0, 0)


def test_note_without_an_audit_row_is_impossible(state: Engine) -> None:
    with pytest.raises(CommandError, match="changed by commands alone"), transaction(state) as session:
        session.add(Note(audit_id=77, author="x", metric="m", unit="u", period="2025-01", text="t"))
    assert count(state, Note) == 0


def test_many_write_at_once_and_none_is_lost(state: Engine) -> None:
    door = Door(state, POLICY)
    with ThreadPoolExecutor(8) as pool:
        audits = list(
            pool.map(lambda n: door.do(MANAGER, WriteNote("revenue", "shop", "2025-01", f"note {n}")), range(40))
        )
    assert len(set(audits)) == 40
    assert (count(state, Audit), count(state, Note)) == (40, 40)


def test_notes_are_read_by_metric_and_unit_newest_first(state: Engine) -> None:
    door = Door(state, POLICY)
    for metric, unit, words in (("revenue", "shop", "one"), ("margin", "shop", "other"), ("revenue", "east", "two")):
        door.do(MANAGER, WriteNote(metric, unit, "2025-01", words))
    assert [note.text for note in notes_on(state, "revenue", ["shop", "east"])] == ["two", "one"]
    assert [note.text for note in notes_on(state, "revenue", ["shop"])] == ["one"]
    assert notes_on(state, "revenue", []) == []
    assert [note.text for note in notes_on(state, "revenue", ["shop", "east"], limit=1)] == ["two"]


@pytest.mark.parametrize(
    "words", ["Zürich – 100 % ✓", "'; DROP TABLE note; --", "<script>alert(1)</script>", "日本語 \\ \" '"]
)
def test_words_are_kept_as_they_are(state: Engine, words: str) -> None:
    Door(state, POLICY).do(MANAGER, WriteNote("revenue", "shop", "2025-01", words))
    assert [note.text for note in notes_on(state, "revenue", ["shop"])] == [words]


# -- commands


def test_every_command_says_what_it_needs() -> None:
    assert set(COMMANDS) >= {"WriteNote", "RequestRefresh"}
    assert all(kind.needs for kind in COMMANDS.values())


def test_command_without_needs_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="the command Forgotten must say `needs: ClassVar"):

        class Forgotten(Command):
            """A command whose author forgot the lock."""


def test_command_with_an_unknown_permission_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="the command Misspelt must say `needs: ClassVar"):

        class Misspelt(Command):
            """A command whose permission does not exist."""

            needs: ClassVar[Permission] = "note.wirte"  # type: ignore[assignment]


def test_command_does_not_inherit_what_it_needs() -> None:
    with pytest.raises(TypeError, match="the command Child must say"):

        class Child(WriteNote):
            """A command that would take its parent's lock in silence."""


def test_sqlite_waits_for_others_and_holds_its_keys(tmp_path: Path) -> None:
    engine = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")
        }
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 15_000
    assert found == {"journal_mode": "wal", "foreign_keys": 1}
    engine.dispose()
