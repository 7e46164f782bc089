"""What should be done by now: actions beyond their day, and reviews that units below have not held."""

from collections.abc import Iterator

from flows.agenda.sight import Sight
from flows.agenda.telling import counted, day, sentences
from strategy.issues.tables import Action
from strategy.reading import read
from strategy.reviews.agenda import Item
from strategy.reviews.tables import Review

SECTION = "overdue"


def items(seen: Sight) -> Iterator[Item]:
    """The longest overdue first."""
    late = [one for one in seen.actions if one.state == "open" and one.due < seen.today]
    for action in sorted(late, key=lambda one: (one.due, one.key)):
        yield Item(
            section=SECTION,
            about=action.unit,
            title=action.title,
            number=f"{counted((seen.today - action.due).days, 'day')} overdue",
            narrative=_story(seen, action),
            owner=action.owner,
            objective=action.objective or "",
            subject_table="action",
            subject=action.key,
        )
    missed = read(
        seen.state, Review, Review.unit.in_(seen.units), Review.state == "missed", order_by=[Review.due, Review.key]
    )
    for review in missed:
        if review.due < seen.today and (seen.last is None or review.due >= seen.last.due):
            yield Item(
                section=SECTION,
                about=review.unit,
                title=f"{review.title} was not held",
                number=f"due {day(review.due)}",
                narrative=f"{seen.name(review.chair)} was to hold it.",
                owner=review.chair,
                subject_table="review",
                subject=review.key,
            )


def _story(seen: Sight, action: Action) -> str:
    moved = f"First promised for {day(action.first_due)}" if action.first_due != action.due else ""
    how = "" if action.health == "on_track" else f"It is {action.health.replace('_', ' ')}"
    return sentences(
        f"{seen.name(action.owner)} was to do it by {day(action.due)}",
        moved,
        how,
        f"Last told of on {day(action.told_on)}",
    )
