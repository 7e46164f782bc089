"""What deserves thanks: metrics back on target or better by a signal, and actions that worked since the last review."""

from collections.abc import Iterator
from datetime import timedelta

from flows.agenda.sight import Sight
from flows.agenda.telling import day, quoted, sentences
from strategy.reviews.agenda import Item

SECTION = "win"
RECENT = timedelta(days=35)  # without an earlier review: about a month


def items(seen: Sight) -> Iterator[Item]:
    """Actions that worked first, then metrics, those of the highest unit first; each metric once."""
    since = seen.last.due if seen.last else seen.today - RECENT
    for action in seen.actions:
        if action.worked == "yes" and action.verified_on is not None and since <= action.verified_on <= seen.today:
            yield Item(
                section=SECTION,
                about=action.unit,
                title=action.title,
                number="it worked",
                narrative=sentences(
                    f"{seen.name(action.owner)} did it, verified {day(action.verified_on)}", action.verdict
                ),
                owner=action.owner,
                objective=action.objective or "",
                subject_table="action",
                subject=action.key,
            )
    places = {unit: place for place, unit in enumerate(seen.units)}
    told: set[str] = set()
    for win in sorted(seen.readings.wins, key=lambda one: (places[one.unit], one.metric)):
        if win.metric in told:
            continue
        told.add(win.metric)
        yield Item(
            section=SECTION,
            about=win.unit,
            title=seen.title(win.metric),
            narrative=sentences(win.words[:1].upper() + win.words[1:], quoted(seen, win.metric, [win.unit])),
            owner=seen.owner(win.metric, win.unit),
            metric=win.metric,
            period=win.period,
            value=win.value,
            target=win.target,
            status=seen.readings.statuses[win.metric, win.unit],
            objective=win.objective,
        )
