"""Faults of tables: columns that are not there, joins that would count rows twice."""

from collections.abc import Iterator

from data.documents import nearest
from metrics.definitions.table import Join, Table
from metrics.language.catalog import Catalog, resolver
from metrics.language.expressions import ExpressionError
from metrics.language.joins import Columns, partners
from metrics.language.refusals import Fault

Path = tuple[str | int, ...]


def table_faults(catalog: Catalog, table: Table) -> Iterator[Fault]:
    """Everything wrong in one table's file, as far as columns are known."""
    columns = catalog.columns.get(table.key)
    for path, name in _own_columns(table):
        yield from _unknown(table, path, name, columns)
    for path, dotted in _any_columns(table):
        yield from _resolved(catalog, table, path, dotted)
    if table.time:
        kind = (columns or {}).get(table.time.column, "date")
        if kind not in ("date", "timestamp"):
            message = f"'{table.time.column}' is {kind}, and time needs a date or a timestamp"
            yield Fault("table", table.key, ("time", "column"), message, "change its type in the contract", "F112")
    yield from _join_faults(catalog, table)


def _own_columns(table: Table) -> Iterator[tuple[Path, str]]:
    for field in ("grain", "unique"):
        yield from (((field, index), name) for index, name in enumerate(getattr(table, field)))
    if table.time:
        yield ("time", "column"), table.time.column
    if table.freshness:
        yield ("freshness", "column"), table.freshness.column
    yield from ((("entities", name), column) for name, column in table.entities.items())
    if table.rates:
        yield from ((("rates", field), getattr(table.rates, field)) for field in ("currency", "at", "rate"))
    if table.people:
        yield ("people",), table.people
    yield from ((("levels", index), name) for index, name in enumerate(table.levels))
    yield from ((("averaged", index), name) for index, name in enumerate(table.averaged))


def _any_columns(table: Table) -> Iterator[tuple[Path, str]]:
    """Own ones, or `join.column`."""
    yield from ((("rows", index), name) for index, name in enumerate(table.rows))
    if table.unit and table.unit.column:
        yield ("unit", "column"), table.unit.column
    yield from ((("dimensions", name), dimension.column) for name, dimension in table.dimensions.items())


def _unknown(table: Table, path: Path, name: str, columns: Columns | None, of: str = "") -> Iterator[Fault]:
    if columns is not None and name not in columns:
        yield Fault("table", table.key, path, f"'{name}' is not a column of {of or table.key}", nearest(name, columns))


def _resolved(catalog: Catalog, table: Table, path: Path, dotted: str) -> Iterator[Fault]:
    qualifier, _, name = dotted.rpartition(".")
    try:
        resolver(catalog, table)(name, qualifier or None)
    except ExpressionError as error:
        yield Fault("table", table.key, path, error.message, error.hint, error.code)


def _join_faults(catalog: Catalog, table: Table) -> Iterator[Fault]:
    many = [name for name, join in table.joins.items() if join.cardinality == "one_to_many"]
    for name, join in table.joins.items():
        path: Path = ("joins", name)
        if join.table not in catalog.tables:
            message = f"'{join.table}' is not a table"
            yield Fault("table", table.key, (*path, "table"), message, nearest(join.table, catalog.tables))
            continue
        for key in join.keys:
            yield from _unknown(table, (*path, "key"), key, catalog.columns.get(table.key))
        if name in many:
            yield _to_many(table, name, many)
        elif join.cardinality == "many_to_many":
            message = f"rows of {table.key} and of {join.table} would be counted as often as they have partners"
            hint = "make a table with one row for each pair, and let it join both, many to one"
            yield Fault("table", table.key, (*path, "cardinality"), message, hint, "F104")
        else:
            yield from _partner_faults(catalog, table, name, join)


def _to_many(table: Table, name: str, many: list[str]) -> Fault:
    other = table.joins[name].table
    path = ("joins", name, "cardinality")
    if len(many) == 1:
        message = f"a row of {table.key} would stand once for each row of {other}, and be counted as often"
        return Fault("table", table.key, path, message, f"join the other way, in models/{other}.yaml", "F101")
    message = f"rows of {' and '.join(many)} would be paired with each other, and each counted many times"
    return Fault("table", table.key, path, message, "make a metric of each, and combine the metrics", "F102")


def _one_each(other: Table, to: tuple[str, ...]) -> bool:
    """Whether a row of a table is told by these columns: its grain, or one that is unique by itself."""
    return set(other.grain) == set(to) or (len(to) == 1 and to[0] in other.unique)


def _partner_faults(catalog: Catalog, table: Table, name: str, join: Join) -> Iterator[Fault]:
    other = catalog.tables[join.table]
    path: Path = ("joins", name)
    theirs = catalog.columns.get(other.key)
    to = partners(join, other)
    for one in to if join.to or join.valid else ():
        yield from _unknown(table, (*path, "to"), one, theirs, other.key)
    if join.valid:
        yield from _unknown(table, (*path, "valid", "from"), join.valid.from_, theirs, other.key)
        yield from _unknown(table, (*path, "valid", "to"), join.valid.to, theirs, other.key)
        if join.valid.at:
            yield from _unknown(table, (*path, "valid", "at"), join.valid.at, catalog.columns.get(table.key))
    if len(to) != len(join.keys) or (not join.valid and not _one_each(other, to)):
        named, grain = ", ".join(to) or "unknown columns", ", ".join(other.grain) or "nobody knows what"
        message = f"joins '{other.key}' by {named}, but a row of it is one per {grain}"
        hint = "a join to less than the grain would count rows twice; join by the grain"
        yield Fault("table", table.key, path, message, hint, "F101")
