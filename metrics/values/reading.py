"""Reads finished values: the rows of the value table as dataclasses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import pyarrow as pa

from data.calendar import Period, Span
from metrics.definitions.metric import Metric
from metrics.engines.duck import Engine
from metrics.scoring.anchors import FIELDS, Anchors
from metrics.scoring.status import Status
from metrics.values.table import SCHEMA

COLUMNS = tuple(SCHEMA.names)


@dataclass(frozen=True, slots=True)
class Value:
    """One row of the value table. `value`, `target` and both `previous` in the metric's own unit; None = there is none.

    `score` 0 to 10; `reason` says in words why there is no colour; `reported` of `expected` unit-months had data;
    `rows` lie behind the number; `partial` marks a period that still runs, whose `previous` is the same part of the
    earlier one, and one within which the history of its data begins.
    """

    metric: str
    unit: str
    period: Period
    value: float | None
    target: float | None
    anchors: Anchors
    score: float | None
    status: Status
    reason: str
    reported: int
    expected: int
    rows: int
    partial: bool
    previous: float | None
    previous_year: float | None


def read_values(
    engine: Engine,
    metrics: dict[str, Metric],
    keys: Sequence[str],
    units: Sequence[str],
    span: Span,
    first: date,
    last: date,
) -> list[Value]:
    """Values of some metrics and units whose periods end between two days, both inclusive, in the table's order."""
    if not keys or not units:
        return []
    table = engine.table(
        f'SELECT * FROM snapshot.main."values" WHERE unit IN ({_list(units)}) AND metric IN ({_list(keys)}) '
        f"AND span = '{span}' AND period_end BETWEEN DATE '{first.isoformat()}' AND DATE '{last.isoformat()}' "
        "ORDER BY unit, metric, period_end"
    )
    return values_of(table, metrics)


def values_of(table: pa.Table, metrics: dict[str, Metric]) -> list[Value]:
    """The rows of a value table as `Value`s; rows of metrics that are no longer defined are left out."""
    columns = [_plain(table.column(name)) for name in COLUMNS]
    periods: dict[object, Period] = {}  # a page's values share few periods and few anchors
    scales: dict[object, Anchors] = {}
    found = []
    for unit, key, span, start, end, value, target, *rest in zip(*columns, strict=True):
        metric = metrics.get(key)
        if metric is not None:
            scale = (metric.direction, *rest[: len(FIELDS)])
            anchors = scales.get(scale) or scales.setdefault(scale, Anchors(*scale))
            place = (span, start, end)
            period = periods.get(place) or periods.setdefault(place, Period(span, start, end))
            found.append(Value(key, unit, period, value, target, anchors, *rest[len(FIELDS) :]))
    return found


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """A column as Python values, NULL as None; much faster for numbers than Arrow's own way."""
    if not pa.types.is_floating(column.type):
        return list(column.to_pylist())
    values: list[Any] = column.to_numpy().tolist()
    return [None if isnan(value) else value for value in values]


def periods_in(engine: Engine, span: Span) -> list[Period]:
    """Every period of a span that has values, newest first."""
    table = engine.table(
        f"SELECT DISTINCT period_start, period_end FROM snapshot.main.\"values\" WHERE span = '{span}' "
        "ORDER BY period_end DESC"
    )
    return [Period(span, row["period_start"], row["period_end"]) for row in table.to_pylist()]


def _list(names: Sequence[str]) -> str:
    return ", ".join("'" + name.replace("'", "''") + "'" for name in names)
