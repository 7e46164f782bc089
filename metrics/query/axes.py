"""What a question may cut by and filter on: names resolved to SQL, for every table alike or refused."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from data.documents import nearest
from data.errors import QueryError
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog, resolver
from metrics.language.joins import ways_to
from metrics.language.refusals import Refusal
from metrics.query.question import Sight
from metrics.states.measures import Measure

UNIT, TIME = "unit", "time"
UNITS = (UNIT, "level")
SHAPES: Mapping[str, str] = {  # what may follow a date's name, with its SQL
    **{grain: f"CAST(date_trunc('{grain}', {{x}}) AS DATE)" for grain in ("week", "month", "quarter", "year")},
    "day": "CAST({x} AS DATE)",
    "day_of_week": "CAST(isodow({x}) AS INTEGER)",
    "day_of_month": "CAST(day({x}) AS INTEGER)",
    "day_of_year": "CAST(dayofyear({x}) AS INTEGER)",
    "month_of_year": "CAST(month({x}) AS INTEGER)",
    "quarter_of_year": "CAST(quarter({x}) AS INTEGER)",
    "year_number": "CAST(year({x}) AS INTEGER)",
}


@dataclass(frozen=True)
class Axis:
    """One thing to cut by or filter on. `kind`: unit | level | time | column; `shape` is a date's grain or part."""

    name: str
    kind: str
    base: str = ""
    shape: str = ""

    def sql(self, catalog: Catalog, measure: Measure) -> str:
        """The SQL of this axis for the rows of a measure; not for units, which the tree answers."""
        if self.kind == TIME:
            found = measure.time
        else:
            table = catalog.tables[measure.table]
            column = column_of(catalog, table, self.base)
            assert column is not None
            qualifier, _, name = column.rpartition(".")
            found = resolver(catalog, table)(name, qualifier or None)
        return SHAPES[self.shape].format(x=found) if self.shape else found


def axis_of(sight: Sight, metrics: tuple[str, ...], name: str) -> Axis:
    """The axis that a name means for these metrics.

    Raises `QueryError` for a name that nothing bears, and for a dimension that a table below a metric lacks: half a
    metric cannot be cut, and to cut the other half alone would be a wrong number.
    """
    head, _, rest = name.partition(".")
    if head == UNIT:
        return _unit_axis(sight, metrics, name, rest)
    if head == TIME:
        if rest not in SHAPES:
            raise Refusal("F108", f"'{name}' is no part of a date", nearest(rest, SHAPES) or "for periods give a grain")
        return Axis(name, TIME, shape=rest)
    base, _, shape = name.rpartition(".")
    shaped = shape in SHAPES and bool(base)
    for metric in metrics:
        tables = [sight.catalog.tables[table] for table in sight.catalog.tables_of(metric)]
        whole = [column_of(sight.catalog, table, name) is not None for table in tables]
        part = [shaped and column_of(sight.catalog, table, base) is not None for table in tables]
        if not all(whole) and not all(part):
            raise _refused(sight, metric, name, [t for t, w, p in zip(tables, whole, part, strict=True) if not w | p])
    columns = [column_of(sight.catalog, sight.catalog.tables[t], name) for m in metrics for t in tables_of(sight, m)]
    return Axis(name, "column", name) if all(columns) else Axis(name, "column", base, shape)


def tables_of(sight: Sight, metric: str) -> tuple[str, ...]:
    """The tables below a metric."""
    return sight.catalog.tables_of(metric)


def _unit_axis(sight: Sight, metrics: tuple[str, ...], name: str, level: str) -> Axis:
    if sight.tree is None:
        raise Refusal("F114", f"'{name}': these definitions know no units")
    if level and level not in sight.tree.levels:
        raise Refusal("F108", f"'{level}' is not a level of units.yaml", nearest(level, sight.tree.levels))
    for metric in metrics:
        for table in tables_of(sight, metric):
            if sight.catalog.tables[table].unit is None:
                raise Refusal("F114", f"models/{table}.yaml does not say to which unit a row belongs", "add `unit:`")
    return Axis(name, "level" if level else UNIT, level)


