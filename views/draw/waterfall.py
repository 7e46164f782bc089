"""Draws a waterfall: bars that hang from each other and add up exactly."""

from collections.abc import Sequence

from views.draw.html import Markup, div, link, span
from views.why import Step


def axis(steps: Sequence[Step]) -> tuple[float, float]:
    """Where the axis begins and ends: it is cut where nothing happens, so that small parts can be seen."""
    edges = [edge for step in steps if step.kind != "total" for edge in (step.start, step.end)]
    edges = edges or [step.end for step in steps]
    low, high = min(edges), max(edges)
    room = max(high - low, 0.05)
    return max(0.0, low - room * 0.45), high + room * 0.02


def waterfall(steps: Sequence[Step]) -> Markup:
    """The steps from top to bottom on their axis."""
    floor, top = axis(steps)
    scale = 100 / (top - floor)

    def at(score: float) -> float:
        return min(max((score - floor) * scale, 0.0), 100.0)

    rows: list[Markup] = []
    for index, step in enumerate(steps):
        left, right = at(min(step.start, step.end)), at(max(step.start, step.end))
        if step.kind == "total":
            left, right = 0.0, at(step.end)
        way = "total" if step.kind == "total" else f"{step.kind} {'up' if step.end >= step.start else 'down'}"
        bar = span(f"bar {way}", style=f"left:{left:.2f}%;width:{right - left:.2f}%")
        joint = span("joint", style=f"left:{at(step.end):.2f}%") if index < len(steps) - 1 else None
        amount = span("amount", step.words, style=f"left:{right:.2f}%")
        name = link(step.href, step.label) if step.href else step.label
        rows += [span("label", name, title=step.detail or step.label), div("track", joint, bar, amount)]
    return div("waterfall", rows)
