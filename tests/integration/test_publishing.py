"""Readers, one publisher, and kill -9: whatever happens, a reader sees the old snapshot or the new one, whole."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.errors import SnapshotError
from data.snapshots import Store
from data.warehouse import open_facts
from tests.integration.publisher import publish_one
from tests.loading import Workbench

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = 5


@contextmanager
def publisher(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that publishes for ever, killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", "tests.integration.publisher", str(folder)], cwd=ROOT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def read_whole(store: Store) -> int:
    """The count of the current snapshot, which all its files must agree on; 0 before the first."""
    return 0 if store.current_id() is None else store.reading(lambda name: read(store, name))


def read(store: Store, name: str) -> int:
    """The count of one snapshot, which all its files must agree on."""
    manifest = store.load(name)
    count = int(manifest.extra["count"])
    values = {"values_file": store.folder(manifest.id) / str(manifest.values)}
    with open_facts(store.var, manifest.files(), attach=values) as facts:
        rows = facts.execute("SELECT count(*), count(DISTINCT id) FROM source.orders").fetchone()
        other = facts.execute("SELECT count(*) FROM values_file.values_").fetchone()
    assert (rows, other) == ((count, count), (count,))
    return count


def wait_for(store: Store, more_than: int) -> int:
    """Read (always whole) until a snapshot with a higher count is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (count := read_whole(store)) > more_than:
            return count
    raise AssertionError(f"nothing newer than {more_than} was published within a minute")


def test_kill_9_at_any_moment_leaves_a_whole_snapshot(tmp_path: Path) -> None:
    store, seen = Store(tmp_path / "var"), 0
    chance = random.Random(os.getpid())
    for _ in range(KILLS):
        with publisher(tmp_path):
            seen = wait_for(store, seen)
            until = time.monotonic() + chance.uniform(0, 0.4)
            while time.monotonic() < until:
                count = read_whole(store)
                assert count >= seen
                seen = count
        assert read_whole(store) >= seen
    with store.publishing():
        leftovers = [path for path in store.var.rglob("*") if path.suffix in {".partial", ".tmp", ".wal"}]
        assert leftovers == []
    publish_one(Workbench(tmp_path), store)
    assert read_whole(store) > seen
    assert len(store.list()) <= 4
    named = {file.path for one in store.list() for file in one.files()}
    assert {path.relative_to(store.var).as_posix() for path in (store.var / "facts").iterdir()} == named
    assert all("snapshot" in attempt or "broken" in attempt for attempt in store.attempts(1000))


HOLDER = """
import sys, time
from pathlib import Path
from data.snapshots import Store
with Store(Path(sys.argv[1])).publishing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_publisher_is_refused_while_one_runs_and_welcome_after_its_death(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            words = rf"another refresh is running since 20.*process {holder.pid}\)"
            with pytest.raises(SnapshotError, match=words), Store(tmp_path).publishing():
                pass
        finally:
            holder.send_signal(signal.SIGKILL)
    with Store(tmp_path).publishing():
        assert Store(tmp_path).current() is None
