"""The governance page: what waits for a decision, who answers for what, the rules, conflicts between units."""

from dataclasses import dataclass
from datetime import timedelta

from strategy.duties.kinds import KINDS, RACI
from views.desk import Desk
from views.picks import Picks
from views.wording import CURRENCIES, NBSP, counted, listed

TABS = {
    "decisions": "Decisions",
    "answers": "Who answers",
    "rules": "Rules",
    "conflicts": "Conflicts",
}


@dataclass(frozen=True)
class Tab:
    """One part of the page, with how many things wait on it."""

    key: str
    title: str
    href: str
    on: bool


def tabs(picks: Picks, shown: str, counts: dict[str, int]) -> tuple[Tab, ...]:
    """The parts of the page, with the one that is shown."""
    return tuple(
        Tab(key, f"{title} {counts[key]}" if counts.get(key) else title, picks.to("governance", show=key), key == shown)
        for key, title in TABS.items()
    )


def within(desk: Desk, picks: Picks) -> dict[str, str]:
    """The unit that is picked and everything below it that the viewer may see, with titles."""
    scope, tree, on = desk.office.scope(), desk.opened.tree, desk.as_of
    return {key: tree.units[key].title for key in tree.descendants(picks.unit, on) if key in scope}


def unit_title(desk: Desk, key: str) -> str:
    """What a unit is called."""
    return desk.opened.tree.units[key].title if key in desk.opened.tree else key


def people(desk: Desk) -> dict[str, str]:
    """Everybody who has a role, with title."""
    return {one.viewer.key: one.words for one in desk.office.roster.here()}


def size(desk: Desk, kind: str, amount: float | None) -> str:
    """An amount as a decision of a kind measures it: €12,000, 3 posts; nothing where it is not measured."""
    measure = KINDS[kind].measure if kind in KINDS else ""
    if amount is None or not measure:
        return ""
    if measure == "money":
        sign = CURRENCIES.get(desk.workspace.currency, f"{desk.workspace.currency}{NBSP}")
        return f"{sign}{amount:,.0f}"
    return f"{amount:,.0f}{NBSP}{measure if amount != 1 else measure.removesuffix('s')}"


def who_decides(desk: Desk, decides: str, decider: str) -> str:
    """Whom a decision right gives it to."""
    if decides == "self":
        return "Whoever asks, alone; it is logged"
    if decides == "person":
        return desk.office.name(decider)
    role = desk.workspace.roles.get(decider)
    return role.title if role else decider


def names(desk: Desk, keys: tuple[str, ...]) -> str:
    """People by name."""
    return listed([desk.office.name(key) for key in keys])


def days(length: timedelta) -> str:
    """A wait in days: today, 1 day, 12 days."""
    return counted(length.days, "day") if length.days >= 1 else "since today"


__all__ = ["RACI", "TABS", "Tab", "days", "names", "people", "size", "tabs", "unit_title", "who_decides", "within"]
