"""Metrics as one aggregate expression over datasets, as Ossie says them; what is more than that is refused."""

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp

from metrics.definitions.kinds import Aggregate, Operand, Ratio
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.expressions import column_or_parse, parse
from metrics.language.joins import hops


class NotSaid(Exception):
    """A metric that is no aggregate expression; the text says what it has besides."""


def expression_of(catalog: Catalog, key: str) -> str:
    """The metric as SQL over `dataset.column`. Raises `NotSaid` for kinds that look through time or at levels."""
    metric = catalog.metrics[key]
    body = metric.body
    if metric.nulls == "carry":
        raise NotSaid("an expression of Ossie sees one period, and this metric carries its last value into the next")
    if isinstance(body, str):
        tree = parse(body).copy()
        whole = exp.Paren(this=tree)
        for column in list(whole.find_all(exp.Column)):
            column.replace(exp.Paren(this=_parsed(expression_of(catalog, column.name))))
        return str(whole.this.sql())
    if isinstance(body, Ratio):
        top, bottom = (_operand(catalog, side) for side in (body.numerator, body.denominator))
        return f"({top}) / NULLIF({bottom}, 0)"
    if isinstance(body, Aggregate):
        return _aggregate(catalog, body)
    raise NotSaid(f"an expression of Ossie aggregates rows, and a {metric.kind} does more")


def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text)


def _operand(catalog: Catalog, operand: Operand) -> str:
    if isinstance(operand, str):
        return expression_of(catalog, operand)
    if isinstance(operand, Aggregate):
        return _aggregate(catalog, operand)
    raise NotSaid("an expression of Ossie aggregates rows, and a stock counts what is open at a time")


FUNCTIONS: dict[str, Callable[[str, str | None], str]] = {
    "sum": lambda x, f: f"SUM({_kept(x, f)})",
    "min": lambda x, f: f"MIN({_kept(x, f)})",
    "max": lambda x, f: f"MAX({_kept(x, f)})",
    "average": lambda x, f: f"AVG({_kept(x, f)})",
    "count": lambda x, f: f"COUNT({_kept(x, f)})",
    "count_distinct": lambda x, f: f"COUNT(DISTINCT {_kept(x, f)})",
    "sum_boolean": lambda x, f: f"SUM(CASE WHEN {f'({f}) AND ({x})' if f else x} THEN 1 ELSE 0 END)",
}


def _kept(expr: str, condition: str | None) -> str:
    return f"CASE WHEN {condition} THEN {expr} END" if condition else expr


def _aggregate(catalog: Catalog, body: Aggregate) -> str:
    if body.over_time:
        raise NotSaid(f"an expression of Ossie adds over time, and this level counts its {body.over_time}")
    table = catalog.tables[body.table]
    if body.time and (table.time is None or body.time != table.time.column):
        raise NotSaid(f"an expression of Ossie names no time, and this one counts by {body.time}")
    condition = _sql(catalog, table, body.filter) if body.filter else None
    if body.expr is None:
        if not table.grain:
            raise NotSaid("COUNT(*) says not of which dataset, and the table has no grain to count")
        return FUNCTIONS["count"](f"{table.key}.{_name(table.grain[0])}", condition)
    expr = _sql(catalog, table, body.expr)
    if body.quantile is not None:
        function = "PERCENTILE_DISC" if body.discrete else "PERCENTILE_CONT"
        return f"{function}({body.quantile:g}) WITHIN GROUP (ORDER BY {_kept(expr, condition)})"
    return FUNCTIONS[body.function](expr, condition)


def _sql(catalog: Catalog, table: Table, text: str) -> str:
    whole = exp.Paren(this=column_or_parse(text, catalog.columns.get(table.key)).copy())
    for column in list(whole.find_all(exp.Column)):
        path = ".".join(part.name for part in column.parts[:-1])
        name = table.entities.get(column.name, column.name) if not path else column.name
        column.replace(_parsed(f"{_dataset(catalog, table, path)}.{_name(name)}"))
    return str(whole.this.sql())


def _dataset(catalog: Catalog, table: Table, path: str) -> str:
    """The dataset at the end of a path, if it is the only way there: Ossie names datasets, not ways."""
    if not path:
        return table.key
    way = hops(catalog.tables, table, path)
    for hop in way:
        if hop.join.valid:
            raise NotSaid(f"a relationship of Ossie holds for ever, and {hop.alias} holds for a time")
        if sum(join.table == hop.join.table for join in hop.table.joins.values()) > 1:
            raise NotSaid(f"{hop.table.key} reaches {hop.join.table} in more than one way, and Ossie names no way")
    return way[-1].other.key


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'
