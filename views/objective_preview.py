"""What a change of an objective would do before it is saved: scores up to the scorecard, metrics, people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flows.goal_tree import objective_score, places
from flows.workspace import Workspace
from metrics.scoring.rollup import Rolled
from metrics.values.reading import Value
from strategy.goals.reading import parts_of, path_up
from strategy.plan import Objective, Plan, Weight
from views.desk import Desk
from views.picks import Picks
from views.scorecard import find, sheet, units_of

NOISE = 1e-9


@dataclass(frozen=True)
class ScoreMoved:
    """A score before and after; None where there is none. Statuses are keys. `moves`: whether anything differs."""

    title: str
    where: str
    score: tuple[float | None, float | None]
    status: tuple[str, str]

    @property
    def moves(self) -> bool:
        """Whether the score or its status differs."""
        old, new = self.score
        apart = old is not new if old is None or new is None else abs(new - old) > NOISE
        return apart or self.status[0] != self.status[1]


@dataclass(frozen=True)
class Preview:
    """What a change would do: scores from the objective upwards, the metrics it touches, who answers for any of it.

    Without `whole` some of what the scores rest on is hidden from the viewer, and left out on both sides.
    """

    scores: tuple[ScoreMoved, ...]
    metrics: tuple[tuple[str, str, str], ...]
    people: tuple[tuple[str, str], ...]
    whole: bool = True


def preview(
    desk: Desk, picks: Picks, key: str, after: Objective, cards: Mapping[str, Weight | None] | None = None
) -> Preview:
    """The plan in force with one objective as `after`, against the plan as it is, in the picked period.

    `cards`: its weights on scorecards as they would be (None: off), by default as they are.
    """
    before = desk.workspace.plan.known.get(key)
    new = changed(desk.workspace, key, after, cards or {})
    return Preview(
        tuple(_scores(desk, picks, key, new)),
        tuple(_metrics(desk, before, after)),
        tuple(_people(desk, key, new.plan)),
        desk.lens.whole,
    )


def changed(workspace: Workspace, key: str, after: Objective, cards: Mapping[str, Weight | None]) -> Workspace:
    """A workspace in which one objective of the plan is another, and in force."""
    ended = {name: one for name, one in workspace.plan.known.items() if name not in workspace.plan.objectives}
    plan = workspace.plan.model_copy(update={"objectives": {**workspace.plan.objectives, key: after}})
    scorecards = {}
    for name, card in workspace.scorecards.items():
        weights = {k: w for k, w in {**card.objectives, key: cards.get(name)}.items() if w is not None}
        scorecards[name] = card.model_copy(update={"objectives": weights}) if name in cards else card
    return replace(workspace, plan=plan.with_ended(ended), scorecards=scorecards)


def _scores(desk: Desk, picks: Picks, key: str, new: Workspace) -> Iterator[ScoreMoved]:
    old, scope = desk.workspace, desk.policy.scope(desk.viewer, "metric.view")
    path = [name for name in path_up(new.plan.known, key) if new.plan.known[name].unit in scope]
    at = {place for ws in (old, new) for name in path if name in ws.plan.known for place in _places(ws.plan, name)}
    units = list(dict.fromkeys(new.plan.known[name].unit for name in path))
    for card in (*old.scorecards.values(), *new.scorecards.values()):
        at |= {
            (u, m) for top in units for u in units_of(new, card, top) for m in (*card.metrics, *_all(new.plan, card))
        }
    seen = [(u, m) for u, m in at if u in scope]
    values = desk.values(sorted({m for _, m in seen}), sorted({u for u, _ in seen}), picks.span, picks.period)
    titles = desk.opened.tree.units
    for name in path:
        unit = new.plan.known[name].unit
        pair = [
            objective_score(ws, name, unit, picks.period, values) if name in ws.plan.known else None
            for ws in (old, new)
        ]
        yield _moved(new.plan.known[name].title, titles[unit].title, *(one[0] if one else None for one in pair))
    perspective = new.plan.known[key].perspective
    for unit in units:
        yield from _above(desk, picks, (old, new), unit, perspective, values)


def _places(plan: Plan, key: str) -> Iterator[tuple[str, str]]:
    yield from places(plan, key, plan.known[key].unit)


def _all(plan: Plan, card: object) -> list[str]:
    names = getattr(card, "objectives", {})
    return [metric for name in names if name in plan.known for _, metric in _places(plan, name)]


def _above(
    desk: Desk, picks: Picks, both: tuple[Workspace, Workspace], unit: str, perspective: str, values: list[Value]
) -> Iterator[ScoreMoved]:
    """The perspective and the whole of each scorecard of a unit, where they move."""
    titles = desk.opened.tree.units
    for name, card in both[1].scorecards.items():
        if card.units != "all" and unit not in card.units:
            continue
        sheets = [sheet(ws, ws.scorecards[name], picks.period, values, unit) for ws in both]
        for title, pick in ((both[1].perspectives.get(perspective, perspective), perspective), (card.title, "")):
            found = [(find(one.rolled, pick) if pick else one.rolled) if one else None for one in sheets]
            moved = _moved(title, f"{card.title}, {titles[unit].title}" if pick else titles[unit].title, *found)
            if moved.moves:
                yield moved


def _moved(title: str, where: str, old: Rolled | None, new: Rolled | None) -> ScoreMoved:
    scores = (old.score if old else None, new.score if new else None)
    return ScoreMoved(title, where, scores, (old.status if old else "no_data", new.status if new else "no_data"))


def _metrics(desk: Desk, before: Objective | None, after: Objective) -> Iterator[tuple[str, str, str]]:
    """Each metric that comes, goes, or is weighed or judged otherwise: title, what happens, who owns it."""
    old = before.metrics if before else {}
    for key in dict.fromkeys([*old, *after.metrics]):
        metric = desk.workspace.metrics.get(key)
        if metric is None:
            continue
        what = "new" if key not in old else "no longer" if key not in after.metrics else ""
        if not what and old[key] != after.metrics[key]:
            what = "other weight"
        if not what and before and before.aims.get(key) != after.aims.get(key):
            what = "other goal"
        if what:
            yield metric.title, what, desk.office.name(metric.owner) if metric.owner else "nobody"


def _people(desk: Desk, key: str, plan: Plan) -> Iterator[tuple[str, str]]:
    """Who answers for the objective, those above and those below: name, for what."""
    names = [*path_up(plan.known, key), *parts_of(plan.objectives, key)]
    told: dict[str, list[str]] = {}
    for name in names:
        if plan.known[name].owner:
            told.setdefault(plan.known[name].owner, []).append(plan.known[name].title)
    before = desk.plan.known.get(key)
    if before and before.owner and before.owner not in told:
        told[before.owner] = [f"{before.title} (until now)"]
    for person, titles in told.items():
        yield desk.office.name(person), ", ".join(titles)
