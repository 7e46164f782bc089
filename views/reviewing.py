"""What a viewer does with reviews: from what a page shows to the command; what the system knows is not typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from data.calendar import last_day, month_of
from flows.reviewing import guests, opening
from strategy.commands import new_key
from strategy.reviews.cadences import RetireCadence, SetCadence, first_due
from strategy.reviews.decisions import LookBack, RevokeDecision, TakeDecision
from strategy.reviews.holding import CloseReview, LeaveOut, MarkPresence, OpenReview, TakeUpAgain, WriteMinutes
from strategy.reviews.outcomes import ActOnItem
from strategy.reviews.planning import (
    AnswerInvitation,
    BringTopic,
    CancelReview,
    HandOverReview,
    Invite,
    MoveReview,
    PlanReview,
    review_key,
)
from strategy.reviews.tables import AgendaItem, Review
from views.desk import Desk
from views.review import Guest as Invited
from views.review import ReviewView
from views.review_items import ItemLine
from views.reviews import CadenceLine, DecisionLine
from views.standings import standings
from views.wording import form_of


@dataclass(frozen=True)
class Doer:
    """Somebody who can be asked to act: in which unit he would, and how his name reads."""

    person: str
    unit: str
    name: str


@dataclass(frozen=True)
class Move:
    """What an action on an item should do: the metric's number where it is done, and the change that closes its gap.

    `change` is in the unit that is shown (percentage points, not shares): times `factor` it is the metric's own.
    """

    title: str
    unit: str
    factor: float
    digits: int
    change: float
    value: float | None
    target: float | None


# -- before


def plan(desk: Desk, unit: str, title: str, chair: str, due: date, minutes: int) -> str:
    """Put a review on a day; those who should be there are invited. Returns its key."""
    key = new_key("review")
    people = guests(desk.opened.tree, desk.state, unit, desk.office.today)
    desk.do(PlanReview(key, unit, title, chair, due, minutes, people))
    return key


def set_cadence(desk: Desk, unit: str, title: str, chair: str, every: str, on: int, minutes: int) -> str:
    """Let a unit meet again and again, and plan its first review; returns the review's key."""
    key, today = f"{unit}-{every}-{new_key('c')[2:8]}", desk.office.today
    desk.do(SetCadence(key, unit, title, chair, every, on, minutes, today))
    people = guests(desk.opened.tree, desk.state, unit, today)
    due = first_due(every, on, today)
    review = review_key(key, due)
    desk.do(PlanReview(review, unit, title, chair, due, minutes, people, key))
    return review


def retire(desk: Desk, one: CadenceLine) -> None:
    """Plan no further reviews by a cadence."""
    desk.do(RetireCadence(one.key, one.version))


def move(desk: Desk, one: ReviewView, due: date, why: str) -> None:
    """Hold it on another day."""
    desk.do(MoveReview(one.key, one.version, due, why))


def cancel(desk: Desk, one: ReviewView, why: str) -> None:
    """Not hold it."""
    desk.do(CancelReview(one.key, one.version, why))


def hand_over(desk: Desk, one: ReviewView, chair: str) -> None:
    """Let somebody else hold it."""
    desk.do(HandOverReview(one.key, one.version, chair))


def invite(desk: Desk, one: ReviewView, person: str) -> None:
    """Ask one more person to come."""
    desk.do(Invite(one.key, one.version, person, "asked to come"))


def answer(desk: Desk, mine: Invited, comes: bool, words: str = "") -> None:
    """Say whether one comes."""
    desk.do(AnswerInvitation(mine.key, mine.version, "accepted" if comes else "declined", words))


def bring(desk: Desk, mine: Invited, title: str, text: str) -> None:
    """Put a topic of one's own on the agenda."""
    desk.do(BringTopic(mine.key, mine.version, title, text))


def invitable(desk: Desk, one: ReviewView) -> dict[str, str]:
    """Names by key of people with a role who are not invited yet."""
    known = {guest.person for guest in one.guests}
    return {p.viewer.key: p.viewer.name for p in desk.office.roster.here() if p.viewer.key not in known}


# -- during


def begin(desk: Desk, one: ReviewView) -> None:
    """Open it with the agenda and the numbers as they are now."""
    review = desk.office.one(Review, one.key)
    command: OpenReview = opening(desk.opened, desk.state, review, desk.office.today)
    desk.do(command)


def write(desk: Desk, item: ItemLine, minutes: str) -> None:
    """Keep what was said about an item; nothing where nothing new was."""
    if minutes.strip() and minutes.strip() != item.minutes:
        desk.do(WriteMinutes(item.key, item.version, minutes))


