"""Excel workbooks, read by fastexcel (calamine): cells as text, which the contract types like any other text."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from zipfile import BadZipFile

import pyarrow as pa

from connectors.base import Raw, Reading, numbered
from connectors.formats import File
from connectors.formats.packed import Bomb, look_into
from data.documents import nearest
from data.errors import ContractError, SourceError
from data.warehouse import Connection

_ERRORS: Mapping[str, str] = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!",
    "Value": "#VALUE!", "GettingData": "#GETTING_DATA",
}  # fmt: skip
_ROWS_A_BATCH = 50_000


class Excel:
    """An .xlsx or .xls workbook: the first sheet, or the one that `sheet` names. The header is the first row in use."""

    kind = "excel"
    suffixes = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")

    @contextmanager
    def open(self, file: File, connection: Connection) -> Iterator[Reading]:  # noqa: ARG002  # read outside the engine
        """The sheet as batches of text. The place of a row is its row in the sheet; a sheet has at most 1,048,576."""
        table = _sheet(file)
        start = _header_row(file, table)
        names = [
            str(name).strip() if name is not None else "" for name in table.slice(start, 1).to_pylist()[0].values()
        ]
        twice = [name for name in file.dataset.columns if names.count(name) > 1]
        if twice:
            raise ContractError(f"{file.where}, line {start + 1}: column '{twice[0]}' stands twice in the header")
        body = table.slice(start + 1).rename_columns([f"c{place}" for place in range(len(names))])
        errors = ", ".join(f"'{mark}'" for mark in _ERRORS.values())
        broken = " ".join(
            f"WHEN c{names.index(name)} IN ({errors}) THEN concat('{_escaped(name)}: the cell holds the error ', "
            f"c{names.index(name)})"
            for name in file.dataset.columns
            if name in names
        )
        yield Reading(
            columns={name: Raw(f"c{place}") for place, name in enumerate(names) if name},
            account=numbered(body.num_rows, start + 2),
            batches=iter(body.to_batches(max_chunksize=_ROWS_A_BATCH)),
            fault=f"CASE {broken} END" if broken else "",
            blank=" AND ".join(f"c{place} IS NULL" for place in range(len(names))),
            header_line=start + 1,
            null_values=file.dataset.null_values,
        )


FORMAT = Excel()


def _sheet(file: File) -> pa.Table:
    """All cells from row 1 on as text; a cell that holds an error holds its mark (#N/A)."""
    import fastexcel  # noqa: PLC0415  # only who reads workbooks pays for it

    try:
        look_into(file.path)
        book = fastexcel.read_excel(file.path)
        name = file.dataset.sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            raise SourceError(f"{file.where}: has no sheet '{name}'; {nearest(name, book.sheet_names)}")
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        batch, errors = sheet.to_arrow_with_errors()
    except (Bomb, BadZipFile) as error:
        raise SourceError(f"{file.where}: {error}") from error
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0]
        raise SourceError(f"{file.where}: is not a workbook that can be read ({reason}); save it as .xlsx") from error
    table = pa.Table.from_batches([batch])
    return _with_errors(table, errors.errors if errors else [])


def _with_errors(table: pa.Table, errors: list[Any]) -> pa.Table:
    by_column: dict[int, dict[int, str]] = {}
    for error in errors:
        row, column = error.offset_position
        found = error.detail.rpartition("Error(")[2].rstrip("')")
        by_column.setdefault(column, {})[row] = _ERRORS.get(found, "#VALUE!")
    for column, marks in by_column.items():
        values = table.column(column).to_pylist()
        for row, mark in marks.items():
            values[row] = mark
        table = table.set_column(column, table.column_names[column], pa.array(values, pa.string()))
    return table


def _header_row(file: File, table: pa.Table) -> int:
    for start in range(table.num_rows):
        if any(column[start].as_py() for column in table.columns):
            return start
    raise SourceError(f"{file.where}: the sheet is empty, not even a header stands in it")


def _escaped(name: str) -> str:
    return name.replace("'", "''")
