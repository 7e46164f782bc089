"""Conflicts between units: who is at odds about what, who settles it, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import or_

from flows.heads import heads_of
from strategy.commands import new_key
from strategy.duties.disputes import DecideDispute, NameArbiter, RaiseDispute, WithdrawDispute
from strategy.duties.tables import Dispute
from strategy.reading import read
from views.desk import Desk
from views.governance import people, unit_title, within
from views.localtime import local
from views.picks import Picks
from views.place import Place
from views.wording import day


@dataclass(frozen=True)
class DisputeLine:
    """A conflict in words. `mine`: the viewer settles it."""

    key: str
    version: int
    title: str
    href: str
    sides: str
    about: str
    metrics: tuple[tuple[str, str], ...]
    arbiter: str
    raised: str
    state: str
    decision: str
    decided: str
    mine: bool
    raiser: bool
    governed: bool


@dataclass(frozen=True)
class Raising:
    """The form of a new conflict, filled with what is known: the viewer's units, all units, who stands above both."""

    units: Mapping[str, str]
    others: Mapping[str, str]
    people: Mapping[str, str]
    unit: str
    other: str
    title: str
    metrics: tuple[str, ...]
    metric_titles: tuple[str, ...]


def build(desk: Desk, picks: Picks, zone: tzinfo) -> tuple[DisputeLine, ...]:
    """The conflicts that the units in sight are a side of, and those that the viewer settles; open ones first."""
    units = list(within(desk, picks))
    mine = Dispute.arbiter == desk.viewer.key  # who settles it may sit elsewhere
    desk.policy.require(desk.viewer, "strategy.view", None)
    found = read(
        desk.state, Dispute, or_(Dispute.unit.in_(units), Dispute.other.in_(units), mine), order_by=[Dispute.made_at]
    )
    return tuple(sorted((_line(desk, one, zone) for one in reversed(found)), key=lambda line: line.state != "open"))


def _line(desk: Desk, one: Dispute, zone: tzinfo) -> DisputeLine:
    office = desk.office
    metrics = tuple(
        (desk.workspace.metrics[key].title, Place("metric", {"metric": key, "unit": one.unit}).href)
        for key in one.metrics
        if key in desk.workspace.metrics
    )
    decided = f"{office.name(one.decided_by)}, {day(one.decided_on)}" if one.decided_by else ""
    return DisputeLine(
        key=one.key,
        version=one.version,
        title=one.title,
        href=Place("governance", {"show": "conflicts", "dispute": one.key}).href,
        sides=f"{unit_title(desk, one.unit)} and {unit_title(desk, one.other)}",
        about=one.about,
        metrics=metrics,
        arbiter=office.name(one.arbiter),
        raised=f"{office.name(one.raised_by)}, {local(one.made_at, zone).split(', ')[0]}",
        state=one.state,
        decision=one.decision or "",
        decided=decided,
        mine=one.state == "open" and one.arbiter == office.viewer.key and office.may("approval.decide"),
        raiser=one.state == "open" and one.raised_by == office.viewer.key,
        governed=one.state == "open" and office.may("governance.edit", one.unit),
    )


def raising(desk: Desk, picks: Picks, asked: Mapping[str, str]) -> Raising | None:
    """The form, for who may raise one; `asked` is what a link from the map names: metric, other, between."""
    scope = desk.office.scope("action.manage")
    tree = desk.opened.tree
    every = {key: tree.units[key].title for key in tree.descendants(tree.root, desk.as_of)}
    units = {key: title for key, title in every.items() if key in scope}
    if not units:
        return None
    sides = [key for key in asked.get("between", "").split() if key in every]
    sides.sort(key=lambda key: key not in units)
    unit = next(iter(sides), picks.unit if picks.unit in units else next(iter(units)))
    other = next((key for key in sides if key != unit), "")
    metrics = tuple(key for name in ("metric", "other") if (key := asked.get(name, "")) in desk.workspace.metrics)
    titles = tuple(desk.workspace.metrics[key].title for key in metrics)
    title = " against ".join(titles)
    return Raising(
        units, every, people(desk), unit if unit in units else next(iter(units)), other, title, metrics, titles
    )


def arbiter_for(desk: Desk, unit: str, other: str) -> str:
    """Who heads the lowest unit above both sides, and is not the viewer; nothing where there is nobody."""
    tree = desk.opened.tree
    above = tree.ancestors(other, desk.as_of) if other in tree else ()
    shared = [key for key in tree.ancestors(unit, desk.as_of) if key in above and key not in (unit, other)]
    heads = [head for key in shared for head in heads_of(key, desk.office.roster, desk.workspace.roles)]
    return next((head for head in heads if head != desk.viewer.key), "")


def raise_dispute(
    desk: Desk, unit: str, other: str, title: str, about: str, arbiter: str, metrics: tuple[str, ...]
) -> str:
    """Write it down; returns its key."""
    key = new_key("dispute")
    desk.office.do(RaiseDispute(key, unit, other, title, about, arbiter, metrics))
    return key


def decide(desk: Desk, one: DisputeLine, decision: str) -> None:
    """Settle it."""
    desk.office.do(DecideDispute(one.key, one.version, decision))


def withdraw(desk: Desk, one: DisputeLine, how: str) -> None:
    """Take it back."""
    desk.office.do(WithdrawDispute(one.key, one.version, how))


def name_arbiter(desk: Desk, one: DisputeLine, person: str) -> None:
    """Ask somebody else to settle it."""
    desk.office.do(NameArbiter(one.key, one.version, person))
