"""Writes tables and metrics as an Apache Ossie document; what Ossie has no words for goes into a custom extension."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metrics.definitions.table import Table
from metrics.interop.ledger import Left
from metrics.interop.ossie_sql import NotSaid, expression_of
from metrics.language.catalog import Catalog
from metrics.language.joins import partners

VERSION = "0.1.1"
"""The version that dbt reads; later ones have the same fields."""
VENDOR, OWN = "COMMON", "fourfold"
DATATYPES: Mapping[str, str] = {
    "text": "String",
    "integer": "Integer",
    "decimal": "Decimal",
    "number": "Float",
    "boolean": "Boolean",
    "date": "Date",
    "timestamp": "DateTime",
}
SPOKEN = ("title", "description")  # fields of a metric that Ossie says in words of its own


@dataclass(frozen=True)
class Definitions:
    """Definitions as their files say them: tables and metrics by key, the SQL of tables, a metric's perspective."""

    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sql: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    perspectives: Mapping[str, str] = field(default_factory=dict)
    drivers: tuple[Mapping[str, Any], ...] = ()


def write_ossie(name: str, definitions: Definitions, catalog: Catalog) -> tuple[dict[str, Any], list[Left]]:
    """The document, and what stands in extensions alone because no expression of Ossie means it."""
    left: list[Left] = []
    metrics: list[dict[str, Any]] = []
    aside: dict[str, Any] = {}
    for key, content in definitions.metrics.items():
        own = {"definition": content, "perspective": definitions.perspectives[key]}
        try:
            text = expression_of(catalog, key)
        except NotSaid as error:
            aside[key] = own
            left.append(Left(f"metrics/{definitions.perspectives[key]}/{key}.yaml", key, str(error), ASIDE))
            continue
        metrics.append(native_metric(catalog, key, text) | extension(own))
    model: dict[str, Any] = {
        "name": name,
        "datasets": [_dataset(catalog, key, definitions) for key in definitions.tables],
    }
    related = [one for table in catalog.tables.values() for one in native_relationships(catalog, table)]
    rest = {
        **({"metrics": aside} if aside else {}),
        **({"drivers": list(definitions.drivers)} if definitions.drivers else {}),
    }
    if related:
        model["relationships"] = related
    if metrics:
        model["metrics"] = metrics
    if rest:
        model |= extension(rest)
    return {"version": VERSION, "dialects": ["ANSI_SQL"], "vendors": [VENDOR], "semantic_model": [model]}, left


ASIDE = "it is kept in the document's custom extension, which Fourfold reads and others pass by"


def extension(content: Mapping[str, Any]) -> dict[str, Any]:
    """Fourfold's own words as a custom extension; the vendor is COMMON, since dbt knows no other than its list."""
    data = json.dumps({OWN: content}, ensure_ascii=False, default=str)
    return {"custom_extensions": [{"vendor_name": VENDOR, "data": data}]}


def said(text: str) -> dict[str, Any]:
    """An expression in the one dialect that is written."""
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": text}]}


def native_metric(catalog: Catalog, key: str, text: str) -> dict[str, Any]:
    """A metric in Ossie's own words."""
    metric = catalog.metrics[key]
    words = {"description": metric.description} if metric.description else {}
    return {"name": key, "expression": said(text), **words}


def _dataset(catalog: Catalog, key: str, definitions: Definitions) -> dict[str, Any]:
    own: dict[str, Any] = {"definition": definitions.tables[key]}
    if key in definitions.sql:
        own["sql"] = definitions.sql[key]
    return native_dataset(catalog, catalog.tables[key]) | extension(own)


def native_dataset(catalog: Catalog, table: Table) -> dict[str, Any]:
    """A table in Ossie's own words: source, key, and the columns that something here names."""
    found: dict[str, Any] = {"name": table.key, "source": table.sql_text or " UNION ALL ".join(table.datasets)}
    if len(table.datasets) > 1:
        found["source"] = " UNION ALL ".join(f"SELECT * FROM {dataset}" for dataset in table.datasets)
    if table.grain:
        found["primary_key"] = list(table.grain)
    if table.description:
        found["description"] = table.description
    fields = [_field(catalog, table, name, column) for name, column in _columns_of(table).items()]
    return found | ({"fields": fields} if fields else {})


def _columns_of(table: Table) -> dict[str, str]:
    """Name of a field > its column: keys, time and unit by their own names, dimensions by theirs."""
    named = [*table.grain, *(key for join in table.joins.values() for key in join.keys)]
    if table.time:
        named.append(table.time.column)
    if table.unit and table.unit.column and "." not in table.unit.column:
        named.append(table.unit.column)
    found = {name: name for name in named}
    for name, dimension in table.dimensions.items():
        if "." not in dimension.column:
            found.setdefault(name, dimension.column)
    return found


def _field(catalog: Catalog, table: Table, name: str, column: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "expression": said(column)}
    kind = (catalog.columns.get(table.key) or {}).get(column)
    dated = kind in ("date", "timestamp") or bool(table.time and table.time.column == column)
    dimension = table.dimensions.get(name)
    if dated or dimension:
        found["dimension"] = {"is_time": dated}
    if kind in DATATYPES:
        found["datatype"] = DATATYPES[kind or ""]
    if dimension and dimension.title:
        found["label"] = dimension.title
    return found


def native_relationships(catalog: Catalog, table: Table) -> list[dict[str, Any]]:
    """The joins of a table in Ossie's own words; those that hold for a time only are told in the extension alone."""
    return [
        {
            "name": f"{table.key}_{name}",
            "from": table.key,
            "to": join.table,
            "from_columns": list(join.keys),
            "to_columns": list(partners(join, catalog.tables[join.table])),
        }
        for name, join in table.joins.items()
        if join.valid is None
    ]
