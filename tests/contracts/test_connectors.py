"""One suite for every kind of source and every format of file, found by walking: a new one is tested by being there."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.formats import formats
from connectors.registry import kinds, source_model
from data.errors import ContractError, SourceError
from tests.loading import Workbench

Row = tuple[str | None, str | None, str | None]
HEADER = ("id", "day", "amount")
GOOD: list[Row] = [("a", "2024-01-01", "1.50"), ("b", "2024-01-02", None), ("c", None, "-3")]
BAD: list[Row] = [("d", "soon", "1"), (None, "2024-01-01", "1"), ("a", "2024-01-01", "9"), ("e", "1066-10-14", "1")]
COLUMNS = "columns: {id: {type: text, required: true}, day: date, amount: decimal}\nkey: [id]\ncursor: day\n"


@dataclass(frozen=True)
class Case:
    """How a test makes a source of one kind hold rows of text, and the YAML that reads it."""

    connector: str
    make: Callable[[Path, list[Row]], None]
    dataset: str
    settings: str = "{}"
    first_line: int = 2


def _csv(folder: Path, rows: list[Row]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    (folder / "files" / "o.csv").write_text(text.getvalue(), encoding="utf-8")


def _jsonl(folder: Path, rows: list[Row]) -> None:
    lines = [json.dumps(dict(zip(HEADER, row, strict=True))) for row in rows]
    (folder / "files" / "o.jsonl").write_text("\n".join(lines), encoding="utf-8")


def _parquet(folder: Path, rows: list[Row]) -> None:
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    arrays = {name: pa.array(list(column), pa.string()) for name, column in zip(HEADER, columns, strict=True)}
    pq.write_table(pa.table(arrays), folder / "files" / "o.parquet")


def _excel(folder: Path, rows: list[Row]) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [HEADER, *rows]:
        page.append(row)
    book.save(folder / "files" / "o.xlsx")


def _sqlite(folder: Path, rows: list[Row]) -> None:
    with sqlite3.connect(folder / "erp.db") as connection:
        connection.execute("CREATE TABLE o (id, day, amount)")
        connection.executemany("INSERT INTO o VALUES (?, ?, ?)", rows)
    connection.close()


LOADS_NOTHING = ("in_place",)  # its rows stay where they are: tests/integration/test_away.py
CASES: Mapping[str, Case] = {
    "files/csv": Case("files", _csv, "path: o.csv"),
    "files/jsonl": Case("files", _jsonl, "path: o.jsonl", first_line=1),
    "files/parquet": Case("files", _parquet, "path: o.parquet", first_line=1),
    "files/excel": Case("files", _excel, "path: o.xlsx"),
    "sql": Case("sql", _sqlite, "table: o", '{url: "sqlite:///erp.db"}', first_line=1),
}


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """An empty workspace."""
    return Workbench(tmp_path / "workspace")


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    """Each kind of source in turn."""
    return CASES[request.param]


def test_every_kind_and_format_is_in_this_suite() -> None:
    found = set(kinds()) - {"files", *LOADS_NOTHING} | {f"files/{name}" for name in formats()}
    assert found == set(CASES)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_kind_has_strict_models_of_its_own(kind: str) -> None:
    model, connector = source_model(kind), kinds()[kind]
    assert kind == connector.kind
    assert connector.settings.model_config.get("extra") == "forbid"
    assert connector.dataset.model_config.get("extra") == "forbid"
    assert model.model_json_schema()["properties"]["connector"]["const"] == kind


def test_rows_come_out_typed(bench: Workbench, case: Case) -> None:
    case.make(bench.folder, GOOD)
    loaded = bench.load(f"{case.dataset}\n{COLUMNS}", connector=case.connector, settings=case.settings)
    assert loaded.rows == [
        ("a", date(2024, 1, 1), Decimal("1.5")),
        ("b", date(2024, 1, 2), None),
        ("c", None, Decimal(-3)),
    ]
    assert (loaded.state.newest, loaded.quarantine) == (date(2024, 1, 2), [])


def test_bad_rows_are_refused_with_place_reason_and_content(bench: Workbench, case: Case) -> None:
    case.make(bench.folder, [*GOOD, *BAD])
    loaded = bench.load(f"{case.dataset}\n{COLUMNS}", connector=case.connector, settings=case.settings)
    assert loaded.state.rows + loaded.state.quarantined == len(GOOD) + len(BAD)
    first = case.first_line + len(GOOD)
    assert [line for _, line in loaded.places] == list(range(first, first + len(BAD)))
    assert loaded.reasons == [
        "day: 'soon' is not a date (expected like 2024-01-31)",
        "id: is empty, but required",
        f"id: 'a' is a duplicate: the same key stands in line {case.first_line} of {loaded.state.read_from[0]}",
        "day: '1066-10-14' is not between 1900-01-01 and 2200-12-31",
    ]
    assert [json.loads(row[3])["id"] for row in loaded.quarantine] == ["d", None, "a", "e"]


def test_an_empty_source_is_refused(bench: Workbench, case: Case) -> None:
    case.make(bench.folder, [])
    with pytest.raises(SourceError, match=r"source 'erp', dataset 'orders'.*holds no rows"):
        bench.load(f"{case.dataset}\n{COLUMNS}", connector=case.connector, settings=case.settings)
    allowed = f"{case.dataset}\nempty: allow\n{COLUMNS}"
    assert bench.load(allowed, connector=case.connector, settings=case.settings).rows == []


def test_a_missing_source_is_told(bench: Workbench, case: Case) -> None:
    with pytest.raises(SourceError, match=r"source 'erp', dataset 'orders': .*(missing|no file matches)"):
        bench.load(f"{case.dataset}\n{COLUMNS}", connector=case.connector, settings=case.settings)


def test_a_misspelt_column_is_told_with_the_nearest(bench: Workbench, case: Case) -> None:
    case.make(bench.folder, GOOD)
    columns = COLUMNS.replace("amount: decimal", "amuont: decimal")
    with pytest.raises(ContractError, match="column 'amuont' is missing; did you mean 'amount'"):
        bench.load(f"{case.dataset}\n{columns}", connector=case.connector, settings=case.settings)


def test_equal_content_makes_equal_facts(bench: Workbench, case: Case) -> None:
    case.make(bench.folder, [*GOOD, *BAD])
    dataset = f"{case.dataset}\n{COLUMNS}"
    first, second = (bench.load(dataset, connector=case.connector, settings=case.settings) for _ in range(2))
    assert first.state.fingerprint == second.state.fingerprint
    assert (first.state.files, first.rows, first.quarantine) == (second.state.files, second.rows, second.quarantine)
