"""What the page of reviews lists: open, coming and held reviews, how often units meet, and the log of decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from strategy.issues.tables import Action
from strategy.reading import read
from strategy.reviews.tables import Cadence, Decision, Invitation, Pack, Review
from views.actions import Stand
from views.desk import Desk, below
from views.picks import Picks
from views.place import Place
from views.review import PEOPLE_STANDS, REVIEW_STANDS
from views.standings import period_words
from views.wording import DASH, counted, day, form_of, number_format

T = TypeVar("T", Invitation, Decision, Action)
EVERY = {"week": "each week", "month": "each month", "quarter": "each quarter"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_HELD = 24
VERDICT_STANDS = {
    "": Stand("not_due", "In force"),
    "worked": Stand("green", "Worked"),
    "failed": Stand("red", "Did not work"),
    "too_early": Stand("insufficient", "Too early to tell"),
    "revoked": Stand("no_target", "Revoked"),
}


@dataclass(frozen=True)
class ReviewLine:
    """A review in a list. `answers`: how many come; `came`: what a held one led to."""

    key: str
    title: str
    unit: str
    href: str
    stand: Stand
    when: str
    soon: str
    chair: str
    answers: str
    came: str
    mine: Stand | None


@dataclass(frozen=True)
class CadenceLine:
    """How often a unit meets, who holds it, and how many of its reviews were held."""

    key: str
    version: int
    unit: str
    title: str
    rule: str
    chair: str
    kept: str
    late: bool


@dataclass(frozen=True)
class DecisionLine:
    """A decision in the log with the numbers that it rests on; `href` opens the review in which it was taken."""

    key: str
    version: int
    title: str
    because: str
    cites: tuple[str, ...]
    who: str
    when: str
    unit: str
    href: str
    review: str
    stand: Stand
    words: str
    again: str
    asked: bool
    state: str


@dataclass(frozen=True)
class Reviews:
    """Everything on the page. `without`: titles of units in sight that have no cadence."""

    subtitle: str
    open: tuple[ReviewLine, ...]
    coming: tuple[ReviewLine, ...]
    held: tuple[ReviewLine, ...]
    held_count: int
    cadences: tuple[CadenceLine, ...]
    without: tuple[str, ...]
    decisions: tuple[DecisionLine, ...]
    cited: int
    may_plan: bool
    may_set: bool


def listing(desk: Desk, picks: Picks) -> Reviews:
    """The reviews of a unit and of those below it, and those that the viewer is invited to."""
    office = desk.office
    units = set(below(desk.opened.tree, desk.as_of, picks.unit))
    own = {one.review: one for one in read(desk.state, Invitation, Invitation.person == desk.viewer.key)}
    seen = office.read(Review, Review.unit.in_(sorted(units)))
    asked = read(desk.state, Review, Review.key.in_(sorted(own)), Review.state.in_(("planned", "open")))
    known = {one.key: one for one in [*seen, *asked]}
    lines = _Lines(desk, own, list(known.values()))
    coming = sorted((r for r in known.values() if r.state in ("planned", "missed")), key=lambda r: (r.due, r.title))
    held = sorted((r for r in seen if r.state == "closed"), key=lambda r: (r.due, r.title), reverse=True)
    cadences = office.read(Cadence, Cadence.unit.in_(sorted(units)), Cadence.state == "active", order_by=[Cadence.key])
    decisions = office.read(
        Decision,
        Decision.unit.in_(sorted(units)),
        order_by=[Decision.decided_on.desc(), Decision.made_at.desc(), Decision.key],
    )
    next_one = next((r for r in coming if r.state == "planned"), None)
    says = f"next: {next_one.title}, {day(next_one.due)}" if next_one else "none is planned"
    return Reviews(
        subtitle=f"{picks.unit_title} and below \u00b7 {says}",
        open=tuple(lines.line(r) for r in known.values() if r.state == "open"),
        coming=tuple(lines.line(r) for r in coming),
        held=tuple(lines.line(r) for r in held[:MOST_HELD]),
        held_count=len(held),
        cadences=tuple(_cadence(desk, one, seen) for one in sorted(cadences, key=lambda c: _place(desk, c.unit))),
        without=_without(desk, units, cadences),
        decisions=tuple(decision_line(desk, one, {review.key: review.title for review in seen}) for one in decisions),
        cited=sum(bool(one.cites) for one in decisions),
        may_plan=bool(units & office.scope("review.hold")),
        may_set=bool(units & office.scope("governance.edit")),
    )


class _Lines:
    """Reviews as lines, with what hangs on them read once for all."""

    def __init__(self, desk: Desk, own: dict[str, Invitation], reviews: Sequence[Review]) -> None:
        self.desk, self.own = desk, own
        keys = [one.key for one in reviews]
        office = desk.office
        self.people = _by_review(office.read(Invitation, Invitation.review.in_(keys)))
        self.decisions = _by_review(office.read(Decision, Decision.review.in_(keys)))
        self.actions = _by_review(office.read(Action, Action.review.in_(keys)))
        self.packs = {one.review: one for one in office.read(Pack, Pack.review.in_(keys))}

    def line(self, one: Review) -> ReviewLine:
        """One of them."""
        desk = self.desk
        mine = self.own.get(one.key)
        away = (one.due - desk.office.today).days
        period = period_words(desk, one.period)
        return ReviewLine(
            key=one.key,
            title=one.title,
            unit=unit_title(desk, one.unit),
            href=Place("reviews", {"review": one.key}).href,
            stand=REVIEW_STANDS[one.state],
            when=f"{one.due:%a}, {day(one.due)}" if one.state != "closed" else day(one.due),
            soon=_soon(away) if one.state in ("planned", "missed") else f"numbers of {period}" if period else "",
            chair=desk.office.name(one.chair),
            answers=self._answers(one.key),
            came=self._came(one.key),
            mine=PEOPLE_STANDS[mine.state] if mine else None,
        )

    def _answers(self, key: str) -> str:
        people = self.people.get(key, [])
        come = sum(one.state in ("accepted", "present") for one in people)
        return f"{come} of {len(people)}" if people else ""

    def _came(self, key: str) -> str:
        left = len(self.packs[key].content["omissions"]) if key in self.packs else 0
        decided, given = len(self.decisions.get(key, [])), len(self.actions.get(key, []))
        parts = [
            counted(decided, "decision") if decided else "",
            counted(given, "action") if given else "",
            f"{counted(left, 'item')} left open" if left else "",
        ]
        return ", ".join(part for part in parts if part) or DASH


def decision_line(desk: Desk, one: Decision, reviews: Mapping[str, str]) -> DecisionLine:
    """A decision of the log; `reviews` are titles by key of those that the viewer may open."""
    office, today = desk.office, desk.office.today
    stand = VERDICT_STANDS["revoked" if one.state == "revoked" else one.verdict]
    asked = one.state == "in_force" and one.revisit_on is not None and one.revisit_on <= today
    review = one.review if one.review in reviews else None
    return DecisionLine(
        key=one.key,
        version=one.version,
        title=one.title,
        because=one.because,
        cites=tuple(cite_words(desk, each) for each in one.cites),
        who=office.name(one.owner),
        when=day(one.decided_on),
        unit=unit_title(desk, one.unit),
        href=Place("reviews", {"review": review}).href if review else "",
        review=reviews[review] if review else "",
        stand=stand,
        words=one.words,
        again=f"look back on {day(one.revisit_on)}" if one.revisit_on else "",
        asked=asked and (office.may("review.hold", one.unit) or one.owner == desk.viewer.key),
        state=one.state,
    )


def cite_words(desk: Desk, cite: dict[str, object]) -> str:
    """A cited number: On-time delivery of Logistics, Oct 2026: 88.1 %, target 95.0 %."""
    key, value, target = str(cite["metric"]), cite["value"], cite["target"]
    number = value if isinstance(value, float | int) else None
    aim = target if isinstance(target, float | int) else None
    metric = desk.workspace.metrics.get(key)
    form = form_of(metric, number, aim) if metric else number_format("", number, aim)
    against = f", target {form.value(aim)}" if aim is not None else ""
    where = unit_title(desk, str(cite["unit"]))
    name = metric.title if metric else key
    return f"{name} of {where}, {period_words(desk, str(cite['period']))}: {form.value(number)}{against}"


def unit_title(desk: Desk, unit: str) -> str:
    """What a unit is called."""
    known = desk.opened.tree.units.get(unit)
    return known.title if known else unit


def rule_words(every: str, on: int) -> str:
    """Each month on day 5; each week on Monday."""
    return f"{EVERY[every]} on {WEEKDAYS[on - 1] if every == 'week' else f'day {on}'}"


def _by_review(found: Sequence[T]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for one in found:
        groups.setdefault(one.review or "", []).append(one)
    return groups


def _soon(days: int) -> str:
    if days < 0:
        return f"{counted(-days, 'day')} ago"
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {counted(days, 'day')}"


def _cadence(desk: Desk, one: Cadence, reviews: Sequence[Review]) -> CadenceLine:
    mine = [review for review in reviews if review.cadence == one.key]
    held = sum(review.state == "closed" for review in mine)
    missed = sum(review.state == "missed" for review in mine)
    late = any(review.state == "missed" for review in mine)
    kept = f"{held} of {held + missed} held" if held + missed else "none due yet"
    return CadenceLine(
        one.key,
        one.version,
        unit_title(desk, one.unit),
        one.title,
        f"{rule_words(one.every, one.day)}, {one.minutes} min",
        desk.office.name(one.chair),
        kept,
        late,
    )


def _without(desk: Desk, units: set[str], cadences: Sequence[Cadence]) -> tuple[str, ...]:
    met = {one.unit for one in cadences}
    return tuple(unit.title for unit in desk.units(desk.as_of, "strategy.view") if unit.key in units - met)


def _place(desk: Desk, unit: str) -> int:
    order = desk.opened.tree.descendants(desk.opened.tree.root, desk.as_of)
    return order.index(unit) if unit in order else len(order)
