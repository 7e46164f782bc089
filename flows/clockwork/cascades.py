"""Objectives that were handed down and wait for the receiving owner's answer."""

from collections.abc import Iterator
from datetime import date

from flows.clockwork.world import Late, World, told
from strategy.goals.tables import Objective
from strategy.history import changes_of
from strategy.reading import read


def late(world: World) -> Iterator[Late]:
    """Days since each was offered."""
    waiting = read(world.state, Objective, Objective.cascade == "offered", order_by=[Objective.key])
    if not waiting:
        return
    offered: dict[str, date] = {}
    for change in changes_of(world.state, Objective.__tablename__, [one.key for one in waiting], limit=1000):
        if (change.after or {}).get("cascade") == "offered":
            offered.setdefault(change.key, change.at.date())
    for one in waiting:
        since = offered.get(one.key, one.made_at.date())
        days = (world.today - since).days
        why = f"offered on {told(since)}, {days} days ago; not answered yet"
        place = ("objective", one.key, since.isoformat(), one.unit, one.title, why)
        yield Late("cascade_waiting", *place, days, one.waits_for, world.up(one.unit, one.waits_for))
