"""A refresh publishes a whole snapshot or leaves the old one serving, whatever happens to it."""

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random

import pytest

from data.calendar import Period
from data.errors import ContractError, DefinitionError, FourfoldError, QueryError, SnapshotError
from data.snapshots import Store
from flows.opened import open_current
from flows.refresh import refresh
from tests.integration.refresher import refresh_for_ever, write_facts
from tests.making import REVENUE, SALES_HEADER, WORKSPACE, make, sales, values
from views.desk import Desk
from views.entry import open_desk

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE = "people: {ann: {name: Ann, roles: [{role: analyst, units: [company]}]}}\n"
JANUARY = Period("month", date(2025, 1, 1), date(2025, 1, 31))
KILLS = 20


def revenue(desk: Desk) -> float | None:
    (found,) = desk.values(["revenue"], ["company"], "month", JANUARY)
    return found.value


# -- failures


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("metrics/financial/revenue.yaml", REVENUE.replace("amount", "amonut"), DefinitionError),
        ("files/sales.csv", "id,day\n1,2025-01-01\n", ContractError),
        ("files/sales.csv", sales("2025-01-05,nowhere,1,1,a,x,true"), QueryError),
    ],
)
def test_failed_refresh_leaves_the_old_snapshot_and_is_on_record(
    tmp_path: Path, name: str, text: str, kind: type[FourfoldError]
) -> None:
    folder = make(tmp_path, {"people.yaml": PEOPLE})
    old = refresh(folder)
    (folder / name).write_text(text)
    with pytest.raises(kind) as error:
        refresh(folder)
    store = Store(folder / "var")
    assert store.current_id() == old.id
    assert revenue(open_desk(folder, "ann")) == 100
    attempt = store.attempts()[0]
    assert (attempt["ok"], attempt["error"]) == (False, str(error.value))
    assert attempt["started_at"]
    assert [one.id for one in store.list()] == [old.id]


def test_first_refresh_that_fails_leaves_no_snapshot(tmp_path: Path) -> None:
    folder = make(tmp_path, {"files/sales.csv": SALES_HEADER})
    with pytest.raises(FourfoldError):
        refresh(folder)
    assert Store(folder / "var").current() is None
    with pytest.raises(SnapshotError, match=r"has no snapshot yet; make one with: \./run fourfold refresh"):
        open_current(folder)


def test_refresh_works_again_once_the_fault_is_mended(tmp_path: Path) -> None:
    folder = make(tmp_path, {"people.yaml": PEOPLE})
    refresh(folder)
    path = folder / "files" / "sales.csv"
    path.write_text("nonsense\n")
    with pytest.raises(FourfoldError):
        refresh(folder)
    path.write_text(sales("2025-01-10,shop,7,1,a,x,true"))
    refresh(folder)
    assert revenue(open_desk(folder, "ann")) == 7


# -- what is new


def test_unchanged_input_keeps_the_snapshot(tmp_path: Path) -> None:
    folder = make(tmp_path, {})
    first = refresh(folder)
    again = folder / "files" / "sales.csv"
    again.write_bytes(again.read_bytes())  # the same content at a new time
    assert refresh(folder).id == first.id
    assert [attempt["snapshot"] for attempt in Store(folder / "var").attempts()] == [first.id, first.id]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("files/sales.csv", "shop,100", "shop,101"),
        ("metrics/financial/revenue.yaml", "expr: amount", "expr: amount - cost"),
        ("units.yaml", "title: Shop", "title: The shop"),
        ("workspace.yaml", "today: 2025-07-05", "today: 2025-07-06"),
    ],
)
def test_changed_fact_definition_or_day_makes_a_new_snapshot(tmp_path: Path, name: str, old: str, new: str) -> None:
    folder = make(tmp_path, {})
    first = refresh(folder)
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert refresh(folder).id != first.id


def test_changed_definition_reuses_the_facts(tmp_path: Path) -> None:
    folder = make(tmp_path, {})
    first = refresh(folder)
    (folder / "metrics" / "financial" / "more.yaml").write_text(REVENUE)
    second = refresh(folder)
    assert second.files() == first.files()
    assert second.id != first.id


def test_forced_refresh_computes_all_the_same(tmp_path: Path) -> None:
    folder = make(tmp_path, {})
    assert refresh(folder).id != refresh(folder, force=True).id


def test_values_are_read_by_the_definitions_of_their_snapshot(tmp_path: Path) -> None:
    folder = make(tmp_path, {"people.yaml": PEOPLE})
    refresh(folder)
    (folder / "metrics" / "financial" / "revenue.yaml").write_text(REVENUE.replace("title: Revenue", "title: Sales"))
    assert open_desk(folder, "ann").metric("revenue").title == "Revenue"
    refresh(folder)
    assert open_desk(folder, "ann").metric("revenue").title == "Sales"


