"""One review: while it is planned the agenda as it builds itself, while it is open the item in hand, then its pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import lru_cache

from sqlalchemy import Engine

from access.policy import Refused
from flows.agenda import OnTable, on_table, sight
from flows.opened import Opened
from strategy.glance import newest_seal
from strategy.issues.tables import Action
from strategy.reading import read
from strategy.reviews.agenda import SECTIONS
from strategy.reviews.packs import in_order
from strategy.reviews.tables import AgendaItem, Decision, Invitation, Outcome, Pack, Review
from views.actions import Stand
from views.desk import Desk
from views.localtime import local
from views.place import Place
from views.review_items import ItemLine, by_section, came_of, line, unseen
from views.standings import period_words
from views.wording import counted, day

REVIEW_STANDS: Mapping[str, Stand] = {
    "planned": Stand("not_due", "Planned"),
    "open": Stand("amber", "Open"),
    "closed": Stand("green", "Held"),
    "missed": Stand("red", "Not held"),
    "cancelled": Stand("no_target", "Cancelled"),
}
PEOPLE_STANDS: Mapping[str, Stand] = {
    "invited": Stand("not_due", "Not answered"),
    "accepted": Stand("insufficient", "Comes"),
    "declined": Stand("no_target", "Does not come"),
    "present": Stand("green", "Was there"),
    "absent": Stand("red", "Was missing"),
}


@dataclass(frozen=True)
class Guest:
    """An invited person, why he is, and what he answered."""

    key: str
    version: int
    person: str
    name: str
    why: str
    words: str
    state: str
    stand: Stand


@dataclass(frozen=True)
class ReviewView:
    """One review for one viewer. `holds`: he may hold it; `whole`: he may see all of it, not only what is his.

    `items` are records since it was opened, before that what would be on the agenda now (`cut` found no room).
    """

    key: str
    version: int
    title: str
    subtitle: str
    unit: str
    unit_title: str
    state: str
    stand: Stand
    due: date
    chair: str
    holds: bool
    whole: bool
    sections: Mapping[str, list[ItemLine]]
    items: tuple[ItemLine, ...]
    chosen: ItemLine | None
    next: str
    guests: tuple[Guest, ...]
    mine: Guest | None
    cut: Mapping[str, tuple[str, ...]]
    snapshot: str
    period: str
    why: str
    pack: Pack | None


def review_view(desk: Desk, key: str, item: str, zone: tzinfo) -> ReviewView:
    """A review of one of the viewer's units, or one that he is invited to; `Refused` for any other."""
    office = desk.office
    own = read(desk.state, Invitation, Invitation.review == key, Invitation.person == desk.viewer.key)
    found = office.read(Review, Review.key == key)
    if not found and own:
        return _glimpse(desk, read(desk.state, Review, Review.key == key)[0], own[0])
    if not found:
        raise Refused("this review is not yours to see, or does not exist")
    review = found[0]
    kept = in_order(office.read(AgendaItem, AgendaItem.review == key))
    cut: Mapping[str, tuple[str, ...]] = {}
    if review.opened_at is None:
        table = table_of(desk, review.unit)
        cut = table.cut
        topics = [one for one in kept if one.section == "topic"]
        lines = [line(desk, one) for one in table.items] + [line(desk, one, key) for one in topics]
    else:
        lines = _kept(desk, review, kept)
        cut = {name: tuple(titles) for name, titles in (review.facts or {}).get("cut", {}).items()}
    sections = by_section(lines)
    ordered = [one for mine in sections.values() for one in mine]
    chosen = _chosen(ordered, item) if review.state == "open" else None
    packs = office.read(Pack, Pack.review == key)
    return ReviewView(
        key=review.key,
        version=review.version,
        title=review.title,
        subtitle=_subtitle(desk, review, zone),
        unit=review.unit,
        unit_title=_unit(desk, review.unit),
        state=review.state,
        stand=REVIEW_STANDS[review.state],
        due=review.due,
        chair=review.chair,
        holds=office.may("review.hold", review.unit),
        whole=True,
        sections=sections,
        items=tuple(ordered),
        chosen=chosen,
        next=_after(ordered, chosen),
        guests=_guests(desk, office.read(Invitation, Invitation.review == key, order_by=[Invitation.made_at])),
        mine=_guest(desk, own[0]) if own else None,
        cut=cut,
        snapshot=review.snapshot,
        period=period_words(desk, review.period),
        why=review.why,
        pack=packs[0] if packs else None,
    )


def table_of(desk: Desk, unit: str) -> OnTable:
    """What would lie on the table of a unit's review now."""
    desk.policy.require(desk.viewer, "strategy.view", (unit,))
    asked = _Asked(desk.snapshot, unit, desk.office.today, newest_seal(desk.state), desk.seen_state, desk.opened)
    return _table(asked)


