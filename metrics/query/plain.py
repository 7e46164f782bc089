"""Values as plain SQL gives them: a group is there when it has rows, nothing is nothing, and no gap is asked about.

So do tools that know no scorecard (MetricFlow is one); the same states are read, by other rules for what is missing.
"""

from collections.abc import Mapping
from datetime import date
from typing import cast

import numpy as np
import numpy.typing as npt

from data.calendar import Calendar, Grain
from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import Aggregate, Ratio, Running
from metrics.language.expressions import parse
from metrics.states.cubes import Cube, SetCube, window_sum
from metrics.states.sets import set_values
from metrics.time.grid import Floats, Ints, Window, grain_of
from metrics.time.timeline import NONE
from metrics.values.cells import Cells, arithmetic
from metrics.values.evaluate import Evaluator, Question, from_states

Bools = npt.NDArray[np.bool_]
COUNTS = ("count", "count_distinct", "sum_boolean")


class Plain(Evaluator):
    """The evaluator without null policies: `rows` of a cell is 1 where any part of it has rows, else 0.

    With `whole` there is one group of all rows, which is there without any, as in SQL without GROUP BY. With `at_once`
    all time is one period: what runs day by day is read on its last day. `nobody` is the row of the group without
    members, in which a metric that shows every period is there when nobody has rows.
    """

    whole = False
    at_once = False
    moved: Mapping[str, str] = {}
    nobody: int | None = None

    def cells(self, key: str, window: Window, early: bool = False) -> Cells:
        """The metric's values at a window; NaN where SQL gives NULL."""
        question = Question(key, window, early)
        if question not in self._known:
            self._known[question] = self._plain(key, window)
        return self._known[question]

    def _plain(self, key: str, window: Window) -> Cells:
        metric = self.catalog.metrics[key]
        body = metric.body
        if isinstance(body, Aggregate):
            found = self._rows_at(body, window)
            found = self._later(found, self.moved[key], window) if key in self.moved else found
            found = self._in_every_period(found) if metric.every_period and self.nobody is not None else found
        elif isinstance(body, Ratio):
            found = self._quotient(body, window)
        elif isinstance(body, str):
            found = self._formula(key, body, window)
        elif isinstance(body, Conversion):
            found = self._conversion(key, body, window)
        elif isinstance(body, Running):
            found = self._running(body, window)
        else:
            told = super()._compute(Question(key, window))
            found = self._cells(np.where(told.rows > 0, told.value, np.nan), told.rows > 0)
        if metric.nulls == "zero":
            return self._cells(np.nan_to_num(found.value), found.rows > 0)
        return found

    def _cells(self, value: Floats, here: Bools) -> Cells:
        rows = np.ones(here.shape) if self.whole else here.astype(np.float64)
        return Cells(value, np.zeros(rows.shape, dtype=np.int8), rows, rows, rows)

    def _in_every_period(self, found: Cells) -> Cells:
        here = found.rows > 0
        here[self.nobody] |= ~here.any(axis=0)
        return self._cells(found.value, here)

    def _rows_at(self, body: Aggregate, window: Window) -> Cells:
        if body.on_first_day and not self.grid.single(window):  # a period shows its first day
            daily, starts = self._rows_at(body, Window("day")), self.grid.begins(window)
            return self._picked(daily, np.where(starts < 0, NONE, starts))
        cube = self._cube(body)
        here = window_sum(cube.rows, self.grid, window) > 0
        if isinstance(cube, SetCube):
            value, some = set_values(self.states, cube, window, early=False, complete=False)
        else:
            value, some = from_states(cube, self.states, window, early=False)
        counted = body.function in COUNTS
        known = here if counted else some & here
        value = np.where(known, value, np.nan)
        if self.whole and body.function == "count_distinct":
            value = np.nan_to_num(value)
        return self._cells(value, here)

    def _conversion(self, key: str, body: Conversion, window: Window) -> Cells:
        """Conversions by the base event that led to them, or their share in base events."""
        events = next(own for own in self.catalog.own_aggregates(key) if isinstance(own, Aggregate))
        cube, base = self._cube(body), self._rows_at(events, window)
        assert isinstance(cube, Cube)
        count, _ = from_states(cube, self.states, window, early=False)
        count = np.where(count > 0, count, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = count / base.value if body.as_ == "rate" else count
        return self._cells(value, base.rows > 0)

    def _quotient(self, body: Ratio, window: Window) -> Cells:
        sides = [
            self.cells(side, window) if isinstance(side, str) else self._rows_at(side, window)
            for side in (body.numerator, body.denominator)
            if isinstance(side, str | Aggregate)
        ]
        if len(sides) < 2:
            raise AssertionError("a stock stands in a ratio whose answer is plain; see Evaluator")
        top, bottom = sides
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(bottom.value == 0, np.nan, top.value / bottom.value)
        here = (top.rows > 0) | (bottom.rows > 0)
        return self._cells(np.where(here, value, np.nan), here)

    def _formula(self, key: str, text: str, window: Window) -> Cells:
        parts = {name: self.cells(name, window) for name in self.catalog.parts(key)}
        value = arithmetic(parse(text), {name: cells.value for name, cells in parts.items()})
        here = np.any([cells.rows > 0 for cells in parts.values()], axis=0) if parts else np.ones(self.grid.shape, bool)
        return self._cells(np.where(here, np.broadcast_to(value, self.grid.shape), np.nan), np.asarray(here))

    def _picked(self, cells: Cells, columns: Ints) -> Cells:
        """Values of other columns in the place of each; none where there is no such column."""
        there = columns != NONE
        return self._cells(np.where(there, cells.value[:, columns], np.nan), there & (cells.rows[:, columns] > 0))

    def _later(self, cells: Cells, later: str, window: Window) -> Cells:
        """Whole periods that count later: each shows the one that begins so long before it, if one begins there."""
        calendar, grain, first = self.grid.calendar, grain_of(window), self.grid.first
        columns = np.full(self.grid.shape[1], NONE, dtype=np.int64)
        for column in self._ends(window):
            begins = calendar.first(grain, self.grid.timeline.of(grain, first + int(column)))
            earlier = _before(calendar, begins, later)
            number = calendar.number(grain, earlier)
            if calendar.first(grain, number) == earlier:
                there = self.grid.timeline.number(calendar.last(grain, number)) - first
                columns[column] = min(there, self.grid.shape[1] - 1) if there >= 0 else NONE
        return self._picked(cells, columns)

    def _running(self, body: Running, window: Window) -> Cells:
        """Each day's value at its own window; a longer period reads one of its days, or their mean."""
        if body.window:
            count, word = body.window.split()
            own = Window("roll", int(count), cast("Grain", word.removesuffix("s")), by_day=True)
        elif body.since == "ever":
            own = Window("roll", self.grid.shape[1], "day", by_day=True)
        else:
            own = Window(str(body.since))
        daily = self.cells(body.metric, own)
        if self.grid.single(window):
            return daily
        starts = np.maximum(self.grid.starts(window), 0)
        value, here = np.full(self.grid.shape, np.nan), daily.rows > 0
        some = np.zeros(self.grid.shape, dtype=np.bool_)
        for column in np.unique(self._ends(window)):
            days = slice(starts[column], column + 1)
            there = here[:, days]
            some[:, column] = there.any(axis=1)
            value[:, column] = _read(daily.value[:, days], there, "last" if self.at_once else body.read)
        return self._cells(value, some)

    def _ends(self, window: Window) -> npt.NDArray[np.int64]:
        """The columns that an answer can be read at: where periods of the window end."""
        if window.kind == "roll":
            return np.array([self.grid.shape[1] - 1])
        return self.grid.timeline.ends(self.grid.first, self.grid.last, grain_of(window))


def _before(calendar: Calendar, day: date, later: str) -> date:
    """The day that counts on another one, by months as on the wall: the 31st of a shorter month is its last day."""
    *count, word = later.split()
    grain = cast("Grain", word.removesuffix("s"))
    if count[0] == "rest":
        return calendar.first(grain, calendar.number(grain, day))
    plain = Calendar()
    return plain.first("day", plain.back(plain.number("day", day), "day", int(count[0]), grain))


def _read(value: Floats, there: Bools, read: str) -> Floats:
    """Of each row the first, last or mean value of the days that are there; the mean passes by days without a value."""
    if read == "mean":
        known = there & ~np.isnan(value)
        number = known.sum(axis=1)
        total = np.where(known, value, 0.0).sum(axis=1)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)
    at = there.argmax(axis=1) if read == "first" else there.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    found: Floats = np.where(there.any(axis=1), value[np.arange(len(value)), at], np.nan)
    return found
