"""Writes tables as CSV, Parquet, JSON lines, Excel and SQLite, byte for byte the same for the same content."""

import json
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

Columns = Mapping[str, Any]
_EPOCH = np.datetime64("1899-12-30", "D")
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def to_table(columns: Columns) -> pa.Table:
    """An Arrow table; missing days are null, empty texts stay texts."""
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def csv_bytes(columns: Columns) -> bytes:
    """The table as CSV text with a header."""
    sink = BytesIO()
    pa_csv.write_csv(to_table(columns), sink, pa_csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()


def write_csv(path: Path, columns: Columns, broken: Sequence[tuple[int, str]] = ()) -> int:
    """Write CSV and return the number of data rows; `broken` puts a ready line before the data row of that number."""
    content = csv_bytes(columns)
    if broken:
        lines = content.split(b"\n")
        for row, text in sorted(broken, reverse=True):
            lines.insert(1 + row, text.encode())
        content = b"\n".join(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return len(next(iter(columns.values()))) + len(broken)


def write_parquet(path: Path, columns: Columns) -> int:
    """Write Parquet and return the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = to_table(columns)
    pa_parquet.write_table(table, path, compression="zstd")
    return int(table.num_rows)


def write_json_lines(path: Path, columns: Columns) -> int:
    """Write one JSON object a line and return the number of lines."""
    rows = to_table(columns).to_pylist()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as sink:
        sink.writelines(json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in rows)
    return len(rows)


def write_sqlite(path: Path, tables: Mapping[str, Columns]) -> int:
    """Write a new SQLite database and return the number of rows in all its tables."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    total = 0
    with sqlite3.connect(path) as database:
        for name, columns in tables.items():
            table = to_table(columns)
            fields = ", ".join(f"{field.name} {_sql_type(field.type)}" for field in table.schema)
            database.execute(f"create table {name} ({fields})")
            rows = zip(*(_sql_values(table.column(field.name)) for field in table.schema), strict=True)
            marks = ", ".join("?" for _ in table.schema)
            database.executemany(f"insert into {name} values ({marks})", rows)
            total += table.num_rows
    database.close()
    return total


def write_xlsx(path: Path, columns: Columns, sheet: str) -> int:
    """Write a workbook of one sheet with plain cells and dates, and return the number of data rows."""
    table = to_table(columns)
    styles = {i: ' s="1"' for i, field in enumerate(table.schema) if pa.types.is_date(field.type)}
    rows = ['<row r="1">' + "".join(_text_cell(name) for name in table.column_names) + "</row>"]
    values = [_sheet_values(table.column(name)) for name in table.column_names]
    for number, cells in enumerate(zip(*values, strict=True), start=2):
        drawn = (
            _text_cell(cell) if isinstance(cell, str) else f"<c{styles.get(i, '')}><v>{cell}</v></c>"
            for i, cell in enumerate(cells)
        )
        rows.append(f'<row r="{number}">{"".join(drawn)}</row>')
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in _book(sheet, "".join(rows)).items():
            entry = zipfile.ZipInfo(part, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, f"{_HEAD}\n{text}")
    return int(table.num_rows)


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return "DATE"
    if pa.types.is_boolean(kind):
        return "BOOLEAN"
    if pa.types.is_integer(kind):
        return "INTEGER"
    return "FLOAT" if pa.types.is_floating(kind) else "VARCHAR"


def _sql_values(column: pa.ChunkedArray) -> list[Any]:
    return (column.cast(pa.string()) if pa.types.is_date(column.type) else column).to_pylist()  # type: ignore[no-any-return]


def _sheet_values(column: pa.ChunkedArray) -> list[Any]:
    if not pa.types.is_date(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]
    days = column.to_numpy().astype("datetime64[D]") - _EPOCH
    return days.astype(np.int64).tolist()  # type: ignore[no-any-return]


def _text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _book(sheet: str, rows: str) -> dict[str, str]:
    """The parts of the smallest workbook that readers open; style 1 is a date."""
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}">'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
    }
