"""Reviews to answer for, to hold and to close, and decisions to look back at."""

from collections.abc import Iterator
from datetime import timedelta

from strategy.reading import read
from strategy.reviews.tables import Decision, Invitation, Review
from views.office import Office
from views.place import Place
from views.waiting import Waiting
from views.wording import day

SOON = timedelta(days=2)  # so long before its day a review waits for who holds it


def waiting(office: Office) -> Iterator[Waiting]:
    """What waits for the viewer of reviews; an invitation is his own, in whatever unit it lies."""
    me, today = office.viewer.key, office.today
    asked = read(office.state, Invitation, Invitation.person == me, Invitation.state == "invited")
    reviews = read(office.state, Review, Review.key.in_(sorted(one.review for one in asked)))
    coming = {one.key: one for one in reviews if one.state == "planned" and one.due >= today}
    for one in asked:
        review = coming.get(one.review)
        if review is not None:
            why = f"{day(review.due)}: do you come? {one.why[:1].upper()}{one.why[1:]}"
            yield Waiting(review.title, why, one.made_at.date(), _link(review), "attend", review.due)
    for review in office.read(Review, Review.chair == me, Review.state.in_(("planned", "open"))):
        if review.state == "open":
            opened = review.opened_at.date() if review.opened_at else review.due
            yield Waiting(
                review.title, "open, to be closed with a summary", opened, _link(review), "attend", review.due
            )
        elif review.due <= today + SOON:
            when = "today" if review.due == today else f"on {day(review.due)}"
            yield Waiting(
                review.title, f"you hold it {when}", review.made_at.date(), _link(review), "attend", review.due
            )
    for decision in office.read(Decision, Decision.owner == me, Decision.state == "in_force"):
        if decision.revisit_on is not None and decision.revisit_on <= today:
            link = Place("reviews", {"show": "decisions"}).href
            why = f"decided {day(decision.decided_on)}"
            yield Waiting(decision.title, why, decision.revisit_on, link, "verify", decision.revisit_on)


def _link(review: Review) -> str:
    return Place("reviews", {"review": review.key}).href
