"""Refuses, where definitions are checked, what would mean another thing in the engine in which facts stay."""

from collections.abc import Collection, Iterator

from metrics.definitions.metric import Metric, TargetTable
from metrics.definitions.table import Table
from metrics.engines.dialects import lacking
from metrics.language.catalog import Catalog, target_aggregate
from metrics.language.expressions import ExpressionError, column_or_parse
from metrics.language.refusals import Fault

_TEXTS = ("expr", "filter", "time", "opened", "closed", "entity")


def engine_faults(catalog: Catalog, kind: str, stays: Collection[str]) -> Iterator[Fault]:
    """Every function in a definition over datasets that stay in an engine of this kind, on which engines disagree."""
    for metric in catalog.metrics.values():
        for table, text in _texts(catalog, metric):
            if set(table.datasets) & set(stays):
                yield from _faults(catalog, metric, table, text, kind)


def _texts(catalog: Catalog, metric: Metric) -> Iterator[tuple[Table, str]]:
    bodies = [*catalog.own_aggregates(metric.key)]
    if isinstance(metric.target, TargetTable):
        bodies.append(target_aggregate(metric.target))
    for body in bodies:
        table = catalog.tables.get(body.table)
        texts = (getattr(body, name, None) for name in _TEXTS)
        yield from ((table, text) for text in texts if table is not None and isinstance(text, str))


def _faults(catalog: Catalog, metric: Metric, table: Table, text: str, kind: str) -> Iterator[Fault]:
    try:
        tree = column_or_parse(text, catalog.columns.get(table.key))
    except ExpressionError:
        return  # told at the expression itself
    for reason in lacking(tree, kind):
        why, _, remedy = reason.partition("; ")
        message = f"'{text}' may not be written over facts that stay in {kind}: {why}"
        yield Fault("metric", metric.key, (metric.kind,), message, remedy, "F140")
