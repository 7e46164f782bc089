"""The strategy room on SQLite and on a real PostgreSQL; migrated once, then copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from strategy.state import open_state
from tests.strategy_rooms import Books


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest revision, with nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "state.sqlite"
    open_state(f"sqlite:///{path}").dispose()  # the last one to leave folds the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def empty_database(postgres: str) -> str:
    """The name of a database at the newest revision, with nothing in it, from which others are copied."""
    name = f"empty_{uuid4().hex}"
    with create_engine(postgres, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    open_state(postgres.replace("/postgres?", f"/{name}?")).dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    """A company with an empty state."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "state.sqlite")
        engine = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
        yield Books(engine)
        engine.dispose()
        return
    server: str = request.getfixturevalue("postgres")
    name = f"books_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('empty_database')}"))
    engine = open_state(server.replace("/postgres?", f"/{name}?"))
    yield Books(engine)
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
