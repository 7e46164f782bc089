"""Tests what joins and counts rest on: that a row of a table is what its grain says, once."""

from collections.abc import Collection, Mapping

from data.errors import QueryError
from data.warehouse import identifier
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog


def check_grains(
    engine: Engine, catalog: Catalog, enforced: Mapping[str, tuple[str, ...]], held: Collection[str] = ()
) -> None:
    """Raise `QueryError` naming every table whose grain is not unique.

    A contract guarantees the `enforced` keys; of the tables that are `held` it was tested before, on the same rows.
    """
    faults = []
    joined = {join.table for table in catalog.tables.values() for join in table.joins.values()}
    keys = [(table, "grain", table.grain) for table in catalog.tables.values() if table.grain]
    keys += [(table, "unique", (name,)) for table in catalog.tables.values() for name in table.unique]
    for table, field, key in keys:
        if enforced.get(table.key) == key or table.key in held:
            continue
        columns = ", ".join(identifier(name) for name in key)
        told = f" WHERE {columns} IS NOT NULL" if field == "unique" else ""
        found = engine.table(
            f'SELECT {columns}, count(*) AS times FROM model."{table.key}"{told} '
            f"GROUP BY {columns} HAVING count(*) > 1 LIMIT 1"
        ).to_pylist()
        if found:
            row = {name: value for name, value in found[0].items() if name != "times"}
            why = "a join to it would count rows twice" if table.key in joined else "its rows would be counted twice"
            named = ", ".join(f"{name} = {value}" for name, value in row.items())
            faults.append(
                f"models/{table.key}.yaml: {field}: {named} stands {found[0]['times']} times; {why}. "
                "Mend the data, name the grain that holds, or add `key:` to the contract [F113]"
            )
    if faults:
        raise QueryError("\n".join(faults))
