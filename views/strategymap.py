"""What the strategy map shows: objectives in the lanes of their perspectives, their live scores, what leads to what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from data.calendar import month_of
from data.errors import QueryError
from flows.moving import Verdict
from metrics.scoring.rollup import Rolled
from metrics.scoring.status import COLOURS
from strategy.goals.tables import Objective as Record
from strategy.maps.tables import Link
from strategy.plan import Objective
from strategy.reading import past as past_records
from views.desk import Desk
from views.executive import Half, halves, history, state
from views.map_links import Arrow, arrows, end_of, links_in_force, may_draw, observe, why_not
from views.omens import Omen, omens
from views.picks import Picks
from views.priorities import way_of
from views.reading import Reading, readings
from views.scorecard import Sheet, find, measured, metric_keys, objectives_on
from views.stamps import Stamp, Stamps, stamping
from views.wording import counted, day, listed, share


@dataclass(frozen=True)
class Bubble:
    """An objective on the map. `shut` says why it cannot be chosen while a link is drawn; empty where it can."""

    key: str
    title: str
    href: str
    status: str
    score: float | None
    reason: str
    halves: tuple[Half, ...]
    reds: int
    metrics: int
    omens: tuple[Omen, ...] = ()
    shut: str = ""
    stamp: Stamp | None = None


@dataclass(frozen=True)
class Lane:
    """A perspective with its objectives, top lane first."""

    title: str
    status: str
    score: float | None
    bubbles: tuple[Bubble, ...]
    stamp: Stamp | None


@dataclass(frozen=True)
class Neighbour:
    """An objective at the other end of a link; `link_href` opens the link itself."""

    title: str
    href: str
    status: str
    because: str
    link_href: str = ""
    verdict: Verdict | Literal[""] = ""


@dataclass(frozen=True)
class MetricLine:
    """A metric in one row: everything in words but score and line."""

    key: str
    title: str
    href: str
    about: str
    status: str
    reason: str
    value: str
    target: str
    score: float | None
    change: str
    line: tuple[float | None, ...]
    aim: tuple[float | None, ...]


@dataclass(frozen=True)
class Panel:
    """The selected objective; `draw_href` begins a link from it, where the viewer may draw one."""

    title: str
    perspective: str
    description: str
    owner: str
    status: str
    score: float | None
    reason: str
    progress: str
    says: str
    metrics: tuple[MetricLine, ...]
    drivers: tuple[Neighbour, ...]
    effects: tuple[Neighbour, ...]
    initiatives: tuple[tuple[str, str], ...]
    close_href: str
    omens: tuple[Omen, ...] = ()
    draw_href: str = ""
    objective_href: str = ""


@dataclass(frozen=True)
class MapView:
    """The whole map; `selected` is an objective's key or None, `link` the key of the link that is looked at.

    `asks` says what to choose next while a link is drawn, `ends` what was chosen; `on` is the day of an earlier map.
    """

    title: str
    subtitle: str
    status: str
    score: float | None
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    selected: str | None
    panel: Panel | None
    link: str = ""
    asks: str = ""
    cancel_href: str = ""
    on: date | None = None
    ends: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What an address asks of the map: a selected objective or link, a link to be drawn, an earlier day."""

    objective: str | None = None
    link: str | None = None
    draw: str | None = None
    effect: str | None = None
    on: date | None = None


