"""Gives each thing or value of a scan its place, so that a set of them is bits and a histogram counters."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from metrics.engines.duck import Engine
from metrics.states.compiler import Part, StateQuery, digest
from metrics.states.zones import Zone

NARROW = 1024 * 1024  # from the least to the largest number, so that numbers are their own places
TOO_MANY = 8 * 1024 * 1024  # different things, by the engine's estimate, that are not even numbered


@dataclass(frozen=True)
class Members:
    """All that an expression may be: `values` at their places, the SQL of the place (NULL: nothing), and a join for it.

    `width` is room for all and for nothing, a multiple of 64.
    """

    values: pa.Array
    sql: str
    join: str = ""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.values)

    @property
    def width(self) -> int:
        """Places for all of them and for nothing, a multiple of 64."""
        return (self.count // 64 + 1) * 64


@contextmanager
def members_of(
    engine: Engine,
    query: StateQuery,
    parts: Iterable[Part],
    zones: Mapping[str, Zone],
    days: tuple[date | None, date | None],
) -> Iterator[dict[str, Members]]:
    """The members of each expression that parts are made of; an expression with too many of them is left out.

    Whole numbers of a small range are their own places; anything else is numbered in a table that lives as long as the
    context does.
    """
    made: list[str] = []
    found: dict[str, Members] = {}
    try:
        for value in dict.fromkeys(part.value for part in parts):
            zone = zones.get(value, Zone())
            if zone.low is not None and zone.high is not None and zone.high - zone.low < NARROW + 16 * zone.unique:
                found[value] = Members(_numbers(zone.low, zone.high), f"({value} - ({zone.low}))")
            elif zone.unique <= TOO_MANY:
                name = f"members_{digest(value, query.signature)}"
                made.append(name)
                found[value] = _numbered(engine, query, value, days, name)
        yield found
    finally:
        for name in made:
            engine.run(f"DROP TABLE IF EXISTS temp.{name}")


def _numbers(low: int, high: int) -> pa.Array:
    if high > 2**63 - 1:
        return pa.array(range(low, high + 1), pa.uint64())
    return pa.array(np.arange(low, high + 1, dtype=np.int64))


def _numbered(
    engine: Engine, query: StateQuery, value: str, days: tuple[date | None, date | None], name: str
) -> Members:
    """A table of all members with their places, and the join to it."""
    distinct = f"SELECT DISTINCT {value} AS member {query.rows(*days)} AND {value} IS NOT NULL"
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT member, CAST(row_number() OVER () - 1 AS INTEGER) AS place "
        f"FROM ({distinct})"
    )
    values = engine.table(f"SELECT member FROM temp.{name} ORDER BY place").column("member").combine_chunks()
    return Members(values, f'"{name}".place', f' LEFT JOIN temp.{name} AS "{name}" ON "{name}".member = {value}')
