"""Faults of metrics: names that lead nowhere, formulas that cannot be computed or would mislead."""

from collections.abc import Iterator

from sqlglot import exp

from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import InlineStock, Maintain, Operand, Ratio, Rows
from metrics.definitions.metric import Metric, TargetTable
from metrics.language.catalog import Catalog, target_aggregate
from metrics.language.expressions import ExpressionError, names_in, parse
from metrics.language.goal_faults import goal_faults
from metrics.language.measured import measured_faults
from metrics.language.refusals import Fault
from metrics.language.row_faults import conversion_faults, row_faults

Path = tuple[str | int, ...]


def metric_faults(catalog: Catalog, metric: Metric) -> Iterator[Fault]:
    """Everything wrong in one metric's file, but for circles."""
    yield from _body_faults(catalog, metric)
    for index, name in enumerate(metric.guardrails):
        yield from _metric_name(catalog, metric, ("guardrails", index), name)
    if isinstance(metric.target, TargetTable):
        yield from _row_faults(catalog, metric, ("target",), target_aggregate(metric.target))
    for field, message, hint in measured_faults(catalog, metric):
        yield Fault("metric", metric.key, field, message, hint, "F107")
    for path, message, hint in goal_faults(catalog, metric):
        yield Fault("metric", metric.key, path, message, hint, "F115")


def _body_faults(catalog: Catalog, metric: Metric) -> Iterator[Fault]:
    body, kind = metric.body, metric.kind
    if isinstance(body, Ratio):
        for name in ("numerator", "denominator"):
            yield from _operand_faults(catalog, metric, ("ratio", name), getattr(body, name))
    elif isinstance(body, str):
        yield from _expression_faults(catalog, metric, body)
    elif isinstance(body, Rows):
        yield from _row_faults(catalog, metric, (kind,), body)
    else:
        yield from _metric_name(catalog, metric, (kind, "metric"), body.metric)
        inner = catalog.metrics.get(body.metric)
        if isinstance(body, Maintain) and inner is not None and inner.target is None:
            message = f"'{body.metric}' has no target that could be kept"
            hint = f"give {body.metric} a target and anchors"
            yield Fault("metric", metric.key, (kind, "metric"), message, hint, "F115")


def _operand_faults(catalog: Catalog, metric: Metric, path: Path, operand: Operand) -> Iterator[Fault]:
    if isinstance(operand, str):
        yield from _metric_name(catalog, metric, path, operand)
    elif isinstance(operand, InlineStock):
        yield from _row_faults(catalog, metric, (*path, "stock"), operand.stock)
    else:
        yield from _row_faults(catalog, metric, path, operand)


def _row_faults(catalog: Catalog, metric: Metric, path: Path, body: Rows) -> Iterator[Fault]:
    told = conversion_faults(catalog, body) if isinstance(body, Conversion) else row_faults(catalog, body)
    for inside, message, hint, code in told:
        yield Fault("metric", metric.key, (*path, *inside), message, hint, code)


def _metric_name(catalog: Catalog, metric: Metric, path: Path, name: str) -> Iterator[Fault]:
    if name not in catalog.metrics:
        yield Fault("metric", metric.key, path, f"'{name}' is not a metric", catalog.nearest_metric(name))


def _expression_faults(catalog: Catalog, metric: Metric, text: str) -> Iterator[Fault]:
    try:
        for name in names_in(text):
            yield from _metric_name(catalog, metric, ("expr",), name)
        tree = parse(text)
    except ExpressionError as error:
        yield Fault("metric", metric.key, ("expr",), error.message, error.hint, error.code)
        return
    for division in tree.find_all(exp.Div):
        if isinstance(division.expression, exp.Literal) and not float(division.expression.this):
            hint = "no value could ever come of it"
            yield Fault("metric", metric.key, ("expr",), "divides by zero", hint, "F116")
        means = _means(catalog, division)
        if means:
            message = f"the mean of {' and '.join(means)} counts each alike, however much lies behind it"
            hint = "make a ratio of the sums above and below, or write the weights (0.5 * a + 0.5 * b)"
            yield Fault("metric", metric.key, ("expr",), message, hint, "F105")


def _means(catalog: Catalog, division: exp.Div) -> list[str]:
    """The averages or shares of which a division by their number makes a mean; empty where it makes none."""
    parts = list(_summands(division.this.unnest()))
    names = [part.name for part in parts if isinstance(part, exp.Column)]
    count = division.expression
    if not isinstance(count, exp.Literal) or len(names) < 2 or len(names) != len(parts):
        return []
    known = all(name in catalog.metrics for name in names) and float(count.this) == len(names)
    return names if known and all(catalog.is_mean(name) for name in names) else []


def _summands(tree: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(tree, exp.Add):
        yield from _summands(tree.this.unnest())
        yield from _summands(tree.expression.unnest())
    else:
        yield tree
