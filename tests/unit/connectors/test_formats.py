"""JSON lines, Parquet and Excel: the same contract, the same quarantine."""

import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import ContractError, DefinitionError, SourceError
from tests.loading import Workbench

COLUMNS = """
columns:
  id: {type: text, required: true}
  ordered_on: date
  amount: decimal
key: [id]
"""


def workbook(path: Path, rows: list[list[Any]], sheet: str = "Sheet1", offset: int = 0) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for number, row in enumerate(rows, start=1 + offset):
        for place, value in enumerate(row, start=1):
            page.cell(number, place, value)
    book.create_sheet("Notes")
    book.save(path)


def test_json_lines(bench: Workbench) -> None:
    lines = [
        {"id": 1, "ordered_on": "2024-01-01", "amount": 1.5, "salary": 9},
        {"id": "2", "amount": None, "ordered_on": "2024-01-02"},
        {"id": "3", "amount": "x", "ordered_on": "2024-01-02"},
        {"id": "4", "amount": {"net": 1}},
    ]
    text = "\ufeff" + "\r\n".join(json.dumps(line) for line in lines) + '\r\n\r\n{"id": \r\n[1]\r\n"text"\r\n'
    bench.write("o.jsonl", text)
    loaded = bench.load(f"path: o.jsonl{COLUMNS}")
    assert loaded.rows == [("1", date(2024, 1, 1), Decimal("1.5")), ("2", date(2024, 1, 2), None)]
    assert loaded.places == [("o.jsonl", line) for line in (3, 4, 6, 7, 8)]
    assert loaded.reasons[0] == "amount: 'x' is not a decimal number"
    assert loaded.reasons[2] == 'the line is not a JSON object: {"id": '
    assert loaded.state.ignored == ("salary",)


def test_json_lines_packed_and_without_a_field(bench: Workbench) -> None:
    text = "".join(json.dumps({"id": number}) + "\n" for number in range(3000))
    bench.write("o.ndjson.gz", gzip.compress(text.encode() + b'{"id": "x", "amount": 5, "ordered_on": "2024-01-01"}\n'))
    assert bench.load(f"path: o.ndjson.gz{COLUMNS}").state.rows == 3001
    bench.write("o.ndjson", text)
    with pytest.raises(ContractError, match=r"column 'ordered_on' is missing"):
        bench.load(f"path: o.ndjson{COLUMNS}")


def test_parquet_keeps_its_types(bench: Workbench) -> None:
    table = pa.table(
        {
            "id": pa.array([1.0, 2.0, 2.0, None]),
            "ordered_on": pa.array([datetime(2024, 1, 1, 10)] * 4),  # noqa: DTZ001  # Parquet knows such
            "amount": pa.array([Decimal("1.50"), None, Decimal(3), Decimal(4)], pa.decimal128(12, 2)),
        }
    )
    pq.write_table(table, bench.folder / "files" / "o.parquet")
    loaded = bench.load(f"path: o.parquet{COLUMNS}")
    assert loaded.rows == [("1", date(2024, 1, 1), Decimal("1.5")), ("2", date(2024, 1, 1), None)]
    assert loaded.places == [("o.parquet", 3), ("o.parquet", 4)]
    assert loaded.reasons[1] == "id: is empty, but required"


def test_a_parquet_column_of_another_type_is_an_error_at_once(bench: Workbench) -> None:
    table = pa.table({"id": ["1"], "ordered_on": [3.5], "amount": [True]})
    pq.write_table(table, bench.folder / "files" / "o.parquet")
    with pytest.raises(ContractError) as caught:
        bench.load(f"path: o.parquet{COLUMNS}")
    assert "o.parquet: column 'ordered_on' is DOUBLE in the file, and the contract says date" in str(caught.value)
    assert "column 'amount' is BOOLEAN in the file, and the contract says decimal" in str(caught.value)


def test_parquet_values_that_do_not_fit_are_refused(bench: Workbench) -> None:
    pq.write_table(
        pa.table({"n": [1.0, 1.5, float("nan"), None], "x": [1.0, float("inf"), 2.0, float("nan")]}),
        bench.folder / "files" / "o.parquet",
    )
    loaded = bench.load("path: o.parquet\ncolumns: {n: integer, x: number}\n")
    assert loaded.rows == [(1, 1.0)]
    assert loaded.reasons == [
        "n: '1.5' is not a whole number; x: 'inf' is not a number",
        "n: 'nan' is not a whole number",
        "x: 'nan' is not a number",
    ]


def test_excel_dates_numbers_and_errors(bench: Workbench) -> None:
    rows: list[list[Any]] = [
        ["id", "ordered_on", "amount", "salary"],
        [1, date(2024, 1, 31), 12.5, 9],
        ["B", datetime(2024, 2, 1, 13, 5), 0.1 + 0.2, 9],  # noqa: DTZ001  # Excel knows no zone
        [None, None, None, None],
        ["C", "soon", "#DIV/0!", 9],
        ["1", date(2024, 1, 31), 1, 9],
    ]
    workbook(bench.folder / "files" / "o.xlsx", rows)
    loaded = bench.load(f"path: o.xlsx{COLUMNS}")
    assert loaded.rows == [("1", date(2024, 1, 31), Decimal("12.5")), ("B", date(2024, 2, 1), Decimal("0.3"))]
    assert loaded.places == [("o.xlsx", 5), ("o.xlsx", 6)]
    assert loaded.reasons[0] == "amount: the cell holds the error #DIV/0!"
    assert loaded.state.ignored == ("salary",)


def test_excel_rows_are_told_as_the_sheet_numbers_them(bench: Workbench) -> None:
    workbook(
        bench.folder / "files" / "o.xlsx", [["id", "ordered_on", "amount"], ["1", "x", 1], ["2", None, 1]], offset=3
    )
    assert bench.load(f"path: o.xlsx{COLUMNS}").places == [("o.xlsx", 5)]


def test_a_sheet_that_is_missing_is_told_with_the_nearest(bench: Workbench) -> None:
    workbook(bench.folder / "files" / "o.xlsx", [["id"]], sheet="Orders")
    with pytest.raises(SourceError, match=r"o\.xlsx: has no sheet 'Order'; did you mean 'Orders'"):
        bench.load(f"path: o.xlsx\nsheet: Order{COLUMNS}")


def test_number_formats_are_for_text_files_only(bench: Workbench) -> None:
    with pytest.raises(DefinitionError, match="are for text files"):
        bench.source("path: o.xlsx\ncolumns: {amount: {type: decimal, decimal_mark: ','}}\n")


@pytest.mark.parametrize("name", ["o.xlsx", "o.parquet", "o.csv.gz", "o.jsonl.gz"])
def test_a_broken_file_is_an_error_that_names_it(bench: Workbench, name: str) -> None:
    bench.write(name, b"this is none of these formats at all")
    with pytest.raises(SourceError, match=name.replace(".", r"\.")):
        bench.load(f"path: {name}{COLUMNS}")
