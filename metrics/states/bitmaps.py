"""Exact distinct counts of many windows and levels: one bit per thing, merged by OR, counted at the end.

Counting distinct things anew for each window costs the length of their list each time; bits merge eight to a byte.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metrics.states.bits import packed_rows
from metrics.states.blocks import Sheet
from metrics.states.latest import Latest
from metrics.time.grid import Floats, Grid, Window

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
AT_ONCE = 128 * 1024 * 1024  # bytes of bits held at a time
KEPT = 16 * 1024 * 1024  # bytes of bits that are kept for the next window


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

    def flagged(self, low: int, width: int, grid: Grid, early: bool) -> Bits:
        """Bits of some things, (units, months, words of 64); with `early` of first days only."""
        part = np.arange(np.searchsorted(self.thing, low), np.searchsorted(self.thing, low + width))
        part = part[self.early[part]] if early else part
        flags = np.zeros((*grid.shape, (width + 63) // 64 * 64), dtype=np.bool_)
        flags[self.unit[part], self.month[part], self.thing[part] - low] = True
        return np.packbits(flags, axis=2).view(np.uint64)

    @property
    def each(self) -> int:
        """Bytes that a thing takes while it is flagged, in each unit and month."""
        return 1


@dataclass(frozen=True)
class Packed:
    """Which things were seen where, as bits: a row of words for each of the parallel unit row and month column."""

    unit: Ints
    month: Ints
    bits: Bits
    early: npt.NDArray[np.bool_]
    count: int

    @classmethod
    def of(cls, sheet: Sheet, column: str) -> "Packed":
        """From a column of a block that holds bits."""
        marked = sheet.block.marked()
        held, known = packed_rows(marked.table.column(column))
        unit, month = (part[known] for part in sheet.placed(marked.table))
        inside = (unit >= 0) & (month >= 0) & (month < sheet.grid.shape[1])
        words = np.ascontiguousarray(held).view(np.uint64)[inside]
        return cls(unit[inside], month[inside], words, marked.early[known][inside], words.shape[1] * 64)

    def flagged(self, low: int, width: int, grid: Grid, early: bool) -> Bits:
        """Bits of some things, (units, months, words of 64); with `early` of first days only."""
        words = self.bits[:, low // 64 : (low + width + 63) // 64]
        out = np.zeros((*grid.shape, words.shape[1]), dtype=np.uint64)
        for row in np.flatnonzero(self.early) if early else range(len(words)):
            out[self.unit[row], self.month[row]] |= words[row]
        return out

    @property
    def each(self) -> float:
        """Bytes that a thing takes in each unit and month."""
        return 1 / 8


def distinct_counts(
    things: Things | Packed, grid: Grid, window: Window, early: bool, latest: Latest | None = None
) -> Floats:
    """The number of distinct things, (units, months). With `early` the last month counts its first days only.

    `latest` keeps the bits of few things for the next window.
    """
    rows, columns = grid.shape
    step = max(64, int(AT_ONCE / max(rows * columns, 1) / things.each) // 64 * 64)
    counts = np.zeros(grid.shape)
    few = step >= things.count and rows * columns * things.count // 8 <= KEPT

    def bits(low: int, width: int, early: bool) -> Bits:
        def made() -> Bits:
            return _rolled_up(things.flagged(low, width, grid, early), grid)

        found: Bits = latest.of(f"bits {early}", (things, grid), made) if few and latest is not None else made()
        return found

    for low in range(0, things.count, step):
        width = min(step, things.count - low)
        whole = bits(low, width, early=False)
        last = bits(low, width, early=True) if early else whole
        counts += np.bitwise_count(_merged(whole, last, grid, window)).sum(axis=2, dtype=np.int64)
    return counts


def _rolled_up(bits: Bits, grid: Grid) -> Bits:
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


def things_of(sheet: Sheet, column: str) -> Things | Packed:
    """The things of a block's column, held as bits or as lists."""
    marked = sheet.block.marked()
    if pa.types.is_large_binary(marked.table.schema.field(column).type):
        return Packed.of(sheet, column)
    lists = marked.table.column(column).combine_chunks()
    at = pc.list_parent_indices(lists)
    rows = {name: marked.table.column(name).take(at) for name in ("cell", "month")}
    early = pa.array(marked.early).take(at)
    return Things.of(pa.table({**rows, "early": early, "thing": pc.list_flatten(lists)}), sheet.grid)
