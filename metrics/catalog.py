"""All definitions of a workspace together: looked up, classified, and held against each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from data.documents import nearest
from metrics.definitions.driver import Driver
from metrics.definitions.kinds import Aggregate, FirstPer, InlineStock, Operand, Ratio, Stock
from metrics.definitions.metric import Metric, TargetTable
from metrics.definitions.table import Table
from metrics.expressions import ExpressionError, columns_of, names_in, parse, table_resolver

Columns = Mapping[str, str]  # column > type, as the contract says it
Additivity = Literal["sum", "level", "intensive", "point"]


@dataclass(frozen=True)
class Fault:
    """Something wrong in one definition: `of` is 'metric', 'table' or 'driver', `path` the field inside its file."""

    of: str
    key: str
    path: tuple[str | int, ...]
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Catalog:
    """Tables, metrics and drivers by key; `columns` holds each table's columns, None where only the data can tell."""

    tables: Mapping[str, Table]
    metrics: Mapping[str, Metric]
    drivers: tuple[Driver, ...] = ()
    columns: Mapping[str, Columns | None] = field(default_factory=dict)

    def parts(self, key: str) -> tuple[str, ...]:
        """The metrics that this one is computed from directly."""
        metric = self.metrics[key]
        body = metric.body
        if isinstance(body, str):
            return tuple(names_in(body))
        if isinstance(body, Ratio):
            return tuple(part for part in (body.numerator, body.denominator) if isinstance(part, str))
        inner = getattr(body, "metric", None)
        return (inner,) if isinstance(inner, str) else ()

    def tables_of(self, key: str) -> tuple[str, ...]:
        """The tables that a metric rests on in the end, each once."""
        found: dict[str, None] = {}
        for aggregate in self.aggregates(key):
            found.setdefault(aggregate.table)
        return tuple(found)

    def aggregates(self, key: str) -> Iterator[Aggregate | Stock | FirstPer]:
        """Every aggregation of rows that a metric rests on in the end."""
        body = self.metrics[key].body
        if isinstance(body, Aggregate | Stock | FirstPer):
            yield body
        if isinstance(body, Ratio):
            for part in (body.numerator, body.denominator):
                if isinstance(part, Aggregate):
                    yield part
                elif isinstance(part, InlineStock):
                    yield part.stock
        for part_key in self.parts(key):
            yield from self.aggregates(part_key)

    def order(self) -> list[str]:
        """All metrics, each after those it is computed from. Only for a catalog without faults."""
        done: dict[str, None] = {}

        def place(key: str) -> None:
            if key not in done:
                for part in self.parts(key):
                    place(part)
                done[key] = None

        for key in self.metrics:
            place(key)
        return list(done)

    def additivity(self, key: str) -> Additivity:
        """How a stated target of this metric carries over units and time.

        sum: adds over both. level: adds over units, the last one counts over time. intensive (ratios, averages, shares):
        a constant stays itself everywhere. point (distinct counts, extremes): holds only where it is stated.
        """
        body = self.metrics[key].body
        if isinstance(body, Aggregate):
            if body.over_time:
                return "level"
            by_function: dict[str, Additivity] = {
                "average": "intensive",
                "count_distinct": "point",
                "min": "point",
                "max": "point",
            }
            return by_function.get(body.function, "sum")
        if isinstance(body, Stock):
            return "point" if body.function == "count_distinct" else "level"
        if isinstance(body, FirstPer):
            return "sum"
        if isinstance(body, str):
            kinds = {self.additivity(part) for part in self.parts(key)}
            return kinds.pop() if len(kinds) == 1 and _linear(parse(body)) else "intensive"
        kind = self.metrics[key].kind
        if kind in ("to_date", "rolling"):
            inner = self.additivity(self.parts(key)[0])
            return "level" if inner == "sum" else inner
        if kind == "change" and self.metrics[key].change and self.metrics[key].change.as_ == "absolute":  # type: ignore[union-attr]
            return "point"
        return "intensive"

    def faults(self) -> list[Fault]:
        """Everything wrong in tables, metrics and drivers, in no particular order."""
        found = [fault for table in self.tables.values() for fault in _table_faults(self, table)]
        found += [fault for metric in self.metrics.values() for fault in _metric_faults(self, metric)]
        for index, driver in enumerate(self.drivers):
            for name in (*driver.from_, driver.to):
                if name not in self.metrics:
                    message = f"'{name}' is not a metric"
                    found.append(Fault("driver", str(index), (index,), message, nearest(name, self.metrics)))
        return found + _cycles(self)


