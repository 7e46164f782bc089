"""Tests what dated and one-to-one joins rest on: at any time one row holds, and no row has two partners."""

from collections.abc import Collection

from data.errors import QueryError
from data.warehouse import identifier
from metrics.definitions.table import Join, Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.language.joins import partners
from metrics.language.refusals import Refusal


def check_joins(engine: Engine, catalog: Catalog, held: Collection[str] = ()) -> None:
    """Raise `QueryError` naming every join by which a row would count twice; joins between `held` tables are known."""
    faults: dict[str, None] = {}
    for table in catalog.tables.values():
        for name, join in table.joins.items():
            other = catalog.tables[join.table]
            if join.valid and other.key not in held:
                faults.update(dict.fromkeys(_overlaps(engine, join, other)))
            if join.cardinality == "one_to_one" and table.key not in held:
                faults.update(dict.fromkeys(_shared(engine, table, name, join)))
    if faults:
        raise QueryError("\n".join(faults))


def _overlaps(engine: Engine, join: Join, other: Table) -> list[str]:
    """Rows of one key that hold at the same time; those whose end is not after their beginning never hold."""
    assert join.valid is not None
    keys = [identifier(name) for name in partners(join, other)]
    low, high = identifier(join.valid.from_), identifier(join.valid.to)
    start = f"coalesce(CAST({low} AS TIMESTAMP), TIMESTAMP '0001-01-01 00:00:00')"
    parts = f"PARTITION BY {', '.join(keys)} ORDER BY {start}, {high}"
    rows = (
        f"SELECT {', '.join(keys)}, {low} AS low, {high} AS high, lead({start}) OVER ({parts}) AS following "
        f'FROM model."{other.key}" WHERE ({low} IS NULL OR {high} IS NULL OR {low} < {high}) '
        f"AND {' AND '.join(f'{key} IS NOT NULL' for key in keys)}"
    )
    found = engine.table(
        f"SELECT * FROM ({rows}) AS r WHERE following IS NOT NULL AND (high IS NULL OR high > following) "
        f"ORDER BY {', '.join(keys)}, following LIMIT 1"
    ).to_pylist()
    return [
        str(
            Refusal(
                "F117",
                f"models/{other.key}.yaml: {_named(row)} has a row from {_day(row['low'])} to {_day(row['high'])} and "
                f"another from {_day(row['following'])} on; on some days both would be joined",
                f"`{join.valid.to}` is the first day on which a row holds no more; mend the data",
            )
        )
        for row in found
    ]


def _shared(engine: Engine, table: Table, name: str, join: Join) -> list[str]:
    keys = ", ".join(identifier(key) for key in join.keys)
    known = " AND ".join(f"{identifier(key)} IS NOT NULL" for key in join.keys)
    found = engine.table(
        f'SELECT {keys}, count(*) AS times FROM model."{table.key}" WHERE {known} '
        f"GROUP BY {keys} HAVING count(*) > 1 ORDER BY {keys} LIMIT 1"
    ).to_pylist()
    return [
        str(
            Refusal(
                "F101",
                f"models/{table.key}.yaml: joins.{name} is said to be one to one, and {_named(row)} stands "
                f"{row['times']} times",
                "write `cardinality: many_to_one`, or mend the data",
            )
        )
        for row in found
    ]


def _named(row: dict[str, object]) -> str:
    words = [f"{key} = {value}" for key, value in row.items() if key not in ("low", "high", "following", "times")]
    return ", ".join(words)


def _day(value: object) -> str:
    return "always" if value is None else str(value).removesuffix(" 00:00:00")
