"""Export and import: whatever is in the state comes back unchanged, on both databases and across them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from data.errors import CommandError
from strategy.archive import read_back, written
from strategy.history import rebuilt
from strategy.notes import WriteNote
from strategy.state import open_state
from tests.integration.strategy.test_walks import check_whole
from tests.strategy_rooms import Books
from tests.strategy_walk import Walk, dump
from tests.strategy_worker import work

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite state."""
    engine = open_state(f"sqlite:///{tmp_path / 'other' / 'state.sqlite'}")
    yield engine
    engine.dispose()


def through_json(content: dict[str, Any]) -> dict[str, Any]:
    """What a file gives back."""
    back: dict[str, Any] = json.loads(json.dumps(content, ensure_ascii=False, allow_nan=False))
    return back


def test_state_comes_back_unchanged(books: Books, other: Engine) -> None:
    work(Walk(books, Random(7)), 400)
    content = written(books.engine)
    assert sum(map(len, content["tables"].values())) > 100
    assert read_back(other, through_json(content)) == {
        name: len(rows) for name, rows in content["tables"].items() if rows
    }
    assert written(other) == content
    assert dump(Books(other)) == dump(books)
    assert rebuilt(other) == rebuilt(books.engine)


def test_life_goes_on_after_an_import(books: Books, other: Engine) -> None:
    """Into each kind of database; its counters go on after the highest number that was read."""
    Books(other).do("mira", WriteNote("revenue", "east", "2026-10", "The fair fell into February."))
    work(Walk(Books(other), Random(8)), 150)
    read_back(books.engine, through_json(written(other)))
    work(Walk(books, Random(9), label="later"), 150)
    check_whole(books)


def test_import_overwrites_nothing(books: Books, other: Engine) -> None:
    note = WriteNote("revenue", "east", "2026-10", "Ours.")
    books.do("mira", note)
    Books(other).do("mira", note)
    before = written(other)
    with pytest.raises(CommandError, match=r"not empty \(1 in audit, .*1 in note\)"):
        read_back(other, written(books.engine))
    assert written(other) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "else"}, "not an exported state"),
        ({"revision": "9999"}, "revision 9999, which this Fourfold does not know"),
        ({"tables": {"nonsense": [{"a": 1}]}}, "tables that do not exist: nonsense"),
        ({"tables": []}, "should hold a list of rows for each table"),
        ({"tables": {"note": [{"id": 1}]}}, "a row of note has no at, audit_id"),
    ],
)
def test_what_is_no_export_changes_nothing(other: Engine, change: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        read_back(other, {**written(other), **change})
    assert not any(written(other)["tables"].values())


def test_broken_row_is_named_and_nothing_is_kept(books: Books, other: Engine) -> None:
    books.do("mira", WriteNote("revenue", "east", "2026-10", "Ours."))
    content = written(books.engine)
    content["tables"]["note"][0]["at"] = "yesterday"
    with pytest.raises(CommandError, match=r"note\.at is 'yesterday'"):
        read_back(other, content)
    assert not any(written(other)["tables"].values())


def test_export_of_the_first_revision_is_carried_up(other: Engine) -> None:
    audit = {"id": 4, "at": "2025-01-02T03:04:05+00:00", "who": "max", "command": "WriteNote", "unit": "shop"}
    note = {"id": 9, "audit_id": 4, "at": "2025-01-02T03:04:05+00:00", "author": "max", "metric": "revenue"}
    note |= {"unit": "shop", "period": "2025-01", "text": "Zürich – 100 % ✓"}
    tables = {"audit": [{**audit, "payload": {"text": "Zürich"}}], "note": [note]}
    read_back(other, {"format": "fourfold state", "revision": "0001", "tables": tables})
    found = written(other)
    assert found["tables"]["note"] == [note]
    (row,) = found["tables"]["audit"]
    assert {name: row[name] for name in tables["audit"][0]} == tables["audit"][0]


# -- the command line


def fourfold(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FOURFOLD_WORKSPACE": str(workspace)}
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_commands_carry_a_state_from_one_workspace_to_another(tmp_path: Path) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "state.json"
    for folder in (here, there):
        assert fourfold(folder, "init", str(folder)).returncode == 0
    engine = open_state(f"sqlite:///{here / 'var' / 'state.sqlite'}")
    work(Walk(Books(engine), Random(3)), 60)
    assert fourfold(here, "export", str(file)).returncode == 0
    printed = fourfold(here, "export")
    assert json.loads(printed.stdout) == json.loads(file.read_text(encoding="utf-8")) == written(engine)
    told = fourfold(there, "import", str(file))
    assert told.returncode == 0, told.stderr
    assert " rows: " in told.stdout
    assert written(open_state(f"sqlite:///{there / 'var' / 'state.sqlite'}")) == written(engine)
    again = fourfold(there, "import", str(file))
    assert again.returncode == 1
    assert "nothing is overwritten" in again.stderr
    file.write_text("{", encoding="utf-8")
    assert "is not JSON" in fourfold(there, "import", str(file)).stderr
