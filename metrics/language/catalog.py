"""All definitions of a workspace together: looked up, classified, and held against each other."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlglot import exp

from data.calendar import Grain
from data.documents import nearest
from metrics.definitions.conversion import Conversion
from metrics.definitions.currency import Convert
from metrics.definitions.driver import Driver
from metrics.definitions.kinds import (
    Aggregate,
    Change,
    FirstPer,
    InlineStock,
    Maintain,
    Operand,
    Ratio,
    Rolling,
    Rows,
    Running,
    Stock,
    ToDate,
)
from metrics.definitions.metric import Metric, TargetTable
from metrics.definitions.table import Table
from metrics.language.expressions import Resolver, names_in, parse
from metrics.language.joins import Columns, resolver_of

GRAINS: Mapping[str, int] = {"day": 1, "month": 1, "quarter": 3, "year": 12}  # months that a row stands for
Additivity = Literal["sum", "level", "intensive", "rate", "point"]


@dataclass(frozen=True)
class Catalog:
    """Tables, metrics and drivers by key; `columns` holds each table's columns, None where only the data can tell.

    `known` is for what follows from them and is worth remembering.
    """

    tables: Mapping[str, Table]
    metrics: Mapping[str, Metric]
    drivers: tuple[Driver, ...] = ()
    columns: Mapping[str, Columns | None] = field(default_factory=dict)
    smallest_group: int = 5
    known: dict[Any, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

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

    def nearest_metric(self, name: str) -> str:
        """What may be meant by a name that is no metric: the one that bore it formerly, else the nearest."""
        now = [metric.key for metric in self.metrics.values() if name in metric.aliases]
        return f"it is called '{now[0]}' now" if now else nearest(name, self.metrics)

    def is_mean(self, key: str) -> bool:
        """Whether a metric is an average, a median or a ratio, which has a weight."""
        body = self.metrics[key].body
        if isinstance(body, Conversion):
            return body.as_ == "rate"
        return isinstance(body, Ratio) or (isinstance(body, Aggregate) and body.function in STEADY)

    def tables_of(self, key: str) -> tuple[str, ...]:
        """The tables that a metric rests on in the end, each once."""
        found: dict[str, None] = {}
        for aggregate in self.aggregates(key):
            found.setdefault(aggregate.table)
        return tuple(found)

    def own_aggregates(self, key: str) -> Iterator[Rows]:
        """The aggregations of rows that stand in a metric's own definition."""
        body = self.metrics[key].body
        if isinstance(body, Conversion):
            yield Aggregate(table=body.table, function="count", filter=body.base.filter, time=body.time)
        if isinstance(body, Rows):
            yield body
        if isinstance(body, Ratio):
            for part in (body.numerator, body.denominator):
                if isinstance(part, Aggregate):
                    yield part
                elif isinstance(part, InlineStock):
                    yield part.stock

    def aggregates(self, key: str) -> Iterator[Rows]:
        """Every aggregation of rows that a metric rests on in the end."""
        yield from self.own_aggregates(key)
        for part_key in self.parts(key):
            yield from self.aggregates(part_key)

    def grains(self, key: str) -> Iterator[Grain]:
        """The grains by which a metric looks back, itself and all below it: base periods must make them up."""
        metric = self.metrics[key]
        body = metric.body
        if metric.cadence != "month":
            yield metric.cadence
        if isinstance(body, ToDate):
            yield body.since
        elif isinstance(body, Rolling):
            yield "day" if body.align == "day" else body.reach[1]
        elif isinstance(body, Maintain):
            yield "month"
        elif isinstance(body, Change) and body.back.grain is not None:
            yield body.back.grain
        elif self.plainly(key):
            yield "day"
        for part in self.parts(key):
            yield from self.grains(part)

    def asked_only(self, key: str) -> bool:
        """Whether a metric is told when it is asked alone: it looks back by days or weeks, and values are of months."""
        return not {"day", "week"}.isdisjoint(self.grains(key))

    def plainly(self, key: str) -> bool:
        """Whether a metric is told by the rules of plain SQL alone, since no states of whole periods hold it."""
        body = self.metrics[key].body
        own = any(isinstance(one, Aggregate) and one.on_demand for one in self.own_aggregates(key))
        return own or isinstance(body, Running) or any(self.plainly(part) for part in self.parts(key))

    def cadence(self, key: str) -> int:
        """Every how many months a metric has a value: its own cadence, or its tables' grain if that is coarser."""
        times = [(self.tables[body.table].time, body) for body in self.aggregates(key) if not isinstance(body, Stock)]
        grains = [GRAINS[time.grain] for time, body in times if time and body.time in (None, time.column)]
        return max([GRAINS[self.metrics[key].cadence], *grains])

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

        sum: adds over both. level: adds over units, the last one counts over time. intensive (ratios, averages,
        shares): a constant stays itself everywhere. rate (a sum over a level or over a distinct count, as revenue per
        head or per customer; a change to the period before): the same for all units, but another one for each span, so
        it holds for a month alone. point (distinct counts, extremes): holds only
        where it is stated.
        """
        body = self.metrics[key].body
        if isinstance(body, Rows):
            return _additivity_of_rows(body)
        if isinstance(body, str):
            kinds = {self.additivity(part) for part in self.parts(key)}
            if len(kinds) == 1 and _linear(parse(body)):
                return kinds.pop()
            paces = {self._pace(part) for part in self.parts(key)}
            return _quotient(paces) if paces == {"intensive"} or _divides(parse(body)) else "rate"
        if isinstance(body, Ratio):
            return _quotient({self._pace(body.numerator), self._pace(body.denominator)})
        if isinstance(body, ToDate | Rolling):
            inner = self.additivity(body.metric)
            return FIXED_WINDOW.get(inner, inner)
        if isinstance(body, Change):
            return "point" if body.as_ == "absolute" else "rate" if body.back.months is None else "intensive"
        return "intensive"

    def grows(self, key: str) -> bool:
        """Whether the first days of a month show less than the whole month will, as of a sum: then a target waits.

        A change in percent compares equal parts, and a quotient of two sums grows above and below alike.
        """
        body = self.metrics[key].body
        if isinstance(body, Change):
            return body.as_ == "absolute"
        if isinstance(body, ToDate | Rolling):
            return self.grows(body.metric)
        if isinstance(body, Ratio):
            parts = {self._operand_grows(body.numerator), self._operand_grows(body.denominator)}
        elif isinstance(body, str):
            parts = {self.grows(part) for part in self.parts(key)}
            if parse(body).find(exp.Div) is None:
                return any(parts)
        else:
            return not isinstance(body, Maintain | Running) and self._operand_grows(body)
        return len(parts) > 1 or (parts == {True} and self.additivity(key) == "rate")

    def _operand_grows(self, operand: Operand | Rows) -> bool:
        if isinstance(operand, str):
            return self.grows(operand)
        return isinstance(operand, FirstPer | Conversion) or (
            isinstance(operand, Aggregate) and operand.over_time is None and operand.function not in STEADY
        )

    def _pace(self, operand: Operand) -> Additivity:
        """The additivity of a part of a formula; a stock is a level also where it counts distinct things."""
        if isinstance(operand, InlineStock):
            return "level"
        if isinstance(operand, Aggregate):
            return _additivity_of_rows(operand)
        return "level" if isinstance(self.metrics[operand].body, Stock) else self.additivity(operand)


STEADY = ("average", "median", "percentile")  # the first days of a month show them as well as the whole of it
FIXED_WINDOW: Mapping[Additivity, Additivity] = {"sum": "level", "rate": "intensive"}
BY_FUNCTION: Mapping[str, Additivity] = {
    "average": "intensive",
    "count_distinct": "point",
    "min": "point",
    "max": "point",
    "median": "point",
    "percentile": "point",
}


def _additivity_of_rows(body: Rows) -> Additivity:
    if isinstance(body, Conversion):
        return "intensive" if body.as_ == "rate" else "sum"
    if isinstance(body, FirstPer):
        return "sum"
    if body.over_time and body.function != "count_distinct":
        return "level"
    return BY_FUNCTION.get(body.function, "sum")


def _quotient(kinds: Collection[Additivity]) -> Additivity:
    """Of a formula that is more than a sum of like parts."""
    grows = {"rate", "point"} & set(kinds) or {"sum", "level"} <= set(kinds)
    return "rate" if grows else "intensive"


def _divides(tree: exp.Expr) -> bool:
    """Whether an expression is one sum of parts over another, perhaps scaled: anything else changes with the span."""
    while isinstance(tree, exp.Paren | exp.Neg):
        tree = tree.this
    if isinstance(tree, exp.Mul):
        sides = (tree.this, tree.expression)
        return any(isinstance(one, exp.Literal) and _divides(other) for one, other in (sides, sides[::-1]))
    return isinstance(tree, exp.Div) and _sums(tree.this) and _sums(tree.expression)


def _sums(tree: exp.Expr) -> bool:
    return _linear(tree) and tree.find(exp.Column) is not None


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


def resolver(catalog: Catalog, table: Table) -> Resolver:
    """The resolver of a table's columns and those of its joins (see `joins.resolver_of`)."""
    return resolver_of(catalog.tables, catalog.columns, table)


def rates_of(catalog: Catalog, convert: Convert) -> Table | None:
    """The table of rates that is meant, without a name the only one; None where there is none, or more than one."""
    known = [table for table in catalog.tables.values() if table.rates and convert.rates in (None, table.key)]
    return known[0] if len(known) == 1 else None


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
