"""Reads finished values: the rows of the value table as dataclasses."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import repeat
from math import isnan
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.calendar import Period, Span
from data.warehouse import literal
from metrics.definitions.metric import Metric
from metrics.engines.duck import Engine
from metrics.scoring.anchors import FIELDS, Anchors
from metrics.scoring.status import Status
from metrics.values.table import SCHEMA

COLUMNS = tuple(SCHEMA.names)
EPOCH = date(1970, 1, 1)
FEW = 4  # so many times as many metrics as are asked for are too many to be read with them


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
    metrics: Mapping[str, Metric],
    keys: Sequence[str],
    units: Sequence[str],
    span: Span,
    first: date,
    last: date,
) -> list[Value]:
    """Values of some metrics and units whose periods end between two days, both inclusive, in the table's order."""
    if not keys or not units:
        return []
    when = f"span = '{span}' AND period_end BETWEEN DATE '{first.isoformat()}' AND DATE '{last.isoformat()}'"
    few = len(set(keys)) * FEW < len(metrics)  # else it costs less to leave out here what nobody asked for
    wanted = f" AND metric IN ({', '.join(map(literal, keys))})" if few else ""
    every = (  # one unit at a time: its rows lie together, and the engine finds them by their bounds
        f'SELECT * FROM snapshot.main."values" WHERE unit = {literal(unit)} AND {when}{wanted}'
        for unit in dict.fromkeys(units)
    )
    table = engine.table(" UNION ALL ".join(every))
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in ("unit", "metric", "period_end")])
    return values_of(table.take(order), {key: metrics[key] for key in keys if key in metrics})


def values_of(table: pa.Table, metrics: Mapping[str, Metric]) -> list[Value]:
    """The rows of a value table as `Value`s; rows of metrics that are no longer defined are left out."""
    known = pc.is_in(table.column("metric"), value_set=pa.array(metrics, pa.string()))
    if not pc.all(known).as_py():
        table = table.filter(known)
    columns = {name: _plain(table.column(name)) for name in COLUMNS}
    columns["period"] = _periods(columns)
    columns["anchors"] = _anchors(table, columns, metrics)
    found = list(map(object.__new__, repeat(Value, len(table))))
    for field in fields(Value):  # by columns: several times as fast as to call the class for every row
        deque(map(getattr(Value, field.name).__set__, found, columns[field.name]), maxlen=0)
    return found


def _periods(columns: Mapping[str, list[Any]]) -> list[Period]:
    known: dict[tuple[Any, ...], Period] = {}  # a page's values share few periods and few anchors
    places = zip(columns["span"], columns["period_start"], columns["period_end"], strict=True)
    return [known.get(place) or known.setdefault(place, Period(*place)) for place in places]


def _anchors(table: pa.Table, columns: Mapping[str, list[Any]], metrics: Mapping[str, Metric]) -> list[Anchors]:
    stated = [name for name in FIELDS if table.column(name).null_count < len(table)]
    known: dict[tuple[Any, ...], Anchors] = {}
    directions = {key: metric.direction for key, metric in metrics.items()}
    scales = zip(map(directions.__getitem__, columns["metric"]), *(columns[name] for name in stated), strict=True)
    return [
        known.get(scale) or known.setdefault(scale, Anchors(scale[0], **dict(zip(stated, scale[1:], strict=True))))
        for scale in scales
    ]


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """A column as Python values, NULL as None; for numbers and days much faster than Arrow's own way."""
    if column.null_count == len(column):
        return [None] * len(column)
    if pa.types.is_date(column.type):
        days = column.cast(pa.int32()).to_pylist()
        told = {day: EPOCH + timedelta(days=day) for day in set(days)}
        return [told[day] for day in days]
    if not pa.types.is_floating(column.type):
        return list(column.to_pylist())
    values: list[Any] = column.to_numpy().tolist()
    return [None if isnan(value) else value for value in values] if column.null_count else values


def periods_in(engine: Engine, span: Span) -> list[Period]:
    """Every period of a span that has values, newest first."""
    table = engine.table(
        f"SELECT DISTINCT period_start, period_end FROM snapshot.main.\"values\" WHERE span = '{span}' "
        "ORDER BY period_end DESC"
    )
    return [Period(span, row["period_start"], row["period_end"]) for row in table.to_pylist()]
