"""Tables that tell their changes: after any changes the rows are those of reading the whole table."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine as SqlEngine

from connectors.load import Engine
from data.errors import DefinitionError
from data.snapshots import Manifest
from tests.loading import Loaded, Workbench

COLUMNS = """
table: orders
columns:
  id: integer
  day: date
  amount: {type: decimal, min: 0}
  changed: timestamp
  gone: boolean
key: [id]
cursor: day
split_by_year: day
empty: allow
"""
INCREMENT = "increment: {column: changed, deleted: gone}\n"
SQLITE = '{url: "sqlite:///erp.db"}'


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path / "workspace")


@pytest.fixture
def erp(bench: Workbench) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(bench.folder / "erp.db", isolation_level=None)
    connection.execute("CREATE TABLE orders (id PRIMARY KEY, day, amount, changed, gone)")
    yield connection
    connection.close()


def load(bench: Workbench, dataset: str, before: Loaded | None = None, split_above: int = 5) -> Loaded:
    manifest = None
    if before is not None:
        states = {"orders": before.state}
        manifest = Manifest.from_json(Manifest("1", "", date(2024, 1, 1), date(2024, 1, 1), states).to_json())
    engine = Engine(split_above=split_above)
    return bench.load(dataset, connector="sql", settings=SQLITE, previous=manifest, engine=engine)


def put(erp: sqlite3.Connection, *rows: tuple[object, ...]) -> None:
    erp.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?)", rows)


def test_only_what_changed_is_read_and_untouched_years_keep_their_files(
    bench: Workbench, erp: sqlite3.Connection
) -> None:
    put(erp, *((n, f"202{n % 3}-05-01", n, "2024-01-01 10:00:00", 0) for n in range(30)))
    first = load(bench, COLUMNS + INCREMENT)
    put(erp, (3, "2020-05-01", 99, "2024-03-01 10:00:00", 0), (40, "2022-06-01", 1, "2024-03-01 11:00:00", 0))
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(SqlEngine, "before_cursor_execute", note)
    second = load(bench, COLUMNS + INCREMENT, first)
    event.remove(SqlEngine, "before_cursor_execute", note)
    (question,) = [text for text in asked if "FROM orders" in text]
    assert "WHERE changed >=" in question
    assert {row[0]: row[2] for row in second.rows}[3] == 99
    assert len(second.rows) == 31
    by_year = [{file.year: file.path for file in one.state.files} for one in (first, second)]
    assert by_year[0][2021] == by_year[1][2021]
    assert by_year[0][2020] != by_year[1][2020]
    assert load(bench, COLUMNS + INCREMENT, second).state.files == second.state.files


def test_a_deleted_row_that_nothing_tells_of_is_seen_when_the_table_is_read_whole(
    bench: Workbench, erp: sqlite3.Connection
) -> None:
    put(erp, (1, "2024-05-01", 1, "2024-01-01", 0), (2, "2024-05-01", 1, "2024-01-01", 0))
    dataset = COLUMNS + "increment: {column: changed, whole_every: 0 days}\n"
    first = load(bench, dataset)
    erp.execute("DELETE FROM orders WHERE id = 1")
    assert [row[0] for row in load(bench, dataset, first).rows] == [2]
    plain = COLUMNS + "increment: {column: changed}\n"
    kept = load(bench, plain)
    erp.execute("DELETE FROM orders WHERE id = 2")
    put(erp, (3, "2024-05-01", 1, "2024-01-02", 0))
    assert sorted(row[0] for row in load(bench, plain, kept).rows) == [2, 3]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("increment: {column: changd}", "did you mean 'changed'"),
        ("increment: {column: gone}", "is not a date, a timestamp or an integer"),
        ("increment: {column: changed, deleted: amount}", "is not a boolean"),
    ],
)
def test_an_increment_that_cannot_be_meant(bench: Workbench, line: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        bench.source(COLUMNS + line, "sql", SQLITE)


def test_an_increment_needs_a_key(bench: Workbench) -> None:
    with pytest.raises(DefinitionError, match="needs `table` and `key`"):
        bench.source(COLUMNS.replace("key: [id]\n", "") + INCREMENT, "sql", SQLITE)


@pytest.mark.parametrize("seed", range(16))
def test_after_any_changes_the_rows_are_those_of_the_whole_table(
    bench: Workbench, erp: sqlite3.Connection, tmp_path: Path, seed: int
) -> None:
    random, loaded = Random(seed), None
    now = date(2024, 6, 1)
    split_above = random.choice([0, 5, 1000])
    for turn in range(5):
        for _ in range(random.randint(0, 6)):
            now += timedelta(days=random.choice([0, 0, 1]))
            day = random.choice([None, "2023-02-03", "2024-02-03", "2025-02-03", "2026-02-03"])
            amount = random.choice([1, 2.5, -1, "lots", None])
            changed = random.choice([f"{now}", f"{now}T10:00:00", f"{now} 23:59:59"])
            put(erp, (random.randrange(12), day, amount, changed, random.choice([0, 0, 0, 1])))
        loaded = load(bench, COLUMNS + INCREMENT, loaded, split_above)
        fresh = Workbench(tmp_path / f"fresh{turn}")
        with sqlite3.connect(fresh.folder / "erp.db") as copy:
            erp.backup(copy)
        copy.close()
        whole = load(fresh, COLUMNS + INCREMENT, None, split_above)
        assert sorted(loaded.rows, key=str) == sorted(whole.rows, key=str)
        assert sorted(loaded.reasons) == sorted(whole.reasons)
        assert (loaded.state.rows, loaded.state.quarantined) == (len(whole.rows), len(whole.quarantine))
        assert loaded.state.newest == whole.state.newest
