"""What the strategy map shows: objectives in the lanes of their perspectives, their live scores, what leads to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.errors import QueryError
from metrics.scoring.rollup import Rolled
from metrics.scoring.status import COLOURS
from strategy.plan import Objective
from views.desk import Desk
from views.executive import Half, halves, history, state
from views.picks import Picks
from views.priorities import way_of
from views.reading import Reading, readings
from views.scorecard import Sheet, find, metric_keys
from views.wording import counted, day, share


@dataclass(frozen=True)
class Bubble:
    """An objective on the map."""

    key: str
    title: str
    href: str
    status: str
    score: float | None
    reason: str
    halves: tuple[Half, ...]
    reds: int
    metrics: int


@dataclass(frozen=True)
class Lane:
    """A perspective with its objectives, top lane first."""

    title: str
    status: str
    score: float | None
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True)
class Arrow:
    """A cause and its effect, by the keys of objectives."""

    cause: str
    effect: str
    because: str


@dataclass(frozen=True)
class Neighbour:
    """An objective at the other end of a link."""

    title: str
    href: str
    status: str
    because: str


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
    """The selected objective."""

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


@dataclass(frozen=True)
class MapView:
    """The whole map; `selected` is an objective's key or None."""

    title: str
    subtitle: str
    status: str
    score: float | None
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    selected: str | None
    panel: Panel | None


def build(desk: Desk, picks: Picks, selected: str | None = None) -> MapView:
    """The map of one unit, period and scorecard; QueryError when there is no scorecard or nothing was reported."""
    workspace = desk.workspace
    card = workspace.scorecards.get(picks.scorecard or "")
    past = history(desk, picks, metric_keys(workspace, card) if card else ())
    if past.now is None or card is None:
        raise QueryError(f"{picks.unit_title} has reported no metric of this scorecard in {picks.period_title}")
    goals = {key: workspace.plan.objectives[key] for key in card.objectives}
    chosen = selected if selected in goals else None
    lanes = tuple(
        _lane(desk, picks, past.now, key, title, [k for k, o in goals.items() if o.perspective == key], chosen)
        for key, title in workspace.perspectives.items()
    )
    arrows = tuple(
        Arrow(link.from_, link.to, link.because) for link in workspace.plan.links if {link.from_, link.to} <= set(goals)
    )
    panel = None
    if chosen is not None:
        before = past.before.values if past.before else {}
        known = readings(workspace, past.now.values, before, past.months)
        panel = _panel(desk, picks, past.now, chosen, known, arrows)
    return MapView(
        title=f"Strategy map of {picks.unit_title}",
        subtitle=workspace.plan.vision or f"{picks.period_title}, {state(desk, picks.period)}",
        status=past.now.rolled.status,
        score=past.now.rolled.score,
        lanes=tuple(lane for lane in lanes if lane.bubbles),
        arrows=arrows,
        selected=chosen,
        panel=panel,
    )


def _reason(rolled: Rolled | None) -> str:
    if rolled is None:
        return "no metric of this objective is reported here"
    return "" if rolled.score is not None else f"{share(rolled.coverage)} of the weight that is due has a score"


def _lane(desk: Desk, picks: Picks, now: Sheet, key: str, title: str, goals: Sequence[str], chosen: str | None) -> Lane:
    rolled = find(now.rolled, key)
    bubbles = tuple(_bubble(desk, picks, now, goal, chosen) for goal in goals)
    return Lane(title, rolled.status if rolled else "no_data", rolled.score if rolled else None, bubbles)


def _bubble(desk: Desk, picks: Picks, now: Sheet, key: str, chosen: str | None) -> Bubble:
    rolled = find(now.rolled, key, 2)
    counts: Mapping[str, int] = {str(status): number for status, number in rolled.counts.items()} if rolled else {}
    objective = desk.workspace.plan.objectives[key]
    return Bubble(
        key,
        objective.title,
        picks.to("map", objective=None if key == chosen else key),
        rolled.status if rolled else "no_data",
        rolled.score if rolled else None,
        _reason(rolled),
        halves(now, key, 2),
        counts.get("red", 0),
        sum(counts.values()),
    )


def _panel(
    desk: Desk, picks: Picks, now: Sheet, key: str, known: Mapping[str, Reading], arrows: Sequence[Arrow]
) -> Panel:
    workspace = desk.workspace
    objective = workspace.plan.objectives[key]
    rolled = find(now.rolled, key, 2)
    lines = tuple(_metric(known[m], picks) for m in objective.metrics if m in known)
    scored = sum(known[m].now.status in COLOURS for m in objective.metrics if m in known)
    return Panel(
        title=objective.title,
        perspective=workspace.perspectives[objective.perspective],
        description=objective.description,
        owner=_person(desk, objective.owner),
        status=rolled.status if rolled else "no_data",
        score=rolled.score if rolled else None,
        reason=_reason(rolled),
        progress=_progress(desk, picks, objective),
        says=f"{scored} of {counted(len(lines), 'metric')} scored",
        metrics=lines,
        drivers=_neighbours(desk, picks, now, [(a.cause, a.because) for a in arrows if a.effect == key]),
        effects=_neighbours(desk, picks, now, [(a.effect, a.because) for a in arrows if a.cause == key]),
        initiatives=tuple(
            (
                one.title,
                " \u00b7 ".join(
                    filter(None, [_person(desk, one.owner), f"due {day(one.due)}" if one.due else "", one.note])
                ),
            )
            for one in workspace.plan.initiatives.values()
            if one.objective == key
        ),
        close_href=picks.to("map"),
    )


def _progress(desk: Desk, picks: Picks, objective: Objective) -> str:
    return way_of(desk, picks, objective)[2]


def _person(desk: Desk, key: str) -> str:
    person = desk.workspace.people.get(key)
    return person.name if person else key


def _neighbours(desk: Desk, picks: Picks, now: Sheet, ends: Sequence[tuple[str, str]]) -> tuple[Neighbour, ...]:
    found = []
    for key, because in ends:
        rolled = find(now.rolled, key, 2)
        title = desk.workspace.plan.objectives[key].title
        found.append(Neighbour(title, picks.to("map", objective=key), rolled.status if rolled else "no_data", because))
    return tuple(found)


def _metric(reading: Reading, picks: Picks) -> MetricLine:
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
