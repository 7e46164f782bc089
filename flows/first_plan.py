"""How a plan begins: objectives of strategy.yaml and scorecards that the state does not know are taken over from files.

What the state knows is never touched again: later life is there. Beginning twice does nothing.
"""

from collections.abc import Iterable, Iterator

from data.errors import Conflict
from flows.door import Door
from flows.first_links import begin_links
from flows.workspace import Workspace
from strategy.commands import Command
from strategy.goals.beginning import BeginObjective, BeginScorecard
from strategy.goals.reading import path_up
from strategy.goals.tables import Objective
from strategy.goals.weights import kept
from strategy.plan import Objective as Planned
from strategy.reading import read


def begin(door: Door, workspace: Workspace, root: str) -> int:
    """Take over, by the clock, what the state does not know yet, then the links; returns how many deeds that were.

    `root`: the top unit, which has the objectives that name none. `workspace`: as its files say it.
    """
    done = _carried_out(door, first_objectives(door, workspace, root))
    done += _carried_out(door, first_scorecards(door, workspace))
    return done + begin_links(door, workspace)


def _carried_out(door: Door, commands: Iterable[Command]) -> int:
    done = 0
    for command in list(commands):
        try:
            door.by_clock(command)
            done += 1
        except Conflict:  # another process begins the same plan and was quicker
            continue
    return done


def first_objectives(door: Door, workspace: Workspace, root: str) -> Iterator[Command]:
    """An objective for each that only the file knows; those above before those that serve them."""
    plan = workspace.plan
    if not plan.objectives:
        return
    known = {one.key for one in read(door.engine, Objective)}
    places = {key: place for place, key in enumerate(plan.objectives)}
    for key in sorted(plan.objectives, key=lambda key: (len(path_up(plan.objectives, key)), places[key])):
        if key not in known:
            yield _begun(workspace, key, plan.objectives[key], places[key], root)


def _begun(workspace: Workspace, key: str, one: Planned, place: int, root: str) -> BeginObjective:
    way = one.progress
    cards = {name: card.objectives[key] for name, card in workspace.scorecards.items() if key in card.objectives}
    return BeginObjective(
        key=key,
        unit=one.unit or root,
        title=one.title,
        perspective=one.perspective,
        description=one.description,
        theme=one.theme,
        owner=one.owner,
        priority=one.priority,
        place=place,
        parent=one.parent,
        weights=kept(one.weight) if one.parent else {},
        scorecards={name: kept(weight) for name, weight in cards.items()},
        measures={metric: kept(weight) for metric, weight in one.metrics.items()},
        aims={metric: (aim.goal, aim.red_flag) for metric, aim in one.aims.items()},
        targeted=tuple(metric for metric in one.metrics if workspace.metrics[metric].target is not None),
        start=way.start if way else one.start,
        end=way.end if way else one.end,
        progress_metric=way.metric if way else "",
        progress_span=way.span if way else "r12",
        baseline=way.baseline if way else None,
        target=way.target if way else None,
    )


def first_scorecards(door: Door, workspace: Workspace) -> Iterator[Command]:
    """A scorecard's objectives where none of the state's is on it."""
    records = {one.key: one for one in read(door.engine, Objective)}
    known = {name for one in records.values() for name in one.scorecards}
    for name, card in workspace.scorecards.items():
        weights = {key: kept(weight) for key, weight in card.objectives.items() if key in records}
        if weights and name not in known:
            yield BeginScorecard(name, weights)
