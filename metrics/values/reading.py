"""Reads finished values: the rows of the value table as tuples with names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.calendar import Period, Span
from data.slots import slots_of
from data.warehouse import literal
from metrics.definitions.metric import Metric
from metrics.engines.duck import Engine
from metrics.scoring.anchors import FIELDS, Anchors
from metrics.scoring.status import Status
from metrics.values.table import SCHEMA

Places = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

EPOCH = date(1970, 1, 1)
FEW = 4  # so many times as many metrics as are asked for are too many to be read with them
APART = 64  # so many units in so many files are looked up one by one; more of them by one look at all numbers
WHOLE = ('snapshot.main."values"', "")  # all values, and no condition
READ = tuple(name for name in SCHEMA.names if name not in ("unit", "span"))


class Value(NamedTuple):
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


class _Words(NamedTuple):
    """A column of few different words: which of them each row has."""

    place: Places
    words: Sequence[str]

    def of(self, rows: Places) -> list[str]:
        return _each(self.words, self.place[rows])


def read_values(  # noqa: PLR0913, PLR0917  what a page asks for has as many sides
    engine: Engine,
    metrics: Mapping[str, Metric],
    keys: Sequence[str],
    units: Sequence[str],
    span: Span,
    first: date,
    last: date,
    stored: Sequence[tuple[str, str]] = (WHOLE,),
) -> list[Value]:
    """Values of some metrics and units whose periods end between two days, both inclusive.

    They come by unit, metric and end of period. `stored` are the relations that hold them, each with a condition.
    """
    slots = slots_of(sorted(set(units)), span)
    if not keys or not slots or not stored:
        return []
    where = f"period_end BETWEEN DATE '{first.isoformat()}' AND DATE '{last.isoformat()}'"
    if len(set(keys)) * FEW < len(metrics):  # else it costs less to leave out here what nobody asked for
        where += f" AND metric IN ({', '.join(map(literal, keys))})"
    apart = len(slots) * len(stored) <= APART
    lookups = [f"slot = {slot}" for slot in slots] if apart else [f"slot IN ({', '.join(map(str, slots))})"]
    table = engine.table(
        " UNION ALL ".join(
            f"SELECT {', '.join(READ)} FROM {relation} WHERE {lookup} AND {where}{condition and ' AND '}{condition}"
            for lookup in lookups
            for relation, condition in stored
        )
    )
    numbers = np.array(list(slots), dtype=np.uint64)
    order = np.argsort(numbers)
    unit = order[np.searchsorted(numbers[order], _numpy(table, "slot"))]
    words = {"unit": _Words(unit, list(slots.values())), "span": _Words(np.zeros_like(unit), [span])}
    return _values(table, words, {key: metrics[key] for key in keys if key in metrics}, in_order=True)


def values_of(table: pa.Table, metrics: Mapping[str, Metric]) -> list[Value]:
    """The rows of a value table as `Value`s; rows of metrics that are no longer defined are left out."""
    return _values(table, {name: _words(table, name) for name in ("unit", "span")}, metrics)


def _values(
    table: pa.Table, words: Mapping[str, _Words], metrics: Mapping[str, Metric], *, in_order: bool = False
) -> list[Value]:
    """By columns, which is many times as fast as row by row; of few different things each is made once."""
    words = {**words, **{name: _words(table, name) for name in ("metric", "status", "reason")}}
    metric, start, end = words["metric"], _days(table, "period_start"), _days(table, "period_end")
    rows = _defined(metric, metrics)
    if in_order:
        ranks = {word: rank for rank, word in enumerate(sorted(metric.words))}
        rank = np.array([ranks[word] for word in metric.words], dtype=np.int64)[metric.place]
        rows = _sorted(rows, words["unit"].place, rank, end)
    told: dict[str, Iterable[Any]] = {name: of.of(rows) for name, of in words.items()}
    told["period"] = _periods(words["span"], start, end, rows)
    told["anchors"] = _anchors(table, metric, metrics, rows)
    columns = [told[name] if name in told else _plain(table, name, rows) for name in Value._fields]
    return list(map(tuple.__new__, repeat(Value), zip(*columns, strict=True)))


def _defined(metric: _Words, metrics: Mapping[str, Metric]) -> Places:
    known = np.array([key in metrics for key in metric.words], dtype=np.bool_)
    return np.arange(len(metric.place)) if known.all() else np.flatnonzero(known[metric.place])


def _sorted(rows: Places, *keys: Places) -> Places:
    """Rows by some keys, the first of them first; what comes from one file is sorted already."""
    code = np.zeros(len(rows), dtype=np.int64)
    for key in (key[rows] for key in keys):
        low = int(key.min(initial=0))
        code = code * (int(key.max(initial=0)) - low + 1) + (key - low)
    return rows if (code[1:] > code[:-1]).all() else rows[np.argsort(code, kind="stable")]


def _periods(span: _Words, start: Places, end: Places, rows: Places) -> list[Period]:
    code = (((start << 24) + end) * len(span.words) + span.place)[rows].tolist()
    last = dict(zip(code, rows.tolist(), strict=True))  # a row of each; a page's values share few periods
    spans: Any = span.words
    known = {one: Period(spans[span.place[at]], _day(start[at]), _day(end[at])) for one, at in last.items()}
    return list(map(known.__getitem__, code))


def _anchors(table: pa.Table, metric: _Words, metrics: Mapping[str, Metric], rows: Places) -> list[Anchors]:
    """One for each stretch of rows that have the same."""
    stated = {name: _numpy(table, name)[rows] for name in FIELDS if table.column(name).null_count < len(table)}
    of = metric.place[rows]
    begins = np.concatenate([[True], of[1:] != of[:-1]])[: len(rows)]
    for column in stated.values():
        bits = column.view(np.int64)  # so that none is as none
        begins[1:] |= bits[1:] != bits[:-1]
    starts = np.flatnonzero(begins)
    directions = [metrics[key].direction if key in metrics else "" for key in metric.words]
    columns: list[Iterable[Any]] = [map(directions.__getitem__, of[starts].tolist())]
    columns += [_with_none(stated[name][starts]) if name in stated else repeat(None, len(starts)) for name in FIELDS]
    found = list(map(tuple.__new__, repeat(Anchors), zip(*columns, strict=True)))
    return _each(found, np.cumsum(begins) - 1)


def _each(things: Sequence[Any], places: Places) -> list[Any]:
    """The thing of each place; an array of objects tells them many times as fast as a loop."""
    told: list[Any] = np.fromiter(things, dtype=object, count=len(things))[places].tolist()
    return told


def _words(table: pa.Table, name: str) -> _Words:
    column = table.column(name).combine_chunks().dictionary_encode()
    return _Words(column.indices.to_numpy().astype(np.int64), column.dictionary.to_pylist())


def _numpy(table: pa.Table, name: str) -> Array:
    return np.asarray(table.column(name).to_numpy())


def _days(table: pa.Table, name: str) -> Places:
    return _numpy(table, name).astype("datetime64[D]").astype(np.int64)


def _day(number: Any) -> date:
    return EPOCH + timedelta(days=int(number))


def _plain(table: pa.Table, name: str, rows: Places) -> Iterable[Any]:
    """A column as Python values, NULL as None."""
    column = table.column(name)
    if column.null_count == len(column):
        return repeat(None, len(rows))
    values = _numpy(table, name)[rows]
    return _with_none(values) if column.null_count else values.tolist()


def _with_none(values: Array) -> list[Any]:
    gone = np.isnan(values)
    if not gone.any():
        return list(values.tolist())
    told = values.astype(object)
    told[gone] = None
    return list(told.tolist())


def periods_in(engine: Engine, span: Span) -> list[Period]:
    """Every period of a span that has values, newest first."""
    table = engine.table(
        f"SELECT DISTINCT period_start, period_end FROM snapshot.main.\"values\" WHERE span = '{span}' "
        "ORDER BY period_end DESC"
    )
    return [Period(span, row["period_start"], row["period_end"]) for row in table.to_pylist()]
