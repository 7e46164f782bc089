"""Datasets of many files: only those that changed are read again, and the rows are always those of reading all."""

import os
import time
from datetime import date
from pathlib import Path
from random import Random

import pytest

from connectors import segments
from connectors.load import Engine
from data.snapshots import Manifest
from tests.loading import Loaded, Workbench

DATASET = """
path: "*.csv"
columns: {id: integer, day: date}
cursor: day
empty: allow
"""
KEYED = DATASET + "key: [id]\n"


def text(*rows: tuple[int, str]) -> str:
    return "id,day\n" + "".join(f"{number},{day}\n" for number, day in rows)


def again(bench: Workbench, dataset: str, before: Loaded) -> Loaded:
    manifest = Manifest("20240101-000000-abcde", "", date(2024, 1, 1), date(2024, 1, 1), {"orders": before.state})
    return bench.load(dataset, previous=Manifest.from_json(manifest.to_json()))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is worth a segment."""
    monkeypatch.setattr(segments, "LARGE", 1)


def test_a_new_file_leaves_the_others_unread(bench: Workbench) -> None:
    bench.write("a.csv", text((1, "2024-01-01")))
    bench.write("b.csv", text((2, "2024-02-01")))
    first = bench.load(KEYED)
    assert [[part.name for part in one.parts] for one in first.state.segments] == [["a.csv", "b.csv"]]
    bench.write("c.csv", text((3, "2024-03-01"), (4, "x")))
    second = again(bench, KEYED, first)
    assert second.state.files[0] == first.state.files[0]
    assert sorted(second.rows) == [(n, date(2024, n, 1)) for n in (1, 2, 3)]
    assert (second.state.rows, second.state.quarantined, second.places) == (3, 1, [("c.csv", 3)])
    assert second.state.newest == date(2024, 3, 1)


@pytest.mark.usefixtures("tiny")
def test_a_changed_and_a_vanished_file_are_seen(bench: Workbench) -> None:
    for number in (1, 2, 3):
        bench.write(f"{number}.csv", text((number, f"2024-0{number}-01")))
    first = bench.load(KEYED)
    assert len(first.state.segments) == 3
    bench.write("2.csv", text((2, "2024-02-02"), (5, "2024-02-03")))
    (bench.folder / "files" / "3.csv").unlink()
    second = again(bench, KEYED, first)
    assert sorted(second.rows) == [(1, date(2024, 1, 1)), (2, date(2024, 2, 2)), (5, date(2024, 2, 3))]
    assert first.state.files[0] in second.state.files
    assert first.state.files[2] not in second.state.files


@pytest.mark.usefixtures("tiny")
def test_a_key_in_two_files_is_told_as_if_all_were_read_together(bench: Workbench) -> None:
    bench.write("a.csv", text((1, "2024-01-01")))
    first = bench.load(KEYED)
    bench.write("b.csv", text((1, "2024-02-01"), (2, "2024-02-01")))
    second = again(bench, KEYED, first)
    assert sorted(second.rows) == [(1, date(2024, 1, 1)), (2, date(2024, 2, 1))]
    assert second.reasons == ["id: '1' is a duplicate: the same key stands in line 2 of a.csv"]
    bench.write("a.csv", text((7, "2024-01-01")))
    assert min(again(bench, KEYED, second).rows) == (1, date(2024, 2, 1))


@pytest.mark.usefixtures("tiny")
def test_equal_rows_in_two_files_are_all_there(bench: Workbench) -> None:
    dataset = DATASET + "split_by_year: day\n"
    for name in "ab":
        bench.write(f"{name}.csv", text((1, "2024-01-01"), (1, "2025-01-01")))
    loaded = bench.load(dataset, engine=Engine(split_above=1))
    assert len(loaded.rows) == 4


def test_a_file_whose_stamp_is_as_it_was_is_not_looked_through(bench: Workbench) -> None:
    path = bench.write("a.csv", text((1, "2024-01-01")))
    first = bench.load(KEYED)
    (racy,) = first.state.segments[0].parts
    assert racy.stamp is not None
    assert not segments._settled(racy)  # written a moment ago: it is looked through again
    old = time.time_ns() - 60_000_000_000
    os.utime(path, ns=(old, old))
    second = again(bench, KEYED, first)
    assert second.state.fingerprint == first.state.fingerprint


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("seed", range(12))
def test_after_any_changes_the_rows_are_those_of_reading_all(bench: Workbench, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    dataset = random.choice([DATASET, KEYED])
    loaded = None
    for turn in range(5):
        for _ in range(random.randint(1, 4)):
            name = f"{random.randrange(7)}.csv"
            path = bench.folder / "files" / name
            if path.exists() and random.random() < 0.25:
                path.unlink()
            else:
                rows = [(random.randrange(40), random.choice(["2024-05-05", "2025-01-01", "x"])) for _ in range(3)]
                bench.write(name, text(*rows))
        if not list((bench.folder / "files").glob("*.csv")):
            bench.write("0.csv", text())
        loaded = again(bench, dataset, loaded) if loaded else bench.load(dataset)
        fresh = Workbench(tmp_path / f"fresh{turn}")
        for path in (bench.folder / "files").glob("*.csv"):
            fresh.write(path.name, path.read_bytes())
        expected = fresh.load(dataset)
        assert sorted(loaded.rows, key=str) == sorted(expected.rows, key=str)
        assert sorted(loaded.quarantine, key=str) == sorted(expected.quarantine, key=str)
        assert (loaded.state.rows, loaded.state.newest) == (expected.state.rows, expected.state.newest)
