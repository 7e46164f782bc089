"""Reads Apache Ossie documents (formerly OSI): datasets, relationships and metrics as Fourfold's definitions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metrics.interop.carry import UNITLESS, NotCarried
from metrics.interop.ledger import Ledger, Left, Node
from metrics.interop.ossie_metrics import MetricReader
from metrics.interop.ossie_sql import NotSaid, expression_of
from metrics.interop.ossie_write import OWN, VENDOR, native_dataset, native_metric, said
from metrics.language.catalog import Catalog

DIALECTS: Mapping[str, str] = {
    "ANSI_SQL": "",
    "OSSIE_SQL_2026": "",
    "SNOWFLAKE": "snowflake",
    "DATABRICKS": "databricks",
    "BIGQUERY": "bigquery",
}
"""The dialects that can be read, in the order of preference; the others are no SQL."""


@dataclass
class Read:
    """Definitions on their way: files by key, and what was written by Fourfold itself."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    sql: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    perspectives: dict[str, str] = field(default_factory=dict)
    drivers: list[Mapping[str, Any]] = field(default_factory=list)
    native: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def read_ossie(name: str, content: Any, unit: str) -> Read:
    """A whole document; `unit` is where rows belong when nothing else is said."""
    ledger = Ledger(name, content)
    root = ledger.root()
    found = Read()
    for key in ("version", "dialects", "vendors", "$schema"):
        root.get(key)
    models = root.nodes("semantic_model") or ([root] if "datasets" in root.content else [])
    for model in models:
        _model(model, found, unit)
    found.left += [*ledger.left, *ledger.unread()]
    return found


def _model(node: Node, found: Read, unit: str) -> None:
    node.get("name")
    node.leave("description", "a workspace describes itself", "say it in workspace.yaml")
    own = own_words(node)
    for dataset in node.nodes("datasets"):
        _dataset(dataset, node.nodes("relationships"), found, unit)
    for one in node.nodes("relationships"):
        for key in ("name", "from", "to", "from_columns", "to_columns"):
            one.get(key)
    reader = MetricReader(found.tables, found.metrics)
    for metric in node.nodes("metrics"):
        _metric(metric, found, reader)
    for key, rest in (own.get("metrics") or {}).items():
        found.metrics[key], found.perspectives[key] = dict(rest["definition"]), rest["perspective"]
    found.drivers += own.get("drivers") or []


def own_words(node: Node) -> Mapping[str, Any]:
    """What Fourfold wrote into a custom extension; those of others are told."""
    for one in node.nodes("custom_extensions"):
        if one.content.get("vendor_name") == VENDOR:
            try:
                content = json.loads(str(one.content.get("data")))
            except ValueError:
                continue
            if isinstance(content, Mapping) and OWN in content:
                one.get("vendor_name"), one.get("data")
                words: Mapping[str, Any] = content[OWN]
                return words
    return {}


def expression(node: Node) -> tuple[str, str]:
    """The expression in the best dialect that can be read, with sqlglot's name of it."""
    inner = node.node("expression")
    told = {one.text("dialect"): one.text("expression") or "" for one in inner.nodes("dialects")} if inner else {}
    for dialect, read in DIALECTS.items():
        if dialect in told:
            return told[dialect], read
    known = ", ".join(str(one) for one in told) or "none"
    raise NotCarried("expression", f"it is written in {known}, and none of these can be read", "add one in ANSI_SQL")


def _dataset(node: Node, relationships: list[Node], found: Read, unit: str) -> None:
    name = node.text("name") or ""
    own = own_words(node)
    if "definition" in own:
        for key in ("source", "primary_key", "description", "fields"):
            node.get(key)
        found.native["dataset", name] = {k: v for k, v in node.content.items() if k != "custom_extensions"}
        found.tables[name] = dict(own["definition"])
        if "sql" in own:
            found.sql[name] = own["sql"]
        return
    table: dict[str, Any] = {}
    source = node.text("source") or ""
    if " " in source.strip():
        table["sql"], found.sql[name] = f"{name}.sql", source
    else:
        table["source"] = source.rsplit(".", 1)[-1]
    if node.text("description"):
        table["description"] = node.text("description")
    if node.texts("primary_key"):
        table["grain"] = list(node.texts("primary_key"))
    node.leave("unique_keys", "a table has one grain", "state the other key in the contract of the dataset")
    columns = _fields(node, table, found)
    joins = _joins(name, relationships, columns)
    table["unit"] = {"unit": unit}
    if joins:
        table["joins"] = joins
    found.tables[name] = table


