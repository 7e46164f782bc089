"""Exact medians and percentiles of many windows and levels: how often which value was seen, counted by prefix sums.

Values of a window are never put in order again: one pass numbers them, sums over months and values tell how many lie
below any of them in any window, and a bisection finds the one of the wanted rank.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from metrics.states.blocks import Sheet
from metrics.states.latest import Latest
from metrics.time.grid import Floats, Grid, Ints, Window

AT_ONCE = 4 * 1024 * 1024  # counts (unit, month, value) that are held at a time


@dataclass(frozen=True)
class Histogram:
    """How often which value was seen where, sorted by value: parallel arrays.

    They are unit row, month column, position of the value in `values` (ascending), how often it was seen there, and how
    often in the first days of the month.
    """

    values: Floats
    unit: Ints
    month: Ints
    value: Ints
    count: Floats
    early: Floats

    @classmethod
    def of(cls, sheet: Sheet, column: str) -> "Histogram":
        """From a column of a block that holds lists of (value, count)."""
        marked = sheet.block.marked()
        lists = marked.table.column(column).combine_chunks()
        at = pc.list_parent_indices(lists).to_numpy()
        entries = pc.list_flatten(lists)
        seen, count = (pc.struct_field(entries, name).to_numpy(zero_copy_only=False) for name in ("value", "count"))
        unit, month = (part[at] for part in sheet.placed(marked.table))
        inside = (unit >= 0) & (month >= 0) & (month < sheet.grid.shape[1])
        values, numbers = np.unique(seen[inside].astype(np.float64), return_inverse=True)
        order = np.argsort(numbers, kind="stable")
        whole, early = (np.where(part[at], count, 0.0)[inside][order] for part in (marked.whole, marked.early))
        return cls(values, unit[inside][order], month[inside][order], numbers[order], whole, early)


@dataclass(frozen=True)
class _Part:
    """Some values of a histogram, `low` the first: (units, months + 1, values) of how many are not above each of them,
    in all months before, and (units, months, values) of first days only in each month.
    """

    low: int
    upto: Floats
    early: Floats | None

    @classmethod
    def of(cls, histogram: Histogram, grid: Grid, low: int, high: int, early: bool) -> "_Part":
        here = slice(*np.searchsorted(histogram.value, (low, high)))
        flat = ((histogram.value[here] - low) * grid.shape[0] + histogram.unit[here]) * grid.shape[1]
        flat += histogram.month[here]

        def counted(weights: Floats) -> Floats:
            shape = (high - low, *grid.shape)
            cells: Floats = np.bincount(flat, weights=weights, minlength=int(np.prod(shape))).astype(np.float64)
            return np.cumsum(np.moveaxis(grid.roll_up(cells.reshape(shape)), 0, -1), axis=-1)

        whole = counted(histogram.count[here])
        upto = np.zeros((grid.shape[0], grid.shape[1] + 1, high - low))
        np.cumsum(whole, axis=1, out=upto[:, 1:])
        first = counted(histogram.early[here]) if early else None
        return cls(low, upto, first)

    def below(self, starts: Ints, position: Ints) -> Floats:
        """How many values of each window are not above the one at a position in this part; (units, months)."""
        units, months = np.indices(position.shape)
        low = self.upto[units, np.broadcast_to(starts, position.shape), position]
        if self.early is None:
            return np.asarray(self.upto[units, months + 1, position] - low)
        return np.asarray(self.upto[units, months, position] - low + self.early[units, months, position])


def quantiles(
    histogram: Histogram,
    grid: Grid,
    window: Window,
    early: bool,
    share: float,
    discrete: bool = False,
    latest: Latest | None = None,
) -> Floats:
    """The value below which a share of all values lies, (units, months), NaN where there is none.

    Between two values in proportion, as SQL's percentile_cont; `discrete` the least value that a share does not exceed,
    as percentile_disc. With `early` each window's last month counts its first days only. `latest` keeps the counts of a
    histogram that is counted in one part for the next window.
    """
    starts = np.minimum(np.maximum(grid.starts(window), 0), np.arange(grid.shape[1]))
    size = len(histogram.values)
    step = max(1, AT_ONCE // max(grid.shape[0] * grid.shape[1], 1))
    parts = [(low, min(low + step, size)) for low in range(0, size, step)]
    kept: _Part | None = None
    if len(parts) == 1:
        held = latest or Latest()
        kept = held.of(f"part {early}", (histogram, grid), lambda: _Part.of(histogram, grid, *parts[0], early))
    number = np.zeros(grid.shape)
    for low, high in parts:
        part = kept or _Part.of(histogram, grid, low, high, early)
        number += part.below(starts, np.full(grid.shape, high - low - 1))
    if discrete:
        lower = upper = np.maximum(np.ceil(np.round(share * number, 9)), 1)
        within = np.zeros(grid.shape)
    else:
        rank = share * np.maximum(number - 1, 0)
        lower, within = np.floor(rank) + 1, rank - np.floor(rank)
        upper = np.minimum(lower + 1, np.maximum(number, 1))
    least, most = np.full(grid.shape, np.nan), np.full(grid.shape, np.nan)
    before = np.zeros(grid.shape)
    for low, high in parts:
        part = kept or _Part.of(histogram, grid, low, high, early)
        upto = before + part.below(starts, np.full(grid.shape, high - low - 1))
        for found, wanted in ((least, lower), (most, upper)):
            here = (wanted > before) & (wanted <= upto)
            if here.any():
                at = _place(part, starts, wanted - before, high - low)
                found[here] = histogram.values[low + at[here]]
        before = upto
    return np.where(number > 0, least + (most - least) * within, np.nan)


def _place(part: _Part, starts: Ints, wanted: Floats, size: int) -> Ints:
    """The position of the first value up to which as many values lie as wanted, by bisection."""
    low = np.zeros(wanted.shape, dtype=np.int64)
    high = np.full(wanted.shape, size - 1, dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        enough = part.below(starts, middle) >= wanted
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
        low = np.minimum(low, high)
    return low