def asked_of(query: Mapping[str, str]) -> Asked:
    """What the address asks; a day that is none asks for nothing."""
    try:
        on = datetime.strptime(query.get("on", ""), "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        on = None
    objective, link, draw, effect = (query.get(name) or None for name in ("objective", "link", "draw", "effect"))
    return Asked(objective, link, draw, effect, on)


NOTHING = Asked()


def build(desk: Desk, picks: Picks, asked: Asked = NOTHING) -> MapView:
    """The map of one unit, period and scorecard; QueryError when there is no scorecard or nothing was reported."""
    workspace = desk.workspace
    card = workspace.scorecards.get(picks.scorecard or "")
    past = history(desk, picks, metric_keys(workspace, card) if card else ())
    if past.now is None or card is None:
        raise QueryError(f"{picks.unit_title} has reported no metric of this scorecard in {picks.period_title}")
    month = month_of(picks.period.end)
    links = links_in_force(desk, asked.on)
    goals = (
        _then(desk, asked.on) if asked.on else _goals(desk, picks, objectives_on(workspace, card, picks.unit, month))
    )
    before = past.before.values if past.before else {}
    known = readings(workspace, past.now.values, before, past.months)
    drawn = _Drawn(desk, picks, asked, past.now, goals, links, known, stamping(desk))
    seen = {} if asked.on else observe(desk, links, past.months)
    found = arrows(desk, picks, month, goals, links, () if asked.on else workspace.plan.links, seen)
    chosen = asked.objective if asked.objective in goals else None
    lanes = [drawn.lane(key, title) for key, title in workspace.perspectives.items()]
    return MapView(
        title=f"Strategy map of {picks.unit_title}",
        subtitle=_subtitle(desk, picks, asked),
        status=past.now.rolled.status,
        score=past.now.rolled.score,
        lanes=tuple(lane for lane in lanes if lane.bubbles),
        arrows=found,
        selected=chosen,
        panel=drawn.panel(chosen, found) if chosen and not asked.draw else None,
        link=asked.link or "",
        asks=_asks(goals, asked),
        cancel_href=picks.to("map"),
        on=asked.on,
        ends=(asked.draw, asked.effect) if asked.draw in goals and asked.effect in goals else (),
    )


def _goals(desk: Desk, picks: Picks, weights: Iterable[str]) -> dict[str, Objective]:
    """The objectives of the scorecard at this unit, then those that the unit has of its own beside them."""
    plan = desk.workspace.plan
    own = [key for key, one in plan.objectives.items() if one.unit == picks.unit and not one.parent]
    return {key: plan.known[key] for key in dict.fromkeys([*weights, *own])}


def _then(desk: Desk, on: date) -> dict[str, Objective]:
    """The objectives of the top unit that were active at the end of a day; their scores are those of the period."""
    root, plan = desk.opened.tree.root, desk.workspace.plan
    found = [one for one in past_records(desk.state, Record, end_of(on)) if one.unit == root and one.state == "active"]
    return {
        one.key: (
            plan.known[one.key] if one.key in plan.known else Objective(title=one.title, perspective="")
        ).model_copy(update={"title": one.title, "perspective": one.perspective, "owner": one.owner})
        for one in sorted(found, key=lambda one: (one.place, one.key))
    }


def _subtitle(desk: Desk, picks: Picks, asked: Asked) -> str:
    if asked.on:
        return f"The map as it stood at the end of {day(asked.on)}, with the scores of {picks.period_title}"
    return desk.workspace.plan.vision or f"{picks.period_title}, {state(desk, picks.period)}"


def _asks(goals: Mapping[str, Objective], asked: Asked) -> str:
    cause = goals.get(asked.draw or "")
    if cause is None or asked.effect in goals:
        return ""
    return f"Choose the objective that \u201c{cause.title}\u201d leads to"


@dataclass(frozen=True)
class _Drawn:
    """What one drawing of the map rests on."""

    desk: Desk
    picks: Picks
    asked: Asked
    now: Sheet
    goals: Mapping[str, Objective]
    links: Sequence[Link]
    known: Mapping[str, Reading]
    stamp: Stamps

    def lane(self, perspective: str, title: str) -> Lane:
        """A perspective with its objectives."""
        rolled = find(self.now.rolled, perspective)
        bubbles = tuple(self.bubble(key) for key, one in self.goals.items() if one.perspective == perspective)
        stamp = self.stamp(measured(self.now, rolled)) if rolled else None
        return Lane(title, rolled.status if rolled else "no_data", rolled.score if rolled else None, bubbles, stamp)

    def bubble(self, key: str) -> Bubble:
        """An objective; while a link is drawn, a click on it chooses it."""
        rolled = find(self.now.rolled, key, 2)
        counts: Mapping[str, int] = {str(s): number for s, number in rolled.counts.items()} if rolled else {}
        choosing = self.asked.draw in self.goals and self.asked.effect not in self.goals
        shut = why_not(self.desk, self.asked.draw or "", key, self.links) if choosing else ""
        return Bubble(
            key,
            self.goals[key].title,
            self._href(key, choosing),
            rolled.status if rolled else "no_data",
            rolled.score if rolled else None,
            _reason(rolled),
            halves(self.now, key, 2),
            counts.get("red", 0),
            sum(counts.values()),
            () if self.asked.on else self.omens(key),
            shut,
            self.stamp(measured(self.now, rolled)) if rolled else None,
        )

    def _href(self, key: str, choosing: bool) -> str:
        if choosing:
            return self.picks.to("map", draw=self.asked.draw, effect=key)
        on = self.asked.on.isoformat() if self.asked.on else None
        return self.picks.to("map", objective=None if key == self.asked.objective else key, on=on)

    def omens(self, key: str) -> tuple[Omen, ...]:
        """Early warnings of an objective."""
        lagging = next((half.status for half in halves(self.now, key, 2) if half.title == "Lagging"), "no_data")
        return omens(self.desk.workspace, key, self.goals[key], lagging, self.known, self.links, self.picks)

    def panel(self, key: str, found: Sequence[Arrow]) -> Panel:
        """The selected objective."""
        workspace, objective = self.desk.workspace, self.goals[key]
        rolled = find(self.now.rolled, key, 2)
        metrics = [self.known[m] for m in objective.metrics if m in self.known]
        scored = sum(one.now.status in COLOURS for one in metrics)
        editable = self.asked.on is None and any(may_draw(self.desk, other) for other in self.goals if other != key)
        return Panel(
            title=objective.title,
            perspective=workspace.perspectives[objective.perspective],
            description=objective.description,
            owner=self.desk.office.name(objective.owner),
            status=rolled.status if rolled else "no_data",
            score=rolled.score if rolled else None,
            reason=_reason(rolled),
            progress=way_of(self.desk, self.picks, objective)[2],
            says=f"{scored} of {counted(len(metrics), 'metric')} scored{self._parts(rolled)}",
            metrics=tuple(metric_line(one, self.picks) for one in metrics),
            drivers=self._neighbours([(a.cause, a) for a in found if a.effect == key]),
            effects=self._neighbours([(a.effect, a) for a in found if a.cause == key]),
            initiatives=self._initiatives(key),
            close_href=self.picks.to("map"),
            omens=self.omens(key),
            draw_href=self.picks.to("map", draw=key) if editable else "",
            objective_href=self.picks.to("objectives", objective=key) if key in workspace.plan.objectives else "",
        )

    def _parts(self, rolled: Rolled | None) -> str:
        """Whose parts are in the score, too."""
        parts = (
            [child.key for child in rolled.children if child.key in self.desk.workspace.plan.known] if rolled else []
        )
        titles = self.desk.opened.tree.units
        units = [titles[unit].title for key in parts if (unit := self.desk.workspace.plan.known[key].unit) in titles]
        return f", and the parts of {listed(dict.fromkeys(units))}" if units else ""

    def _neighbours(self, ends: Sequence[tuple[str, Arrow]]) -> tuple[Neighbour, ...]:
        return tuple(
            Neighbour(
                self.goals[key].title,
                self.picks.to("map", objective=key),
                rolled.status if (rolled := find(self.now.rolled, key, 2)) else "no_data",
                arrow.because,
                arrow.href,
                arrow.verdict,
            )
            for key, arrow in ends
        )

    def _initiatives(self, key: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (one.title, " \u00b7 ".join(filter(None, [self.desk.office.name(one.owner), _due(one.due), one.note])))
            for one in self.desk.workspace.plan.initiatives.values()
            if one.objective == key
        )


def _due(due: date | None) -> str:
    return f"due {day(due)}" if due else ""


def _reason(rolled: Rolled | None) -> str:
    if rolled is None:
        return "no metric of this objective is reported here"
    return "" if rolled.score is not None else f"{share(rolled.coverage)} of the weight that is due has a score"


def metric_line(reading: Reading, picks: Picks) -> MetricLine:
    """A reading as a row."""
    metric = reading.metric
    return MetricLine(
        metric.key,
        metric.title,
        picks.to("metric", metric=metric.key),
        metric.indicator,
        reading.now.status,
        reading.reason,
        reading.value,
        reading.target,
        reading.now.score,
        reading.change,
        reading.line,
        reading.aim,
    )
