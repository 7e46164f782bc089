"""The frame that all values share: units by months, with the tree of units as it stood in each month."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data.calendar import GRAINS, Calendar, Grain
from data.errors import CalendarError
from data.organisation import Tree
from metrics.time.timeline import Back, Timeline

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """How far back a value reaches from the base period it is read at. `count` periods of `grain` are for rolling ones.

    kind: a grain (from the beginning of its period to the base period at hand) | roll (the last `count` whole periods;
    `by_day`: as many days as they have, counted back from the day at hand).
    """

    kind: str
    count: int = 0
    grain: Grain = "month"
    by_day: bool = False


DAY, WEEK, MONTH, QUARTER, YEAR = Window("day"), Window("week"), Window("month"), Window("quarter"), Window("year")
EVERY_GRAIN: dict[int, Grain] = {1: "month", 3: "quarter", 12: "year"}  # by months that a value stands for
EVERY = {1: MONTH, 3: QUARTER, 12: YEAR}


@dataclass(frozen=True)
class Segment:
    """Consecutive months, `low` to `high` exclusive, in which the tree stands still.

    `levels`, deepest first: (indices of units, indices of their parents).
    """

    low: int
    high: int
    levels: tuple[tuple[Ints, Ints], ...]


@dataclass(frozen=True)
class Grid:
    """Units (rows, parents before children) by base periods of a timeline (columns, `first` to `last`).

    `cut_day` is how many days of the last period have passed when it still runs, else None.
    """

    units: tuple[str, ...]
    first: int
    last: int
    timeline: Timeline
    segments: tuple[Segment, ...]
    cut_day: int | None = None

    @property
    def calendar(self) -> Calendar:
        """The calendar whose periods the columns are."""
        return self.timeline.calendar

    @property
    def shape(self) -> tuple[int, int]:
        """(number of units, number of base periods)."""
        return len(self.units), self.last - self.first + 1

    def single(self, window: Window) -> bool:
        """Whether a window is one base period."""
        return window.kind == self.timeline.base

    def begins(self, window: Window) -> Ints:
        """For each column the column in which its window begins; negative where that lies before the grid."""
        if window.kind == "roll":
            return self.timeline.rolls(self.first, self.last, window.count, window.grain, window.by_day)
        return self.timeline.starts(self.first, self.last, grain_of(window))

    def starts(self, window: Window) -> Ints:
        """As `begins`, but a quarter or year that began before the grid starts with it."""
        begins = self.begins(window)
        return begins if window.kind == "roll" else np.maximum(begins, 0)

    def of_grain(self, months: int, column: int) -> tuple[int, int]:
        """First and last column of the month (1), quarter (3) or year (12) around a column, also outside the grid."""
        low, high = self.timeline.around(EVERY_GRAIN[months], self.first + column)
        return low - self.first, high - self.first

    @property
    def finer(self) -> bool:
        """Whether columns are days or weeks, which are parts of a month (or its like)."""
        return self.timeline.base in ("day", "week")

    def by_month(self, seen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Where anything was seen in the month in which a column ends (units, columns)."""
        months = _months(self.timeline, self.first, self.last, self.cut_day or 0)
        begins = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
        return np.repeat(np.logical_or.reduceat(seen, begins, axis=1), np.diff([*begins, len(months)]), axis=1)

    def month_start(self, column: int) -> int:
        """The first column that lies wholly in the month in which another one ends; it may be before the grid."""
        home = self.timeline.home(self.first + column)
        number = self.timeline.since(home)
        begins = self.calendar.first("month", self.calendar.number("month", home))
        return min(number + (self.timeline.first(number) < begins) - self.first, column)

    def months(self, text: str) -> tuple[int, int]:
        """First and last column of a month (or its like) as people write it, also outside the grid; `CalendarError`."""
        try:
            low, high = self.calendar.stated(text)
        except ValueError as error:
            raise CalendarError(f"'{text}' in workspace.yaml or a metric: {error}") from None
        return self._column(low), self._column(high)

    def _column(self, day: date) -> int:
        """The column of a day; one below or above all where it lies before or after the grid."""
        if day < self.timeline.first(self.first):
            return -1
        return self.shape[1] if day > self.timeline.last(self.last) else self.timeline.number(day) - self.first

    def beyond(self, back: Back) -> bool:
        """Whether what the running last column is compared with ended sooner; then the whole of it is what is like."""
        return bool(self.back(back)[-1] >= 0) and self.timeline.beyond(self.last, back)

    def back(self, back: Back) -> Ints:
        """For each column the one that it is compared with, or NONE; a running one with the same part of it."""
        return self.timeline.back(self.first, self.last, back, self.cut_day is not None)

    def roll_up(self, cells: Floats, how: str = "sum") -> Floats:
        """Add (or take the extreme of) children into parents as the tree stood; shape (.., units, months)."""
        out = cells.copy()
        ufunc = {"sum": np.add, "min": np.fmin, "max": np.fmax}[how]
        for segment in self.segments:
            part = out[..., segment.low : segment.high]
            for below, above in segment.levels:
                for child, parent in zip(below, above, strict=True):
                    part[..., parent, :] = ufunc(part[..., parent, :], part[..., child, :])
        return out

    def linked(self) -> npt.NDArray[np.bool_]:
        """Where a unit hangs below the top, by whatever chain (units, months); elsewhere its figures reach no total."""
        out = np.zeros(self.shape, dtype=np.bool_)
        out[0] = True
        for segment in self.segments:
            part = out[:, segment.low : segment.high]
            for below, above in reversed(segment.levels):
                part[below] = part[above]
        return out

    def closure(self) -> list[tuple[int, str, str]]:
        """(number of the column, unit, ancestor or itself) for every column and unit: the tree as a table for SQL."""
        rows = []
        for segment in self.segments:
            parent = {int(b): int(a) for below, above in segment.levels for b, a in zip(below, above, strict=True)}
            for index, unit in enumerate(self.units):
                chain, at = [unit], index
                while at in parent:
                    at = parent[at]
                    chain.append(self.units[at])
                rows += [(self.first + m, unit, up) for m in range(segment.low, segment.high) for up in chain]
        return rows


