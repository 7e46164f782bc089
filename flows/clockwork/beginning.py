"""What the files say of the plan and the state does not know yet, begins with the tick."""

from collections.abc import Iterator

from flows.clockwork.world import World
from flows.first_plan import first_objectives, first_scorecards
from strategy.commands import Command


def begun(world: World) -> Iterator[Command]:
    """Objectives that only the files know."""
    yield from first_objectives(world.door, world.opened.workspace, world.opened.tree.root)
    yield from first_scorecards(world.door, world.opened.workspace)
