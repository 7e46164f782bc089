"""Draws a waterfall: bars that hang from each other and add up exactly."""

from collections.abc import Sequence

from views.draw.html import Markup, div, link, span
from views.why import Step


def waterfall(steps: Sequence[Step]) -> Markup:
    """The steps from top to bottom; the axis is cut where nothing happens, so that small parts can be seen."""
    parts = [step for step in steps if step.kind != "total"]
    ends = [edge for step in parts for edge in (step.start, step.end)] or [edge for s in steps for edge in (s.end,)]
    low, high = min(ends), max(ends)
    room = max(high - low, 0.05)
    floor = max(0.0, low - room * 0.45)
    scale = 100 / ((high + room * 0.02) - floor)

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
