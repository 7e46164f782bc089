"""How an item of an agenda reads: its number in the metric's own format, its story, what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from strategy.issues.tables import Action
from strategy.reviews.agenda import SECTIONS, Item
from strategy.reviews.tables import AgendaItem, Decision, Outcome
from views.actions import STANDS, Stand, stand_of
from views.desk import Desk
from views.place import Place
from views.standings import period_words
from views.wording import form_of, number_format

STATE_STANDS: Mapping[str, Stand] = {
    "open": Stand("not_due", "To talk about"),
    "discussed": Stand("green", "Talked about"),
    "left_out": Stand("no_target", "Left out"),
}


Talk = Item | AgendaItem  # found by rule, or kept as a record


@dataclass(frozen=True)
class CameOf:
    """What came of an item: a decision, or an action with how it stands."""

    what: str
    title: str
    detail: str
    stand: Stand | None = None


@dataclass(frozen=True)
class ItemLine:
    """An item in words. `href` opens it in its review, `behind` what stands behind its number; empty where nothing."""

    key: str
    version: int
    section: str
    title: str
    where: str
    number: str
    when: str
    target: str
    status: str
    narrative: str
    owner: str
    behind: str
    state: str
    stand: Stand
    minutes: str
    why_out: str
    href: str
    came: tuple[CameOf, ...]


def numbers_of(desk: Desk, one: Talk) -> tuple[str, str]:
    """A value and its target as they are written; of a metric that is no longer defined, plainly."""
    if not one.metric:
        return one.number, ""
    metric = desk.workspace.metrics.get(one.metric)
    form = form_of(metric, one.value, one.target) if metric else number_format("", one.value, one.target)
    return form.value(one.value), form.value(one.target) if one.target is not None else ""


def line(desk: Desk, one: Talk, review: str = "", came: Sequence[CameOf] = ()) -> ItemLine:
    """One item in words; one that is no record yet has neither key nor state of its own."""
    number, target = numbers_of(desk, one)
    unit = desk.opened.tree.units.get(one.about)
    key, state = getattr(one, "key", ""), getattr(one, "state", "open")
    return ItemLine(
        key=key,
        version=getattr(one, "version", 0),
        section=one.section,
        title=one.title,
        where=unit.title if unit else one.about,
        number=number,
        when=period_words(desk, one.period),
        target=target,
        status=one.status,
        narrative=one.narrative,
        owner=desk.office.name(one.owner) if one.owner else "",
        behind=_behind(desk, one),
        state=state,
        stand=STATE_STANDS[state],
        minutes=getattr(one, "minutes", ""),
        why_out=getattr(one, "why_out", ""),
        href=Place("reviews", {"review": review, "item": key}).href if key else "",
        came=tuple(came),
    )


def unseen(one: ItemLine) -> ItemLine:
    """An item for somebody who is asked about it and may not see the numbers of its unit: its title alone."""
    return replace(one, number="", target="", status="", narrative="", behind="", minutes="", came=())


def came_of(
    desk: Desk, decisions: Iterable[Decision], outcomes: Iterable[Outcome], actions: Mapping[str, Action]
) -> dict[str, list[CameOf]]:
    """What came of each item of a review, by the item's key."""
    office = desk.office
    found: dict[str, list[CameOf]] = {}
    for decision in decisions:
        if decision.item:
            said = CameOf("Decided", decision.title, office.name(decision.owner))
            found.setdefault(decision.item, []).append(said)
    for outcome in outcomes:
        action = actions.get(outcome.action)
        if action is not None:
            told = CameOf("Action", action.title, office.name(action.owner), STANDS[stand_of(action, office.today)])
            found.setdefault(outcome.item, []).append(told)
    return found


def by_section(lines: Iterable[ItemLine]) -> dict[str, list[ItemLine]]:
    """Lines under the titles of their sections, in the order of talking; sections without any are left out."""
    known = list(lines)
    found = {title: [one for one in known if one.section == key] for key, title in SECTIONS.items()}
    return {title: mine for title, mine in found.items() if mine}


def _behind(desk: Desk, one: Talk) -> str:
    if one.metric in desk.workspace.metrics and desk.may("metric.view", one.about):
        query = {"metric": one.metric, "unit": one.about, "period": one.period}
        return Place("metric", query).href
    if one.subject_table == "issue" and desk.may("strategy.view", one.about):
        return Place("issues", {"issue": one.subject}).href
    return ""
