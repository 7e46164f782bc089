"""What a review leaves behind: its numbers, agenda, minutes, decisions, actions, and what was left out, put together.

Reds and gaps come from the numbers on the table, not from the agenda: who holds a review cannot leave them out.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from strategy.issues.tables import Action
from strategy.reviews.agenda import SECTIONS
from strategy.reviews.tables import AgendaItem, Decision, Invitation, Outcome, Review

FORMAT = 1  # of the content: a reader knows by it what to expect
TOLD = (
    *("key", "section", "about", "title", "number", "narrative", "owner", "metric", "period", "value", "target"),
    *("status", "objective", "subject_table", "subject", "state", "minutes", "why_out"),
)


def content_of(session: Session, review: Review) -> dict[str, Any]:
    """The content of a pack, as plain values that JSON keeps unchanged."""
    items = in_order(session.scalars(select(AgendaItem).where(AgendaItem.review == review.key)))
    people = session.scalars(select(Invitation).where(Invitation.review == review.key).order_by(Invitation.key))
    came_of = {one.action: one.item for one in session.scalars(select(Outcome).where(Outcome.review == review.key))}
    decisions = session.scalars(
        select(Decision).where(Decision.review == review.key).order_by(Decision.made_at, Decision.key)
    )
    actions = session.scalars(select(Action).where(Action.review == review.key).order_by(Action.made_at, Action.key))
    facts = dict(review.facts or {})
    return {
        "format": FORMAT,
        "review": _of(
            review,
            *("key", "unit", "title", "chair", "due", "minutes", "period", "snapshot"),
            *("opened_at", "closed_at", "summary"),
        ),
        "people": [_of(one, "person", "why", "words", "state") for one in people],
        "facts": facts,
        "items": [_of(one, *TOLD) for one in items],
        "decisions": [
            _of(
                one,
                *("key", "unit", "item", "issue", "title", "because", "cites", "owner", "made_by"),
                *("decided_on", "revisit_on", "state"),
            )
            for one in decisions
        ],
        "actions": [
            {
                **_of(one, "key", "unit", "title", "owner", "given_by", "due", "issue", "words"),
                **_of(one, "expected_metric", "expected_change", "expected_by", "value_before", "period_before"),
                "item": came_of.get(one.key),
            }
            for one in actions
        ],
        "omissions": omissions(facts, items),
    }


def in_order(items: Iterable[AgendaItem]) -> list[AgendaItem]:
    """Items in the order of talking: section by section, as they were found."""
    order = list(SECTIONS)
    return sorted(items, key=lambda one: (order.index(one.section), one.rank, one.key))


def omissions(facts: dict[str, Any], items: Iterable[AgendaItem]) -> list[dict[str, str]]:
    """What was not talked about, each with why: left out with a reason, not reached, or red and not on the agenda."""
    known = list(items)
    found = [
        {"title": one.title, "about": one.about, "how": "left_out", "why": one.why_out}
        for one in known
        if one.state == "left_out"
    ]
    found += [
        {"title": one.title, "about": one.about, "how": "not_reached", "why": ""}
        for one in known
        if one.state == "open"
    ]
    shown = {one.metric for one in known if one.metric}
    found += [
        {"title": str(row["title"]), "about": str(row["unit"]), "how": "red_not_on_agenda", "why": ""}
        for row in facts.get("metrics", ())
        if row["status"] == "red" and row["metric"] not in shown
    ]
    return found


def _of(record: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
