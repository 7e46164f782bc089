"""Faults of targets and anchors that can be told before any figure is known."""

from collections.abc import Iterator

from data.calendar import stretch_faults
from metrics.definitions import metric as definition
from metrics.definitions.kinds import Ratio
from metrics.definitions.metric import Metric
from metrics.definitions.quantities import Anchor, AtTarget, Distance
from metrics.language.catalog import Catalog
from metrics.language.expressions import ExpressionError
from metrics.scoring.anchors import Anchors, anchor_fault

Told = tuple[tuple[str | int, ...], str, str]  # field inside the metric's file, message, hint
COMPOSED = ("ratio", "expr", "to_date", "rolling")
PART_THEM = "part them by `from:` and `to:`"


def goal_faults(catalog: Catalog, metric: Metric) -> Iterator[Told]:
    """Everything wrong in the target and the anchors of one metric, but for names in a target's table."""
    yield from _step_faults(metric)
    yield from _anchor_faults(metric)
    if metric.target == "components":
        yield from _component_faults(catalog, metric)
    if metric.measured_in == "%" and isinstance(metric.target, int | float) and abs(metric.target) > 5:
        message = f"a target of {metric.target:g} in % would be {metric.target:.0%}"
        yield (("target",), message, f"write `{metric.target:g} %`")


def _step_faults(metric: Metric) -> Iterator[Told]:
    """Steps that hold at once for the same unit: which of them is meant is nobody's to guess."""
    steps = metric.target if isinstance(metric.target, tuple) else ()
    for unit in dict.fromkeys(step.unit for step in steps):
        of_unit = [(index, step) for index, step in enumerate(steps) if step.unit == unit]
        for at, message in stretch_faults([(step.from_, step.to) for _, step in of_unit]):
            yield (("target", of_unit[at][0]), f"this target {message}", PART_THEM)
    for index, message in stretch_faults([(step.from_, step.to) for step in metric.anchor_steps]):
        yield (("anchors", index), f"a step of the anchors {message}", PART_THEM)


def _anchor_faults(metric: Metric) -> Iterator[Told]:
    """Anchors that cannot be meant, as far as they are numbers or rest on a target that is one for all time.

    Those that rest on steps, on a table, or on a share of nothing show in each period whether they can.
    """
    target = float(metric.target) if isinstance(metric.target, int | float) and metric.target else None
    for index, step in enumerate(metric.anchor_steps):
        if step.needs_target() and target is None:
            continue
        path = ("anchors", index) if isinstance(metric.anchors, tuple) else ("anchors",)
        fault = anchor_fault(_stated(metric, step, target or 0.0))
        if fault:
            yield (path, f"for the target {target:g}: {fault}" if step.needs_target() else fault, "")


def _stated(metric: Metric, step: definition.Anchors, target: float) -> Anchors:
    """The anchors of a step as numbers, those relative to the target included."""
    sign = 1.0 if metric.direction == "down" else -1.0
    found: dict[str, float] = {}
    for name in ("goal", "red", "worst", "best"):
        anchor = getattr(step, name)
        if anchor is None:
            continue
        side = -sign if name == "best" and metric.direction != "band" else sign
        low, high = anchor if isinstance(anchor, tuple) else (anchor, anchor)
        found[name] = _number(low, target, side)
        if metric.direction == "band":
            found[f"{name}_high"] = _number(high, target, -side)
    return Anchors(metric.direction, **found)


def _number(anchor: Anchor, target: float, side: float) -> float:
    if isinstance(anchor, AtTarget):
        return target
    if isinstance(anchor, Distance):
        return target + side * (abs(target) * anchor.share if anchor.share is not None else anchor.margin or 0.0)
    return float(anchor)


def _component_faults(catalog: Catalog, metric: Metric) -> Iterator[Told]:
    if metric.kind not in COMPOSED:
        message = f"a {metric.kind} has no components to take a target from"
        yield (("target",), message, "give a number, steps or a table")
        return
    body = metric.body
    operands = (body.numerator, body.denominator) if isinstance(body, Ratio) else ()
    if not all(isinstance(operand, str) for operand in operands):
        message = "a part that is written in place has no target to take"
        yield (("target",), message, "make it a metric with a target, and name that")
    try:
        parts = catalog.parts(metric.key)
    except ExpressionError:
        return  # told where the expression stands
    for part in parts:
        if part in catalog.metrics and catalog.metrics[part].target is None:
            yield (("target",), f"'{part}' has no target to take", f"give {part} a target, or this metric its own")