def test_known_answers_are_counted(tmp_path: Path) -> None:
    answers = "tests: [{period: 2025-01, equals: 100}, {period: 2025-01, unit: shop, equals: 99}, "
    answers += "{period: 2025-02, equals: 0}]\n"
    manifest = refresh(make(tmp_path, {"metrics/financial/revenue.yaml": REVENUE + answers}))
    assert manifest.extra["answers_failed"] == 2  # a wrong one, and one about a month without a value


# -- two at once, and retention

HOLDER = """
import sys, time
from pathlib import Path
from data.snapshots import Store
with Store(Path(sys.argv[1])).publishing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_refresh_at_once_says_so_and_is_on_record(tmp_path: Path) -> None:
    folder = make(tmp_path, {})
    first = refresh(folder)
    command = [sys.executable, "-c", HOLDER, str(folder / "var")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with pytest.raises(SnapshotError, match=rf"another refresh is running since 20.*process {holder.pid}"):
                refresh(folder)
        finally:
            holder.kill()
    attempt = Store(folder / "var").attempts()[0]
    assert attempt["ok"] is False
    assert "another refresh is running" in attempt["error"]
    assert refresh(folder).id == first.id


def test_retention_keeps_the_newest_and_the_facts_they_name(tmp_path: Path) -> None:
    folder = make(tmp_path, {"workspace.yaml": WORKSPACE + "retention: {snapshots: 2}\n"})
    names = []
    for count in range(1, 6):
        write_facts(folder, count)
        names.append(refresh(folder).id)
    store = Store(folder / "var")
    kept = store.list()
    assert sorted(one.id for one in kept) == sorted(names[-2:])
    named = {file.path for one in kept for file in one.files()}
    assert {path.relative_to(store.var).as_posix() for path in (store.var / "facts").iterdir()} == named


def test_reader_of_a_snapshot_that_is_pruned_keeps_reading(tmp_path: Path) -> None:
    folder = make(tmp_path, {"workspace.yaml": WORKSPACE + "retention: {snapshots: 1}\n", "people.yaml": PEOPLE})
    refresh(folder)
    desk = open_desk(folder, "ann")
    for count in range(1, 4):
        write_facts(folder, count)
        refresh(folder)
    assert revenue(desk) == 100
    assert desk.rows("revenue", "shop", JANUARY).total == 1
    assert revenue(open_desk(folder, "ann")) == 3


# -- kill -9


def whole(folder: Path) -> int:
    """The number of rows of the current snapshot, on which values, facts and manifest agree; 0 before the first."""
    store = Store(folder / "var")
    if store.current_id() is None:
        return 0
    desk = open_desk(folder, "ann")
    count = desk.opened.manifest.datasets["sales"].rows
    assert revenue(desk) == count
    assert desk.rows("revenue", "shop", JANUARY, limit=1).total == count
    assert desk.metric("revenue").title == "Revenue"
    return count


@contextmanager
def refreshing(folder: Path, count: int) -> Iterator[Callable[[], float]]:
    """A process that refreshes for ever, killed at the end; gives a clock that started with its first refresh."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.refresher"])
    ready = folder.parent / f"ready{count}-{time.monotonic_ns()}"
    child = context.Process(target=refresh_for_ever, args=(str(folder), count, str(ready)))
    child.start()
    wait_until(ready.exists)
    began = time.monotonic()
    try:
        yield lambda: time.monotonic() - began
        assert child.is_alive(), "the refresh ended by itself"
    finally:
        child.kill()
        child.join()


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, "nothing happened within a minute"
        time.sleep(0.002)


def test_kill_9_at_twenty_moments_leaves_the_old_or_the_new_snapshot_whole(tmp_path: Path) -> None:
    few = WORKSPACE + "retention: {snapshots: 2}\n"
    folder = make(tmp_path / "company", {"people.yaml": PEOPLE, "workspace.yaml": few})
    store, chance = Store(folder / "var"), Random()
    with refreshing(folder, 1) as clock:
        wait_until(lambda: store.current_id() is not None)
        lasts = clock()
    seen, published, moments = whole(folder), 0, []
    for _ in range(KILLS):
        moments.append(chance.uniform(0, 1.5 * lasts))
        with refreshing(folder, seen + 1):
            time.sleep(moments[-1])
        count = whole(folder)
        assert count >= seen, moments
        seen, published = count, published + (count > seen)
    assert published, f"no kill fell after a publication: {moments}, of {lasts} s each"
    write_facts(folder, seen + 1)
    refresh(folder)
    assert whole(folder) == seen + 1
    assert [path for path in store.var.rglob("*") if path.suffix in {".partial", ".tmp", ".wal"}] == []
    assert len(store.list()) == 2


def test_attempts_are_listed_newest_first(tmp_path: Path) -> None:
    folder = make(tmp_path, {"people.yaml": PEOPLE})
    first = refresh(folder)
    write_facts(folder, 3)
    second = refresh(folder)
    attempts = open_desk(folder, "ann").attempts()
    assert [attempt["snapshot"] for attempt in attempts] == [second.id, first.id]
    assert all(attempt["seconds"] >= 0 for attempt in attempts)
    assert values(folder, "revenue")["shop", "2025-01"] == 3
