"""Many at once, and a process that is killed: no error but honest conflicts, nothing lost, nothing half done."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.pool import QueuePool

from strategy.seals import verified
from strategy.state import open_state, reading
from strategy.tables import Audit
from tests.integration.strategy.test_walks import check_whole
from tests.strategy_rooms import Books
from tests.strategy_walk import Walk
from tests.strategy_worker import work

ROOT = Path(__file__).resolve().parents[3]
THREADS = 16
DATABASES = pytest.mark.parametrize("books", ["sqlite", "postgresql"], indirect=True)


def crowd(books: Books, commands: int) -> None:
    """`commands` in all, by 16 threads that know of each other only what the state tells."""
    walks = [Walk(books, Random(number), label=str(number)) for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda walk: work(walk, commands // THREADS), walks))
    told = [audit for mine in done for audit in mine]
    with reading(books.engine) as session:
        known = set(session.scalars(select(Audit.id)))
    assert len(set(told)) == len(told), "two commands were told to be the same deed"
    assert set(told) <= known, "a command was told to be done and is not there"
    assert all(done), "somebody never came to his turn"
    assert verified(books.engine).faults == ()
    assert isinstance(books.engine.pool, QueuePool)
    assert books.engine.pool.checkedout() == 0, "a connection was never given back"
    check_whole(books)


@DATABASES
def test_sixteen_at_once(books: Books) -> None:
    crowd(books, 480)


@pytest.mark.soak
@DATABASES
def test_sixteen_at_once_for_long(books: Books) -> None:
    crowd(books, 10_000)


def killed(books: Books, seconds: list[float]) -> None:
    """A process works and is killed without a word, again and again; each time the state must be whole."""
    books.engine.dispose()
    url = books.engine.url.render_as_string(hide_password=False)
    for number, patience in enumerate(seconds):
        command = [sys.executable, "-m", "tests.strategy_worker", url, str(number), "100000"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told = [process.stdout.readline()]  # it works
        time.sleep(patience)
        process.send_signal(signal.SIGKILL)
        rest, errors = process.communicate()
        assert process.returncode == -signal.SIGKILL, f"it ended by itself:\n{errors}"
        told += rest.splitlines()
        again = open_state(url)
        with reading(again) as session:
            known = set(session.scalars(select(Audit.id)))
        acknowledged = {int(line) for line in told[:-1] if line.strip()} | {int(told[0])}
        assert acknowledged <= known, "a command was told to be done and is not there"
        check_whole(Books(again))
        assert verified(again).faults == ()
        again.dispose()


@DATABASES
def test_killed_in_the_middle(books: Books) -> None:
    killed(books, [0.3, 0.05])


@pytest.mark.soak
@DATABASES
def test_killed_again_and_again(books: Books) -> None:
    random = Random(os.environ.get("FOURFOLD_SEED", "0"))
    killed(books, [random.random() * 1.5 for _ in range(25)])
