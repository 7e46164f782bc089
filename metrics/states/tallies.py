"""Exact sets and histograms of a scan in one pass over its rows: a bit for a thing in a cell, a counter for a value.

Rows are numbered, not grouped: each by its row of the block, each thing or value by its place among all of them. That
is done in DuckDB; marking and counting are two array operations for a batch of rows. Where there would be too many bits
or counters, the engine groups instead, which costs several times as much and gives the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.states.bits import binary
from metrics.states.compiler import Part, StateQuery
from metrics.states.members import Members, members_of
from metrics.time.grid import Ints

AT_ONCE = 1 << 18  # rows of a batch
MOST_FLAGS = 192 * 1024 * 1024  # of a set: things times rows of the block, a byte each; eight times as many as bits
MOST_CODES = 16 * 1024 * 1024  # cells times months
MOST_COUNTS = 24 * 1024 * 1024  # of a histogram: values times rows of the block, eight bytes each
SHORT_LIST = 16  # so many cells are looked up in a list; in a longer one each look takes longer
_UNSIGNED = ((0xFF, "UTINYINT"), (0xFFFF, "USMALLINT"), (0xFFFFFFFF, "UINTEGER"))
Column = tuple[pa.Array, pa.Array | None]  # the states by row of the block, and the members at their places


@dataclass(frozen=True)
class Rows:
    """The rows of a block as numbers: a code for each cell, month and early, and which row of the block it is.

    Where several rows share them (days), the first one holds what is tallied.
    """

    cells: tuple[str, ...]
    first: int
    last: int
    split: bool
    count: int
    known: Ints  # the codes that there are, ascending
    row: Ints  # the row of each of them

    @classmethod
    def of(cls, table: pa.Table, keys: Mapping[str, str]) -> "Rows":
        """The rows of a block's table."""
        cells = tuple(pc.unique(table.column("cell")).drop_null().to_pylist())
        months = table.column("month").cast(pa.int64())
        first, last = (int(pc.fill_null(found, 0).as_py()) for found in (pc.min(months), pc.max(months)))
        nothing = np.zeros(0, dtype=np.int64)
        rows = cls(cells, first, last, keys["early"] not in ("TRUE", "FALSE"), table.num_rows, nothing, nothing)
        codes = rows.codes(table)
        here = np.flatnonzero(codes >= 0)
        known, at = np.unique(codes[here], return_index=True)
        return replace(rows, known=known, row=here[at])

    @property
    def most(self) -> int:
        """How many codes there could be; this one stands for rows without a month."""
        return (self.last - self.first + 1) * self._stride

    @cached_property
    def place(self) -> npt.NDArray[np.int32]:
        """By code: the row of the block, `count` where there is none."""
        place = np.full(self.most + 1, self.count, dtype=np.int32)
        place[self.known] = self.row
        return place

    def rows_of(self, table: pa.Table) -> Ints:
        """The row of the block for each row of a table with the same keys; `count` where it has no month."""
        codes = self.codes(table)
        at = np.minimum(np.searchsorted(self.known, codes), max(len(self.known) - 1, 0))
        return np.where(self.known[at] == codes, self.row[at], self.count)

    @property
    def _stride(self) -> int:
        return (len(self.cells) + 1) * (2 if self.split else 1)

    def codes(self, table: pa.Table) -> Ints:
        """The code of each row of a table with the same keys; -1 where it has no month."""
        at = pc.index_in(table.column("cell").combine_chunks(), value_set=pa.array(self.cells, pa.string()))
        cell = pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        if self.split:
            cell = cell * 2 + table.column("early").to_numpy()
        months = table.column("month").cast(pa.int64())
        number = pc.fill_null(months, self.first).to_numpy() - self.first
        known = pc.is_valid(months).to_numpy()
        return np.where(known & (number >= 0), number * self._stride + cell, -1)

    def sql(self, keys: Mapping[str, str]) -> str:
        """The code of a row of facts; that of no row where its month is unknown."""
        cell = _position(keys["cell"], self.cells)
        if self.split:
            cell = f"{cell} * 2 + CAST({keys['early']} AS INTEGER)"
        return f"coalesce(({keys['month']} - {self.first}) * {self._stride} + {cell}, {self.most})"


def _position(cell: str, cells: tuple[str, ...]) -> str:
    """The place of a cell among all, from 1; 0 for none."""
    names = ", ".join(map(literal, cells))
    if not cells:
        return "0"
    if len(cells) <= SHORT_LIST or any("\0" in name for name in cells):
        return f"coalesce(list_position([{names}], {cell}), 0)"
    return f"coalesce(CAST(enum_code(TRY_CAST({cell} AS ENUM({names}))) AS INTEGER) + 1, 0)"


def tallied(
    engine: Engine, query: StateQuery, table: pa.Table, parts: Mapping[str, Part], days: tuple[date | None, date | None]
) -> dict[str, Column]:
    """The columns of sets and histograms, aligned with a block's table that was scanned for the same days.

    A set is a number of bits (large_binary) with its members beside it, or where there are too many a list of its own
    members; a histogram is a list of (value, count).
    """
    if not table.num_rows:
        return {name: (pa.nulls(0, _EMPTY[part.merge]), None) for name, part in parts.items()}
    rows = Rows.of(table, query.keys)
    numbered: dict[str, tuple[Part, Members]] = {}
    found: dict[str, Column] = {}
    known = {} if engine.is_away(query.table) else parts
    with members_of(engine, query, known, days) as members:
        for name, part in parts.items():
            of = members.get(part.value)
            room = MOST_FLAGS * 8 if part.merge == "set" else MOST_COUNTS
            if of is not None and (rows.count + 1) * of.width <= room and rows.most <= MOST_CODES:
                numbered[name] = (part, of)
            else:
                found[name] = (_grouped(engine, query, rows, part, days), None)
        if numbered:
            found |= _counted(engine, query, rows, numbered, days)
    return {name: found[name] for name in parts}


