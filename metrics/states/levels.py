"""Levels by day: what adds up over units but not over time (stock on hand, balances), as arrays of units by days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from metrics.states.blocks import Sheet, numbers
from metrics.states.measures import Measure
from metrics.time.grid import Floats, Grid, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Levels:
    """The levels that were told: `value` by unit and day (0 where none), `told` where there is one.

    The days are those that any unit has a level on, in order; `month` is the column each belongs to, `early` whether it
    is one of the first days of its month.
    """

    value: Floats
    told: Bools
    month: Ints
    early: Bools

    @classmethod
    def of(cls, sheet: Sheet, measure: Measure, columns: Mapping[str, str]) -> "Levels":
        """The levels of a measure; rows of which none passed the filter are a level of zero, but for a target."""
        table = sheet.block.table
        unit, month = sheet.at()
        inside = (unit >= 0) & (month >= 0) & (month < sheet.grid.shape[1])
        days, at = np.unique(
            table.column("day").cast(pa.date32()).cast(pa.int32()).to_numpy()[inside], return_inverse=True
        )
        flat, size = unit[inside] * len(days) + at, sheet.grid.shape[0] * len(days)

        def merged(role: str) -> Floats:
            values = np.nan_to_num(numbers(table, columns[role])[inside])
            total: Floats = np.bincount(flat, weights=values, minlength=size).astype(np.float64)
            return total.reshape(sheet.grid.shape[0], len(days))

        value, seen, rows = merged("v"), merged("n"), merged("r")
        here = np.zeros(size, dtype=np.bool_)
        here[flat] = True
        told = seen > 0
        if not measure.stated:
            told |= here.reshape(told.shape) & (rows == 0)
        month_of_day, early = np.zeros(len(days), dtype=np.int64), np.zeros(len(days), dtype=np.bool_)
        month_of_day[at] = month[inside]
        early[at] = table.column("early").to_numpy()[inside]
        return cls(np.where(told, value, 0.0), told, month_of_day, early)

    def ends(self, grid: Grid, early: bool, last: bool) -> Floats:
        """The last (or first) level of each unit in each month, added up over units; NaN where none has one."""
        told = self.told & self.early if early else self.told
        found, some = np.zeros(grid.shape), np.zeros(grid.shape)
        units, days = np.nonzero(told)
        order = np.arange(len(days))[:: 1 if last else -1]  # of what is written to the same place, the latest stays
        at = (units[order], self.month[days[order]])
        found[at], some[at] = self.value[units[order], days[order]], 1.0
        return np.where(grid.roll_up(some) > 0, grid.roll_up(found), np.nan)

    def daily(self, grid: Grid, early: bool, complete: bool) -> tuple[Floats, ...]:
        """Of each unit and month, over the sums over units of its days: total, number, least, largest, untold.

        With `complete` only days count on which every unit below that ever had a level has one; untold are months that
        have levels, but no such day. 0, for least and largest NaN, where there is none.
        """
        told = self.told & self.early if early else self.told
        by_day = self._by_day(grid)
        value = by_day.roll_up(np.where(told, self.value, 0.0))
        number = by_day.roll_up(told.astype(np.float64))
        good = number > 0
        if complete:
            due = by_day.roll_up(np.maximum.accumulate(self.told, axis=1).astype(np.float64))
            good &= number >= due
        parts = (
            self._monthly(grid, np.where(good, value, 0.0), np.add, 0.0),
            self._monthly(grid, good.astype(np.float64), np.add, 0.0),
            self._monthly(grid, np.where(good, value, np.nan), np.fmin, np.nan),
            self._monthly(grid, np.where(good, value, np.nan), np.fmax, np.nan),
        )
        some = self._monthly(grid, (number > 0).astype(np.float64), np.add, 0.0)
        return (*parts, ((some > 0) & (parts[1] == 0)).astype(np.float64))

    def _by_day(self, grid: Grid) -> Grid:
        """The grid with days in the place of months: what rolls up is the tree as it stood on them."""
        segments = [
            replace(
                segment,
                low=int(np.searchsorted(self.month, segment.low)),
                high=int(np.searchsorted(self.month, segment.high)),
            )
            for segment in grid.segments
        ]
        return replace(grid, segments=tuple(segments))

    def _monthly(self, grid: Grid, values: Floats, ufunc: np.ufunc, empty: float) -> Floats:
        out = np.full(grid.shape, empty)
        if len(self.month):
            months, starts = np.unique(self.month, return_index=True)
            out[:, months] = ufunc.reduceat(values, starts, axis=1)
        return out
