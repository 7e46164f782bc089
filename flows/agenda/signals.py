"""What moves for the worse by a signal and is not red yet: to be talked about before it is."""

from collections.abc import Iterator

from flows.agenda.reds import leads
from flows.agenda.sight import Sight
from flows.agenda.telling import quoted, sentences
from strategy.reviews.agenda import Item

SECTION = "signal"


def items(seen: Sight) -> Iterator[Item]:
    """Each metric once, at the highest unit where it worsens."""
    red = {(one.metric, one.unit) for one in seen.readings.reds}
    reds = {metric for metric, _ in red}
    places = {unit: place for place, unit in enumerate(seen.units)}
    told: set[str] = set()
    for moved in sorted(seen.readings.moved, key=lambda one: (places[one.unit], one.metric)):
        if moved.variation != "worsening" or moved.metric in told or moved.metric in reds:
            continue
        told.add(moved.metric)
        status = seen.readings.statuses[moved.metric, moved.unit]
        target = next((row for row in _targets(seen, moved.metric, moved.unit)), None)
        yield Item(
            section=SECTION,
            about=moved.unit,
            title=seen.title(moved.metric),
            narrative=sentences(
                f"Worsens by a signal, not by noise: {moved.words}",
                leads(seen, moved.metric),
                quoted(seen, moved.metric, [moved.unit]),
            ),
            owner=seen.owner(moved.metric, moved.unit),
            metric=moved.metric,
            period=moved.period,
            value=moved.value,
            target=target,
            status=status,
            objective=moved.objective,
        )


def _targets(seen: Sight, metric: str, unit: str) -> Iterator[float | None]:
    for watch, months in seen.months.of(seen.watched, min(seen.today, seen.opened.manifest.as_of)):
        if (watch.metric, watch.unit) == (metric, unit):
            yield months[-1].target if watch.goal is None else watch.goal
