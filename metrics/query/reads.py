"""Which columns a metric rests on: of its tables, and through their SQL of the datasets that facts come from."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage

from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import FirstPer, Rows, Stock
from metrics.definitions.metric import TargetTable
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog, target_aggregate
from metrics.language.expressions import column_or_parse, columns_of, select_columns
from metrics.language.joins import hops, partners

Reads = dict[str, set[str]]  # table or dataset > columns
TEXTS = ("expr", "filter", "time", "opened", "closed", "entity")


def reads_of(catalog: Catalog, key: str) -> Reads:
    """The columns of tables that a metric's own aggregations and its target's table name, with keys and units."""
    found: Reads = {}
    metric = catalog.metrics[key]
    bodies: list[Rows] = list(catalog.own_aggregates(key))
    if isinstance(metric.target, TargetTable):
        bodies.append(target_aggregate(metric.target))
    if isinstance(metric.body, Conversion):
        to = metric.body.converted
        bodies.append(FirstPer(table=to.table, entity=metric.body.entity, filter=to.filter, time=to.time))
    for body in bodies:
        table = catalog.tables[body.table]
        named = [*_named(catalog, table, body), *_framed(table, body)]
        for path, column in named:
            for name, read in _along(catalog, table, path, column):
                found.setdefault(name, set()).add(read)
    return found


def _named(catalog: Catalog, table: Table, body: Rows) -> Iterator[tuple[str, str]]:
    for field in TEXTS:
        text = getattr(body, field, None)
        if text is not None:
            for column, path in columns_of(column_or_parse(text, catalog.columns.get(table.key))):
                yield path or "", column


def _framed(table: Table, body: Rows) -> Iterator[tuple[str, str]]:
    """When a row counts and for whom."""
    if table.time and not isinstance(body, Stock) and body.time is None:
        yield "", table.time.column
    if table.unit and table.unit.column:
        path, _, column = table.unit.column.rpartition(".")
        yield path, column


def _along(catalog: Catalog, table: Table, path: str, column: str) -> Iterator[tuple[str, str]]:
    """A column at the end of a path of joins, and the keys on the way."""
    if not path:
        yield table.key, table.entities.get(column, column)
        return
    for hop in hops(catalog.tables, table, path):
        yield from ((hop.table.key, key) for key in hop.join.keys)
        yield from ((hop.other.key, key) for key in partners(hop.join, hop.other))
        last = hop.other.key
    yield last, column


def origins(table: Table, columns: Iterator[str] | set[str], datasets: Mapping[str, tuple[str, ...]]) -> Reads:
    """The columns of datasets behind some columns of a table; of SQL also those that it joins and filters by.

    `datasets` are all that there are, with their columns.
    """
    if table.sql_text is None:
        return {name: set(columns) for name in table.datasets}
    found: Reads = {name: set() for name in select_columns(table.sql_text, datasets)[0]}
    for name, column in _picked(table.sql_text, datasets):
        found[name].add(column)
    for column in columns:
        for name, origin in _traced(table.sql_text, column, tuple(sorted(datasets.items()))):
            found[name].add(origin)
    return found


def _picked(sql: str, datasets: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """The columns by which a model's SQL keeps and joins rows."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    names = {table.alias_or_name: table.name for table in tree.find_all(exp.Table)}
    for part in [*tree.find_all(exp.Where), *(join for join in tree.find_all(exp.Join))]:
        for column in part.find_all(exp.Column):
            for name in [names.get(column.table, "")] if column.table else list(names.values()):
                if column.name in datasets.get(name, ()):
                    yield name, column.name


@lru_cache(maxsize=2048)
def _traced(sql: str, column: str, datasets: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, str], ...]:
    schema = {name: dict.fromkeys(columns, "VARCHAR") for name, columns in datasets}
    try:
        node = lineage(column, sql, schema=schema, dialect="duckdb")
    except SqlglotError:
        return ()  # a column that the data alone tells of, behind a star
    found = dict.fromkeys(
        (one.source.name, one.name.rpartition(".")[2].strip('"'))
        for one in node.walk()
        if isinstance(one.source, exp.Table)
    )
    return tuple(pair for pair in found if pair[0] in schema)
