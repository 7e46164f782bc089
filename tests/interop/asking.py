"""One question to both: MetricFlow's SQL run on the facts, and Fourfold's `ask` over the definitions it carried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isclose, isfinite
from typing import Any

import duckdb

from data.calendar import Calendar
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.interop.carry import Carrier
from metrics.interop.questions import Asked, question_of
from metrics.interop.reading import read_dbt
from metrics.interop.tables import Tables
from metrics.language.catalog import Catalog
from metrics.query.ask import ask
from metrics.query.question import Sight
from metrics.states.compiler import create_models
from tests.interop.oracle import Oracle, Refused
from tests.interop.worlds import LAST, columns

Row = tuple[Any, ...]
GRAINED = ("day", "week", "month", "quarter", "year")


@dataclass
class World:
    """A manifest carried over, on facts."""

    engine: Engine
    connection: duckdb.DuckDBPyConnection
    carrier: Carrier
    catalog: Catalog


def world(connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> World:
    """Definitions of a manifest, carried and checked as a workspace's files are, over the facts of a connection."""
    semantics, _ = read_dbt({"semantic_manifest.json": manifest})
    known = columns()
    carrier = Carrier(semantics, Tables(semantics, "all", known))
    carried = carrier.all()
    tables = {
        key: Table.model_validate({**file.content, "key": key, **({"sql_text": file.sql} if file.sql else {})})
        for key, file in carried.tables.items()
    }
    metrics = {
        key: Metric.model_validate({**content, "key": key, "perspective": "process"})
        for key, content in carried.metrics.items()
    }
    kinds = {
        key: known[file.relation] | {name: "text" for name in file.columns.values() if name not in known[file.relation]}
        for key, file in carried.tables.items()
    }
    engine = Engine(connection.cursor())
    catalog = Catalog(tables, metrics, (), {key: None if carried.tables[key].sql else kinds[key] for key in kinds})
    create_models(engine, catalog)
    return World(engine, connection, carrier, catalog)


def fourfold(at: World, asked: Asked) -> list[Row]:
    """Fourfold's rows: values of the group-bys in their order, then of the metrics."""
    question = question_of(at.carrier, asked)
    sight = Sight(at.catalog, None, Calendar(), LAST)
    table = ask(at.engine, sight, question.query)
    names = (*asked.by, *asked.metrics)
    return [tuple(plain(question.value(row, name)) for name in names) for row in table.to_pylist()]


def metricflow(oracle: Oracle, at: World, asked: Asked, by: list[dict[str, Any]]) -> list[Row]:
    """MetricFlow's rows, in the same order of columns."""
    answer = oracle.ask(
        "sql",
        metric_names=list(asked.metrics),
        group_by=by,
        where_constraints=list(asked.where) or None,
        time_constraint_start=asked.start.isoformat() if asked.start else None,
        time_constraint_end=asked.end.isoformat() if asked.end else None,
        order_by_names=list(asked.order) or None,
        limit=asked.limit,
    )
    try:
        found = at.connection.execute(answer["sql"])
    except duckdb.BinderException as error:  # MetricFlow names a column that its own statement does not have
        raise Refused(str(error)) from error
    assert found.description is not None
    names = [str(column[0]).lower() for column in found.description]
    order = [names.index(name) for name in (*asked.by, *asked.metrics)]
    rows = [tuple(plain(row[place]) for place in order) for row in found.fetchall()]
    return list(dict.fromkeys(rows))  # below a filled ratio MetricFlow repeats a week for each of its days


def plain(value: Any) -> Any:
    """Values that mean the same are the same: days, numbers, nothing."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date | str | bool) or value is None:
        return value
    number = float(value)
    return number if isfinite(number) else None  # MetricFlow divides by zero; here that is no value


def differences(ours: list[Row], theirs: list[Row], keys: int) -> list[str]:
    """What differs, in words: groups that only one has, values that are not the same to a relative 1e-9."""
    left, right = (dict(_by_key(rows, keys)) for rows in (ours, theirs))
    found = [f"only ours {key}: {left[key]}" for key in left.keys() - right.keys()]
    found += [f"only theirs {key}: {right[key]}" for key in right.keys() - left.keys()]
    for key in left.keys() & right.keys():
        if not all(_same(one, other) for one, other in zip(left[key], right[key], strict=True)):
            found.append(f"{key}: ours {left[key]}, theirs {right[key]}")
    if len(ours) != len(theirs) and not found:
        found.append(f"{len(ours)} rows of ours, {len(theirs)} of theirs")
    return sorted(found)


def _by_key(rows: list[Row], keys: int) -> list[tuple[str, Row]]:
    return [(repr(row[:keys]), row[keys:]) for row in rows]


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
