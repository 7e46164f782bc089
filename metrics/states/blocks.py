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
from metrics.states.bits import binary, unpacked
from metrics.states.compiler import StateQuery
from metrics.states.faster import Road, scanned
from metrics.states.tallies import tallied
from metrics.time.grid import Floats, Grid, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """The states of one scan: the columns of its keys, `n` (rows), and one for each part.

    `first_days` is given where `table` does not tell first days apart (its `early` is not looked at then): the same
    columns, of first days only. A histogram is a list of (value, count). A set is a list of its members, or bits
    (large_binary, the first bit of the first byte first), and then `things` has the members of that part at the places
    of the bits.
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

    def marked(self) -> "Marked":
        """All rows, also those of first days that stand apart."""
        if self.first_days is None:
            whole = np.ones(len(self.table), dtype=np.bool_)
            return Marked(self.table, whole, self.table.column("early").to_numpy())
        whole = np.arange(len(self.table) + len(self.first_days)) < len(self.table)
        return Marked(pa.concat_tables([self.table, self.first_days]), whole, ~whole)


@dataclass(frozen=True)
class Marked:
    """Rows of a block, which of them belong to whole periods, and which to first days."""

    table: pa.Table
    whole: Bools
    early: Bools


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
    wanted = {name: part for name, part in query.parts.items() if parts is None or name in parts}
    away = engine.is_away(query.table)
    apart = {n: part for n, part in wanted.items() if part.merge == "histogram" or (part.merge == "set" and not away)}
    plain = {name: part for name, part in wanted.items() if name not in apart}
    road = None if away or query.statement else Road.of(engine, query, wanted.values())
    if road is None:
        table = engine.table(query.sql(plain, low, high))
    else:
        table = scanned(engine, query, plain, road, (low, high))
    columns = tallied(engine, query, table, apart, road, (low, high)) if apart and query.statement is None else {}
    for name, (column, _) in columns.items():
        table = table.append_column(name, column)
    return Block(table, None, {name: members for name, (_, members) in columns.items() if members is not None})


def joined(blocks: Sequence[Block]) -> Block:
    """One block of several with the same columns: of other periods, or of more rows of the same ones."""
    blocks, things = _same_places(blocks)
    tables = pa.concat_tables([block.table for block in blocks], promote_options="permissive")
    early = [block.first_days for block in blocks if block.first_days is not None]
    return Block(tables, pa.concat_tables(early, promote_options="permissive") if early else None, things)


def _same_places(blocks: Sequence[Block]) -> tuple[Sequence[Block], dict[str, pa.Array]]:
    """The blocks with the members of each set at the same places in all of them, and these members."""
    things: dict[str, pa.Array] = {}
    for name in {name for block in blocks for name in block.things}:
        having = [block for block in blocks if name in block.table.column_names]
        if any(name not in block.things and len(block.table) for block in having):
            blocks = [_listed(block, name) for block in blocks]
            continue
        told = [block.things[name] for block in blocks if name in block.things]
        things[name] = told[0]
        if any(not one.equals(told[0]) for one in told[1:]):
            kinds = {one.type for one in told}
            common = told[0].type if len(kinds) == 1 else pa.string()
            told.sort(key=len, reverse=True)  # where it has all of the others, blocks of the longest one stay
            things[name] = pc.unique(pa.concat_arrays([one.cast(common) for one in told]))
            blocks = [_moved(block, name, things[name]) for block in blocks]
    return blocks, things


def _moved(block: Block, name: str, members: pa.Array) -> Block:
    """The bits of a set at the places of other members, which have all of its own."""
    if name not in block.things or block.things[name].equals(members):
        return block
    places = pc.index_in(block.things[name].cast(members.type), value_set=members).to_numpy(zero_copy_only=False)
    width = (len(members) // 64 + 1) * 64

    def moved(table: pa.Table) -> pa.Table:
        flags, known = unpacked(table.column(name), len(places))
        out = np.zeros((len(table), width), dtype=np.bool_)
        out[:, places] = flags
        column = pc.if_else(pa.array(known), binary(np.packbits(out, axis=1)), None)
        return table.set_column(table.column_names.index(name), name, column)

    first_days = None if block.first_days is None else moved(block.first_days)
    return Block(moved(block.table), first_days, {**block.things, name: members})


def _listed(block: Block, name: str) -> Block:
    """A set of bits as a list of its members."""
    if name not in block.things:
        return block
    members = block.things[name]

    def listed(table: pa.Table) -> pa.Table:
        flags, _ = unpacked(table.column(name), len(members))
        row, place = np.nonzero(flags)
        offsets = np.searchsorted(row, np.arange(len(table) + 1)).astype(np.int32)
        column = pa.ListArray.from_arrays(pa.array(offsets), members.take(pa.array(place)))
        return table.set_column(table.column_names.index(name), name, column)

    things = {other: held for other, held in block.things.items() if other != name}
    first_days = None if block.first_days is None else listed(block.first_days)
    return Block(listed(block.table), first_days, things)


class Sheet:
    """A block laid on a grid: its columns as arrays (units, months), merged over days and parts of a month."""

    def __init__(self, block: Block, grid: Grid) -> None:
        self.block, self.grid = block, grid
        self._known: dict[tuple[bool, str], tuple[Ints, Ints]] = {}

    def at(self, early: bool = False, month: str = "month") -> tuple[Ints, Ints]:
        """(unit row, month column) of each row of the block; a row of -1 where the unit is unknown or no month set."""
        if (early, month) not in self._known:
            self._known[early, month] = self.placed(self.block.rows(early), month)
        return self._known[early, month]

    def placed(self, table: pa.Table, month: str = "month") -> tuple[Ints, Ints]:
        """As `at`, for any table with the keys of the block."""
        cells = pc.index_in(table.column("cell").combine_chunks(), value_set=pa.array(self.grid.units))
        numbers = table.column(month).cast(pa.int64())
        unit = pc.if_else(pc.is_valid(numbers.combine_chunks()), cells, None)
        columns = pc.fill_null(numbers, self.grid.first).to_numpy().astype(np.int64) - self.grid.first
        return pc.fill_null(unit, -1).to_numpy(zero_copy_only=False).astype(np.int64), columns

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
