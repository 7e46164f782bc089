"""Requests that wait for a decision: they move up to who stands above those who may decide."""

from collections.abc import Iterator

from flows.clockwork.world import Late, World, told
from flows.deciders import asked, lines_of
from flows.heads import after
from strategy.approvals.commands import WAITING
from strategy.approvals.tables import Request
from strategy.duties.tables import DecisionRight
from strategy.reading import read


def late(world: World) -> Iterator[Late]:
    """Days since each was asked for."""
    rights = read(world.state, DecisionRight, DecisionRight.ended_at.is_(None))
    for request in read(world.state, Request, Request.state == WAITING, order_by=[Request.asked_at, Request.key]):
        days = (world.today - request.asked_at.date()).days
        lines = lines_of(request, rights, world.door.policy)
        waits_for = asked(world.people, world.door.policy, lines, request.unit, request.asked_by)
        able = [person for person in world.line(request.unit) if person in waits_for]
        line = [person for person in world.line(request.unit) if person != request.asked_by]
        up = after(line, *able[:1]) if able else tuple(line[-1:])
        why = f"asked on {told(request.asked_at.date())}, {days} days ago; no decision yet"
        place = ("request", request.key, request.asked_at.date().isoformat(), request.unit, request.title, why)
        yield Late("approval_waiting", *place, days, next(iter(able), None), up)
