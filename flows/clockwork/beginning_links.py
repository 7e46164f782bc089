"""Links of strategy.yaml that the state does not know yet begin once both of their objectives are there."""

from collections.abc import Iterator

from flows.clockwork.world import World
from flows.first_links import first_links
from strategy.commands import Command


def begun(world: World) -> Iterator[Command]:
    """Links that only the file knows."""
    yield from first_links(world.door, world.opened.workspace)
