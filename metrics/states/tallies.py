"""Exact sets and histograms of a scan in one pass over its rows: a bit for a thing in a cell, a counter for a value.

Rows are numbered, not grouped: each by its row of the block, each thing or value by its place among all of them. That
is done in DuckDB; marking and counting are two array operations for a batch of rows. Where there would be too many bits
or counters, the engine groups instead, which costs several times as much and gives the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.states.bits import binary
from metrics.states.compiler import Part, StateQuery
from metrics.states.faster import SHORT_LIST, Road
from metrics.states.members import Members, members_of
from metrics.states.zones import Zone
from metrics.time.grid import Ints

AT_ONCE = 1 << 16  # rows of a batch
MOST_FLAGS = 192 * 1024 * 1024  # of a set: things times rows of the block, a byte each; eight times as many as bits
MOST_CODES = 2 * 1024 * 1024  # cells times months
MOST_DAYS = 200_000  # that are looked up
MOST_FILTERS = 3  # of one value that are tallied together: each doubles the room
MOST_COUNTS = 24 * 1024 * 1024  # of a histogram: values times rows of the block, eight bytes each
_UNSIGNED = ((0xFF, "UTINYINT"), (0xFFFF, "USMALLINT"), (0xFFFFFFFF, "UINTEGER"))
Small = npt.NDArray[np.int32]  # numbers below MOST_CODES, or places below MOST_FLAGS * 8: half as much to move
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
    exact: bool  # every row has a cell and a month
    known: Ints  # the codes that there are, ascending
    row: Ints  # the row of each of them

    @classmethod
    def of(cls, table: pa.Table, keys: Mapping[str, str]) -> "Rows":
        """The rows of a block's table."""
        cells = tuple(pc.unique(table.column("cell")).drop_null().to_pylist())
        months = table.column("month").cast(pa.int64())
        first, last = (int(pc.fill_null(found, 0).as_py()) for found in (pc.min(months), pc.max(months)))
        nothing = np.zeros(0, dtype=np.int64)
        split, exact = keys["early"] not in ("TRUE", "FALSE"), not months.null_count + table.column("cell").null_count
        rows = cls(cells, first, last, split, table.num_rows, exact, nothing, nothing)
        codes = rows.codes(table)
        here = np.flatnonzero(codes >= 0)
        known, at = np.unique(codes[here], return_index=True)
        return replace(rows, known=known, row=here[at])

    @property
    def most(self) -> int:
        """How many codes there could be."""
        return (self.last - self.first + 1) * self.stride

    @property
    def dense(self) -> bool:
        """Whether nearly every code is a row, so that codes need no other numbers."""
        return self.most <= 2 * self.count + 64

    @property
    def slots(self) -> int:
        """How many places of rows are tallied."""
        return self.most if self.dense else len(self.known)

    @cached_property
    def _slot(self) -> Small:
        slot = np.zeros(self.most, dtype=np.int32)
        slot[self.known] = np.arange(len(self.known))
        return slot

    def slot(self, code: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The place of each code."""
        return code if self.dense else self._slot.take(code)

    def by_row(self, held: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What was tallied in places (the first axis) by row of the block."""
        at = self.known if self.dense else np.arange(len(self.known))
        if len(self.row) == self.count:
            return held.take(at[np.argsort(self.row)], axis=0)
        out = np.zeros((self.count, *held.shape[1:]), dtype=held.dtype)
        out[self.row] = held[at]
        return out

    def rows_of(self, table: pa.Table) -> Ints:
        """The row of the block for each row of a table with the same keys; `count` where it has no month."""
        codes = self.codes(table)
        at = np.minimum(np.searchsorted(self.known, codes), max(len(self.known) - 1, 0))
        return np.where(self.known[at] == codes, self.row[at], self.count)

    @property
    def stride(self) -> int:
        """How many codes a month has."""
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
        return np.where(known & (number >= 0), number * self.stride + cell, -1)

    def time_sql(self, keys: Mapping[str, str]) -> str:
        """What the month of a row of facts adds to its code, and whether it is in the first days."""
        code = f"({keys['month']} - {self.first}) * {self.stride}"
        return f"{code} + CAST({keys['early']} AS INTEGER)" if self.split else code

    def cell_sql(self, keys: Mapping[str, str]) -> str:
        """What the cell of a row of facts adds to its code."""
        return _position(keys["cell"], self.cells) + (" * 2" if self.split else "")


@dataclass(frozen=True)
class Coder:
    """How rows of facts get their codes: by the columns of `sql`, and where days are told by `days` by that array.

    The engine's arithmetic with years and months takes longer than to look a day up.
    """

    sql: tuple[str, ...]
    begin: int = 0
    days: Small | None = None

    @classmethod
    def of(cls, engine: Engine, query: StateQuery, rows: Rows, road: Road) -> "Coder":
        """Days are looked up where the table's time is a plain date, and its calendar has no more than MOST_DAYS."""
        zone, keys = road.zones.get(query.time, Zone()), query.keys
        when, cell = rows.time_sql(keys), rows.cell_sql(keys)
        told = when.replace(query.time, "d")
        if zone.low is None or zone.high is None or zone.high - zone.low > MOST_DAYS or '"' in told:
            return cls((_unsigned(f"{when} + {cell}", rows.most),))
        days = f"SELECT DATE '1970-01-01' + CAST(i AS INTEGER) AS d FROM range({zone.low}, {zone.high + 1}) AS r(i)"
        codes = engine.table(f"SELECT coalesce({told}, 0) AS code FROM ({days}) ORDER BY d").column("code").to_numpy()
        return cls((query.time, _unsigned(cell, rows.stride)), zone.low, codes.astype(np.int32))

    def codes(self, when: npt.NDArray[Any], cell: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """The codes of a batch of rows."""
        if self.days is None or cell is None:
            return when
        code: Small = self.days.take(np.subtract(when, self.begin))
        np.add(code, cell, out=code, casting="unsafe")
        return code


def _position(cell: str, cells: tuple[str, ...]) -> str:
    """The place of a cell among all, from 1."""
    names = ", ".join(map(literal, cells))
    if len(cells) <= SHORT_LIST or any("\0" in name for name in cells):
        return f"list_position([{names}], {cell})"
    return f"(CAST(enum_code(CAST({cell} AS ENUM({names}))) AS INTEGER) + 1)"


Days = tuple[date | None, date | None]


def tallied(
    engine: Engine, query: StateQuery, table: pa.Table, parts: Mapping[str, Part], road: Road | None, days: Days
) -> dict[str, Column]:
    """The columns of sets and histograms, aligned with a block's table that was scanned for the same days.

    A set is a number of bits (large_binary) with its members beside it, or where there are too many a list of its own
    members; a histogram is a list of (value, count). Without a `road` the facts lie in an engine that can only group.
    """
    if not table.num_rows:
        return {name: (pa.nulls(0, _EMPTY[part.merge]), None) for name, part in parts.items()}
    rows = Rows.of(table, query.keys)
    if road is None or not rows.exact or rows.most > MOST_CODES:
        return {name: (_grouped(engine, query, rows, part, days), None) for name, part in parts.items()}
    found: dict[str, Column] = {}
    tallies: list[_Tally] = []
    with members_of(engine, query, parts.values(), road.zones, days) as members:
        for own in _by_value(parts):
            first = next(iter(own.values()))
            of, merge = members.get(first.value), first.merge
            filters = tuple(dict.fromkeys(part.filter for part in own.values() if part.filter))
            size = 0 if of is None else rows.slots * of.width << len(filters)
            if of is None or size > (MOST_FLAGS * 8 if merge == "set" else MOST_COUNTS):
                found |= {name: (_grouped(engine, query, rows, part, days), None) for name, part in own.items()}
            else:
                tallies.append(_Tally.of(own, filters, of, rows))
        if tallies:
            _count(engine, query, rows, tallies, road, days)
    for tally in tallies:
        found |= tally.columns()
    return {name: found[name] for name in parts}


_EMPTY = {"set": pa.large_binary(), "histogram": pa.list_(pa.struct([("value", pa.float64()), ("count", pa.int64())]))}


def _by_value(parts: Mapping[str, Part]) -> list[dict[str, Part]]:
    """Parts that are tallied together: of one value, with no more than MOST_FILTERS filters."""
    found: list[dict[str, Part]] = []
    for name, part in parts.items():
        for own in found:
            first = next(iter(own.values()))
            filters = {one.filter for one in (*own.values(), part) if one.filter}
            if (first.value, first.merge) == (part.value, part.merge) and len(filters) <= MOST_FILTERS:
                own[name] = part
                break
        else:
            found.append({name: part})
    return found


def _count(engine: Engine, query: StateQuery, rows: Rows, tallies: Sequence["_Tally"], road: Road, days: Days) -> None:
    """One pass over the rows: a column for their codes, one for each value's places, one for each filter."""
    coder = Coder.of(engine, query, rows, road)
    columns = {sql: at for at, sql in enumerate(coder.sql)}
    for tally in tallies:
        for sql in tally.sql(road):
            columns.setdefault(sql, len(columns))
    select = ", ".join(f"{sql} AS c{at}" for sql, at in columns.items())
    joins = "".join(dict.fromkeys(tally.members.join for tally in tallies))
    wanted = [[columns[sql] for sql in tally.sql(road)] for tally in tallies]
    for batch in engine.batches(f"SELECT {select} {query.rows(*days, join=joins)}", AT_ONCE):
        arrays = [(one.view(pa.int32()) if pa.types.is_date32(one.type) else one).to_numpy() for one in batch.columns]
        slot = rows.slot(coder.codes(*arrays[: len(coder.sql)]))
        for tally, own in zip(tallies, wanted, strict=True):
            tally.add(slot, *(arrays[at] for at in own))


def _unsigned(sql: str, most: int) -> str:
    return f"CAST({sql} AS {next(kind for limit, kind in _UNSIGNED if most <= limit)})"


@dataclass(frozen=True)
class _Tally:
    """Flags (a byte each), bits or counters of one value: by combination of filters that hold, slot of rows, place."""

    parts: Mapping[str, Part]
    filters: tuple[str, ...]
    members: Members
    rows: Rows
    held: npt.NDArray[Any]

    @classmethod
    def of(cls, parts: Mapping[str, Part], filters: tuple[str, ...], members: Members, rows: Rows) -> "_Tally":
        size = rows.slots * members.width << len(filters)
        is_set = next(iter(parts.values())).merge == "set"
        if is_set and size > MOST_FLAGS:
            return cls(parts, filters, members, rows, np.zeros(size // 8, np.uint8))
        return cls(parts, filters, members, rows, np.zeros(size, np.bool_ if is_set else np.int64))

    def sql(self, road: Road) -> list[str]:
        """The places, and each filter as 0 or 1."""
        of, value = self.members, next(iter(self.parts.values())).value
        place = of.sql if road.filled(value) and not of.join else f"coalesce({of.sql}, {of.count})"
        return [_unsigned(place, of.count), *(f"CAST({road.flag(one)} AS UTINYINT)" for one in self.filters)]

    def add(self, slot: npt.NDArray[Any], place: npt.NDArray[Any], *flags: npt.NDArray[np.uint8]) -> None:
        """Count a batch of rows."""
        at = np.multiply(slot, self.members.width, dtype=np.int32)
        np.add(at, place, out=at, casting="unsafe")
        for power, flag in enumerate(flags):
            at += flag * np.int32(self.rows.slots * self.members.width << power)
        at = at.astype(np.int64)
        if self.held.dtype == np.bool_:
            self.held[at] = True
        elif self.held.dtype == np.uint8:
            np.bitwise_or.at(self.held, at >> 3, np.right_shift(np.uint8(128), (at & 7).astype(np.uint8)))
        else:
            np.add.at(self.held, at, 1)

    def columns(self) -> dict[str, Column]:
        """The states of each part: of the combinations in which its filter holds."""
        of, counts = self.members, self.held.dtype == np.int64
        held = np.packbits(self.held) if self.held.dtype == np.bool_ else self.held
        held = held.reshape(1 << len(self.filters), self.rows.slots, -1)
        if not counts:
            held[:, :, of.count >> 3] &= ~np.uint8(128 >> (of.count & 7))  # nothing is no thing
        found: dict[str, Column] = {}
        for name, part in self.parts.items():
            bit = 1 << self.filters.index(part.filter) if part.filter else 0
            mine = [one for at, one in enumerate(held) if at & bit == bit]
            merged = self.rows.by_row(reduce(np.add if counts else np.bitwise_or, mine))
            found[name] = (
                (_histograms(merged[:, : of.count], of.values), None) if counts else (binary(merged), of.values)
            )
        return found


def _histograms(counts: npt.NDArray[np.int64], values: pa.Array) -> pa.Array:
    row, place = np.nonzero(counts)
    return _lists(row, values.cast(pa.float64()).take(pa.array(place)), pa.array(counts[row, place]), counts.shape[0])


def _lists(row: Ints, values: pa.Array, counts: pa.Array, rows: int) -> pa.Array:
    """Lists of (value, count) for each row, from entries in the order of rows."""
    offsets = np.searchsorted(row, np.arange(rows + 1)).astype(np.int32)
    entries = pa.StructArray.from_arrays([values, counts.cast(pa.int64())], ["value", "count"])
    return pa.ListArray.from_arrays(pa.array(offsets), entries)


def _grouped(engine: Engine, query: StateQuery, rows: Rows, what: Part, days: Days) -> pa.Array:
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


def grouped_sql(query: StateQuery, part: Part, days: Days) -> str:
    """Each value of a part once for each cell, month and early, with how often it stands there."""
    keys = ", ".join(f"{sql} AS {name}" for name, sql in query.keys.items() if name in ("cell", "month", "early"))
    value = f"CAST({part.value} AS DOUBLE)" if part.merge == "histogram" else part.value
    where = f" AND ({part.filter})" if part.filter else ""
    return (
        f"SELECT {keys}, {value} AS value, count(*) AS count {query.rows(*days)} "
        f"AND {part.value} IS NOT NULL{where} GROUP BY 1, 2, 3, 4"
    )
