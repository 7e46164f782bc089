"""Dated weights as records keep them: {"steps": [{"value", "from", "to"}, ...]}, months both inclusive, None unbounded.

A change in mid-cycle begins a new step; what was in force before stays as it was.
"""

from datetime import date
from math import isfinite
from typing import Any

from data.calendar import parse_month
from data.errors import CommandError
from strategy.plan import Weight, WeightStep

Kept = dict[str, Any]
EVER = "ever"  # in the place of a month: also in all months before


def sound(weight: float, what: str) -> float:
    """A weight from 0 upwards; CommandError else."""
    if not (isfinite(weight) and weight >= 0):
        raise CommandError(f"the weight of {what} is a number from 0 upwards, not {weight}")
    return float(weight)


def kept(weight: Weight) -> Kept:
    """A weight as a record keeps it."""
    if isinstance(weight, tuple):
        return {"steps": [{"value": s.value, "from": s.from_, "to": s.to} for s in weight]}
    return {"steps": [{"value": float(weight), "from": None, "to": None}]}


def stated(weights: Kept) -> Weight:
    """A kept weight as a plan states it: a number where it always holds."""
    steps = weights.get("steps", [])
    if len(steps) == 1 and steps[0]["from"] is None and steps[0]["to"] is None:
        return float(steps[0]["value"])
    return tuple(WeightStep.model_validate(step) for step in steps)


def newest(weights: Kept) -> float | None:
    """The weight that is in force without an end; None where it has ended."""
    steps = weights.get("steps", [])
    return float(steps[-1]["value"]) if steps and steps[-1]["to"] is None else None


def since(weights: Kept, weight: float | None, month: str) -> Kept:
    """The same weights, from a month on another one (None: none any more); what lies before stays."""
    if month == EVER:
        return {"steps": []} if weight is None else kept(weight)
    start = _month(month)
    steps = []
    for step in weights.get("steps", []):
        if step["from"] is not None and parse_month(step["from"]) >= start:
            continue
        ends = step["to"] is None or parse_month(step["to"]) >= start
        steps.append({**step, "to": _name(start - 1) if ends else step["to"]})
    if weight is None:
        return {"steps": steps}
    if steps and (steps[-1]["value"], steps[-1]["to"]) == (float(weight), _name(start - 1)):
        return {"steps": [*steps[:-1], {**steps[-1], "to": None}]}  # it goes on
    return {"steps": [*steps, {"value": float(weight), "from": _name(start), "to": None}]}


def month_of_day(day: date) -> str:
    """The month of a day, as weights are dated: 2026-11."""
    return f"{day:%Y-%m}"


def _month(text: str) -> int:
    try:
        return parse_month(text)
    except ValueError as error:
        raise CommandError(str(error)) from None


def _name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
