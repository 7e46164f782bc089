"""Blocks: the states that one scan leaves behind, as Arrow tables that can be kept, joined and laid on a grid.

The protocol. `read_states(..., source=...)` asks a `BlockSource` for the block of each `StateQuery`; the default one,
`Scan`, computes it now. A source that keeps blocks finds them by `query.signature`, and in them a state by its column
(`query.parts` are named by what they compute), and calls `scan_block` for what it lacks: some `parts`, or only the
rows that happened from day `low` to day `high`. Blocks of other periods, or of more rows of the same period, are put
together by `joined`; a reader merges what stands in several rows. A block that knows its last period up to some day
only (its `as_of`) must compute that period anew. See `StateQuery.signature` for what a block depends on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metrics.engines.duck import Engine
from metrics.states.compiler import StateQuery
from metrics.time.grid import Floats, Grid, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """The states of one scan: the columns of its keys, `n` (rows), and one for each part.

    `first_days` is given where `table` does not tell first days apart (its `early` is not looked at then): the same
    columns, of first days only. `things` are the members of sets by part, at the positions that the sets name, where
    sets do not hold the members themselves.
    """

    table: pa.Table
    first_days: pa.Table | None = None
    things: Mapping[str, pa.Array] = field(default_factory=dict)

    def rows(self, early: bool) -> pa.Table:
        """All rows, or those of first days only."""
        if not early:
            return self.table
        return self._early if self.first_days is None else self.first_days

    @cached_property
    def _early(self) -> pa.Table:
        return self.table.filter(self.table.column("early"))


class BlockSource(Protocol):
    """What answers a scan with its block; raises `QueryError` when the engine cannot."""

    def __call__(self, query: StateQuery) -> Block:
        """The block of a scan, with all its parts, up to the query's last day."""
        ...


@dataclass(frozen=True)
class Scan:
    """The source that computes every block now."""

    engine: Engine

    def __call__(self, query: StateQuery) -> Block:
        """See `BlockSource`."""
        return scan_block(self.engine, query)


def scan_block(
    engine: Engine,
    query: StateQuery,
    parts: Collection[str] | None = None,
    low: date | None = None,
    high: date | None = None,
) -> Block:
    """Compute a block, of all parts or some, of all rows or those from day `low` to day `high` inclusive.

    Raises `QueryError` when the engine refuses, or when some periods are asked of a scan that is not `periodic`.
    """
    return Block(engine.table(query.sql(parts, low, high)))


def joined(blocks: Sequence[Block]) -> Block:
    """One block of several with the same columns: of other periods, or of more rows of the same ones."""
    tables = pa.concat_tables([block.table for block in blocks], promote_options="permissive")
    early = [block.first_days for block in blocks if block.first_days is not None]
    things = {name: value for block in blocks for name, value in block.things.items()}
    return Block(tables, pa.concat_tables(early, promote_options="permissive") if early else None, things)


class Sheet:
    """A block laid on a grid: its columns as arrays (units, months), merged over days and parts of a month."""

    def __init__(self, block: Block, grid: Grid) -> None:
        self.block, self.grid = block, grid
        self._known: dict[tuple[bool, str], tuple[Ints, Ints]] = {}

    def at(self, early: bool = False, month: str = "month") -> tuple[Ints, Ints]:
        """(unit row, month column) of each row of the block; a row of -1 where the unit is unknown or no month set."""
        if (early, month) not in self._known:
            table = self.block.rows(early)
            cells = pc.index_in(table.column("cell").combine_chunks(), value_set=pa.array(self.grid.units))
            numbers = table.column(month).cast(pa.int64())
            unit = pc.if_else(pc.is_valid(numbers.combine_chunks()), cells, None)
            columns = pc.fill_null(numbers, self.grid.first).to_numpy().astype(np.int64) - self.grid.first
            self._known[early, month] = (pc.fill_null(unit, -1).to_numpy(False).astype(np.int64), columns)
        return self._known[early, month]

    def cells(self, column: str, early: bool = False, merge: str = "sum") -> Floats:
        """A state as (units, months); 0 (NaN for extremes) where there is none."""
        unit, month = self.at(early)
        inside = (unit >= 0) & (month >= 0) & (month < self.grid.shape[1])
        return self.merged(numbers(self.block.rows(early), column), unit, month, inside, merge)

    def merged(self, values: Floats, unit: Ints, month: Ints, inside: Bools, merge: str = "sum") -> Floats:
        """Values of rows merged into (units, months), of rows that are `inside` and have one."""
        inside = inside & ~np.isnan(values)
        flat = unit[inside] * self.grid.shape[1] + month[inside]
        size = self.grid.shape[0] * self.grid.shape[1]
        if merge == "sum":
            total: Floats = np.bincount(flat, weights=values[inside], minlength=size).astype(np.float64)
            return total.reshape(self.grid.shape)
        out: Floats = np.full(size, np.nan)
        {"min": np.fmin, "max": np.fmax}[merge].at(out, flat, values[inside])
        return out.reshape(self.grid.shape)


def numbers(table: pa.Table, column: str) -> Floats:
    """A column as floats, NaN for NULL."""
    return np.asarray(table.column(column).cast(pa.float64()).to_numpy(), dtype=np.float64)
