"""Ways from a table to others: paths of joins, what they lead to, and the columns that are found there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from data.documents import nearest
from metrics.definitions.table import Join, Table
from metrics.language.expressions import ExpressionError, Resolver, table_resolver

Columns = Mapping[str, str]  # column > type, as the contract says it
MOST_HOPS = 3  # as many as a name in SQL has parts before the column


@dataclass(frozen=True)
class Hop:
    """One join of a path: where it starts (`before`, empty for the table itself), and what it leads to (`alias`)."""

    before: str
    alias: str
    table: Table
    join: Join
    other: Table


def hops(tables: Mapping[str, Table], table: Table, path: str) -> list[Hop]:
    """The joins of a dotted path, in order. Raises `ExpressionError` for a name that is no join of its table."""
    found: list[Hop] = []
    before, here = "", table
    for name in path.split("."):
        if name not in here.joins:
            raise _no_join(tables, here, name)
        join = here.joins[name]
        if join.table not in tables:
            raise ExpressionError(f"'{join.table}' is not a table", nearest(join.table, tables), "F108")
        alias = f"{before}.{name}" if before else name
        found.append(Hop(before, alias, here, join, tables[join.table]))
        before, here = alias, tables[join.table]
    return found


def _no_join(tables: Mapping[str, Table], table: Table, name: str) -> ExpressionError:
    """Of a table that several joins lead to, it would be a guess which is meant."""
    ways = [path for path, other in paths(tables, table) if other.key == name]
    if len(ways) > 1:
        message = f"'{name}' may mean {' or '.join(ways)}, which are different rows"
        return ExpressionError(message, "name the way", "F103")
    hint = f"write {ways[0]}" if ways else nearest(name, table.joins)
    return ExpressionError(f"'{name}' is not a join of {table.key}", hint, "F108")


def ways_to(tables: Mapping[str, Table], table: Table, name: str) -> list[str]:
    """Every way that a name may mean for a table, where it names a dimension without the joins that lead there."""
    of, _, dimension = name.rpartition(".")
    return [
        f"{path}.{dimension}"
        for path, other in paths(tables, table)
        if dimension in other.dimensions and of in ("", other.key)
    ]


def partners(join: Join, other: Table) -> tuple[str, ...]:
    """The columns of the joined table that our keys are equal to, in their order; empty where nothing says which.

    Without `to` they are its grain but for the columns that say when a row holds: by name where the names are the same.
    """
    if join.to is not None:
        return (join.to,) if isinstance(join.to, str) else join.to
    dated = (join.valid.from_, join.valid.to) if join.valid else ()
    grain = tuple(name for name in other.grain if name not in dated)
    if set(grain) == set(join.keys) or (dated and not grain):
        return join.keys
    return grain if len(grain) == len(join.keys) else ()


def single(tables: Mapping[str, Table], table: Table, path: str) -> bool:
    """Whether a row at the end of a path belongs to one row of the table alone."""
    return all(hop.join.cardinality == "one_to_one" for hop in hops(tables, table, path))


def resolver_of(tables: Mapping[str, Table], columns: Mapping[str, Columns | None], table: Table) -> Resolver:
    """Resolves `column` to the table `_t`, or to the column of its entity, and `join.join.column` along the path."""

    def joined(path: str) -> Collection[str] | None:
        return columns.get(hops(tables, table, path)[-1].other.key)

    own = columns.get(table.key)
    plain = table_resolver(own, joined, table.key)

    def resolve(column: str, qualifier: str | None) -> str:
        if qualifier is None and column in table.entities and (own is None or column not in own):
            return plain(table.entities[column], None)
        return plain(column, qualifier)

    return resolve


def entity_column(table: Table, name: str) -> str | None:
    """The table's own column that says who or what a row is about, by the name of an entity, a join, or a column."""
    if name in table.entities:
        return table.entities[name]
    join = table.joins.get(name)
    if join is not None:
        return join.keys[0] if len(join.keys) == 1 else None
    return name


def paths(tables: Mapping[str, Table], table: Table, depth: int = MOST_HOPS) -> list[tuple[str, Table]]:
    """Every path of joins that leads away from a table, at most `depth` long, nearest first, and where it ends."""
    found: list[tuple[str, Table]] = []
    edge = [("", table)]
    for _ in range(depth):
        edge = [
            (f"{before}.{name}" if before else name, tables[join.table])
            for before, here in edge
            for name, join in here.joins.items()
            if join.table in tables and join.cardinality in ("many_to_one", "one_to_one")
        ]
        found += edge
    return found
