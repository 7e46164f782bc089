"""What is off target: each metric once, at the highest unit where it is red, those that nobody acts on first."""

from collections.abc import Iterator

from flows.agenda.sight import Sight
from flows.agenda.telling import behind, counted, done_about, listed, month, quoted, sentences
from flows.readings import Red
from strategy.reviews.agenda import Item

SECTION = "red"


def items(seen: Sight) -> Iterator[Item]:
    """Reds without an action first, then those of a priority, then the longest."""
    places = {unit: place for place, unit in enumerate(seen.units)}
    by_metric: dict[str, list[Red]] = {}
    for red in sorted(seen.readings.reds, key=lambda one: places[one.unit]):
        by_metric.setdefault(red.metric, []).append(red)
    ranked = sorted(by_metric.values(), key=lambda reds: (*_rank(seen, reds[0]), -reds[0].periods, reds[0].metric))
    for first, *others in ranked:
        yield _item(seen, first, others)


def _rank(seen: Sight, red: Red) -> tuple[bool, bool]:
    objective = seen.objectives.get(red.objective)
    acted = bool(seen.actions_on(seen.issues_below(red.metric, red.unit)))
    return acted, not (objective is not None and objective.priority)


def _item(seen: Sight, red: Red, others: list[Red]) -> Item:
    issues = seen.issues_below(red.metric, red.unit)
    issue = issues[0] if issues else None
    return Item(
        section=SECTION,
        about=red.unit,
        title=seen.title(red.metric),
        narrative=sentences(
            _since(seen, red),
            f"Also in {listed(seen.unit_title(one.unit) for one in others)}" if others else "",
            leads(seen, red.metric),
            behind(issue),
            quoted(seen, red.metric, [red.unit, *(one.unit for one in others)]),
            done_about(seen, issue, seen.actions_on(issues)),
        ),
        owner=seen.owner(red.metric, red.unit),
        metric=red.metric,
        period=red.last_period,
        value=red.value,
        target=red.target,
        status="red",
        objective=red.objective,
        subject_table="issue" if issue else "",
        subject=issue.key if issue else "",
    )


def _since(seen: Sight, red: Red) -> str:
    if red.periods == 1:
        return f"Newly off target in {month(seen, red.last_period)}"
    return f"Off target for {counted(red.periods, 'month')} in a row, since {month(seen, red.first_period)}"


def leads(seen: Sight, metric: str) -> str:
    """What a metric leads that is not red yet: an early warning; nothing for one that leads nothing."""
    calm = {key for (key, unit), status in seen.readings.statuses.items() if status in ("green", "amber")}
    effects = {
        driver.to: driver.months
        for driver in seen.opened.workspace.catalog.drivers
        if driver.kind == "influence" and metric in driver.from_ and driver.to in calm
    }
    if not effects:
        return ""
    titles = [
        seen.title(key) + (f" in {counted(months, 'month')}" if months else "") for key, months in effects.items()
    ]
    return f"It leads {listed(titles)}, still not red"