def _linear(tree: exp.Expr) -> bool:
    """Whether an expression only adds, subtracts, or scales by numbers."""
    for node in tree.find_all(exp.Mul, exp.Div):
        right, left = node.expression, node.this
        scales = isinstance(right, exp.Literal) or (isinstance(node, exp.Mul) and isinstance(left, exp.Literal))
        if not scales:
            return False
    literals_added = (
        n
        for n in tree.find_all(exp.Add, exp.Sub)
        if isinstance(n.this, exp.Literal) or isinstance(n.expression, exp.Literal)
    )
    return next(literals_added, None) is None


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
    if table.unit and table.unit.column:
        yield from _resolved(catalog, table, ("unit", "column"), table.unit.column)
    for name, dimension in table.dimensions.items():
        yield from _resolved(catalog, table, ("dimensions", name), dimension.column)


def _unknown(table: Table, path: tuple[str | int, ...], name: str, columns: Columns | None) -> Iterator[Fault]:
    if columns is not None and name not in columns:
        yield Fault("table", table.key, path, f"'{name}' is not a column of {table.key}", nearest(name, columns))


def _resolved(catalog: Catalog, table: Table, path: tuple[str | int, ...], dotted: str) -> Iterator[Fault]:
    qualifier, _, name = dotted.rpartition(".")
    try:
        resolver(catalog, table)(name, qualifier or None)
    except ExpressionError as error:
        yield Fault("table", table.key, path, error.message, error.hint)


def resolver(catalog: Catalog, table: Table):  # type: ignore[no-untyped-def]
    """The resolver of a table's columns and those of its joins (see `expressions.table_resolver`)."""
    joined = {name: catalog.columns.get(join.table) for name, join in table.joins.items()}
    return table_resolver(catalog.columns.get(table.key), joined, table.key)


def _metric_faults(catalog: Catalog, metric: Metric) -> Iterator[Fault]:
    body, kind = metric.body, metric.kind
    if isinstance(body, Ratio):
        for name in ("numerator", "denominator"):
            yield from _operand_faults(catalog, metric, ("ratio", name), getattr(body, name))
    elif isinstance(body, str):
        try:
            for name in names_in(body):
                yield from _metric_name(catalog, metric, ("expr",), name)
        except ExpressionError as error:
            yield Fault("metric", metric.key, ("expr",), error.message, error.hint)
    elif isinstance(body, Aggregate | Stock | FirstPer):
        yield from _aggregate_faults(catalog, metric, (kind,), body)
    else:
        yield from _metric_name(catalog, metric, (kind, "metric"), body.metric)
    for index, name in enumerate(metric.guardrails):
        yield from _metric_name(catalog, metric, ("guardrails", index), name)
    if isinstance(metric.target, TargetTable):
        yield from _aggregate_faults(catalog, metric, ("target",), target_aggregate(metric.target))
    if metric.target == "components" and kind not in ("ratio", "expr", "to_date", "rolling"):
        yield Fault(
            "metric",
            metric.key,
            ("target",),
            f"a {kind} has no components to take a target from",
            "give a number, steps or a table",
        )
    if metric.measured_in == "%" and isinstance(metric.target, int | float) and abs(metric.target) > 5:
        yield Fault(
            "metric",
            metric.key,
            ("target",),
            f"a target of {metric.target:g} in % would be {metric.target:.0%}",
            f"write `{metric.target:g} %`",
        )


def target_aggregate(target: TargetTable) -> Aggregate:
    """A target table as the aggregation that reads it."""
    return Aggregate(
        table=target.table,
        function="sum",
        expr=target.expr,
        filter=target.filter,
        time=target.time,
        over_time=target.over_time,
    )


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
            for column, qualifier in columns_of(parse(text)):
                resolve(column, qualifier)
        except ExpressionError as error:
            yield Fault("metric", metric.key, (*path, name), error.message, error.hint)


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
