"""What must be read from facts: every aggregation below the metrics, each once, grouped by the scan they share."""

from collections.abc import Iterable
from dataclasses import dataclass

from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import Aggregate, FirstPer, Rows, Stock
from metrics.definitions.metric import TargetTable
from metrics.language.catalog import GRAINS, Catalog, resolver, target_aggregate
from metrics.language.crowds import crowds_of
from metrics.language.expressions import column_or_parse, render
from metrics.language.joins import entity_column
from metrics.states.asides import told
from metrics.states.conversion import Converted, converted_of
from metrics.states.rates import converted_sql
from metrics.states.relation import Relation, later_time, relation

ADDITIVE = ("sum", "count", "sum_boolean", "count_distinct")


@dataclass(frozen=True)
class Measure:
    """One aggregation of one table, its expressions already resolved to SQL over the alias `_t`.

    `kind` is agg, stock, first or conversion; `time` the column it happens by (for a stock: opened; for a conversion:
    that of its base event, whose partner is `converted`), `until` the closing column.
    `stated` marks a target: there only rows that pass the filter say anything, and none of them is no target, not zero.
    `every` is how many months a row stands for, where the table's time is that coarse. A median is the `percentile`
    whose `quantile` is 0.5; `discrete` ones are one of the values.
    """

    kind: str
    table: str
    time: str
    function: str
    expr: str | None = None
    filter: str | None = None
    over_time: str | None = None
    until: str | None = None
    inclusive: bool = False
    stated: bool = False
    every: int = 1
    quantile: float | None = None
    discrete: bool = False
    converted: Converted | None = None
    per: tuple[str, ...] = ()

    @property
    def additive(self) -> bool:
        """Whether a missing cell would be missing from the total, as it would not from an average or an extreme."""
        return self.function in ADDITIVE or self.over_time is not None

    @property
    def sql(self) -> tuple[str, ...]:
        """Every piece of SQL in it, by which a relation knows what to join."""
        return tuple(text for text in (self.time, self.until, self.expr, self.filter, *self.per) if text)

    @property
    def group(self) -> tuple[str, str, str, str]:
        """What shares a scan: the table, its time role, and the shape of the scan."""
        shape = {"agg": "agg", "stock": f"stock:{self.until}:{self.inclusive}:{self.function == 'count_distinct'}"}
        alone = (
            f"{self.kind}:{self.function}:{self.expr}:{self.filter}:{self.converted or ''}:{self.over_time}:{self.per}"
        )
        return (self.table, self.time, shape.get(self.kind, alone), "")


def measure_of(catalog: Catalog, body: Rows, *, stated: bool = False) -> Measure:
    """The measure that an aggregation in a definition stands for."""
    if (body, stated) not in catalog.known:
        catalog.known[body, stated] = _measure_of(catalog, body, stated)
    measure: Measure = catalog.known[body, stated]
    return measure


def _measure_of(catalog: Catalog, body: Rows, stated: bool) -> Measure:
    table = catalog.tables[body.table]
    resolve = resolver(catalog, table)

    def sql(text: str | None) -> str | None:
        if text is None:
            return None
        return render(column_or_parse(text, catalog.columns.get(table.key)), resolve, lambda node: told(catalog, node))

    if isinstance(body, Stock):
        return Measure(
            "stock",
            body.table,
            sql(body.opened) or "",
            body.function,
            sql(body.expr),
            sql(body.filter),
            body.over_time,
            sql(body.closed),
            body.inclusive,
        )
    happened = body.time or (table.time.column if table.time else None)
    time = sql(happened) or ""
    if isinstance(body, Aggregate) and body.later and happened:
        time = later_time(body.later, happened)
    if isinstance(body, FirstPer):
        return Measure("first", body.table, time, "count", sql(body.entity), sql(body.filter))
    if isinstance(body, Conversion):
        entity = resolve(entity_column(table, body.entity) or body.entity, None)
        condition = sql(body.base.filter)
        return Measure(
            "conversion", body.table, time, "count", entity, condition, converted=converted_of(catalog, body)
        )
    every = GRAINS[table.time.grain] if table.time and body.time in (None, table.time.column) else 1
    if body.per is not None:
        keys = tuple(resolve(entity_column(table, name) or name, None) for name in body.per)
        how = (sql(body.expr), sql(body.filter), body.over_time)
        return Measure("level", body.table, time, body.function, *how, per=keys)
    function = "percentile" if body.quantile is not None else body.function
    value, kept = sql(body.expr), sql(body.filter)
    if body.convert and value is not None:
        value = converted_sql(catalog, table, body.convert, value, kept, time)
    parts = (function, value, kept, body.over_time)
    return Measure(
        "agg", body.table, time, *parts, stated=stated, every=every, quantile=body.quantile, discrete=body.discrete
    )


def measures_of(catalog: Catalog, keys: Iterable[str]) -> list[Measure]:
    """Every measure below these metrics and their targets, each once."""
    found: dict[Measure, None] = {}
    for key in keys:
        for aggregate in catalog.aggregates(key):
            found.setdefault(measure_of(catalog, aggregate))
        for counted in crowds_of(catalog, key):
            found.setdefault(measure_of(catalog, counted))
        target = catalog.metrics[key].target
        if isinstance(target, TargetTable):
            found.setdefault(measure_of(catalog, target_aggregate(target), stated=True))
    return list(found)


def groups_of(measures: Iterable[Measure]) -> dict[tuple[str, str, str, str], list[Measure]]:
    """The measures by the scan that they share."""
    groups: dict[tuple[str, str, str, str], list[Measure]] = {}
    for measure in measures:
        groups.setdefault(measure.group, []).append(measure)
    return groups


__all__ = ["Measure", "Relation", "groups_of", "measure_of", "measures_of", "relation"]
