"""Turns states into values: each kind of metric by its own small function, over all units and months at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.calendar import COARSER
from data.errors import QueryError
from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import (
    Aggregate,
    Change,
    InlineStock,
    Maintain,
    Operand,
    Ratio,
    Rolling,
    Rows,
    Running,
    ToDate,
)
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog
from metrics.language.expressions import parse
from metrics.scoring.maintain import met_all
from metrics.states.cubes import Cube, SetCube, States, window_sum
from metrics.states.measures import measure_of
from metrics.states.sets import set_values
from metrics.time.grid import MONTH, Floats, Grid, Window, at_cadence, grain_of
from metrics.time.timeline import Back
from metrics.values.cells import (
    GAP,
    NO_ROWS,
    NOT_DUE,
    PART,
    SHORT,
    ZERO,
    Cells,
    arithmetic,
    at_grain,
    carried,
    constant,
    least_complete,
    long_enough,
    shifted,
)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Question:
    """A metric at a window; `early` asks for the twin of a running month: the last month with its first days only."""

    key: str
    window: Window
    early: bool = False


class Evaluator:
    """Evaluates metrics over states, each question once.

    `target_of` gives targets to kinds that need them (maintain). Without `gaps` a cell without rows is a true zero:
    members of a dimension come and go, while a unit that falls silent is a gap.
    """

    def __init__(
        self,
        catalog: Catalog,
        states: States,
        target_of: Callable[[str, Window], Floats] | None = None,
        *,
        gaps: bool = True,
    ) -> None:
        self.catalog, self.states, self.grid = catalog, states, states.grid
        self.target_of, self.gaps = target_of, gaps
        self._known: dict[Question, Cells] = {}
        self._cubes: dict[tuple[Rows, bool], Cube | SetCube] = {}
        self._short: dict[tuple[str, Window], Bools] = {}
        self._wholes: dict[Question, Floats] = {}
        self._cadences: dict[str, int] = {}

    def _cube(self, body: Rows, stated: bool = False) -> Cube | SetCube:
        """The states that an aggregation is read from."""
        if (body, stated) not in self._cubes:
            self._cubes[body, stated] = self.states.cubes[measure_of(self.catalog, body, stated=stated)]
        return self._cubes[body, stated]

    def cadence(self, key: str) -> int:
        """Every how many months a metric has a value."""
        if key not in self._cadences:
            self._cadences[key] = self.catalog.cadence(key)
        return self._cadences[key]

    def cells(self, key: str, window: Window, early: bool = False) -> Cells:
        """The metric's values at a window, with its null policy and cadence applied."""
        question = Question(key, window, early and self.grid.cut_day is not None)
        if question not in self._known:
            self._known[question] = self._compute(question)
        return self._known[question]

    def _compute(self, question: Question) -> Cells:
        metric = self.catalog.metrics[question.key]
        cells = self._at_cadence(metric, question)
        if metric.nulls == "carry":
            return carried(cells)
        return cells

    def _at_cadence(self, metric: Metric, question: Question) -> Cells:
        every = self.cadence(metric.key)
        if every == 1 or question.window != MONTH:
            return self._kind(metric, question.window, question.early)
        cells = self._kind(metric, at_cadence(MONTH, every), question.early)
        ends = np.array([self.grid.of_grain(every, column)[1] == column for column in range(self.grid.shape[1])])
        value = np.where(ends, cells.value, np.nan)
        why = np.where(ends, cells.why, NOT_DUE).astype(np.int8)
        return Cells(value, why, np.where(ends, cells.rows, 0.0), cells.seen, cells.due)

    def _kind(self, metric: Metric, window: Window, early: bool) -> Cells:
        body = metric.body
        if isinstance(body, Rows):
            return self._rows(metric, body, window, early)
        if isinstance(body, Ratio):
            return self._ratio(metric, body, window, early)
        if isinstance(body, str):
            return self._expression(metric.key, body, window, early)
        if isinstance(body, Change):
            return self._change(body, window, early)
        if isinstance(body, ToDate):
            return self.cells(body.metric, Window(body.since), early)
        if isinstance(body, Rolling):
            return self.cells(body.metric, rolling_window(body), early)
        if isinstance(body, Running):
            raise QueryError(f"'{metric.key}' is told day by day, when it is asked, not from states of whole periods")
        return self._maintain(body)

    def _rows(self, metric: Metric, body: Rows, window: Window, early: bool) -> Cells:
        """What is read from rows; of a conversion the rate, where it is one: a silent unit lacks both sides alike."""
        if not isinstance(body, Conversion) or body.as_ == "count":
            return self.aggregate(body, window, early, nulls=metric.nulls)
        events = next(own for own in self.catalog.own_aggregates(metric.key) if own is not body)
        top, bottom = (self.aggregate(part, window, early, nulls=metric.nulls, raw=True) for part in (body, events))
        return quotient(top, bottom)

    def aggregate(
        self,
        body: Rows,
        window: Window,
        early: bool,
        *,
        nulls: str = "null",
        raw: bool = False,
        stated: bool = False,
    ) -> Cells:
        """An aggregation at a window; `stated` where it is a target.

        `raw` keeps sums over gaps: only where a ratio of the same rows cancels them.
        """
        cube = self._cube(body, stated)
        measure, grid = cube.measure, self.grid
        rows, seen, due = _counted(cube, grid, window)
        told = _counted(cube, grid, window, early=True)[0] if early else rows
        zero = nulls == "zero" or (measure.additive and not self.gaps)
        if isinstance(cube, SetCube):
            value, some = set_values(self.states, cube, window, early, complete=not zero)
        else:
            value, some = from_states(cube, self.states, window, early)
        why = np.zeros(grid.shape, dtype=np.int8)
        if measure.additive and not measure.over_time:  # levels say so themselves, day by day
            some = some | ((seen > 0) & (told == 0))  # rows came, none passed the filter: a true zero
        if zero:
            some = some | (due > 0)
        value = np.where(some & np.isnan(value), 0.0, value)
        if measure.additive and not raw and not zero:
            gap = (seen < due) & (seen > 0)
            why[gap], some = GAP, some & ~gap
        why[~some & (why == 0)] = NO_ROWS
        if measure.over_time:
            why[~some & (rows > 0)] = GAP  # levels came, but on no day those of all units
        cells = Cells(np.where(some, value, np.nan), why, rows, due if nulls == "zero" else seen, due)
        if measure.kind == "stock" and measure.over_time != "mean":
            return cells
        return at_grain(long_enough(cells, grid, window, cube.presence.first), grid, window, measure.every)

    def _operand(self, operand: Operand, window: Window, early: bool, nulls: str, raw: bool) -> Cells:
        if isinstance(operand, InlineStock):
            return self.aggregate(operand.stock, window, early, nulls=nulls)
        if isinstance(operand, Aggregate):
            return self.aggregate(operand, window, early, nulls=nulls, raw=raw)
        metric = self.catalog.metrics[operand]
        if raw and isinstance(metric.body, Aggregate):
            return self.aggregate(metric.body, window, early, nulls=metric.nulls, raw=True)
        return self.cells(operand, window, early)

    def _ratio(self, metric: Metric, body: Ratio, window: Window, early: bool) -> Cells:
        raw = self._same_rows(body)
        top = self._operand(body.numerator, window, early, metric.nulls, raw)
        bottom = self._operand(body.denominator, window, early, metric.nulls, raw)
        return quotient(top, bottom)

    def _same_rows(self, body: Ratio) -> bool:
        """Whether both sides are read from the same rows, so that a silent unit is missing in both alike."""
        sides = []
        for operand in (body.numerator, body.denominator):
            inner = self.catalog.metrics[operand].body if isinstance(operand, str) else operand
            if not isinstance(inner, Aggregate) or inner.over_time:
                return False
            sides.append(measure_of(self.catalog, inner))
        return sides[0].table == sides[1].table and sides[0].time == sides[1].time

    def _expression(self, key: str, text: str, window: Window, early: bool) -> Cells:
        parts = {name: self.cells(name, window, early) for name in self.catalog.parts(key)}
        shape = self.grid.shape
        if not parts:
            return constant(arithmetic(parse(text), {}), shape)
        value = np.broadcast_to(arithmetic(parse(text), {name: cells.value for name, cells in parts.items()}), shape)
        missing = np.any([np.isnan(cells.value) for cells in parts.values()], axis=0)
        first_why = np.zeros(shape, dtype=np.int8)
        for cells in parts.values():
            first_why = np.where((first_why == 0) & np.isnan(cells.value), cells.why, first_why)
        why = np.where(np.isnan(value), np.where(missing, np.where(first_why > 0, first_why, PART), ZERO), 0)
        every = list(parts.values())
        return Cells(value, why.astype(np.int8), np.sum([c.rows for c in every], axis=0), *least_complete(every))

    def _change(self, body: Change, window: Window, early: bool) -> Cells:
        now = self.cells(body.metric, window, early)
        back = back_of(body, window)
        if early:
            then = shifted(self._whole(body.metric, window, early=True), self.grid.back(back))
        else:
            then = self.comparable(body.metric, window, back)
        difference = now.value - then
        if body.as_ == "percent":
            with np.errstate(divide="ignore", invalid="ignore"):
                value = np.where(then == 0, np.nan, difference / np.abs(then))
        else:
            value = difference
        why = np.where(
            np.isnan(now.value), np.where(now.why > 0, now.why, NO_ROWS), np.where(np.isnan(then), SHORT, ZERO)
        )
        return Cells(value, np.where(np.isnan(value), why, 0).astype(np.int8), now.rows, now.seen, now.due)

    def comparable(self, key: str, window: Window, back: Back) -> Floats:
        """The value some periods earlier, like with like (clause 14).

        A running last column is compared with the same first days; a quarter or year in the middle of which the history
        begins is compared with nothing.
        """
        columns = self.grid.back(back)
        then = shifted(self._whole(key, window), columns)
        if self.grid.cut_day is not None and not self.grid.beyond(back):
            then[:, -1] = shifted(self._whole(key, window, early=True), columns)[:, -1]
        return then

    def _whole(self, key: str, window: Window, early: bool = False) -> Floats:
        question = Question(key, window, early)
        if question not in self._wholes:
            found = self.cells(key, window, early).value
            self._wholes[question] = np.where(self.cut_short(key, window), np.nan, found)
        return self._wholes[question]

    def cut_short(self, key: str, window: Window) -> Bools:
        """Where a quarter or year of a metric began before its history did, by month."""
        if (key, window) not in self._short:
            self._short[key, window] = self._cut_short(key, window)
        return self._short[key, window]

    def _cut_short(self, key: str, window: Window) -> Bools:
        metric = self.catalog.metrics[key]
        body = metric.body
        window = at_cadence(window, self.cadence(key))
        if isinstance(body, ToDate):
            window = Window(body.since)
        short = np.zeros(self.grid.shape[1], dtype=np.bool_)
        if window.kind not in ("quarter", "year") or isinstance(body, Rolling | Maintain):
            return short
        for part in self.catalog.parts(key):
            short = short | self.cut_short(part, window)
        for inner in self.catalog.own_aggregates(key):
            cube = self._cube(inner)
            if cube.measure.kind != "stock" or cube.measure.over_time == "mean":
                short |= self.grid.begins(window) < cube.presence.first
        return short

    def _maintain(self, body: Maintain) -> Cells:
        inner = self.cells(body.metric, MONTH)
        direction = self.catalog.metrics[body.metric].direction
        target = self.target_of(body.metric, MONTH) if self.target_of else np.full(self.grid.shape, np.nan)
        met = met_all(inner.value, target, direction, body.tolerance)
        due = (inner.due > 0) & ~np.isnan(target) & (inner.why != NOT_DUE)
        window = Window("roll", body.months)
        share_due = window_sum(due.astype(float), self.grid, window)
        share_met = window_sum((met & due).astype(float), self.grid, window)
        latest = np.maximum.accumulate(np.where(np.isnan(inner.value), -1, np.arange(self.grid.shape[1])), axis=1)
        known = (share_due > 0) & (latest == np.arange(self.grid.shape[1]))
        value = np.where(known, share_met / np.where(share_due == 0, np.nan, share_due), np.nan)
        why = np.where(known, 0, NO_ROWS).astype(np.int8)
        rows = window_sum(inner.rows, self.grid, window)
        first = int(np.argmax((inner.due > 0).any(axis=0)))
        return long_enough(Cells(value, why, rows, inner.seen, inner.due), self.grid, window, first)


