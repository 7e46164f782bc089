"""The plan in force: what the state says of objectives and scorecards, in the place of what the files began with."""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine

from data.organisation import Tree
from data.same import Same
from flows.opened import Opened
from flows.workspace import Workspace
from strategy.glance import newest_seal
from strategy.goals.reading import cards_of, goals, plan_of
from strategy.maps.reading import links_of
from strategy.maps.tables import Link
from strategy.plan import Objective, Plan, Scorecard, Weight
from strategy.reading import read
from strategy.state import BOOKS, open_state, state_url


def in_force(workspace: Workspace, state: Engine, tree: Tree, on: date) -> Workspace:
    """The workspace with the plan and the objectives of scorecards as the state has them; `tree` as it is on a day.

    What the state does not know (yet) stands as the files say it. An objective whose unit does not lie below the unit
    of the one that it serves (any more) does not count in it.
    """
    books = state.get_execution_options().get(BOOKS, state)
    return _in_force(Same(workspace), books, newest_seal(state), Same(tree), on)


def in_force_at(folder: Path, opened: Opened, *workspaces: Workspace) -> tuple[Workspace, ...]:
    """Workspaces with the plan in force of a folder's state, for who has none open; units as in an open snapshot."""
    state = open_state(state_url(folder / "var"))
    try:
        return tuple(in_force(one, state, opened.tree, opened.manifest.as_of) for one in workspaces)
    finally:
        state.dispose()


@lru_cache(maxsize=8)
def _in_force(same: Same[Workspace], state: Engine, _seal: str, units: Same[Tree], on: date) -> Workspace:
    workspace, tree = same.one, units.one
    records, measures = goals(state)
    base = workspace.plan.model_copy(update={"links": links_of(workspace.plan.links, read(state, Link))})
    plan = plan_in(plan_of(base, records, measures), tree, on)
    plan = plan.model_copy(update={"links": links_of(plan.links, read(state, Link))}).with_ended(ended_of(plan))
    kept = {one.key for one in records}
    said = cards_of(records)
    cards = {key: _with_objectives(card, said.get(key), kept, plan) for key, card in workspace.scorecards.items()}
    return replace(workspace, plan=plan, scorecards=cards)


def plan_in(plan: Plan, tree: Tree, on: date) -> Plan:
    """The same plan in which every objective names its unit, and counts above only where that lies above it."""
    named = {key: _named(one, tree.root) for key, one in plan.known.items()}
    known = {key: _counting(one, named, tree, on) for key, one in named.items()}
    active = {key: one for key, one in known.items() if key in plan.objectives}
    ended = {key: one for key, one in known.items() if key not in active}
    return plan.model_copy(update={"objectives": active}).with_ended(ended)


def ended_of(plan: Plan) -> dict[str, Objective]:
    """The objectives of a plan that have ended."""
    return {key: one for key, one in plan.known.items() if key not in plan.objectives}


def _named(one: Objective, root: str) -> Objective:
    return one if one.unit else one.model_copy(update={"unit": root})


def _counting(one: Objective, known: Mapping[str, Objective], tree: Tree, on: date) -> Objective:
    above = known.get(one.parent or "")
    if above is None or one.unit == above.unit:
        return one
    inside = one.unit in tree and above.unit in tree.ancestors(one.unit, on)
    return one if inside else one.model_copy(update={"weight": 0.0})


def _with_objectives(card: Scorecard, said: Mapping[str, Weight] | None, kept: Set[str], plan: Plan) -> Scorecard:
    """A scorecard with the objectives that the state puts on it, and those of its file that it knows nothing of."""
    begun = {key: weight for key, weight in card.objectives.items() if said is None or key not in kept}
    weights = {key: weight for key, weight in {**begun, **(said or {})}.items() if key in plan.known}
    order = list(dict.fromkeys([*card.objectives, *plan.known]))
    return card.model_copy(update={"objectives": {key: weights[key] for key in order if key in weights}})
