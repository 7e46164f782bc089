"""Who decides, by name: the people whom the decision rights give a decision to."""

from collections.abc import Iterable

from access.policy import Policy
from flows.roster import Roster
from strategy.approvals.tables import Request
from strategy.duties.rights import names, reaching
from strategy.duties.tables import DecisionRight

Lines = list[tuple[str, str]]  # how, and whom: what a decision right says


def lines_of(request: Request, rights: Iterable[DecisionRight], policy: Policy) -> Lines:
    """The line that a request fell under, then those that reach it and further."""
    found = reaching(rights, policy.below, request.kind, request.amount, request.unit)
    return [(request.decides, request.decider), *((one.decides, one.decider) for one in found)]


def deciders(people: Roster, policy: Policy, lines: Lines, unit: str, but: str) -> tuple[str, ...]:
    """Everybody who may decide in a unit by some lines, but for who asked, in the order of the lines."""
    able = [one.viewer for one in people.able(policy, "approval.decide", unit) if one.viewer.key != but]
    found = (viewer.key for line in lines for viewer in able if names(policy, viewer, *line, unit))
    return tuple(dict.fromkeys(found))


def asked(people: Roster, policy: Policy, lines: Lines, unit: str, but: str) -> tuple[str, ...]:
    """Those of them whom it waits for: whom the first line names that names anybody but who asked."""
    groups = (deciders(people, policy, [line], unit, but) for line in lines)
    return next((group for group in groups if group), ())
