"""Carries metrics into metrics/<perspective>/<key>.yaml: one definition for each, and one for each way it is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from metrics.interop.arithmetic import unguarded
from metrics.interop.fields import GRAINS
from metrics.interop.filters import FilterError, Item, written
from metrics.interop.ledger import Left
from metrics.interop.semantics import (
    Body,
    Conversion,
    Cumulative,
    Derived,
    Dimension,
    Input,
    Metric,
    Model,
    Ratio,
    Semantics,
    Simple,
)
from metrics.interop.tables import TableFile, Tables
from metrics.language.expressions import ExpressionError, names_in, parse

PART_SQL: Mapping[str, str] = {
    "year": "year({x})",
    "quarter": "quarter({x})",
    "month": "month({x})",
    "day": "day({x})",
    "dow": "isodow({x})",
    "doy": "dayofyear({x})",
}
ENDS: Mapping[str, str] = {"max": "last", "min": "first"}
UNITLESS = "number"
NULLS_OF_DBT = "null"


@dataclass(frozen=True)
class Carried:
    """Definitions as they go into files, by key, and everything that stays behind."""

    tables: Mapping[str, TableFile]
    metrics: Mapping[str, Mapping[str, Any]]
    left: tuple[Left, ...]


class NotCarried(Exception):
    """A metric that cannot be carried: what of it, why, and what to do."""

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(why)
        self.what, self.why, self.remedy = what, why, remedy


@dataclass(frozen=True)
class Use:
    """How a metric is used: with more conditions on its rows, and so much later than they happened."""

    filters: tuple[str, ...] = ()
    later: str | None = None


AS_IT_IS = Use()


@dataclass
class Carrier:
    """Writes the metrics of a manifest, each as often as it is used differently."""

    semantics: Semantics
    tables: Tables
    written: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[tuple[str, "Use"], str] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    def all(self) -> Carried:
        """Every metric; what cannot be carried, and what rests on it, is told."""
        for name, metric in self.semantics.metrics.items():
            try:
                self.metric(name)
            except NotCarried as error:
                self.left.append(Left(metric.place or name, f"metric {name}: {error.what}", error.why, error.remedy))
            if metric.grain is not None:
                remedy = "ask for it by that grain"
                self.left.append(
                    Left(metric.place, f"time_granularity = {metric.grain}", "a question names its grain", remedy)
                )
        for spine in self.semantics.spines:
            for name, column in spine.custom:
                why = "grains of a company's own stand in the calendar of the workspace"
                self.left.append(
                    Left(spine.relation, f"custom granularity {name} = {column}", why, "see docs/workspace.md")
                )
        return Carried(self.tables.files, self.written, (*self.tables.left, *self.left))

    def metric(self, name: str, use: Use = AS_IT_IS, like: str = "") -> str:
        """The key under which a metric is written as it is used; `like` is the name by which it is called there."""
        if name not in self.semantics.metrics:
            raise NotCarried(f"names {name}", "there is no such metric", "define it, or take it out")
        known = self.keys.get((name, use))
        if known is not None:
            return known
        metric = self.semantics.metrics[name]
        key = self._free(name if use == AS_IT_IS else f"{name}_{like}" if like and like != name else f"{name}_part")
        self.keys[name, use] = key
        try:
            body = self._body(metric.body, replace(use, filters=(*metric.filters, *use.filters)))
        except NotCarried:
            del self.keys[name, use]
            raise
        self.written[key] = self._words(metric, metric.hidden, "" if use == AS_IT_IS else like or "part") | body
        return key

    def _free(self, wanted: str) -> str:
        taken = {*self.written, *self.keys.values()}
        found, at = wanted, 2
        while found in taken or (found != wanted and found in self.semantics.metrics):
            found, at = f"{wanted}_{at}", at + 1
        return found

    def _words(self, metric: Metric, hidden: bool, used: str) -> dict[str, Any]:
        title = metric.label or metric.name.replace("_", " ").capitalize()
        found: dict[str, Any] = {"title": f"{title} ({used.replace('_', ' ')})" if used else title}
        if metric.description:
            found["description"] = metric.description
        found["measured_in"] = UNITLESS
        if hidden or used:
            found["tags"] = ["part"]
        return found

    def _body(self, body: Body, use: Use) -> dict[str, Any]:
        if isinstance(body, Simple):
            return self._simple(body, use)
        if isinstance(body, Ratio):
            top, bottom = self._input(body.numerator, use), self._input(body.denominator, use)
            return {"ratio": {"numerator": top, "denominator": bottom}}
        if isinstance(body, Derived):
            return self._derived(body, use)
        if isinstance(body, Cumulative):
            return self._cumulative(body, use)
        return self._conversion(body, use)

    def _input(self, source: Input, use: Use) -> str:
        """The key of a metric as an input has it: its rows narrowed, and later than they happened."""
        later = str(source.offset) if source.offset else f"rest of {source.to_grain}" if source.to_grain else None
        grain = source.offset.grain if source.offset else source.to_grain
        if grain is not None and grain not in GRAINS:
            raise NotCarried(f"an offset by {grain}", "it is no grain from day to year", "use one of these")
        if later and use.later:
            raise NotCarried(f"{later} of {use.later}", "an offset of an offset is not told here", "write one offset")
        inner = Use((*source.filters, *use.filters), later or use.later)
        return self.metric(source.metric, inner, source.alias or "")

    def _derived(self, body: Derived, use: Use) -> dict[str, Any]:
        names = {one.name: self._input(one, use) for one in body.inputs}
        words = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        text = re.sub(rf"\b({words})\b", lambda found: names[found[1]], body.expr)
        try:
            if "nullif" in text.lower():
                text = str(unguarded(parse(text)).sql(dialect="duckdb"))
            names_in(text)
        except ExpressionError as error:
            raise NotCarried(f"expr = {body.expr}", str(error), "write it with + - * / and parentheses") from None
        return {"expr": text}

    def _cumulative(self, body: Cumulative, use: Use) -> dict[str, Any]:
        if any(one.level for one in self.sources(body.input.metric)):
            why = "a level is told for the period asked for, and a window has no level of its own"
            raise NotCarried("a cumulative non-additive measure", why, "accumulate a measure that adds over time")
        read = {"first": "first", "last": "last", "average": "mean"}[body.period_agg]
        window = {"window": str(body.window)} if body.window else {"since": body.to_date or "ever"}
        for grain in (body.window.grain if body.window else None, body.to_date):
            if grain is not None and grain not in GRAINS:
                raise NotCarried(f"grain = {grain}", "it is no grain from day to year", "use one of these")
        return {"running": {"metric": self._input(body.input, use), **window, "read": read}}

    def _conversion(self, body: Conversion, use: Use) -> dict[str, Any]:
        if use.later:
            raise NotCarried(f"an offset of {use.later}", "conversions are not moved in time here", "offset its parts")
        base, converted = self._event(body.base, use), self._event(body.conversion, Use())
        entity: dict[str, Any] = {"base": base, "converted": converted, "entity": body.entity}
        if body.window:
            entity["window"] = str(body.window)
        if body.constants:
            entity["constant"] = [{"base": one, "converted": other} for one, other in body.constants]
        return {"conversion": entity | {"as": "rate" if body.calculation == "conversion_rate" else "count"}}

    def _event(self, source: Input, use: Use) -> dict[str, Any]:
        """A metric that counts rows, as the rows that it counts."""
        metric = self.semantics.metrics.get(source.metric)
        if metric is None or not isinstance(metric.body, Simple):
            raise NotCarried(f"names {source.metric}", "it is no simple metric", "name one")
        found = self._simple(metric.body, replace(use, filters=(*metric.filters, *source.filters, *use.filters)))["agg"]
        if found["function"] != "count" or "expr" in found:
            why = "a conversion counts events here, and this is no count of rows"
            raise NotCarried(f"{source.metric} = {metric.body.agg} of {metric.body.expr}", why, "count 1")
        return {key: value for key, value in found.items() if key in ("table", "filter", "time")}

    def _simple(self, body: Simple, use: Use) -> dict[str, Any]:
        model = self.semantics.models.get(body.model)
        if model is None:
            raise NotCarried(f"semantic_model = {body.model}", "there is no such semantic model", "define it")
        aggregate = AGGREGATES.get(body.agg)
        if aggregate is None:
            raise NotCarried(f"agg = {body.agg}", "it is no aggregation that is known here", ", ".join(AGGREGATES))
        found: dict[str, Any] = {"table": model.name, **aggregate(self, body)}
        conditions = [self._condition(model, body, text) for text in use.filters]
        if conditions:
            found["filter"] = conditions[0] if len(conditions) == 1 else " AND ".join(f"({one})" for one in conditions)
        time = body.time or model.time
        if body.time and body.time != model.time:
            found["time"] = self._own_column(model, body.time)
        if time is None:
            raise NotCarried("no time", f"{model.name} has no time to aggregate by", "name an agg_time_dimension")
        if use.later:
            found["later"] = use.later
        found |= self._level(body)
        result: dict[str, Any] = {"agg": found}
        if body.fill is not None:
            result |= self._filled(body)
        if body.spine:
            result["every_period"] = True
        return result

    def _filled(self, body: Simple) -> dict[str, Any]:
        if body.fill:
            raise NotCarried(
                f"fill_nulls_with = {body.fill:g}", "only 0 fills gaps here", "fill with 0, or leave it out"
            )
        return {"nulls": "zero"}

    def _level(self, body: Simple) -> dict[str, Any]:
        if body.level is None:
            return {}
        model = self.semantics.models[body.model]
        if body.level.dimension != (body.time or model.time):
            why = f"a level is told by the time of its table, not by {body.level.dimension}"
            raise NotCarried(f"non_additive_dimension = {body.level.dimension}", why, "make it the agg_time_dimension")
        if body.level.choice not in ENDS or body.agg not in ("sum", "count", "min", "max", "average"):
            why = "a level is that of the last or the first day, of sums, counts, extremes and averages"
            raise NotCarried(f"window_choice = {body.level.choice} of {body.agg}", why, "choose min or max")
        for name in body.level.groupings:
            if model.entity(name) is None:
                raise NotCarried(
                    f"window_groupings = {name}", f"{model.name} has no entity {name}", "name one that it has"
                )
        return {"over_time": ENDS[body.level.choice], "per": list(body.level.groupings)}

    def expression(self, text: str) -> str:
        """An expression over a model's rows with its columns as the table names them."""
        try:
            parse(text)
        except ExpressionError as error:
            raise NotCarried(
                f"expr = {text}", str(error), "use what docs/workspace.md allows, or make it a column"
            ) from None
        return text

    def _own_column(self, model: Model, name: str) -> str:
        column = self.tables.files[model.name].columns.get(name)
        if column is None:
            raise NotCarried(f"time = {name}", f"{model.name} has no such dimension", "name one that it has")
        return column

    def _condition(self, model: Model, body: Simple, text: str) -> str:
        try:
            found = written(text, lambda item: self.reached(model, body, item))
            parse(found)
        except (FilterError, ExpressionError) as error:
            raise NotCarried(f"filter = {text}", str(error), "write a condition that docs/interop.md names") from None
        return found

    def reached(self, model: Model, body: Simple, item: Item) -> str:
        """An item of a condition as SQL over the columns of a model and its joins."""
        if item.kind == "metric":
            return self._of_metric(model, item)
        if item.is_metric_time:
            item = replace(item, links=model.links[:1], element=body.time or model.time or "")
        found = self.tables.paths.find(model, item)
        column = self.tables.column(found.model, found.what)
        name = ".".join([*(_word(hop.name) for hop in found.hops), _word(column)])
        if item.part:
            return PART_SQL[item.part].format(x=name)
        grain = item.grain or (found.what.grain if isinstance(found.what, Dimension) else None)
        return f"date_trunc('{grain}', {name})" if grain else name

    def dated(self, model: Model, item: Item) -> bool:
        """Whether an item is reached through rows that hold for a time."""
        if item.is_metric_time or item.kind == "metric":
            return False
        found = self.tables.paths.find(model, item)
        return any(self.semantics.models[hop.model].bound("start") is not None for hop in found.hops)

    def sources(self, name: str) -> list[Simple]:
        """The aggregations below a metric; of a conversion those of its base events, by which it is cut."""
        if name not in self.semantics.metrics:
            raise NotCarried(f"names {name}", "there is no such metric", "define it, or take it out")
        body = self.semantics.metrics[name].body
        if isinstance(body, Simple):
            return [body]
        inputs = inputs_of(body)[:1] if isinstance(body, Conversion) else inputs_of(body)
        return [one for inner in inputs for one in self.sources(inner.metric)]

    def runs(self, name: str) -> bool:
        """Whether a metric, or one below it, runs day by day."""
        body = self.semantics.metrics[name].body
        return isinstance(body, Cumulative) or any(self.runs(one.metric) for one in inputs_of(body))

    def moves(self, name: str) -> bool:
        """Whether a metric, or one below it, counts later than it happened."""
        inputs = inputs_of(self.semantics.metrics[name].body)
        return any(one.offset or one.to_grain or self.moves(one.metric) for one in inputs)

    def spined(self, name: str) -> bool:
        """Whether a metric, or one below it, shows every period."""
        body = self.semantics.metrics[name].body
        return (isinstance(body, Simple) and body.spine) or any(self.spined(one.metric) for one in inputs_of(body))

    def _of_metric(self, model: Model, item: Item) -> str:
        """A metric of the row's entity; FilterError where it is by several, or by one that rows do not name."""
        if len(item.by) != 1 or "__" in item.by[0]:
            raise FilterError(f"a condition on {item.element} by {', '.join(item.by)}: by one entity of the rows alone")
        entity = model.entity(item.by[0])
        if entity is None:
            raise FilterError(f"{model.name} has no entity {item.by[0]}")
        return f"metric({self.metric(item.element)}, {entity.name}, ever)"


