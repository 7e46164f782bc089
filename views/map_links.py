"""The links of a map: which join what is shown, how each stands against its hypothesis, and who may draw on it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from data.calendar import MonthIndex
from flows.goal_tree import standing
from flows.moving import Move, Verdict, moved, opposite, verdict
from metrics.definitions.metric import Metric
from metrics.values.reading import Value
from strategy.maps.graph import Edge, route
from strategy.maps.tables import ACTIVE, Link
from strategy.plan import Link as Planned
from strategy.reading import past, read
from views.desk import Desk
from views.picks import Picks
from views.wording import counted

VERDICTS: Mapping[Verdict, tuple[str, str]] = {  # word, and the status whose mark it gets
    "as_said": ("Moves as said", "green"),
    "against": ("Moves against it", "red"),
    "no_effect": ("No effect so far", "amber"),
    "still": ("The leading metric has not moved", "not_due"),
    "unknown": ("Not to be told yet", "no_data"),
}
UNSAID = "No hypothesis"
WAYS = {1: "rises", -1: "falls"}


@dataclass(frozen=True)
class Arrow:
    """A cause and its effect, by the keys of the objectives that are shown; `link` is the record's key.

    `says` is the hypothesis in words; `verdict` what was observed of it, empty where there is no hypothesis.
    """

    cause: str
    effect: str
    because: str
    link: str | None = None
    href: str = ""
    says: str = ""
    verdict: Verdict | Literal[""] = ""

    @property
    def odd(self) -> bool:
        """Whether it moves against its hypothesis."""
        return self.verdict == "against"


@dataclass(frozen=True)
class Observed:
    """How both metrics of a link moved of late, the leading one looked at `lag` months earlier."""

    leading: Move | None
    lagging: Move | None
    verdict: Verdict

    @property
    def opposite(self) -> bool:
        """Whether one became better and the other worse."""
        return opposite(self.leading, self.lagging)


def links_in_force(desk: Desk, on: date | None = None) -> list[Link]:
    """The active links, also of units above: the way up to the vision is everybody's. `on`: as they were at its end."""
    found = read(desk.state, Link) if on is None else past(desk.state, Link, end_of(on))
    told = (one for one in found if one.state == ACTIVE and desk.lens.tells(one.unit))
    return sorted(told, key=lambda one: (one.made_at, one.key))


def end_of(day: date) -> datetime:
    """The last moment of a day, UTC."""
    return datetime.combine(day, time.max, UTC)


def arrows(
    desk: Desk,
    picks: Picks,
    month: MonthIndex,
    shown: Collection[str],
    links: Iterable[Link],
    planned: Iterable[Planned],
    observed: Mapping[str, Observed],
) -> tuple[Arrow, ...]:
    """The links between objectives that are shown; where a unit's own parts stand for one, they are what is joined.

    `planned`: links of the plan; those that the state does not know yet are drawn, too; nothing can be done to them.
    """
    found: dict[Edge, Arrow] = {}
    known = list(links)
    for link in known:
        ends = _ends(desk, picks, month, shown, (link.cause, link.effect))
        if ends is not None:
            seen = observed.get(link.key)
            href = picks.to("map", link=link.key)
            says = said(desk.workspace.metrics, link.leading, link.lagging, link.sign, link.lag_months)
            arrow = Arrow(*ends, link.because, link.key, href, says, seen.verdict if seen else "")
            found.setdefault(ends, arrow)
    joined = {(link.cause, link.effect) for link in known}
    for one in planned:
        ends = _ends(desk, picks, month, shown, (one.from_, one.to))
        if (one.from_, one.to) not in joined and ends is not None:
            found.setdefault(ends, Arrow(*ends, one.because))
    return tuple(found.values())


def _ends(desk: Desk, picks: Picks, month: MonthIndex, shown: Collection[str], edge: Edge) -> Edge | None:
    """What is joined at this unit by a link; None where an end is not shown, or both are one."""
    plan = desk.workspace.plan
    if not set(edge) <= set(plan.known):
        return None
    cause, effect = (
        next((key for key in (end, *standing(plan, end, picks.unit, month)) if key in shown), "") for end in edge
    )
    return (cause, effect) if cause and effect and cause != effect else None


def said(metrics: Mapping[str, Metric], leading: str | None, lagging: str | None, sign: int, lag: int | None) -> str:
    """A hypothesis in words: when X rises, Y falls 2 months later. Nothing where it names no metrics."""
    if not leading or not lagging:
        return ""
    first, then = (metrics[key].title if key in metrics else key for key in (leading, lagging))
    late = f" {counted(lag, 'month')} later" if lag else ""
    return f"When {first} rises, {then} {WAYS[sign]}{late}."


def observe(desk: Desk, links: Iterable[Link], months: Iterable[Value]) -> dict[str, Observed]:
    """What was seen of each link that has a hypothesis, from the months of one unit (each metric oldest first)."""
    metrics, calendar = desk.workspace.metrics, desk.workspace.calendar
    rows: dict[str, list[Value]] = {}
    for value in months:
        rows.setdefault(value.metric, []).append(value)
    found: dict[str, Observed] = {}
    for link in links:
        leading, lagging = metrics.get(link.leading or ""), metrics.get(link.lagging or "")
        if leading is not None and lagging is not None:
            first = moved(rows.get(leading.key, []), leading.direction, calendar, link.lag_months or 0)
            then = moved(rows.get(lagging.key, []), lagging.direction, calendar)
            found[link.key] = Observed(first, then, verdict(first, then, link.sign))
    return found


def may_draw(desk: Desk, effect: str) -> bool:
    """Whether the viewer may say what leads to an objective."""
    objective = desk.workspace.plan.objectives.get(effect)
    return objective is not None and desk.office.may("strategy.plan", objective.unit or desk.opened.tree.root)


def why_not(desk: Desk, cause: str, effect: str, links: Sequence[Link]) -> str:
    """Why no link may be drawn between two objectives; nothing where one may."""
    edges = [(one.cause, one.effect) for one in links]
    if cause == effect:
        return "It does not lead to itself"
    if (cause, effect) in edges:
        return "It leads there already"
    if route(edges, effect, cause) is not None:
        return "This would close a circle"
    return "" if may_draw(desk, effect) else "Its unit's links are not yours to draw"
