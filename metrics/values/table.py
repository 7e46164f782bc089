"""Computes the value table: every metric, unit, span and period, with target, anchors, score and status in one row."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.calendar import SPANS, Period, Span
from data.errors import QueryError
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog
from metrics.scoring.anchors import FIELDS
from metrics.states.cubes import States
from metrics.time.grid import MONTH, Floats, Grid
from metrics.time.spans import period_before, read_grain, span_windows, year_before
from metrics.values.cells import Cells
from metrics.values.targets import TargetBook
from metrics.values.verdicts import Case, judge

Bools = npt.NDArray[np.bool_]

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("unit", "metric", "span")]
    + [("period_start", pa.date32()), ("period_end", pa.date32()), ("value", pa.float64()), ("target", pa.float64())]
    + [(name, pa.float64()) for name in FIELDS]
    + [
        ("score", pa.float64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("reported", pa.int32()),
        ("expected", pa.int32()),
        ("rows", pa.int64()),
        ("partial", pa.bool_()),
        ("previous", pa.float64()),
        ("previous_year", pa.float64()),
    ]
)
SORTED_BY = ("unit", "metric", "span", "period_end")


@dataclass(frozen=True)
class Fresh:
    """How far the data of a table reaches: its newest day (None: empty), and how many days late is still fresh."""

    newest: date | None
    within_days: int


@dataclass(frozen=True)
class Clock:
    """Which day it is, the last day whose facts count, and the first month that values are kept for (None: all)."""

    today: date
    as_of: date
    history_from: str | None = None


def compute_values(
    catalog: Catalog,
    states: States,
    clock: Clock,
    fresh: Mapping[str, Fresh],
    progress: Callable[[str, float], None] | None = None,
    only: Mapping[str, Collection[int]] | None = None,
) -> pa.Table:
    """The value table (SCHEMA), sorted by unit, metric, span and end of period.

    `only` asks for some metrics, each for the periods that end in some years; None for all.
    """
    book = TargetBook(catalog, states)
    writer = _Writer(states.grid, clock, only)
    order = [key for key in catalog.order() if (only is None or key in only) and not catalog.asked_only(key)]
    for position, key in enumerate(order):
        metric = catalog.metrics[key]
        late = late_day(catalog, key, fresh)
        for span in SPANS:
            writer.add(metric, span, book, late)
        if progress:
            progress(metric.title, (position + 1) / len(order))
    return writer.table()


def late_day(catalog: Catalog, key: str, fresh: Mapping[str, Fresh]) -> date | None:
    """The last day up to which everything below a metric is fresh: a period that ends later is stale. None: no rule."""
    days = [
        f.newest + timedelta(days=f.within_days) if f.newest else date.min
        for table in catalog.tables_of(key)
        if (f := fresh.get(table)) is not None
    ]
    return min(days) if days else None


class _Writer:
    def __init__(self, grid: Grid, clock: Clock, only: Mapping[str, Collection[int]] | None = None) -> None:
        self.grid, self.clock, self.only = grid, clock, only
        self.parts: list[pa.Table] = []
        self.windows = span_windows(grid.calendar)
        self._periods: dict[tuple[Span, int], Period] = {}
        self.from_column = max(grid.months(clock.history_from)[0], 0) if clock.history_from else 0

    def add(self, metric: Metric, span: Span, book: TargetBook, late: date | None) -> None:
        """Append all rows of one metric at one span."""
        grid = self.grid
        window = self.windows[span]
        cells = book.evaluator.cells(metric.key, window)
        ends = [
            int(column)
            for column in grid.timeline.ends(grid.first, grid.last, read_grain(span))
            if column >= self.from_column and self._wanted(metric.key, span, int(column))
        ]
        rows, picks = np.nonzero(_begun(cells)[:, ends])
        columns = np.asarray(ends, dtype=np.int64)[picks]
        if not len(rows):
            return
        at = (rows, columns)
        if np.isinf(cells.value[at]).any():
            place = f"metrics/{metric.perspective}/{metric.key}.yaml"
            raise QueryError(f"{place}: some values have no end; mend the data, or filter out the rows that cause it")
        periods = {c: self._period(span, c) for c in ends}
        target = book.target(metric.key, window)[at]
        anchors = {name: values[at] for name, values in book.anchors(metric.key, window).items()}
        case = Case(
            metric,
            cells.value[at],
            cells.why[at],
            target,
            anchors,
            self._running(metric, book, columns),
            self._stale(periods, columns, late),
            self._grace(metric, columns),
        )
        scores, states, reasons = judge(case)
        last = np.array([grid.timeline.last(grid.first + c) < periods[c].end for c in ends])[picks]
        cut = (columns == grid.shape[1] - 1) & (grid.cut_day is not None)
        nothing = np.full(len(rows), np.nan)
        columns_of = {
            "unit": pa.DictionaryArray.from_arrays(rows.astype(np.int32), list(grid.units)).cast(pa.string()),
            "metric": pa.repeat(pa.scalar(metric.key), len(rows)),
            "span": pa.repeat(pa.scalar(span), len(rows)),
            "period_start": pa.array([periods[c].start for c in columns], pa.date32()),
            "period_end": pa.array([periods[c].end for c in columns], pa.date32()),
            "value": _nullable(cells.value[at]),
            "target": _nullable(target),
            **{name: _nullable(anchors.get(name, nothing)) for name in FIELDS},
            "score": _nullable(scores),
            "status": pa.array(states),
            "reason": pa.array(reasons),
            "reported": pa.array(cells.seen[at].astype(np.int32)),
            "expected": pa.array(cells.due[at].astype(np.int32)),
            "rows": pa.array(cells.rows[at].astype(np.int64)),
            "partial": pa.array(last | cut | book.evaluator.cut_short(metric.key, window)[columns]),
            "previous": _nullable(book.evaluator.comparable(metric.key, window, period_before(span))[at]),
            "previous_year": _nullable(book.evaluator.comparable(metric.key, window, year_before(span))[at]),
        }
        self.parts.append(pa.table(columns_of, schema=SCHEMA))

    def _wanted(self, key: str, span: Span, column: int) -> bool:
        return self.only is None or self._period(span, column).end.year in self.only[key]

    def _period(self, span: Span, column: int) -> Period:
        if (span, column) not in self._periods:
            calendar, last = self.grid.calendar, self.grid.timeline.last(self.grid.first + column)
            self._periods[span, column] = calendar.period(span, calendar.number("month", last))
        return self._periods[span, column]

    def _running(self, metric: Metric, book: TargetBook, columns: npt.NDArray[np.int64]) -> Bools:
        """Where what has come of a month that still runs meets a target for the whole month."""
        grows = book.catalog.grows(metric.key)
        return np.asarray((columns == self.grid.shape[1] - 1) & (self.grid.cut_day is not None) & grows)

    def _stale(self, periods: Mapping[int, Period], columns: npt.NDArray[np.int64], late: date | None) -> Bools:
        if late is None:
            return np.zeros(len(columns), dtype=np.bool_)
        behind = {c: min(period.end, self.clock.as_of) > late for c, period in periods.items()}
        return np.array([behind[c] for c in columns], dtype=np.bool_)

    def _grace(self, metric: Metric, columns: npt.NDArray[np.int64]) -> Bools:
        """Where nothing is due yet: the days of grace after the period's end are not over."""
        waits = {
            int(c): self.grid.timeline.last(self.grid.first + int(c)) + timedelta(days=metric.due_after_days)
            >= self.clock.today
            for c in np.unique(columns)
        }
        return np.array([waits[int(c)] for c in columns], dtype=np.bool_)

    def table(self) -> pa.Table:
        """All rows, sorted."""
        if not self.parts:
            return SCHEMA.empty_table()
        order = [(name, "ascending") for name in SORTED_BY]
        return pa.concat_tables(self.parts).sort_by(order)


def _begun(cells: Cells) -> Bools:
    """From which month on a metric has rows in the table; a metric that was never reported has them at the top unit.

    Else it would vanish from every coverage.
    """
    begun = np.maximum.accumulate((cells.due > 0) | ~np.isnan(cells.value), axis=1)
    if not begun.any():
        begun[0] = True
    return np.asarray(begun)


def _nullable(values: Floats | Sequence[float]) -> pa.Array:
    return pa.array(np.asarray(values, dtype=np.float64), from_pandas=True)


__all__ = ["MONTH", "SCHEMA", "SORTED_BY", "Clock", "Fresh", "compute_values"]