def rolling_window(body: Rolling) -> Window:
    """The window of a rolling metric."""
    return Window("roll", *body.reach, by_day=body.align == "day")


def back_of(body: Change, window: Window) -> Back:
    """What a change looks back to at a window; one period of a year to date or a rolling window is a year."""
    roll = window.kind == "roll"
    kind = window.grain if roll else grain_of(window)
    grain = body.back.grain or ("year" if roll else kind)
    read = None if window.by_day or COARSER[grain] < COARSER[kind] else kind
    return Back(body.back.count, grain, read, body.back.start)


def _counted(cube: Cube | SetCube, grid: Grid, window: Window, early: bool = False) -> tuple[Floats, Floats, Floats]:
    """Rows, cells seen and cells due at a window; of a stock or a last level at its end, of a first level at its start.

    Cells are told by whole months, levels too: `early` is for what adds up over time.
    """
    seen, due = cube.presence.seen, cube.presence.due
    if cube.measure.kind == "stock":
        return cube.rows, seen, due
    if cube.measure.over_time == "last":
        return cube.rows, seen, due
    if cube.measure.over_time == "first":
        starts = np.maximum(grid.starts(window), 0)
        return cube.rows[:, starts], seen[:, starts], due[:, starts]
    first = (cube.early[2] if isinstance(cube, Cube) else cube.rows_early) if early else None
    return window_sum(cube.rows, grid, window, first), window_sum(seen, grid, window), window_sum(due, grid, window)