def column_of(catalog: Catalog, table: Table, name: str) -> str | None:
    """The column that a dimension's name means in a table, dotted through its joins; None where it has none.

    A name is a dimension of the table, or `join.dimension` of the table joined (over any number of joins), or the name
    of an entity or a join alone: its key. `entity.dimension` is the table's own where the entity is what its rows are.
    """
    if name in table.dimensions:
        return table.dimensions[name].column
    head, _, rest = name.partition(".")
    if not rest and head in table.entities:
        return table.entities[head]
    if rest and head in table.entities and table.entities[head] in (*table.grain, *table.unique):
        own = column_of(catalog, table, rest)
        if own is not None:
            return own
    if head not in table.joins:
        return None
    if not rest:
        return table.joins[head].keys[0] if len(table.joins[head].keys) == 1 else None
    below = column_of(catalog, catalog.tables[table.joins[head].table], rest)
    return None if below is None else f"{head}.{below}"


def names_rows(catalog: Catalog, metrics: Iterable[str], names: Iterable[str]) -> bool:
    """Whether one of the names is the key of an entity, by which an answer would tell of single rows' owners."""
    tables = [catalog.tables[table] for metric in metrics for table in catalog.tables_of(metric)]

    def is_key(table: Table, name: str) -> bool:
        head, _, rest = name.partition(".")
        if name in table.dimensions:
            return False
        if not rest or rest in SHAPES:
            return head in table.entities or head in table.joins
        return head in table.joins and is_key(catalog.tables[table.joins[head].table], rest)

    return any(is_key(table, name) for table in tables for name in names)


def names_of(catalog: Catalog, table: Table, hops: int = 2) -> Iterator[str]:
    """Every name by which the rows of a table can be cut, through at most so many joins."""
    yield from table.dimensions
    for name, join in table.joins.items():
        yield name
        if hops and join.table in catalog.tables:
            below = catalog.tables[join.table]
            yield from (f"{name}.{one}" for one in names_of(catalog, below, hops - 1))


def dimensions_of(catalog: Catalog, key: str) -> dict[str, str]:
    """The dimensions by which a metric can be cut, with their titles: those that every table below it has."""
    tables = [catalog.tables[name] for name in catalog.tables_of(key)]
    shared = [set(table.dimensions) for table in tables]
    names = set.intersection(*shared) if shared else set()
    return {
        name: d.title or name.replace("_", " ").capitalize()
        for name, d in (tables[0].dimensions.items() if tables else ())
        if name in names
    }


def possible(catalog: Catalog, metric: str) -> list[str]:
    """Every name by which a metric can be cut, besides units and time."""
    tables = [catalog.tables[name] for name in catalog.tables_of(metric)]
    found = [list(names_of(catalog, table)) for table in tables]
    return [name for name in dict.fromkeys(found[0] if found else []) if all(name in one for one in found)]


def _refused(sight: Sight, metric: str, name: str, lacking: list[Table]) -> QueryError:
    known = possible(sight.catalog, metric)
    everywhere = {one for table in sight.catalog.tables.values() for one in names_of(sight.catalog, table)}
    ways = sorted({way for table in lacking for way in ways_to(sight.catalog.tables, table, name)})
    if len(ways) > 1:
        return Refusal("F103", f"'{name}' may mean {' or '.join(ways)}, which are different rows", "name the way")
    title, hint = sight.catalog.metrics[metric].title, f"possible: {', '.join(known) or 'none'}"
    if name not in everywhere and name.rpartition(".")[0] not in everywhere:
        return Refusal("F108", f"'{name}' is no dimension of {title}", nearest(name, known) or hint)
    tables = ", ".join(table.key for table in lacking)
    return Refusal("F120", f"{title} cannot be cut by '{name}': {tables} has no such dimension", hint)
