"""Ossie's metrics are aggregate expressions over datasets: taken apart into aggregations, ratios and arithmetic."""

from collections.abc import Mapping, MutableMapping
from typing import Any

import sqlglot
from sqlglot import exp

from metrics.interop.arithmetic import unguarded
from metrics.interop.carry import NotCarried
from metrics.language.expressions import ExpressionError, names_in, parse

FUNCTIONS: Mapping[type[exp.Expr], str] = {
    exp.Sum: "sum",
    exp.Avg: "average",
    exp.Min: "min",
    exp.Max: "max",
    exp.Count: "count",
    exp.Median: "median",
}
REMEDY = (
    "write it as SUM, AVG, MIN, MAX, COUNT, MEDIAN or PERCENTILE over columns of one dataset, and arithmetic on these"
)


class MetricReader:
    """Reads metrics of a model whose tables are known; parts that have no name get one."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], metrics: MutableMapping[str, dict[str, Any]]) -> None:
        self.tables, self.metrics = tables, metrics

    def read(self, name: str, words: Mapping[str, Any], text: str, dialect: str) -> None:
        """Write one metric and its parts. Raises `NotCarried` for what is no aggregate expression over datasets."""
        try:
            tree = sqlglot.parse_one(text, read=dialect or None).unnest()
        except sqlglot.errors.SqlglotError as error:
            raise NotCarried(f"expression = {text}", str(error).splitlines()[0], REMEDY) from None
        self.metrics[name] = {**words, **self._body(name, words, tree)}

    def _body(self, name: str, words: Mapping[str, Any], tree: exp.Expr) -> dict[str, Any]:
        whole = self._aggregate(tree)
        if whole is not None:
            return {"agg": whole}
        if isinstance(tree, exp.Div):
            top, bottom = tree.this.unnest(), tree.expression.unnest()
            if isinstance(bottom, exp.Nullif):
                bottom = bottom.this.unnest()
            sides = {"numerator": self._aggregate(top), "denominator": self._aggregate(bottom)}
            if all(sides.values()):
                return {"ratio": sides}
        return {"expr": self._arithmetic(name, words, tree)}

    def _arithmetic(self, name: str, words: Mapping[str, Any], tree: exp.Expr) -> str:
        """Arithmetic over aggregations, each of which becomes a metric of its own."""
        whole = exp.Paren(this=unguarded(tree))
        made: dict[str, dict[str, Any]] = {}
        for node in [one for one in whole.walk() if self._aggregate(one) is not None]:
            key = f"{name}_part_{len(made) + 1}"
            title = f"{words['title']}, part {len(made) + 1}"
            made[key] = {**words, "title": title, "tags": ["part"], "agg": self._aggregate(node)}
            node.replace(exp.column(key))
        text = str(whole.this.sql(dialect="duckdb"))
        if not made:
            raise NotCarried(f"expression = {text}", "it aggregates nothing", REMEDY)
        try:
            names_in(text)
        except ExpressionError as error:
            raise NotCarried(f"expression = {tree.sql()}", str(error), REMEDY) from None
        self.metrics.update(made)
        return text

    def _aggregate(self, tree: exp.Expr) -> dict[str, Any] | None:
        """One aggregation of one dataset, None where the expression is something else."""
        if isinstance(tree, exp.WithinGroup) and isinstance(tree.this, exp.PercentileCont | exp.PercentileDisc):
            value = tree.expression.expressions[0].this
            found = self._parts(value) | {"function": "percentile", "percentile": float(tree.this.this.name)}
            return found | ({"discrete": True} if isinstance(tree.this, exp.PercentileDisc) else {})
        function = FUNCTIONS.get(type(tree))
        if function is None:
            return None
        inner = tree.this
        if isinstance(inner, exp.Distinct):
            return self._parts(inner.expressions[0]) | {"function": "count_distinct"}
        if isinstance(inner, exp.Star):
            raise NotCarried("COUNT(*)", "it says not of which dataset", "count a column of the dataset's key")
        return self._parts(inner) | {"function": function}

    def _parts(self, value: exp.Expr) -> dict[str, Any]:
        """Table, expression and filter of what is aggregated: `CASE WHEN filter THEN value END` is a filter."""
        value = value.unnest()
        condition = None
        if isinstance(value, exp.Case) and not value.this and len(value.args["ifs"]) == 1:
            default = value.args.get("default")
            if default is None or isinstance(default, exp.Null):
                branch = value.args["ifs"][0]
                condition, value = branch.this, branch.args["true"].unnest()
        names = {column.table for one in (value, condition) if one for column in one.find_all(exp.Column)} - {""}
        table = self._table(names, value)
        found = {"table": table, "expr": self._over(table, value)}
        return found | ({"filter": self._over(table, condition)} if condition else {})

    def _table(self, names: set[str], value: exp.Expr) -> str:
        """The one dataset whose rows are aggregated: all others must be joined by it."""
        if not names and len(self.tables) == 1:
            return next(iter(self.tables))
        near = {column.table for column in value.find_all(exp.Column)} - {""}
        for name in sorted(near or names):
            joined = {join["table"] for join in self.tables.get(name, {}).get("joins", {}).values()}
            if name in self.tables and names <= {name, *joined}:
                return name
        raise NotCarried(
            f"expression = {value.sql()}", f"no dataset joins all of {', '.join(sorted(names)) or 'these'}", REMEDY
        )

    def _over(self, table: str, tree: exp.Expr) -> str:
        whole = exp.Paren(this=tree.copy())
        joins = {join["table"]: name for name, join in self.tables[table].get("joins", {}).items()}
        for column in list(whole.find_all(exp.Column)):
            if column.table and column.table != table:
                column.set("table", exp.to_identifier(joins[column.table]))
            else:
                column.set("table", None)
        text = str(whole.this.sql(dialect="duckdb"))
        try:
            parse(text)
        except ExpressionError as error:
            raise NotCarried(f"expression = {text}", str(error), REMEDY) from None
        return text
