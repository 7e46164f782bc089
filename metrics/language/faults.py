"""Holds the definitions of a workspace against each other: every fault with its field and the nearest right name."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from data.documents import nearest
from metrics.definitions.kinds import Aggregate, FirstPer, InlineStock, Maintain, Operand, Ratio, Stock
from metrics.definitions.metric import Metric, TargetTable
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog, Columns, resolver, target_aggregate
from metrics.language.expressions import ExpressionError, column_or_parse, columns_of, names_in, parse
from metrics.language.goal_faults import goal_faults


@dataclass(frozen=True)
class Fault:
    """Something wrong in one definition: `of` is 'metric', 'table' or 'driver', `path` the field inside its file."""

    of: str
    key: str
    path: tuple[str | int, ...]
    message: str
    hint: str = ""


def faults_of(catalog: Catalog) -> list[Fault]:
    """Everything wrong in tables, metrics and drivers, in no particular order."""
    found = [fault for table in catalog.tables.values() for fault in _table_faults(catalog, table)]
    found += [fault for metric in catalog.metrics.values() for fault in _metric_faults(catalog, metric)]
    for index, driver in enumerate(catalog.drivers):
        for name in (*driver.from_, driver.to):
            if name not in catalog.metrics:
                message = f"'{name}' is not a metric"
                found.append(Fault("driver", str(index), (index,), message, nearest(name, catalog.metrics)))
        if driver.to in driver.from_:
            found.append(Fault("driver", str(index), (index,), f"'{driver.to}' leads itself", "name another metric"))
    return found + _cycles(catalog)


def _table_faults(catalog: Catalog, table: Table) -> Iterator[Fault]:
    columns = catalog.columns.get(table.key)
    for index, name in enumerate(table.grain):
        yield from _unknown(table, ("grain", index), name, columns)
    for index, name in enumerate(table.rows):
        yield from _resolved(catalog, table, ("rows", index), name)
    if table.time:
        yield from _unknown(table, ("time", "column"), table.time.column, columns)
        kind = (columns or {}).get(table.time.column, "date")
        if kind not in ("date", "timestamp"):
            message = f"'{table.time.column}' is {kind}, and time needs a date or a timestamp"
            yield Fault("table", table.key, ("time", "column"), message, "change its type in the contract")
    if table.freshness:
        yield from _unknown(table, ("freshness", "column"), table.freshness.column, columns)
    yield from _join_faults(catalog, table)
    if table.unit and table.unit.column:
        yield from _resolved(catalog, table, ("unit", "column"), table.unit.column)
    for name, dimension in table.dimensions.items():
        yield from _resolved(catalog, table, ("dimensions", name), dimension.column)


def _join_faults(catalog: Catalog, table: Table) -> Iterator[Fault]:
    columns = catalog.columns.get(table.key)
    for name, join in table.joins.items():
        if join.table not in catalog.tables:
            yield Fault(
                "table",
                table.key,
                ("joins", name, "table"),
                f"'{join.table}' is not a table",
                nearest(join.table, catalog.tables),
            )
            continue
        yield from _unknown(table, ("joins", name, "key"), join.key, columns)
        grain = catalog.tables[join.table].grain
        to = join.to or (grain[0] if len(grain) == 1 else None)
        if grain != (to,):
            message = (
                f"joins '{join.table}' by {to or 'an unknown column'}, but a row of it is one per {', '.join(grain)}"
            )
            yield Fault(
                "table",
                table.key,
                ("joins", name),
                message,
                "a join to less than the grain would count rows twice; join by the grain",
            )


def _unknown(table: Table, path: tuple[str | int, ...], name: str, columns: Columns | None) -> Iterator[Fault]:
    if columns is not None and name not in columns:
        yield Fault("table", table.key, path, f"'{name}' is not a column of {table.key}", nearest(name, columns))


def _resolved(catalog: Catalog, table: Table, path: tuple[str | int, ...], dotted: str) -> Iterator[Fault]:
    qualifier, _, name = dotted.rpartition(".")
    try:
        resolver(catalog, table)(name, qualifier or None)
    except ExpressionError as error:
        yield Fault("table", table.key, path, error.message, error.hint)


def _metric_faults(catalog: Catalog, metric: Metric) -> Iterator[Fault]:
    body, kind = metric.body, metric.kind
    if isinstance(body, Ratio):
        for name in ("numerator", "denominator"):
            yield from _operand_faults(catalog, metric, ("ratio", name), getattr(body, name))
    elif isinstance(body, str):
        try:
            for name in names_in(body):
                yield from _metric_name(catalog, metric, ("expr",), name)
            if any(
                isinstance(node.expression, exp.Literal) and not float(node.expression.this)
                for node in parse(body).find_all(exp.Div)
            ):
                yield Fault("metric", metric.key, ("expr",), "divides by zero", "no value could ever come of it")
        except ExpressionError as error:
            yield Fault("metric", metric.key, ("expr",), error.message, error.hint)
    elif isinstance(body, Aggregate | Stock | FirstPer):
        yield from _aggregate_faults(catalog, metric, (kind,), body)
    else:
        yield from _metric_name(catalog, metric, (kind, "metric"), body.metric)
        inner = catalog.metrics.get(body.metric)
        if isinstance(body, Maintain) and inner is not None and inner.target is None:
            message = f"'{body.metric}' has no target that could be kept"
            yield Fault("metric", metric.key, (kind, "metric"), message, f"give {body.metric} a target and anchors")
    for index, name in enumerate(metric.guardrails):
        yield from _metric_name(catalog, metric, ("guardrails", index), name)
    yield from _target_faults(catalog, metric)


def _target_faults(catalog: Catalog, metric: Metric) -> Iterator[Fault]:
    if isinstance(metric.target, TargetTable):
        yield from _aggregate_faults(catalog, metric, ("target",), target_aggregate(metric.target))
    for path, message, hint in goal_faults(catalog, metric):
        yield Fault("metric", metric.key, path, message, hint)


def _operand_faults(catalog: Catalog, metric: Metric, path: tuple[str, ...], operand: Operand) -> Iterator[Fault]:
    if isinstance(operand, str):
        yield from _metric_name(catalog, metric, path, operand)
    elif isinstance(operand, InlineStock):
        yield from _aggregate_faults(catalog, metric, (*path, "stock"), operand.stock)
    else:
        yield from _aggregate_faults(catalog, metric, path, operand)


def _metric_name(catalog: Catalog, metric: Metric, path: tuple[str | int, ...], name: str) -> Iterator[Fault]:
    if name not in catalog.metrics:
        yield Fault("metric", metric.key, path, f"'{name}' is not a metric", nearest(name, catalog.metrics))


def _aggregate_faults(
    catalog: Catalog, metric: Metric, path: tuple[str | int, ...], body: Aggregate | Stock | FirstPer
) -> Iterator[Fault]:
    table = catalog.tables.get(body.table)
    if table is None:
        yield Fault(
            "metric",
            metric.key,
            (*path, "table"),
            f"'{body.table}' is not a table in models/",
            nearest(body.table, catalog.tables),
        )
        return
    if table.unit is None:
        yield Fault(
            "metric",
            metric.key,
            (*path, "table"),
            f"the table '{table.key}' does not say to which unit a row belongs",
            f"add `unit: {{column: ...}}` to models/{table.key}.yaml",
        )
    if not isinstance(body, Stock) and table.time is None and body.time is None:
        yield Fault(
            "metric",
            metric.key,
            (*path, "table"),
            f"the table '{table.key}' has no time",
            f"add `time: {{column: ...}}` to models/{table.key}.yaml",
        )
    resolve = resolver(catalog, table)
    for name in ("expr", "filter", "time", "opened", "closed", "entity"):
        text = getattr(body, name, None)
        if text is None:
            continue
        try:
            tree = column_or_parse(text, catalog.columns.get(table.key))
            for column, qualifier in columns_of(tree):
                resolve(column, qualifier)
        except ExpressionError as error:
            yield Fault("metric", metric.key, (*path, name), error.message, error.hint)
            continue
        if name == "expr" and not isinstance(body, FirstPer):
            yield from _kind_faults(catalog, metric, path, body, tree)


NO_NUMBERS = ("text", "varchar", "date", "timestamp")


def _kind_faults(
    catalog: Catalog, metric: Metric, path: tuple[str | int, ...], body: Aggregate | Stock, tree: exp.Expr
) -> Iterator[Fault]:
    """A column alone whose kind its function cannot work on; what an expression gives, the engine tells."""
    columns = catalog.columns.get(body.table) or {}
    kind = columns.get(tree.name, "") if isinstance(tree, exp.Column) and not tree.table else ""
    if body.function in ("sum", "average", "min", "max", "median", "percentile") and kind in NO_NUMBERS:
        message = f"'{tree.name}' is {kind}, and {body.function} needs a number"
        yield Fault("metric", metric.key, (*path, "expr"), message, "name a column of numbers, or count")
    if body.function == "sum_boolean" and kind not in ("", "boolean"):
        message = f"'{tree.name}' is {kind}, and sum_boolean needs true or false"
        yield Fault("metric", metric.key, (*path, "expr"), message, "write a condition, such as `cost <= limit`")


def _cycles(catalog: Catalog) -> list[Fault]:
    found: dict[frozenset[str], Fault] = {}

    def parts(key: str) -> tuple[str, ...]:
        try:
            return catalog.parts(key) if key in catalog.metrics else ()
        except ExpressionError:
            return ()

    def walk(key: str, chain: tuple[str, ...]) -> None:
        if key in chain:
            loop = chain[chain.index(key) :]
            kind = catalog.metrics[loop[0]].kind
            message = "is computed from itself: " + " > ".join([*loop, loop[0]])
            found.setdefault(
                frozenset(loop), Fault("metric", loop[0], (kind,), message, "break the circle in one of them")
            )
            return
        for part in parts(key):
            walk(part, (*chain, key))

    for key in catalog.metrics:
        walk(key, ())
    return list(found.values())
