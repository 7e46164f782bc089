"""What waits for a word: what was moved up, requests, conflicts between units, objectives offered for acceptance."""

from collections.abc import Iterator

from flows.agenda.sight import Sight
from flows.agenda.telling import counted, day, sentences
from strategy.approvals.tables import Escalation, Request
from strategy.duties.tables import Dispute
from strategy.reading import read
from strategy.reviews.agenda import Item

SECTION = "waiting"


def items(seen: Sight) -> Iterator[Item]:
    """What was moved up first, then requests, conflicts, and offered objectives; each the oldest first."""
    yield from _escalations(seen)
    yield from _requests(seen)
    yield from _disputes(seen)
    yield from _offers(seen)


def _escalations(seen: Sight) -> Iterator[Item]:
    """Reds and late actions stand on the agenda by themselves."""
    own = ("red", "action_overdue", "approval_waiting", "cascade_waiting")
    where = Escalation.unit.in_(seen.units), Escalation.state == "open", Escalation.watches.not_in(own)
    for one in read(seen.state, Escalation, *where, order_by=[Escalation.at, Escalation.key]):
        yield Item(
            section=SECTION,
            about=one.unit,
            title=one.title,
            number=f"moved up {counted(one.level, 'level')}",
            narrative=sentences(one.why, f"With {seen.name(one.to_person)} since {day(one.at.date())}"),
            owner=one.to_person,
            subject_table="escalation",
            subject=one.key,
        )


def _requests(seen: Sight) -> Iterator[Item]:
    where = Request.unit.in_(seen.units), Request.state == "waiting"
    for one in read(seen.state, Request, *where, order_by=[Request.asked_at, Request.key]):
        waits = (seen.today - one.asked_at.date()).days
        yield Item(
            section=SECTION,
            about=one.unit,
            title=one.title,
            number=f"waits for {counted(waits, 'day')}" if waits > 0 else "new today",
            narrative=sentences(one.reason, f"Asked by {seen.name(one.asked_by)}"),
            owner=one.decider if one.decides == "person" else "",
            subject_table="request",
            subject=one.key,
        )


def _disputes(seen: Sight) -> Iterator[Item]:
    where = Dispute.unit.in_(seen.units), Dispute.state == "open"
    for one in read(seen.state, Dispute, *where, order_by=[Dispute.made_at, Dispute.key]):
        yield Item(
            section=SECTION,
            about=one.unit,
            title=one.title,
            number=f"{seen.unit_title(one.unit)} and {seen.unit_title(one.other)}",
            narrative=sentences(one.about, f"{seen.name(one.arbiter)} is to settle it"),
            owner=one.arbiter,
            subject_table="dispute",
            subject=one.key,
        )


def _offers(seen: Sight) -> Iterator[Item]:
    for one in seen.objectives.values():
        if one.cascade == "offered":
            yield Item(
                section=SECTION,
                about=one.unit,
                title=one.title,
                number="offered, not accepted yet",
                narrative=sentences(f"{seen.name(one.waits_for)} has to accept it or return it", one.words),
                owner=one.waits_for,
                objective=one.key,
                subject_table="objective",
                subject=one.key,
            )
