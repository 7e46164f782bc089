"""Objectives of priority: how far they are on their way, against where they should be by now."""

from dataclasses import dataclass

from data.calendar import month_of
from metrics.scoring.progress import expected_linear, pace, progress
from strategy.plan import Objective
from views.desk import Desk
from views.picks import Picks
from views.scorecard import Sheet, find, objectives_on
from views.wording import day, form_of, score, share, status_of

# A pace of 1 is exactly as far as expected by now; what is nearly there is on target, half of it is to be watched.
PACES = ((0.9, "green"), (0.5, "amber"), (float("-inf"), "red"))


@dataclass(frozen=True)
class Priority:
    """An objective of priority; done and expected: shares of its way, None where it has no way laid out."""

    title: str
    href: str
    status: str
    done: float | None
    expected: float | None
    score: float | None
    figure: str
    detail: str


def priorities(desk: Desk, picks: Picks, sheet: Sheet) -> tuple[Priority, ...]:
    """Objectives of priority on the scorecard, those furthest behind first."""
    card = desk.workspace.scorecards[picks.scorecard] if picks.scorecard else None
    on = objectives_on(desk.workspace, card, picks.unit, month_of(picks.period.end)) if card else {}
    chosen = {key: o for key, o in desk.plan.objectives.items() if o.priority and key in on}
    found = [_priority(desk, picks, sheet, key, objective) for key, objective in chosen.items()]
    rank = {"red": 0, "amber": 1, "green": 2}
    return tuple(sorted(found, key=lambda p: (rank.get(p.status, 3), p.done if p.done is not None else 1.0)))


def way_of(desk: Desk, picks: Picks, objective: Objective) -> tuple[float | None, float | None, str]:
    """Share done, share expected by now, both in words. The way is that of the objective's own unit: None elsewhere."""
    way, unit = objective.progress, objective.unit or desk.opened.tree.root
    if way is None or picks.unit != unit:
        return None, None, ""
    on = min(picks.period.end, desk.as_of)
    period = desk.workspace.calendar.holding(way.span, on)
    value = next(iter(desk.values([way.metric], [picks.unit], way.span, period)), None)
    done, expected = (
        progress(value.value if value else None, way.baseline, way.target),
        expected_linear(way.start, way.end, on),
    )
    metric = desk.workspace.metrics[way.metric]
    form = form_of(metric, way.baseline, way.target)
    if done is None:
        return (
            None,
            expected,
            f"{metric.title} has no value yet on the way from {form.value(way.baseline)} to {form.value(way.target)}",
        )
    reached = f"{share(done)} done" if done >= 0 else "further away than at the start"
    words = (
        f"{metric.title} {form.value(value.value if value else None)}, on the way from {form.value(way.baseline)} to "
        f"{form.value(way.target)} by {day(way.end)}: {reached}, {share(expected)} expected by now"
    )
    return done, expected, words


def _priority(desk: Desk, picks: Picks, sheet: Sheet, key: str, objective: Objective) -> Priority:
    branch = find(sheet.rolled, key, 2)
    done, expected, words = way_of(desk, picks, objective)
    value = branch.score if branch else None
    status: str = branch.status if branch else "no_data"
    href = picks.to("map", objective=key)
    if done is None:
        detail = words or f"Score {score(value)} of 10, {status_of(status).word.lower()}; no way is laid out for it"
        return Priority(objective.title, href, status, None, expected, value, score(value), detail)
    speed = pace(done, expected)
    if speed is not None:
        status = next(name for least, name in PACES if speed >= least)
    figure = share(done) if done >= 0 else "lost ground"
    return Priority(objective.title, href, status, done, expected, value, figure, words)