def from_states(cube: Cube, states: States, window: Window, early: bool) -> tuple[Floats, Bools]:
    """(values, where there is any) of states that merge by adding or by taking the extreme, at a window."""
    measure, grid = cube.measure, states.grid
    early_value, early_count, _ = cube.early if early else (None, None, None)
    if measure.kind == "stock":
        level = cube.value if early_value is None else early_value
        if measure.over_time == "mean":
            known = np.broadcast_to(np.arange(grid.shape[1]) >= cube.presence.first, grid.shape).astype(float)
            with np.errstate(divide="ignore", invalid="ignore"):
                level = window_sum(cube.value, grid, window, early_value) / window_sum(known, grid, window)
        return level, cube.presence.due > 0
    how = measure.function if measure.function in ("min", "max") else "sum"
    value = window_sum(cube.value, grid, window, early_value, how)
    count = window_sum(cube.count, grid, window, early_count)
    if measure.function == "average":
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(count > 0, value / count, np.nan)
    return value, count > 0


def quotient(top: Cells, bottom: Cells) -> Cells:
    """One value over the other, none where the denominator is zero or either is missing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(bottom.value == 0, np.nan, top.value / bottom.value)
    why = np.where(np.isnan(top.value), np.where(top.why > 0, top.why, PART), bottom.why)
    why = np.where(~np.isnan(top.value) & (bottom.value == 0), ZERO, why)
    why = np.where(np.isnan(value), why, 0).astype(np.int8)
    return Cells(value, why, bottom.rows, *least_complete((top, bottom)))