def inputs_of(body: Body) -> tuple[Input, ...]:
    """The metrics that one is made of."""
    if isinstance(body, Simple):
        return ()
    if isinstance(body, Ratio):
        return (body.numerator, body.denominator)
    if isinstance(body, Derived):
        return body.inputs
    return (body.input,) if isinstance(body, Cumulative) else (body.base, body.conversion)


def _word(name: str) -> str:
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def _plain(function: str) -> Any:
    def build(carrier: Carrier, body: Simple) -> dict[str, Any]:
        return {"function": function, "expr": carrier.expression(body.expr)}

    return build


def _count(carrier: Carrier, body: Simple) -> dict[str, Any]:
    if body.expr.strip() in ("1", "*"):
        return {"function": "count"}
    return {"function": "count", "expr": carrier.expression(body.expr)}


def _percentile(carrier: Carrier, body: Simple) -> dict[str, Any]:
    if body.approximate:
        carrier.left.append(
            Left(
                body.model,
                "use_approximate_percentile",
                "percentiles are exact here",
                "nothing: it is the better number",
            )
        )
    share = 0.5 if body.agg == "median" else body.percentile
    if share is None:
        raise NotCarried("agg = percentile", "no percentile is given", "add `percentile: 0.9`")
    found = {"function": "percentile", "expr": carrier.expression(body.expr), "percentile": share}
    return found | ({"discrete": True} if body.discrete else {})


AGGREGATES: Mapping[str, Any] = {
    "sum": _plain("sum"),
    "min": _plain("min"),
    "max": _plain("max"),
    "average": _plain("average"),
    "count": _count,
    "count_distinct": _plain("count_distinct"),
    "sum_boolean": _plain("sum_boolean"),
    "median": _percentile,
    "percentile": _percentile,
}


def carry(semantics: Semantics, unit: str, columns: Mapping[str, Any] | None = None) -> Carried:
    """A whole manifest as Fourfold's definitions; `unit` is where rows belong, `columns` those of datasets if known."""
    return Carrier(semantics, Tables(semantics, unit, columns)).all()