def leave_out(desk: Desk, item: ItemLine, why: str) -> None:
    """Not talk about it."""
    desk.do(LeaveOut(item.key, item.version, why))


def take_up(desk: Desk, item: ItemLine) -> None:
    """Talk about it after all."""
    desk.do(TakeUpAgain(item.key, item.version))


def decide(desk: Desk, one: ReviewView, item: ItemLine, title: str, because: str, again: date | None) -> None:
    """Write down a decision on an item; its number is cited."""
    key = new_key("decision")
    desk.do(TakeDecision(key, one.unit, title, because, "", again, one.key, item.key))


def doers(desk: Desk, item: ItemLine) -> tuple[Doer, ...]:
    """Who can be asked to act on an item: those who see its unit act there, others in a unit of theirs below it.

    Who answers for the item comes first.
    """
    record = desk.office.one(AgendaItem, item.key)
    below = desk.opened.tree.descendants(record.about, desk.as_of)
    found = []
    for person in desk.office.roster.able(desk.policy, "action.own"):
        scope = desk.policy.scope(person.viewer, "strategy.view")
        unit = _where(desk, record.metric, [unit for unit in below if unit in scope])
        if unit:
            at = desk.opened.tree.units[unit].title
            where = "" if unit == record.about else f", in {at}"
            found.append(Doer(person.viewer.key, unit, f"{person.viewer.name}{where}"))
    return tuple(sorted(found, key=lambda doer: doer.person != record.owner))


def _where(desk: Desk, metric: str, units: list[str]) -> str:
    """The first of some units; of an item with a number the first that reports it, else the first."""
    if not units or not metric:
        return units[0] if units else ""
    known = standings(desk, {(metric, unit) for unit in units})
    return next((unit for unit in units if (metric, unit) in known), units[0])


def move_of(desk: Desk, item: ItemLine, unit: str) -> Move | None:
    """What an action in a unit should do to the item's number; None for an item without one."""
    record = desk.office.one(AgendaItem, item.key)
    metric = desk.workspace.metrics.get(record.metric)
    if metric is None or record.section == "win":
        return None
    value, target = record.value, record.target
    if unit != record.about:
        reading = standings(desk, {(record.metric, unit)}).get((record.metric, unit))
        value, target = (reading.now.value, reading.now.target) if reading else (None, None)
    form = form_of(metric, value, target)
    gap = 0.0 if value is None or target is None else round((target - value) / form.factor, form.decimals)
    if gap * {"up": 1, "down": -1, "band": 0}[metric.direction] < 0:
        gap = 0.0  # it is better than its target here already
    title = f"{metric.title} is {form.value(value)}, target {form.value(target)}"
    return Move(
        title, f"{form.before}{form.letter}{form.delta_unit}".strip(), form.factor, form.decimals, gap, value, target
    )


def act_on(desk: Desk, item: ItemLine, doer: Doer, title: str, due: date, moved: Move | None, change: float) -> None:
    """Ask somebody to act on an item until a day."""
    expected = None if moved is None or not change else change * moved.factor
    desk.do(
        ActOnItem(
            key=item.key,
            version=item.version,
            made=new_key("action"),
            title=title,
            owner=doer.person,
            due=due,
            expected_change=expected,
            expected_by=last_day(month_of(due) + 1) if expected is not None else None,
            unit=doer.unit,
            value=moved.value if moved else None,
            target=moved.target if moved else None,
        )
    )


def close(desk: Desk, one: ReviewView, present: Iterable[str], summary: str) -> None:
    """Say who was there, and close it: the pack is made."""
    there = set(present)
    for guest in one.guests:
        now = "present" if guest.person in there else "absent"
        if guest.state != now:
            desk.do(MarkPresence(guest.key, guest.version, now))
    desk.do(CloseReview(one.key, one.version, summary))


# -- afterwards


def look_back(desk: Desk, one: DecisionLine, verdict: str, words: str, again: date | None) -> None:
    """Say whether a decision worked."""
    desk.do(LookBack(one.key, one.version, verdict, words, again))


def revoke(desk: Desk, one: DecisionLine, words: str) -> None:
    """Take a decision back."""
    desk.do(RevokeDecision(one.key, one.version, words))


def units_for(desk: Desk, *, cadence: bool) -> Mapping[str, str]:
    """Titles by key of the units whose reviews the viewer may plan (or whose cadence he may set)."""
    permission = "governance.edit" if cadence else "review.hold"
    return {unit.key: unit.title for unit in desk.units(desk.as_of, permission)}  # type: ignore[arg-type]  # both are