def _fields(node: Node, table: dict[str, Any], found: Read) -> dict[str, str]:
    """Dimensions and time of a dataset; returns each field's expression."""
    dimensions: dict[str, Any] = {}
    columns: dict[str, str] = {}
    times: list[str] = []
    for one in node.nodes("fields"):
        name, label = one.text("name") or "", one.text("label")
        one.leave("description", "a dimension has a title only", "say it in the description of the table")
        one.get("datatype")  # the contract of the dataset states it
        try:
            columns[name], _ = expression(one)
        except NotCarried as error:
            found.left.append(Left(one.place, error.what, error.why, error.remedy))
            continue
        inner = one.node("dimension")
        is_time = inner.get("is_time") if inner else None
        if is_time is None:
            is_time = one.content.get("datatype") in ("Date", "DateTime", "DateTimeTz")
        if is_time:
            times.append(name)
        if inner is not None or is_time:
            if not columns[name].replace("_", "a").isalnum():
                why = "a dimension is a column here"
                found.left.append(
                    Left(one.place, f"expression = {columns[name]}", why, "make it a column, in SQL beside")
                )
                continue
            dimensions[name] = {"column": columns[name], "title": label} if label else columns[name]
    if times:
        table["time"] = {"column": columns[times[0]]}
    if len(times) > 1:
        why = f"a table has one time by which its metrics count; {times[0]} was taken"
        found.left.append(
            Left(node.place, f"times = {', '.join(times)}", why, "choose it under `time:`, or `time:` of a metric")
        )
    if dimensions:
        table["dimensions"] = dimensions
    return columns


def _joins(name: str, relationships: list[Node], columns: Mapping[str, str]) -> dict[str, Any]:
    joins: dict[str, Any] = {}
    for one in relationships:
        if one.content.get("from") != name:
            continue
        to = str(one.content.get("to"))
        keys = [columns.get(str(key), str(key)) for key in one.content.get("from_columns") or ()]
        others = [str(key) for key in one.content.get("to_columns") or ()]
        called = to if to not in joins else str(one.content.get("name"))
        joins[called] = {
            "table": to,
            "key": keys[0] if len(keys) == 1 else keys,
            "to": others[0] if len(others) == 1 else others,
        }
    return joins


def _metric(node: Node, found: Read, reader: MetricReader) -> None:
    name = node.text("name") or ""
    own = own_words(node)
    if "definition" in own:
        for key in ("expression", "description", "datatype"):
            node.get(key)
        found.native["metric", name] = {k: v for k, v in node.content.items() if k != "custom_extensions"}
        found.metrics[name], found.perspectives[name] = dict(own["definition"]), own["perspective"]
        return
    words: dict[str, Any] = {"title": name.replace("_", " ").capitalize()}
    if node.text("description"):
        words["description"] = node.text("description")
    node.leave("datatype", "a metric is a number here", "write `measured_in` at the metric")
    words["measured_in"] = UNITLESS
    try:
        text, dialect = expression(node)
        reader.read(name, words, text, dialect)
    except NotCarried as error:
        found.left.append(Left(node.place, f"metric {name}: {error.what}", error.why, error.remedy))


def changed_elsewhere(read: Read, catalog: Catalog) -> list[Left]:
    """Where Ossie's own words no longer say what Fourfold's extension beside them says: the latter was taken."""
    left: list[Left] = []
    for (kind, name), native in read.native.items():
        if kind == "dataset":
            now = native_dataset(catalog, catalog.tables[name])
        else:
            try:
                now = native_metric(catalog, name, expression_of(catalog, name))
            except NotSaid:
                now = {"name": name, "expression": said("")}
        if {k: v for k, v in now.items() if k != "fields"} != {k: v for k, v in native.items() if k != "fields"}:
            remedy = "remove Fourfold's custom extension there to take what the document says"
            left.append(Left(f"{kind} {name}", "was changed outside of Fourfold", "its extension was taken", remedy))
    return left