@lru_cache(maxsize=64)
def _months(timeline: Timeline, first: int, last: int, cut: int) -> Ints:
    """The number of the month in which each base period ends, the last one with as many days as have passed of it."""
    calendar = timeline.calendar
    days = [timeline.last(number) for number in range(first, last + 1)]
    if cut:
        days[-1] = timeline.first(last) + timedelta(days=cut - 1)
    return np.array([calendar.number("month", day) for day in days], dtype=np.int64)


def grain_of(window: Window) -> Grain:
    """The grain that a window is one period of; StopIteration for a rolling one."""
    return next(grain for grain in GRAINS if grain == window.kind)


def build_grid(tree: Tree, first: int, last: int, timeline: Timeline, cut_day: int | None = None) -> Grid:
    """The grid over a tree, membership taken on the last day of the month (or its like) in which a column ends."""
    units = tuple(tree.units)
    index = {key: position for position, key in enumerate(units)}
    low, high = timeline.first(first), timeline.home(last)
    edges = sorted({first, *(n for day in tree.changes() if low < day <= high and (n := timeline.since(day)) > first)})
    segments = []
    for begin, end in zip(edges, [*edges[1:], last + 1], strict=True):
        segments.append(Segment(begin - first, end - first, _levels(tree, index, timeline.home(begin))))
    return Grid(units, first, last, timeline, tuple(segments), cut_day)


def _levels(tree: Tree, index: dict[str, int], on: date) -> tuple[tuple[Ints, Ints], ...]:
    by_depth: dict[int, list[tuple[int, int]]] = {}
    for key, row in index.items():
        chain = tree.ancestors(key, on)
        if len(chain) > 1:
            by_depth.setdefault(len(chain), []).append((row, index[chain[1]]))
    return tuple(
        (np.array([b for b, _ in pairs], dtype=np.int64), np.array([a for _, a in pairs], dtype=np.int64))
        for _, pairs in sorted(by_depth.items(), reverse=True)
    )


def at_cadence(window: Window, every: int) -> Window:
    """The window whose value a month shows when a metric has one only every so many months."""
    return EVERY[every] if every > 1 and window in (DAY, WEEK, MONTH) else window


def window_columns(grid: Grid, window: Window) -> list[tuple[int, int]]:
    """(column, first column of its window) for every month whose window lies wholly inside the grid."""
    return [(column, int(low)) for column, low in enumerate(grid.starts(window)) if low >= 0]
