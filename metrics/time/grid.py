"""The frame that all values share: units by months, with the tree of units as it stood in each month."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data.calendar import Calendar, MonthIndex, last_day, month_of
from data.organisation import Tree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """How far back a value reaches from the month it is read at. `months` is for rolling ones.

    kind: month | quarter | year (from its beginning to the month) | roll (the last `months` whole months).
    """

    kind: str
    months: int = 0


MONTH, QUARTER, YEAR = Window("month"), Window("quarter"), Window("year")
WINDOW_MONTHS = {"month": 1, "quarter": 3, "year": 12}
EVERY = {1: MONTH, 3: QUARTER, 12: YEAR}  # by months that a value stands for
SPAN_WINDOWS = {"month": MONTH, "quarter": QUARTER, "year": YEAR, "ytd": YEAR, "r12": Window("roll", 12)}


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
    """Units (rows, parents before children) by months (columns, `first` to `last`).

    `cut_day` is the last day that counts in the last month when that month still runs, else None.
    """

    units: tuple[str, ...]
    first: MonthIndex
    last: MonthIndex
    calendar: Calendar
    segments: tuple[Segment, ...]
    cut_day: int | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(number of units, number of months)."""
        return len(self.units), self.last - self.first + 1

    def begins(self, window: Window) -> Ints:
        """For each month (column) the column in which its window begins; negative where that lies before the grid."""
        return _begins(self.calendar, self.first, self.last, window)

    def starts(self, window: Window) -> Ints:
        """As `begins`, but a quarter or year that began before the grid starts with it."""
        begins = self.begins(window)
        return begins if window.kind == "roll" else np.maximum(begins, 0)

    def of_grain(self, months: int, column: int) -> tuple[int, int]:
        """First and last column of the month (1), quarter (3) or year (12) around a column, also outside the grid."""
        low = _grain_start(self.calendar, months, self.first + column) - self.first
        return low, low + months - 1

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
        """(month, unit, ancestor or itself) for every month and unit: the tree as a table for SQL."""
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


def _grain_start(calendar: Calendar, months: int, month: MonthIndex) -> MonthIndex:
    begin: dict[int, Callable[[MonthIndex], MonthIndex]] = {3: calendar.quarter_start, 12: calendar.year_start}
    return begin[months](month) if months > 1 else month


@lru_cache(maxsize=64)
def _begins(calendar: Calendar, first: MonthIndex, last: MonthIndex, window: Window) -> Ints:
    months = range(first, last + 1)
    if window.kind == "roll":
        found = np.arange(len(months), dtype=np.int64) - (window.months - 1)
    else:
        length = WINDOW_MONTHS[window.kind]
        found = np.array([_grain_start(calendar, length, month) - first for month in months], dtype=np.int64)
    found.flags.writeable = False  # shared by all who ask
    return found


def build_grid(tree: Tree, first: MonthIndex, last: MonthIndex, calendar: Calendar, cut_day: int | None = None) -> Grid:
    """The grid over a tree, membership taken on the last day of each month."""
    units = tuple(tree.units)
    index = {key: position for position, key in enumerate(units)}
    edges = sorted({first, *(m for day in tree.changes() if first < (m := month_of(day)) <= last)})
    segments = []
    for low, high in zip(edges, [*edges[1:], last + 1], strict=True):
        on = last_day(low)
        by_depth: dict[int, list[tuple[int, int]]] = {}
        for key in units:
            chain = tree.ancestors(key, on)
            if len(chain) > 1:
                by_depth.setdefault(len(chain), []).append((index[key], index[chain[1]]))
        levels = tuple(
            (np.array([b for b, _ in pairs], dtype=np.int64), np.array([a for _, a in pairs], dtype=np.int64))
            for _, pairs in sorted(by_depth.items(), reverse=True)
        )
        segments.append(Segment(low - first, high - first, levels))
    return Grid(units, first, last, calendar, tuple(segments), cut_day)


def at_cadence(window: Window, every: int) -> Window:
    """The window whose value a month shows when a metric has one only every so many months."""
    return EVERY[every] if window == MONTH else window


def window_columns(grid: Grid, window: Window) -> list[tuple[int, int]]:
    """(column, first column of its window) for every month whose window lies wholly inside the grid."""
    return [(column, int(low)) for column, low in enumerate(grid.starts(window)) if low >= 0]
