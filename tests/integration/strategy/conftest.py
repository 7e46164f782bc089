"""The strategy room on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from strategy.state import open_state
from tests.strategy_rooms import Books


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    """A company with an empty state."""
    if request.param == "sqlite":
        engine = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
        yield Books(engine)
        engine.dispose()
        return
    server: str = request.getfixturevalue("postgres")
    name = f"books_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = open_state(server.replace("/postgres?", f"/{name}?"))
    yield Books(engine)
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
