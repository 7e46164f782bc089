"""Exact distinct counts of many windows and levels: one bit per thing, merged by OR, counted at the end.

Counting distinct things anew for each window costs the length of their list each time; bits merge eight to a byte.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metrics.time.grid import Floats, Grid, Window

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
AT_ONCE = 128 * 1024 * 1024  # bytes of bits held at a time


@dataclass(frozen=True)
class Things:
    """Which thing was seen where, sorted by thing: parallel arrays of unit row, month column and thing number.

    `early` says whether that was in the first days of the month.
    """

    unit: Ints
    month: Ints
    thing: Ints
    early: npt.NDArray[np.bool_]
    count: int

    @classmethod
    def of(cls, table: pa.Table, grid: Grid) -> "Things":
        """From a table with cell, month, early and thing; nothing (NULL) and months before the grid are left out."""
        inside = pc.greater_equal(table.column("month"), grid.first)
        table = table.filter(pc.and_(inside, pc.is_valid(table.column("thing"))))
        things = pc.dictionary_encode(table.column("thing").combine_chunks())
        numbers = things.indices if isinstance(things, pa.DictionaryArray) else things.combine_chunks().indices
        units = pc.index_in(table.column("cell").combine_chunks(), value_set=pa.array(grid.units))
        thing = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
        order = np.argsort(thing, kind="stable")
        return cls(
            units.to_numpy(zero_copy_only=False).astype(np.int64)[order],
            table.column("month").to_numpy().astype(np.int64)[order] - grid.first,
            thing[order],
            table.column("early").to_numpy(zero_copy_only=False).astype(np.bool_)[order],
            int(thing.max()) + 1 if len(thing) else 0,
        )


def distinct_counts(things: Things, grid: Grid, window: Window, early: bool) -> Floats:
    """The number of distinct things, (units, months). With `early` the last month counts its first days only."""
    rows, columns = grid.shape
    step = max(64, AT_ONCE // max(rows * columns, 1) // 64 * 64)
    counts = np.zeros(grid.shape)
    for low in range(0, things.count, step):
        part = np.arange(np.searchsorted(things.thing, low), np.searchsorted(things.thing, low + step))
        width = min(step, things.count - low)
        whole = _bits(things, part, low, width, grid)
        last = _bits(things, part[things.early[part]], low, width, grid) if early else whole
        counts += np.bitwise_count(_merged(whole, last, grid, window)).sum(axis=2, dtype=np.int64)
    return counts


def _bits(things: Things, part: Ints, low: int, width: int, grid: Grid) -> Bits:
    """Bits of some things, rolled up over units: (units, months, words of 64)."""
    flags = np.zeros((*grid.shape, (width + 63) // 64 * 64), dtype=np.bool_)
    flags[things.unit[part], things.month[part], things.thing[part] - low] = True
    bits = np.packbits(flags, axis=2).view(np.uint64)
    for segment in grid.segments:
        months = slice(segment.low, segment.high)
        for below, above in segment.levels:
            for child, parent in zip(below, above, strict=True):
                bits[parent, months] |= bits[child, months]
    return bits


def _merged(whole: Bits, last: Bits, grid: Grid, window: Window) -> Bits:
    """Months merged into windows; `last` stands for each window's last month."""
    if grid.single(window):
        return last
    if window.kind == "roll" and window.grain == grid.timeline.base:
        before = _rolled(whole, window.count - 1)
        out = last.copy()
        out[:, 1:] |= before[:, :-1]
        return out
    out = last.copy()
    starts = np.maximum(grid.starts(window), 0)
    if window.kind == "roll":
        for column, start in enumerate(starts):
            if start < column:
                out[:, column] |= np.bitwise_or.reduce(whole[:, start:column], axis=1)
        return out
    running = np.zeros_like(whole[:, 0])
    for column, start in enumerate(starts):
        if start == column:
            running = np.zeros_like(running)
        out[:, column] |= running
        running = running | whole[:, column]
    return out


def _rolled(bits: Bits, months: int) -> Bits:
    """OR of the last `months` months at each month, in log2(months) steps: OR may count a month twice."""
    out, width = bits.copy(), 1
    while width < months:
        shift = min(width, months - width)
        out[:, shift:] |= out[:, :-shift].copy()
        width += shift
    return out


def unnested(table: pa.Table, column: str) -> pa.Table:
    """A column of lists as a row for each thing: cell, month, early, thing."""
    lists = table.column(column).combine_chunks()
    at = pc.list_parent_indices(lists)
    rows = {name: table.column(name).take(at) for name in ("cell", "month", "early")}
    return pa.table({**rows, "thing": pc.list_flatten(lists)})
