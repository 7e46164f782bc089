"""How a map begins: the links of strategy.yaml that the state does not know, with what drivers.yaml says of them."""

from collections.abc import Iterator

from data.errors import Conflict
from flows.door import Door
from flows.hypotheses import Hypothesis, declared
from flows.workspace import Workspace
from strategy.goals.tables import Objective
from strategy.maps.commands import DrawLink
from strategy.maps.tables import Link
from strategy.plan import Link as Planned
from strategy.reading import read

NO_REASON = "strategy.yaml gives no reason."


def begin_links(door: Door, workspace: Workspace) -> int:
    """Draw, by the clock, each link of strategy.yaml whose ends are there and were never joined; returns how many."""
    drawn = 0
    for command in list(first_links(door, workspace)):
        try:
            door.by_clock(command)
            drawn += 1
        except Conflict:  # another process begins the same map and was quicker
            continue
    return drawn


def first_links(door: Door, workspace: Workspace) -> Iterator[DrawLink]:
    """The commands that `begin_links` carries out."""
    known = {(one.cause, one.effect) for one in read(door.engine, Link)}
    goals = {one.key: one for one in read(door.engine, Objective, Objective.state != "retired")}
    for one in workspace.plan.links:
        if (one.from_, one.to) in known or one.from_ not in goals or one.to not in goals:
            continue
        said = _hypothesis(workspace, one)
        yield DrawLink(
            f"{one.from_}.{one.to}",
            goals[one.to].unit,
            one.from_,
            one.to,
            one.because.strip() or NO_REASON,
            said.leading if said else None,
            said.lagging if said else None,
            said.sign if said else 1,
            said.months if said else None,
        )


def _hypothesis(workspace: Workspace, one: Planned) -> Hypothesis | None:
    """What the file says of the metrics, else what drivers.yaml does; None where neither says anything."""
    if one.leading and one.lagging:
        return Hypothesis(one.leading, one.lagging, 1 if one.sign == "+" else -1, one.months, one.because)
    goals = workspace.plan.objectives
    found = declared(workspace, goals[one.from_].metrics, goals[one.to].metrics)
    return found[0] if found else None