_EMPTY = {"set": pa.large_binary(), "histogram": pa.list_(pa.struct([("value", pa.float64()), ("count", pa.int64())]))}


def _counted(
    engine: Engine,
    query: StateQuery,
    rows: Rows,
    parts: Mapping[str, tuple[Part, Members]],
    days: tuple[date | None, date | None],
) -> dict[str, Column]:
    tallies = {name: _Tally.of(part, of, rows.count) for name, (part, of) in parts.items()}
    select = [_unsigned(rows.sql(query.keys), rows.most) + " AS code"]
    for name, (part, of) in parts.items():
        number = f"CASE WHEN {part.filter} THEN {of.sql} END" if part.filter else of.sql
        select.append(_unsigned(f"coalesce({number}, {of.count})", of.count) + f" AS {name}")
    joins = "".join(dict.fromkeys(of.join for _, of in parts.values()))
    for batch in engine.batches(f"SELECT {', '.join(select)} {query.rows(*days, join=joins)}", AT_ONCE):
        place = rows.place[batch.column(0).to_numpy()]
        for at, tally in enumerate(tallies.values(), 1):
            tally.add(place, batch.column(at).to_numpy())
    return {name: tally.column() for name, tally in tallies.items()}


def _unsigned(sql: str, most: int) -> str:
    return f"CAST({sql} AS {next(kind for limit, kind in _UNSIGNED if most <= limit)})"


@dataclass(frozen=True)
class _Tally:
    """Flags (a byte each), bits or counters of rows by places; the last row and the last place are for nothing."""

    members: Members
    rows: int
    held: npt.NDArray[Any]
    packed: bool

    @classmethod
    def of(cls, part: Part, members: Members, rows: int) -> "_Tally":
        size = (rows + 1) * members.width
        packed = part.merge == "set" and size > MOST_FLAGS
        kind = (np.uint8 if packed else np.bool_) if part.merge == "set" else np.int64
        return cls(members, rows, np.zeros(size // 8 if packed else size, dtype=kind), packed)

    def add(self, row: npt.NDArray[np.int32], place: npt.NDArray[Any]) -> None:
        at = np.multiply(row, self.members.width, dtype=np.int64)
        np.add(at, place, out=at, casting="unsafe")
        if self.held.dtype == np.bool_:
            self.held[at] = True
        elif self.packed:
            np.bitwise_or.at(self.held, at >> 3, np.right_shift(np.uint8(128), (at & 7).astype(np.uint8)))
        else:
            np.add.at(self.held, at, 1)

    def column(self) -> Column:
        of = self.members
        if self.held.dtype == np.int64:
            return _histograms(self.held.reshape(-1, of.width)[: self.rows, : of.count], of.values), None
        bits = (self.held if self.packed else np.packbits(self.held)).reshape(-1, of.width // 8)[: self.rows]
        bits[:, of.count >> 3] &= ~np.uint8(128 >> (of.count & 7))  # nothing is no thing
        return binary(bits), of.values


def _histograms(counts: npt.NDArray[np.int64], values: pa.Array) -> pa.Array:
    row, place = np.nonzero(counts)
    return _lists(row, values.cast(pa.float64()).take(pa.array(place)), pa.array(counts[row, place]), counts.shape[0])


def _lists(row: Ints, values: pa.Array, counts: pa.Array, rows: int) -> pa.Array:
    """Lists of (value, count) for each row, from entries in the order of rows."""
    offsets = np.searchsorted(row, np.arange(rows + 1)).astype(np.int32)
    entries = pa.StructArray.from_arrays([values, counts.cast(pa.int64())], ["value", "count"])
    return pa.ListArray.from_arrays(pa.array(offsets), entries)


def _grouped(
    engine: Engine, query: StateQuery, rows: Rows, what: Part, days: tuple[date | None, date | None]
) -> pa.Array:
    """A set or histogram that the engine groups, as lists by row of the block."""
    found = engine.table(grouped_sql(query, what, days))
    place = rows.rows_of(found)
    sorting = np.argsort(place, kind="stable")
    order, row = pa.array(sorting), place[sorting]
    if what.merge == "histogram":
        column, counts = (found.column(name).combine_chunks().take(order) for name in ("value", "count"))
        return _lists(row, column, counts, rows.count)
    offsets = np.searchsorted(row, np.arange(rows.count + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), found.column("value").combine_chunks().take(order))


def grouped_sql(query: StateQuery, part: Part, days: tuple[date | None, date | None]) -> str:
    """Each value of a part once for each cell, month and early, with how often it stands there."""
    keys = ", ".join(f"{sql} AS {name}" for name, sql in query.keys.items() if name in ("cell", "month", "early"))
    value = f"CAST({part.value} AS DOUBLE)" if part.merge == "histogram" else part.value
    where = f" AND ({part.filter})" if part.filter else ""
    return (
        f"SELECT {keys}, {value} AS value, count(*) AS count {query.rows(*days)} "
        f"AND {part.value} IS NOT NULL{where} GROUP BY 1, 2, 3, 4"
    )
