"""Requests that wait for a decision: they move up to who stands above those who may decide."""

from collections.abc import Iterator

from flows.clockwork.world import Late, World
from flows.heads import after
from strategy.approvals.commands import WAITING
from strategy.approvals.tables import Request
from strategy.reading import read


def late(world: World) -> Iterator[Late]:
    """Days since each was asked for."""
    for request in read(world.state, Request, Request.state == WAITING, order_by=[Request.asked_at, Request.key]):
        days = (world.today - request.asked_at.date()).days
        able = [person for person in world.line(request.unit) if entitled(world, request, person)]
        line = [person for person in world.line(request.unit) if person != request.asked_by]
        up = after(line, *able[:1]) if able else tuple(line[-1:])
        why = f"Asked on {request.asked_at.date()}, {days} days ago; no decision yet"
        place = ("request", request.key, request.asked_at.date().isoformat(), request.unit, request.title, why)
        yield Late("approval_waiting", *place, days, next(iter(able), None), up)


def entitled(world: World, request: Request, person: str) -> bool:
    """Whether the decision right gives the request to this person, who is not the one who asked."""
    viewer = world.viewer(person)
    if viewer is None or person == request.asked_by:
        return False
    if request.decides == "person":
        return person == request.decider
    tops = (top for grant in viewer.grants if grant.role == request.decider for top in grant.units)
    return any(request.unit in tuple(world.door.policy.below(top)) for top in tops)
