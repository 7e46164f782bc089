"""Objectives with their live scores, read once for a screen: one line for each, at the unit that it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flows.goal_tree import Spot, places
from flows.workspace import Workspace
from metrics.scoring.rollup import Rolled
from metrics.values.reading import Value
from strategy.goals.reading import parts_of
from strategy.goals.results import grade, overall
from strategy.goals.smart import Facts, Letter, smart
from strategy.goals.tables import KeyResult
from strategy.plan import Objective
from views.desk import Desk
from views.picks import Picks
from views.priorities import way_of
from views.wording import share

Scores = Mapping[str, tuple[Rolled, dict[str, Spot]] | None]


@dataclass(frozen=True)
class GoalLine:
    """An objective in one row. `done`, `expected`, `results`: shares of a way, None where there is none.

    `fails`: the letters of SMART that do not hold, each with its reason; `reason`: why there is no score.
    """

    key: str
    title: str
    href: str
    about: str
    owner: str
    status: str
    score: float | None
    reason: str
    done: float | None
    expected: float | None
    way: str
    results: float | None
    parts: int
    fails: tuple[Letter, ...]
    priority: bool
    end: date | None


def scores(desk: Desk, picks: Picks, keys: Iterable[str], workspace: Workspace | None = None) -> Scores:
    """The scores of objectives at their own units in a period; those in units that the viewer may not see are out.

    `workspace`: one with another plan, such as a draft in force.
    """
    workspace = workspace or desk.workspace
    plan, wanted = workspace.plan, list(keys)
    scope = desk.policy.scope(desk.viewer, "metric.view")
    mine = [key for key in wanted if key in plan.known and plan.known[key].unit in scope]
    at = {key: tuple(places(plan, key, plan.known[key].unit)) for key in mine}
    every = {place for found in at.values() for place in found if place[0] in scope}
    values = desk.values(
        sorted({metric for _, metric in every}), sorted({u for u, _ in every}), picks.span, picks.period
    )
    return {key: desk.objective(workspace, key, picks.period, values) for key in mine}


def results_of(desk: Desk, picks: Picks, found: Iterable[KeyResult]) -> dict[str, float | None]:
    """The newest value of each key result: what its metric says in a period, else what people said last."""
    rows = list(found)
    bound = [one for one in rows if one.metric in desk.workspace.metrics]
    scope = desk.policy.scope(desk.viewer, "metric.view")
    units = sorted({one.unit for one in bound if one.unit in scope})
    values = desk.values(sorted({one.metric for one in bound}), units, picks.span, picks.period)
    known: dict[tuple[str, str], Value] = {(value.unit, value.metric): value for value in values}
    return {one.key: _newest(one, known) for one in rows}


def _newest(one: KeyResult, known: Mapping[tuple[str, str], Value]) -> float | None:
    value = known.get((one.unit, one.metric))
    return value.value if value is not None and value.value is not None else one.value


def facts_of(desk: Desk, objective: Objective, results: int = 0) -> Facts:
    """What the SMART check looks at."""
    metrics = [key for key in objective.metrics if key in desk.workspace.metrics]
    aimed = objective.aims or any(desk.workspace.metrics[key].target is not None for key in metrics)
    return Facts(
        title=objective.title,
        description=objective.description,
        owner=objective.owner,
        metrics=len(metrics),
        targeted=bool(aimed or objective.progress or results),
        baseline=objective.progress is not None or bool(results),
        start=objective.start,
        end=objective.end,
    )


def line(desk: Desk, picks: Picks, key: str, found: Scores, results: Iterable[KeyResult]) -> GoalLine:
    """One objective of the plan in force as a row."""
    one, rows = desk.plan.known[key], list(results)
    scored = found.get(key)
    rolled = scored[0] if scored else None
    done, expected, words = way_of(desk, picks, one)
    newest = results_of(desk, picks, rows)
    reason = "" if rolled else "no metric of this objective is reported here"
    if rolled and rolled.score is None:
        reason = f"{share(rolled.coverage)} of the weight that is due has a score"
    return GoalLine(
        key=key,
        title=one.title,
        href=picks.to("objectives", objective=key),
        about=one.theme or one.description,
        owner=desk.office.name(one.owner) if one.owner else "",
        status=rolled.status if rolled else "no_data",
        score=rolled.score if rolled else None,
        reason=reason,
        done=done,
        expected=expected,
        way=words,
        results=overall((grade(newest[r.key], r.start, r.target), r.weight) for r in rows),
        parts=len(parts_of(desk.plan.objectives, key)),
        fails=tuple(letter for letter in smart(facts_of(desk, one, len(rows))) if letter.fails),
        priority=one.priority,
        end=one.end,
    )
