"""Faults of targets and anchors that can be told before any figure is known."""

from collections.abc import Iterator

from data.calendar import stretch_faults
from metrics.catalog import Catalog
from metrics.definitions import metric as definition
from metrics.definitions.kinds import Ratio
from metrics.definitions.metric import Metric
from metrics.expressions import ExpressionError
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
    """Absolute anchors that cannot be meant; those relative to a target show in each period whether they can."""
    for index, step in enumerate(metric.anchor_steps):
        path = ("anchors", index) if isinstance(metric.anchors, tuple) else ("anchors",)
        stated = _stated(metric, step)
        fault = anchor_fault(stated) if stated else None
        if fault:
            yield (path, fault, "")


def _stated(metric: Metric, step: definition.Anchors) -> Anchors | None:
    """The anchors of a step as numbers, None where one of them is relative to the target."""
    found: dict[str, float] = {}
    for name in ("goal", "red", "worst", "best"):
        anchor = getattr(step, name)
        pair = anchor if isinstance(anchor, tuple) else (anchor, anchor)
        if any(one is not None and not isinstance(one, int | float) for one in pair):
            return None
        if anchor is not None:
            found[name] = float(pair[0])
            if metric.direction == "band":
                found[f"{name}_high"] = float(pair[1])
    return Anchors(metric.direction, **found)


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