@dataclass(frozen=True)
class _Asked:
    """What an agenda depends on: as long as that stays, so does the agenda, for all who may see the unit."""

    snapshot: str
    unit: str
    today: date
    seal: str
    state: Engine
    opened: Opened = field(compare=False, repr=False)


@lru_cache(maxsize=16)
def _table(asked: _Asked) -> OnTable:
    return on_table(sight(asked.opened, asked.state, asked.unit, asked.today))


def holders(desk: Desk, unit: str) -> dict[str, str]:
    """Names by key of the people who may hold a review of a unit."""
    able = desk.office.roster.able(desk.policy, "review.hold", unit)
    return {one.viewer.key: one.words for one in able}


def _kept(desk: Desk, review: Review, items: list[AgendaItem]) -> list[ItemLine]:
    office = desk.office
    actions = {one.key: one for one in office.read(Action, Action.review == review.key)}
    came = came_of(
        desk,
        office.read(Decision, Decision.review == review.key, order_by=[Decision.made_at, Decision.key]),
        office.read(Outcome, Outcome.review == review.key, order_by=[Outcome.made_at, Outcome.key]),
        actions,
    )
    return [line(desk, one, review.key, came.get(one.key, ())) for one in items]


def _glimpse(desk: Desk, review: Review, own: Invitation) -> ReviewView:
    """What somebody sees who is invited and has no rights over the unit: when it is, and what is about him."""
    scope = desk.office.scope()
    items = in_order(read(desk.state, AgendaItem, AgendaItem.review == review.key))
    mine = [one for one in items if one.owner == desk.viewer.key or one.about in scope]
    lines = [line(desk, one) if one.about in scope else unseen(line(desk, one)) for one in mine]
    who = desk.office.name(review.chair)
    return ReviewView(
        key=review.key,
        version=review.version,
        title=review.title,
        subtitle=f"{_unit(desk, review.unit)} \u00b7 {day(review.due)} \u00b7 {who} holds it",
        unit=review.unit,
        unit_title=_unit(desk, review.unit),
        state=review.state,
        stand=REVIEW_STANDS[review.state],
        due=review.due,
        chair=review.chair,
        holds=False,
        whole=False,
        sections=by_section(lines),
        items=tuple(lines),
        chosen=None,
        next="",
        guests=(),
        mine=_guest(desk, own),
        cut={},
        snapshot="",
        period="",
        why=review.why,
        pack=None,
    )


def _chosen(lines: list[ItemLine], item: str) -> ItemLine | None:
    """The item that the address names, else the first to talk about, else the first."""
    named = next((one for one in lines if one.key == item), None)
    return named or next((one for one in lines if one.state == "open"), lines[0] if lines else None)


def _after(lines: list[ItemLine], chosen: ItemLine | None) -> str:
    """The next item to talk about after the chosen one; empty where all is said."""
    if chosen is None:
        return ""
    place = lines.index(chosen)
    rest = [*lines[place + 1 :], *lines[:place]]
    return next((one.key for one in rest if one.state == "open"), "")


def _subtitle(desk: Desk, review: Review, zone: tzinfo) -> str:
    unit, chair = _unit(desk, review.unit), desk.office.name(review.chair)
    parts = [unit, f"{chair} holds it" if review.state != "closed" else f"held by {chair}"]
    if review.state in ("planned", "missed", "cancelled"):
        parts.insert(1, f"{review.due:%A}, {day(review.due)}")
        parts.append(f"{review.minutes} min")
    else:
        moment = review.closed_at or review.opened_at
        assert moment is not None
        parts.insert(1, f"{'closed' if review.closed_at else 'open since'} {local(moment, zone)}")
        parts.append(f"numbers of {period_words(desk, review.period)}")
    return " \u00b7 ".join(parts)


def _guests(desk: Desk, found: list[Invitation]) -> tuple[Guest, ...]:
    order = list(PEOPLE_STANDS)
    return tuple(sorted((_guest(desk, one) for one in found), key=lambda g: (order.index(g.state), g.name)))


def _guest(desk: Desk, one: Invitation) -> Guest:
    name = desk.office.name(one.person)
    return Guest(one.key, one.version, one.person, name, one.why, one.words, one.state, PEOPLE_STANDS[one.state])


def _unit(desk: Desk, unit: str) -> str:
    known = desk.opened.tree.units.get(unit)
    return known.title if known else unit


def progress(view: ReviewView) -> str:
    """How far the talking has come: 4 of 11 items talked about."""
    done = sum(one.state != "open" for one in view.items)
    return f"{done} of {counted(len(view.items), 'item')} settled"


def cut_words(view: ReviewView) -> str:
    """What found no room, by section; nothing where all did."""
    told = [f"{SECTIONS[key]}: {', '.join(titles)}" for key, titles in view.cut.items() if titles]
    return "; ".join(told)


def here(view: ReviewView, **query: str) -> Place:
    """The address of a review."""
    return Place("reviews", {"review": view.key, **query})
