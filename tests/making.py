"""Makes small workspaces in temporary folders, and reads back what a refresh computed for them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.snapshots import Store
from data.valuefiles import open_snapshot
from flows.refresh import refresh
from metrics.engines.duck import Engine

WORKSPACE = """\
name: Small company
today: 2025-07-05
"""
UNITS = """\
levels: [company, division, department]
units:
  - {key: company, title: Company, level: company}
  - {key: east, title: East, level: division, parent: company}
  - {key: west, title: West, level: division, parent: company}
  - {key: shop, title: Shop, level: department, parent: east}
  - {key: web, title: Web, level: department, parent: east}
  - {key: works, title: Works, level: department, parent: west}
"""
SOURCE = """\
connector: files
settings: {folder: files}
datasets:
  sales:
    path: sales.csv
    columns:
      id: {type: integer, required: true}
      day: {type: date, required: true}
      unit: {type: text, required: true}
      amount: decimal
      cost: decimal
      customer: text
      channel: text
      ok: boolean
    key: [id]
    cursor: day
"""
MODEL = """\
source: sales
grain: [id]
time: {column: day}
unit: {column: unit}
dimensions: {channel: channel}
"""
SALES_HEADER = "id,day,unit,amount,cost,customer,channel,ok\n"
REVENUE = """\
title: Revenue
measured_in: EUR
agg: {table: sales, function: sum, expr: amount}
"""


def sales(*rows: str) -> str:
    """A sales file; each row is `day,unit,amount,cost,customer,channel,ok` and gets a running id."""
    return SALES_HEADER + "".join(f"{number},{row}\n" for number, row in enumerate(rows, 1))


def make(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A workspace of the small company in `folder`; `files` adds or replaces files, an empty text leaves one out."""
    every: dict[str, str | bytes] = {
        "workspace.yaml": WORKSPACE,
        "units.yaml": UNITS,
        "sources/books.yaml": SOURCE,
        "models/sales.yaml": MODEL,
        "metrics/financial/revenue.yaml": REVENUE,
        "files/sales.csv": sales("2025-01-10,shop,100,60,a,x,true"),
        **files,
    }
    for name, text in every.items():
        if text:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def rows(folder: Path, now: date | None = None) -> list[dict[str, Any]]:
    """Refresh the workspace and return its value table, a dict a row."""
    manifest = refresh(folder, now=now)
    store = Store(folder / "var")
    connection = open_snapshot(store, manifest)
    table: pa.Table = Engine(connection.cursor()).table(
        'SELECT * FROM snapshot.main."values" ORDER BY unit, metric, span, period_end'
    )
    connection.close()
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def values(folder: Path, metric: str, span: str = "month", field: str = "value") -> dict[tuple[str, str], Any]:
    """One field of one metric at one span: {(unit, period end as 2025-01): value}."""
    return {
        (row["unit"], f"{row['period_end']:%Y-%m}"): row[field]
        for row in rows(folder)
        if row["metric"] == metric and row["span"] == span
    }


def table(folder: Path, metric: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Every row of one metric: {(unit, span, period end as 2025-01): row}."""
    return {(r["unit"], r["span"], f"{r['period_end']:%Y-%m}"): r for r in rows(folder) if r["metric"] == metric}
