"""Requests that wait for the viewer's decision, what was moved up to him, conflicts that he settles."""

from collections.abc import Iterator

from flows.deciders import asked, lines_of
from strategy.approvals.tables import Escalation, Request
from strategy.duties.tables import DecisionRight, Dispute
from strategy.reading import read
from views.governance.decisions import LEAD_TO
from views.office import Office
from views.place import Place
from views.waiting import Waiting


def waiting(office: Office) -> Iterator[Waiting]:
    """What waits for the viewer of all that; what is his own is his in whatever unit it lies."""
    me, everybody = office.viewer.key, office.roster
    ups = read(office.state, Escalation, Escalation.to_person == me, Escalation.state != "settled")
    rights = read(office.state, DecisionRight, DecisionRight.ended_at.is_(None))
    moved = {one.subject_key for one in ups}
    for request in office.read(Request, Request.state == "waiting", Request.asked_by != me):
        lines = lines_of(request, rights, office.policy)
        able = asked(everybody, office.policy, lines, request.unit, request.asked_by)
        if me in able or request.key in moved:
            link = Place("governance", {"request": request.key}).href
            why = f"asked by {office.name(request.asked_by)}"
            yield Waiting(request.title, why, request.asked_at.date(), link, "decide")
    for one in ups:
        if one.state == "open" and one.subject_table != Request.__tablename__:
            page, name = LEAD_TO.get(one.subject_table, ("governance", one.subject_table))
            start = office.name(one.from_person) if one.from_person else "the clock"
            why = f"moved up from {start}: {one.why}"
            yield Waiting(one.title, why, one.at.date(), Place(page, {name: one.subject_key}).href, "answer")
    for dispute in read(office.state, Dispute, Dispute.arbiter == me, Dispute.state == "open"):
        link = Place("governance", {"show": "conflicts", "dispute": dispute.key}).href
        why = f"raised by {office.name(dispute.raised_by)}; you settle it"
        yield Waiting(dispute.title, why, dispute.made_at.date(), link, "decide")
