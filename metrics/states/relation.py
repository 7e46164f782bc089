"""A table with the joins that a statement names, ready for a FROM clause: what is not named is not joined."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace

from data.warehouse import identifier
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog, resolver
from metrics.language.expressions import ExpressionError, Resolver, column_or_parse, render
from metrics.language.joins import Hop, hops, partners
from metrics.states.asides import aside_join, aside_of
from metrics.states.rates import rate_join, rate_of
from metrics.time.frame import Frame

_NAMED = re.compile(r'(?<![.\w])"((?:[^"]|"")+)"\.(?=")')  # an alias before its column, as resolvers write it


@dataclass(frozen=True)
class Link:
    """One thing that is joined by its alias: `source` is what stands after LEFT JOIN, `on` the condition."""

    source: str
    on: str


Lookup = Callable[[str], Link | None]  # alias > what it stands for; None: it is no alias of a join


@dataclass(frozen=True)
class Relation:
    """A table as `_t`, its way to other tables, and the SQL of the unit a row belongs to.

    `cell` is what states are kept by: the unit, or a dimension that a metric is cut by; `where` keeps some rows only.
    A join is many-to-one and LEFT: it never changes which rows there are.
    """

    key: str
    base: str
    unit: str
    cell: str
    lookup: Lookup = field(compare=False, repr=False)
    where: str = "TRUE"
    also: tuple[str, ...] = ()

    def reading(self, *sql: str | None) -> "Relation":
        """The relation for a statement that holds these pieces of SQL besides unit, cell and where."""
        return replace(self, also=(*self.also, *(text for text in sql if text)))

    @property
    def source(self) -> str:
        """What stands after FROM; joins in the order in which they hang on each other."""
        seen: set[str] = set()
        joins: list[str] = []

        def need(text: str) -> None:
            for alias in _aliases(text):
                link = None if alias in seen else self.lookup(alias)
                seen.add(alias)
                if link is not None:
                    need(link.on)
                    joins.append(f"LEFT JOIN {link.source} AS {identifier(alias)} ON {link.on}")

        for text in (self.unit, self.cell, self.where, *self.also):
            need(text)
        return " ".join([self.base, *joins])


LATER = "later "
DAYS = "range(DATE '1970-01-01', DATE '2200-01-01', INTERVAL 1 DAY)"


def later_time(later: str, time: str) -> str:
    """The SQL of the day on which a row counts that counts later than it happened; `time` as the definition has it."""
    return f'{identifier(f"{LATER}{later} {time}")}."day"'


def _later(alias: str, columns: Collection[str] | None, resolve: Resolver) -> Link:
    """A calendar in which each day stands for the day whose rows count on it: none, one, or several days for one."""
    rest = alias.startswith(f"{LATER}rest of ")
    words = alias.removeprefix(LATER).split(" ", 3 if rest else 2)
    shown = f"date_trunc('{words[2]}', d)" if rest else f"d - INTERVAL {words[0]} {words[1].removesuffix('s').upper()}"
    happened = render(column_or_parse(words[-1], columns), resolve)
    source = f"(SELECT CAST(d AS DATE) AS day, CAST({shown} AS DATE) AS happened FROM {DAYS} AS _r(d))"
    return Link(source, f"{identifier(alias)}.happened = CAST({happened} AS DATE)")


def relation(catalog: Catalog, table: Table, time: str = "", frame: Frame | None = None) -> Relation:
    """The relation of `model.<table>`; `frame` tells the last day that counts, where metrics are computed aside.

    `time` is the SQL of the time by which rows count, for joins that hold for a time; else the table's own stands.
    """
    resolve = resolver(catalog, table)
    if not time and table.time:
        time = resolve(table.time.column, None)

    def lookup(alias: str) -> Link | None:
        if alias.startswith(LATER):
            return _later(alias, catalog.columns.get(table.key), resolve)
        rate = rate_of(alias)
        if rate is not None:
            return Link(*rate_join(catalog, table, rate, time, frame))
        aside = aside_of(alias)
        if aside is not None:
            return Link(*aside_join(catalog, table, aside, time, frame, relation))
        try:
            hop = hops(catalog.tables, table, alias)[-1]
        except ExpressionError:
            return None
        return Link(f'model."{hop.other.key}"', " AND ".join(_conditions(hop, time)))

    unit = "NULL"
    if table.unit and table.unit.unit:
        unit = "'" + table.unit.unit.replace("'", "''") + "'"
    elif table.unit and table.unit.column:
        qualifier, _, column = table.unit.column.rpartition(".")
        unit = resolve(column, qualifier or None)
    return Relation(table.key, f'model."{table.key}" AS _t', unit, unit, lookup)


def _aliases(text: str) -> Iterator[str]:
    return (match[1].replace('""', '"') for match in _NAMED.finditer(text))


def _conditions(hop: Hop, time: str) -> Iterator[str]:
    ours = identifier(hop.before) if hop.before else "_t"
    theirs = identifier(hop.alias)
    for key, to in zip(hop.join.keys, partners(hop.join, hop.other), strict=True):
        yield f"{theirs}.{identifier(to)} = {ours}.{identifier(key)}"
    if hop.join.valid:
        at = f"{ours}.{identifier(hop.join.valid.at)}" if hop.join.valid.at else time
        low, high = (f"{theirs}.{identifier(name)}" for name in (hop.join.valid.from_, hop.join.valid.to))
        yield f"({low} IS NULL OR {low} <= {at})"
        yield f"({high} IS NULL OR {high} > {at})"


__all__ = ["Link", "Relation", "relation"]
