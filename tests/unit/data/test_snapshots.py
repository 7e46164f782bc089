"""Snapshots: what is written is read, the pointer moves last, retention keeps what is in use."""

import json
import os
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from data.errors import SnapshotError
from data.snapshots import DatasetState, Manifest, Store
from data.warehouse import FactFile


def manifest(store: Store, *files: str, **changes: object) -> Manifest:
    """A manifest whose dataset lies in `files` (made here if they are missing)."""
    facts = []
    for name in files:
        path = store.var / "facts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        facts.append(FactFile("sales", f"facts/{name}", None, 3))
    state = DatasetState(
        "sales", "erp", tuple(facts), "f1", 3, 1, "2026-11-03T06:10:00+00:00", date(2026, 10, 31), ("s.csv",), ("x",)
    )
    made = Manifest(
        store.new_id(), "2026-11-03T06:10:00+00:00", date(2026, 10, 31), date(2026, 11, 3), {"sales": state}
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the test knows the fields


def test_a_manifest_survives_its_json(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = manifest(store, "a.duckdb", values="values.duckdb", seconds={"load": 1.5}, extra={"rows": [1, {"a": None}]})
    assert Manifest.from_json(made.to_json()) == made
    assert made.files()[0].path == "facts/a.duckdb"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 1, "datasets": {"a": 5}}'])
def test_a_broken_manifest_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    store = Store(tmp_path)
    store.folder("x").mkdir(parents=True)
    (store.folder("x") / "manifest.json").write_text(text)
    with pytest.raises(SnapshotError, match=r"x/manifest\.json: is not a manifest"):
        store.load("x")


def test_a_manifest_of_another_format_says_so(tmp_path: Path) -> None:
    text = json.dumps({**json.loads(manifest(Store(tmp_path)).to_json()), "format": 99})
    with pytest.raises(SnapshotError, match="is of format 99, this version reads format 1; refresh again"):
        Manifest.from_json(text)


def test_before_the_first_refresh_there_is_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "var")
    assert (store.current(), store.list(), store.attempts()) == (None, (), ())
    with pytest.raises(SnapshotError, match="there is no snapshot 'x'"):
        store.load("x")


def test_what_is_published_is_current(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.publishing():
        first, second = manifest(store, "a.duckdb"), manifest(store, "b.duckdb")
        store.publish(first)
        assert store.current() == first
        store.publish(second)
    assert store.current() == second
    assert {one.id for one in store.list()} == {first.id, second.id}
    assert [path.name for path in tmp_path.glob("*.tmp")] == []


def test_nothing_is_published_outside_the_lock_or_with_a_file_missing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(SnapshotError, match=r"enter Store\.publishing"):
        store.publish(manifest(store))
    with pytest.raises(SnapshotError, match=r"enter Store\.publishing"):
        store.prune(1)
    with store.publishing():
        gone = manifest(store, "a.duckdb")
        (tmp_path / "facts" / "a.duckdb").unlink()
        with pytest.raises(SnapshotError, match=r"a\.duckdb: .*missing"):
            store.publish(gone)
        with pytest.raises(SnapshotError, match=r"values\.duckdb: .*missing"):
            store.publish(manifest(store, values="values.duckdb"))
    assert store.current() is None


def test_a_second_publisher_is_told_who_and_since_when(tmp_path: Path) -> None:
    words = rf"another refresh is running since 20\d\d-.*process {os.getpid()}"
    with Store(tmp_path).publishing(), pytest.raises(SnapshotError, match=words), Store(tmp_path).publishing():
        pass
    with Store(tmp_path).publishing():
        assert (tmp_path / "LOCK").read_text() != ""
    assert (tmp_path / "LOCK").read_text() == ""


def test_retention_keeps_what_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.publishing():
        made = []
        for number in range(6):
            one = manifest(store, "shared.duckdb", f"{number}.duckdb", id=f"20260101-00000{number}-aaaaa")
            store.publish(one)
            made.append(one.id)
        (tmp_path / "facts" / "orphan.duckdb").touch()
        assert sorted(store.prune(3)) == made[:3]
    assert [one.id for one in store.list()] == made[:2:-1]
    names = sorted(path.name for path in (tmp_path / "facts").iterdir())
    assert names == ["3.duckdb", "4.duckdb", "5.duckdb", "shared.duckdb"]


def test_retention_never_removes_the_current_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.publishing():
        current = manifest(store, "old.duckdb", id="20250101-000000-aaaaa")
        for number in range(4):
            store.publish(manifest(store, f"{number}.duckdb", id=f"20260101-00000{number}-aaaaa"))
        store.publish(current)
        store.prune(1)
    assert store.current() == current
    assert (tmp_path / "facts" / "old.duckdb").exists()
    assert len(store.list()) == 3


def test_leftovers_of_a_kill_are_swept_by_the_next_publisher_only(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.publishing():
        kept = manifest(store, "a.duckdb")
        store.publish(kept)
    half = store.folder("20990101-000000-aaaaa")
    half.mkdir()
    leftovers = [
        half / "values.duckdb",
        tmp_path / "facts" / "x.partial",
        tmp_path / "CURRENT.tmp",
        tmp_path / "tmp" / "y",
    ]
    for path in leftovers:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert store.current() == kept
    assert store.list() == (kept,)
    assert all(path.exists() for path in leftovers)
    with store.publishing():
        assert not any(path.exists() for path in leftovers)
        assert not half.exists()
    assert store.current() == kept


def test_attempts_are_read_newest_first_and_a_torn_line_is_shown(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.log({"at": date(2026, 1, 1), "ok": True})
    with (tmp_path / "refreshes.jsonl").open("a") as file:
        file.write('{"at": "2026-0')
    store.log({"at": "third", "ok": False, "error": "line\nbreak"})
    assert store.attempts() == (
        {"at": "third", "ok": False, "error": "line\nbreak"},
        {"broken": '{"at": "2026-0'},
        {"at": "2026-01-01", "ok": True},
    )
    assert len(store.attempts(1)) == 1


def test_ids_are_times_and_differ(tmp_path: Path) -> None:
    made = [Store(tmp_path).new_id() for _ in range(5)]
    assert len(set(made)) == 5
    assert all(len(one) == len("20261103-061000-1f0c4") for one in made)


def test_ids_sort_by_time_also_within_a_second(tmp_path: Path) -> None:
    store = Store(tmp_path)
    ids = []
    for _ in range(50):
        ids.append(store.new_id())
        time.sleep(0.00001)  # a snapshot takes longer
    assert ids == sorted(set(ids))
