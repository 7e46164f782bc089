"""Metrics of one entity each, computed aside and joined to rows whose filter asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from data.warehouse import identifier
from metrics.definitions.kinds import Aggregate, Ratio
from metrics.definitions.table import Table
from metrics.language.calls import Call, call_of
from metrics.language.catalog import Catalog, resolver
from metrics.language.expressions import Over, column_or_parse, parse, render
from metrics.language.joins import entity_column, hops
from metrics.language.refusals import Refusal
from metrics.time.frame import Frame

if TYPE_CHECKING:
    from metrics.states.relation import Relation

ASIDE = "metric "
RelationOf = Callable[[Catalog, Table, str, Frame | None], "Relation"]


@dataclass(frozen=True)
class Aside:
    """One aggregation of one entity each: `metric` (or `metric.numerator`), by whom, over what time."""

    metric: str
    by: str
    over: Over

    @property
    def alias(self) -> str:
        """The name by which it is joined, from which all of it can be read again."""
        return f"{ASIDE}{self.metric} by {self.by} {self.over}"


def aside_of(alias: str) -> Aside | None:
    """What an alias stands for; None for any other alias."""
    words = alias.split(" ")
    if not alias.startswith(ASIDE) or len(words) != 5:
        return None
    over: Over = "ever" if words[4] == "ever" else "month" if words[4] == "month" else "so_far"
    return Aside(words[1], words[3], over)


def told(catalog: Catalog, node: exp.Expr) -> str:
    """The SQL of a metric that a filter asks for, over aliases that a relation joins."""
    return _value(catalog, call_of(node))


def _value(catalog: Catalog, call: Call) -> str:
    body = catalog.metrics[call.metric].body
    if isinstance(body, str):
        return f"({render(parse(body), lambda name, _: _value(catalog, Call(name, call.by, call.over)))})"
    if isinstance(body, Ratio):
        sides = [
            _value(catalog, Call(side, call.by, call.over))
            if isinstance(side, str)
            else _column(Aside(f"{call.metric}.{end}", call.by, call.over))
            for end, side in (("numerator", body.numerator), ("denominator", body.denominator))
        ]
        return f"({sides[0]} / NULLIF({sides[1]}, 0))"
    return _column(Aside(call.metric, call.by, call.over))


def _column(aside: Aside) -> str:
    return f'{identifier(aside.alias)}."v"'


def aside_join(
    catalog: Catalog, table: Table, aside: Aside, time: str, frame: Frame | None, relation: RelationOf
) -> tuple[str, str]:
    """(what stands after LEFT JOIN, the condition): a row an entity, or an entity and stretch of months.

    Raises `Refusal` where nobody says up to which day.
    """
    if frame is None:
        raise Refusal("F119", f"'{aside.alias}' cannot be told without the last day that counts")
    path, _, name = aside.by.rpartition(".")
    home = hops(catalog.tables, table, path)[-1].other if path else table
    ours = resolver(catalog, table)(entity_column(home, name) or name, path or None)
    alias, month = identifier(aside.alias), frame.month_sql(time)
    on = f"{alias}.k = {ours}"
    if aside.over == "month":
        on += f" AND {alias}.m = {month}"
    elif aside.over == "so_far":
        on += f" AND {alias}.m <= {month} AND ({alias}.upto IS NULL OR {alias}.upto > {month})"
    return f"({_aggregated(catalog, aside, name, frame, relation)})", on


def _aggregated(catalog: Catalog, aside: Aside, name: str, frame: Frame, relation: RelationOf) -> str:
    body = _body(catalog, aside)
    table = catalog.tables[body.table]
    resolve = resolver(catalog, table)

    def sql(text: str, also: Callable[[exp.Expr], str] | None = None) -> str:
        return render(column_or_parse(text, catalog.columns.get(table.key)), resolve, also)

    time = sql(body.time or (table.time.column if table.time else ""))
    entity = resolve(entity_column(table, name) or name, None)
    value = sql(body.expr) if body.expr else "1"
    where = sql(body.filter, lambda node: told(catalog, node)) if body.filter else "TRUE"
    source = relation(catalog, table, time, frame).reading(time, entity, value, where).source
    rows = (
        f"SELECT {entity} AS k, {frame.month_sql(time)} AS m, {value} AS x FROM {source} WHERE {entity} IS NOT NULL "
        f"AND {time} < DATE '{frame.as_of.isoformat()}' + INTERVAL 1 DAY AND ({where})"
    )
    if aside.over == "ever":
        return f"SELECT k, {_whole(body)} AS v FROM ({rows}) AS r GROUP BY k"
    if aside.over == "month":
        return f"SELECT k, m, {_whole(body)} AS v FROM ({rows}) AS r GROUP BY k, m"
    return _so_far(body, rows)


def _body(catalog: Catalog, aside: Aside) -> Aggregate:
    key, _, end = aside.metric.partition(".")
    body = catalog.metrics[key].body
    found = (body.numerator if end == "numerator" else body.denominator) if isinstance(body, Ratio) else body
    if not isinstance(found, Aggregate):
        raise Refusal("F119", f"'{aside.metric}' cannot be told for each {aside.by} alone")
    return found


def _whole(body: Aggregate) -> str:
    if body.quantile is not None:
        kind = "disc" if body.discrete else "cont"
        return f"percentile_{kind}({body.quantile}) WITHIN GROUP (ORDER BY x)"
    return {
        "sum": "sum(x)",
        "count": "count(x)",
        "count_distinct": "count(DISTINCT x)",
        "average": "avg(x)",
        "min": "min(x)",
        "max": "max(x)",
        "sum_boolean": "sum(CAST(x AS INTEGER))",
    }[body.function]


def _so_far(body: Aggregate, rows: str) -> str:
    """Running aggregates by entity, each holding from its month until before the next in which rows came."""
    if body.function == "count_distinct":
        firsts = f"SELECT k, x, min(m) AS m FROM ({rows}) AS r WHERE x IS NOT NULL GROUP BY k, x"
        parts = f"SELECT k, m, count(*) AS a, count(*) AS b FROM ({firsts}) AS f GROUP BY k, m"
    else:
        first = "sum(x)" if body.function == "average" else _whole(body)
        parts = f"SELECT k, m, {first} AS a, count(x) AS b FROM ({rows}) AS r GROUP BY k, m"
    over = "OVER (PARTITION BY k ORDER BY m ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    how = body.function if body.function in ("min", "max") else "sum"
    value = f"sum(a) {over} / NULLIF(sum(b) {over}, 0)" if body.function == "average" else f"{how}(a) {over}"
    return f"SELECT k, m, lead(m) OVER (PARTITION BY k ORDER BY m) AS upto, {value} AS v FROM ({parts}) AS p"
