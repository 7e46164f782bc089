"""Computes the value table: every metric, unit, span and period, with target, anchors, score and status in one row."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.calendar import SPANS, Span
from data.errors import QueryError
from data.slots import slots_of
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog
from metrics.language.crowds import least_of
from metrics.scoring.anchors import FIELDS
from metrics.scoring.status import STATUSES
from metrics.states.cubes import States
from metrics.time.grid import MONTH, Grid, Ints, Window
from metrics.time.spans import period_before, read_grain, span_windows, year_before
from metrics.time.timeline import Back
from metrics.values.cells import Cells, shifted
from metrics.values.crowds import Crowds
from metrics.values.targets import TargetBook
from metrics.values.verdicts import TEXTS, Case, judge

Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

SCHEMA = pa.schema(
    [("slot", pa.uint64())]
    + [(name, pa.string()) for name in ("unit", "metric", "span")]
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
SORTED_BY = ("slot", "metric", "period_end")


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
    """The value table (SCHEMA), sorted by slot (the number of unit and span), metric and end of period.

    `only` asks for some metrics, each for the periods that end in some years; None for all.
    """
    book = TargetBook(catalog, states)
    writer = _Writer(states.grid, clock, only)
    order = [key for key in catalog.order() if (only is None or key in only) and not catalog.asked_only(key)]
    for position, key in enumerate(order):
        metric = catalog.metrics[key]
        late = late_day(catalog, key, fresh)
        writer.add(metric, book, late)
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


@dataclass(frozen=True)
class _Ends:
    """The periods of one span that have values: the columns they are read at, and of each what its rows need.

    `first` and `last` are its days, `year` that in which it ends, `base_end` the last day of the base period it is read
    at; `short` is where it began before the grid, or still runs.
    """

    columns: Ints
    first: Days
    last: Days
    year: Ints
    base_end: Days
    short: Bools

    def of(self, years: Collection[int]) -> "_Ends":
        """Those that end in some years."""
        chosen = np.isin(self.year, list(years))
        return _Ends(*(values[chosen] for values in (getattr(self, field.name) for field in fields(self))))


class _Writer:
    def __init__(self, grid: Grid, clock: Clock, only: Mapping[str, Collection[int]] | None = None) -> None:
        self.grid, self.clock, self.only = grid, clock, only
        self.metrics: list[str] = []
        self.parts: list[dict[str, npt.NDArray[Any]]] = []
        self.windows = span_windows(grid.calendar)
        self.crowds: Crowds | None = None
        from_column = max(grid.months(clock.history_from)[0], 0) if clock.history_from else 0
        self._ends = {span: self._ends_of(span, from_column) for span in SPANS}
        self._chosen: dict[tuple[Span, frozenset[int]], _Ends] = {}

    def _ends_of(self, span: Span, from_column: int) -> _Ends:
        grid, calendar = self.grid, self.grid.calendar
        columns = grid.timeline.ends(grid.first, grid.last, read_grain(span))
        columns = columns[columns >= from_column]
        base_end = [grid.timeline.last(grid.first + int(column)) for column in columns]
        periods = [calendar.period(span, calendar.number("month", day)) for day in base_end]
        running = (columns == grid.shape[1] - 1) & (grid.cut_day is not None)
        return _Ends(
            columns,
            _days(period.start for period in periods),
            _days(period.end for period in periods),
            np.array([period.end.year for period in periods], dtype=np.int64),
            _days(base_end),
            np.array([day < period.end for day, period in zip(base_end, periods, strict=True)], dtype=np.bool_)
            | running,
        )

    def _wanted(self, key: str, span: Span) -> _Ends:
        """The periods of a span that are asked for."""
        if self.only is None:
            return self._ends[span]
        years = frozenset(self.only[key])
        if (span, years) not in self._chosen:
            self._chosen[span, years] = self._ends[span].of(years)
        return self._chosen[span, years]

    def add(self, metric: Metric, book: TargetBook, late: date | None) -> None:
        """Append all rows of one metric, at every span."""
        self.crowds = self.crowds or Crowds(book.evaluator)
        found = [self._at(metric, place, book, late) for place in range(len(SPANS))]
        told = [part for part in found if len(part["unit"])]
        if not told:
            return
        columns = {name: np.concatenate([part[name] for part in told]) for name in found[0]}
        case = Case(
            metric,
            columns["value"],
            columns.pop("why"),
            columns["target"],
            {name: columns[name] for name in FIELDS if name in columns},
            columns.pop("running"),
            columns.pop("behind"),
            columns.pop("waiting"),
        )
        columns["score"], columns["status"], columns["reason"] = judge(case)
        columns["metric"] = np.full(len(case.value), len(self.metrics), dtype=np.int32)
        self.metrics.append(metric.key)
        self.parts.append(columns)

    def _at(self, metric: Metric, place: int, book: TargetBook, late: date | None) -> dict[str, npt.NDArray[Any]]:
        """What is known of one metric at one span before it is judged, row by row; units and spans by number."""
        grid, span = self.grid, SPANS[place]
        window, evaluator = self.windows[span], book.evaluator
        cells = evaluator.cells(metric.key, window)
        ends = self._wanted(metric.key, span)
        rows, picks = np.nonzero(_begun(cells)[:, ends.columns])
        columns = ends.columns[picks]
        at = (rows, columns)
        value = cells.value[at]
        if np.isinf(value).any():
            place_of = f"metrics/{metric.perspective}/{metric.key}.yaml"
            raise QueryError(
                f"{place_of}: some values have no end; mend the data, or filter out the rows that cause it"
            )
        running = (ends.columns == grid.shape[1] - 1) & (grid.cut_day is not None) & book.catalog.grows(metric.key)
        grace = ends.base_end + np.timedelta64(metric.due_after_days, "D") >= np.datetime64(self.clock.today)
        behind = np.zeros(len(ends.columns), dtype=np.bool_)
        if late is not None:
            behind = np.minimum(ends.last, np.datetime64(self.clock.as_of)) > np.datetime64(late)
        short = ends.short | evaluator.cut_short(metric.key, window)[ends.columns]
        backs = {"previous": period_before(span), "previous_year": year_before(span)}
        found = {
            "unit": rows.astype(np.int32),
            "span": np.full(len(rows), place, dtype=np.int32),
            "period_start": ends.first[picks],
            "period_end": ends.last[picks],
            "value": value,
            "why": cells.why[at],
            "target": book.target(metric.key, window)[at],
            **{name: values[at] for name, values in book.anchors(metric.key, window).items()},
            "running": running[picks],
            "behind": behind[picks],
            "waiting": grace[picks],
            "reported": cells.seen[at].astype(np.int32),
            "expected": cells.due[at].astype(np.int32),
            "rows": cells.rows[at].astype(np.int64),
            "partial": short[picks],
            **{name: evaluator.comparable(metric.key, window, back)[at] for name, back in backs.items()},
        }
        return self._less(found, metric.key, window, at, backs)

    def _less(
        self,
        found: dict[str, npt.NDArray[Any]],
        key: str,
        window: Window,
        at: tuple[Ints, Ints],
        backs: dict[str, Back],
    ) -> dict[str, npt.NDArray[Any]]:
        """The same without what is withheld: no number, and why, also where it is what another is compared with."""
        if self.crowds is None or least_of(self.crowds.evaluator.catalog, key) <= 1:
            return found
        every = self.crowds.codes(key, window)
        codes = every[at]
        gone = codes > 0
        found["value"], found["why"] = np.where(gone, np.nan, found["value"]), np.where(gone, codes, found["why"])
        found["rows"] = np.where(gone, 0, found["rows"])
        for name, back in backs.items():
            earlier = np.nan_to_num(shifted((every > 0).astype(float), self.grid.back(back)))[at] > 0
            found[name] = np.where(gone | earlier, np.nan, found[name])
        return found

    def table(self) -> pa.Table:
        """All rows, sorted."""
        if not self.parts:
            return SCHEMA.empty_table()
        words = {"unit": self.grid.units, "metric": self.metrics, "span": SPANS, "status": STATUSES, "reason": TEXTS}
        names = [name for name in SCHEMA.names if name != "slot"]
        columns = {name: np.concatenate([_column(part, name) for part in self.parts]) for name in names}
        slots, place = _slots(self.grid.units), (columns["unit"], columns["span"])
        columns["slot"] = slots[place]
        days = columns["period_end"].astype(np.int64)
        ranks = _ranks(slots.ravel()).reshape(slots.shape)
        order = _sorted(ranks[place], _ranks(self.metrics)[columns["metric"]], days)
        arrays = [_array(columns[field.name][order], field.type, words.get(field.name)) for field in SCHEMA]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _slots(units: Sequence[str]) -> npt.NDArray[np.uint64]:
    """The number of each unit (row) and span (column); two with the same one would be read as one."""
    found = [list(slots_of(units, span)) for span in SPANS]
    if len({slot for row in found for slot in row}) < len(units) * len(SPANS):
        raise QueryError("two units cannot be told apart by the numbers of data/slots.py; give one another key")
    return np.array(found, dtype=np.uint64).T


def _days(days: Iterable[date]) -> Days:
    return np.array(list(days), dtype="datetime64[D]")


def _column(part: Mapping[str, npt.NDArray[Any]], name: str) -> npt.NDArray[Any]:
    """A column of some rows; an anchor that nobody states is none."""
    return part[name] if name in part else np.full(len(part["unit"]), np.nan)


def _sorted(slot: Ints, metric: Ints, day: Ints) -> Ints:
    """The order by three small numbers, sorted as one."""
    codes = (slot * (metric.max() + 1) + metric) * (day.max() - day.min() + 1) + (day - day.min())
    return np.argsort(codes, kind="stable")


def _ranks(things: Sequence[Any] | npt.NDArray[Any]) -> Ints:
    """The place of each thing in the order of all."""
    return np.argsort(np.argsort(np.asarray(things)))


def _array(values: npt.NDArray[Any], kind: pa.DataType, words: Sequence[str] | None) -> pa.Array:
    if words is not None:
        return pa.DictionaryArray.from_arrays(pa.array(values, pa.int32()), list(words)).cast(kind)
    return pa.array(values, kind, from_pandas=True)


def _begun(cells: Cells) -> Bools:
    """From which month on a metric has rows in the table; a metric that was never reported has them at the top unit.

    Else it would vanish from every coverage.
    """
    begun = np.maximum.accumulate((cells.due > 0) | ~np.isnan(cells.value), axis=1)
    if not begun.any():
        begun[0] = True
    return np.asarray(begun)


__all__ = ["MONTH", "SCHEMA", "SORTED_BY", "Clock", "Fresh", "compute_values"]
