"""The next review of each cadence is planned; one that was due long ago and never opened counts as missed."""

from collections.abc import Iterator

from flows.clockwork.world import World
from flows.reviewing import due_deeds
from strategy.commands import Command


def begun(world: World) -> Iterator[Command]:
    """What is due of reviews today."""
    yield from due_deeds(world.opened.tree, world.state, world.today)
