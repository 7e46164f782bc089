"""A metric off target beyond its clock becomes an issue of whoever answers for it; unsolved, it moves up."""

from collections.abc import Iterator

from flows.clockwork.world import Late, World
from flows.readings import Red
from strategy.commands import Command
from strategy.issues.commands import RaiseIssue
from strategy.issues.tables import Issue
from strategy.reading import read

WATCHES = "red"


def begun(world: World) -> Iterator[Command]:
    """An issue for each red beyond its clock on which nobody has one; one that was closed stays closed."""
    issues = read(world.state, Issue)
    known, alive = {one.key for one in issues}, {(one.metric, one.unit) for one in issues if one.state == "open"}
    for red in world.readings.reds:
        length, owner = world.after(WATCHES, red.unit), world.answers(red.metric, red.unit)
        if length is None or red.periods < length or red.key in known or (red.metric, red.unit) in alive:
            continue
        if owner is None:
            continue  # the lint of the strategy tells that nobody answers for it
        yield RaiseIssue(
            key=red.key,
            unit=red.unit,
            metric=red.metric,
            title=_title(world, red),
            owner=owner,
            since_period=red.first_period,
            value=red.value,
            target=red.target,
            objective=red.objective,
        )


def late(world: World) -> Iterator[Late]:
    """Open issues whose metric is still off target, counted from the period in which the clock ran out."""
    reds = {(red.metric, red.unit): red for red in world.readings.reds}
    for issue in read(world.state, Issue, Issue.state == "open", order_by=[Issue.key]):
        red, length = reds.get((issue.metric, issue.unit)), world.after(WATCHES, issue.unit)
        if red is not None and length is not None:
            why = f"off target for {red.periods} periods, since {red.first_period}"
            place = ("issue", issue.key, issue.since_period.lower(), issue.unit, issue.title, why)
            yield Late(WATCHES, *place, red.periods - length, issue.owner, world.up(issue.unit, issue.owner))


def _title(world: World, red: Red) -> str:
    return f"{world.opened.workspace.metrics[red.metric].title} off target in {world.unit(red.unit)}"[:200]
