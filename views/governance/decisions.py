"""What waits for a decision, what the clock moved up, what was decided; one request with all that a decider sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from flows.deciders import asked, deciders, lines_of
from strategy.approvals.clocks import AnswerEscalation
from strategy.approvals.commands import ApproveRequest, AskApproval, RejectRequest, WithdrawRequest
from strategy.approvals.tables import Escalation, Request
from strategy.commands import COMMANDS, Command, new_key
from strategy.duties.kinds import KINDS
from strategy.duties.rights import reaching
from strategy.duties.tables import DecisionRight
from strategy.reading import read
from views.desk import Desk
from views.governance import days, names, size, unit_title, who_decides, within
from views.localtime import local
from views.picks import Picks
from views.place import Place
from views.wording import sentence

LATEST = 12  # decisions that are shown
FIELDS = {"unit": "Unit", "person": "Person", "role": "Role", "title": "Title", "owner": "Owner", "due": "Due"}
LEAD_TO = {"issue": ("issues", "issue"), "action": ("issues", "action"), "request": ("governance", "request")}
LEAD_TO |= {"objective": ("objectives", "objective")}
STATE_WORDS = {
    "waiting": "Waits",
    "approved": "Approved",
    "rejected": "Rejected",
    "self_approved": "Decided alone",
    "withdrawn": "Taken back",
}


@dataclass(frozen=True)
class RequestLine:
    """A request in words. `turn`: it waits for the viewer (`moved` up to him); `deciders`: for whom."""

    key: str
    title: str
    href: str
    kind: str
    about: str
    state: str
    word: str
    turn: bool
    moved: bool
    waits: str
    deciders: str
    answer: str


@dataclass(frozen=True)
class UpLine:
    """What the clock moved up, along which people. `mine`: to the viewer; `asks`: who has not said what he does."""

    key: str
    version: int
    title: str
    href: str
    why: str
    path: str
    when: str
    answer: str
    mine: bool
    asks: bool


@dataclass(frozen=True)
class DecisionsView:
    """The part of the page; `total` counts all requests that there ever were."""

    waiting: tuple[RequestLine, ...]
    ups: tuple[UpLine, ...]
    decided: tuple[RequestLine, ...]
    total: int

    @property
    def turns(self) -> int:
        """How many wait for the viewer."""
        return sum(line.turn for line in self.waiting) + sum(up.asks for up in self.ups)


@dataclass(frozen=True)
class RequestView:
    """One request: what is asked and why, what happens when it is approved, who decides, and its history."""

    line: RequestLine
    version: int
    reason: str
    carries: str
    facts: tuple[tuple[str, str], ...]
    history: tuple[tuple[str, str, str], ...]
    may_decide: bool
    may_withdraw: bool
    own: bool


def build(desk: Desk, picks: Picks, zone: tzinfo) -> DecisionsView:
    """Requests and escalations of the unit that is picked and below it."""
    office, units = desk.office, list(within(desk, picks))
    requests = office.read(Request, Request.unit.in_(units), order_by=[Request.asked_at, Request.key])
    ups = office.read(Escalation, Escalation.unit.in_(units), Escalation.state != "settled", order_by=[Escalation.at])
    moved = {one.subject_key for one in ups if one.to_person == office.viewer.key}
    rights = _rights(desk)
    lines = [_line(desk, one, zone, moved, rights) for one in requests]
    past = [one for one in requests if one.state != "waiting"]
    past.sort(key=lambda one: one.decided_at or one.asked_at, reverse=True)
    by_key = {line.key: line for line in lines}
    return DecisionsView(
        tuple(sorted((line for line in lines if line.state == "waiting"), key=lambda line: not line.turn)),
        tuple(_up(desk, group, zone) for group in _grouped(ups)),
        tuple(by_key[one.key] for one in past[:LATEST]),
        len(requests),
    )


def request_view(desk: Desk, key: str, zone: tzinfo) -> RequestView:
    """One request; `Refused` where it is not in the viewer's units."""
    office = desk.office
    one = office.one(Request, key)
    moved = read(
        desk.state, Escalation, Escalation.subject_key == key, Escalation.to_person == office.viewer.key
    )  # only what was moved up to the viewer himself
    rights = _rights(desk)
    line = _line(desk, one, zone, {key} if moved else set(), rights)
    able = deciders(desk.office.roster, desk.policy, lines_of(one, rights, desk.policy), one.unit, one.asked_by)
    facts = [
        ("Asked by", f"{office.name(one.asked_by)}, {local(one.asked_at, zone)}"),
        ("Kind", line.kind),
        ("Amount", size(desk, one.kind, one.amount)),
        ("Unit", unit_title(desk, one.unit)),
        ("Decides", _with_names(desk, one, line)),
        ("Decided by", f"{office.name(one.decided_by)}, {line.waits}" if one.decided_by else ""),
    ]
    history = tuple(
        (office.name(change.who), _did(change.command), local(change.at, zone))
        for change in office.history(Request, key)
    )
    own = one.asked_by == office.viewer.key
    return RequestView(
        line=line,
        version=one.version,
        reason=one.reason,
        carries=carried(desk, one.command, one.payload or {}),
        facts=tuple((name, words) for name, words in facts if words),
        history=history,
        may_decide=line.turn or (one.state == "waiting" and office.viewer.key in able),
        may_withdraw=own and one.state == "waiting",
        own=own,
    )


def _rights(desk: Desk) -> list[DecisionRight]:
    return read(desk.state, DecisionRight, DecisionRight.ended_at.is_(None))


def _line(desk: Desk, one: Request, zone: tzinfo, moved: set[str], rights: list[DecisionRight]) -> RequestLine:
    office, waiting = desk.office, one.state == "waiting"
    able = asked(desk.office.roster, desk.policy, lines_of(one, rights, desk.policy), one.unit, one.asked_by)
    me = office.viewer.key
    turn = waiting and me != one.asked_by and (me in able or one.key in moved)
    parts = [KINDS[one.kind].title if one.kind in KINDS else one.kind, size(desk, one.kind, one.amount)]
    return RequestLine(
        key=one.key,
        title=one.title,
        href=Place("governance", {"request": one.key}).href,
        kind=parts[0],
        about=" · ".join([*filter(None, parts), unit_title(desk, one.unit), office.name(one.asked_by)]),
        state=one.state,
        word=STATE_WORDS[one.state],
        turn=turn,
        moved=one.key in moved,
        waits=days(office.clock.now() - one.asked_at) if waiting else _on(one.decided_at or one.asked_at, zone),
        deciders=names(desk, able) or who_decides(desk, one.decides, one.decider),
        answer="" if waiting else " · ".join(filter(None, [office.name(one.decided_by or ""), one.comment or ""])),
    )


def _grouped(ups: list[Escalation]) -> list[list[Escalation]]:
    """By subject, each by level; what was moved up last comes first. Requests stand among those that wait."""
    groups: dict[str, list[Escalation]] = {}
    for one in reversed(ups):
        if one.subject_table != Request.__tablename__:
            groups.setdefault(one.subject_key, []).append(one)
    return [sorted(group, key=lambda one: (one.watches, one.level)) for group in groups.values()]


def _up(desk: Desk, group: list[Escalation], zone: tzinfo) -> UpLine:
    office = desk.office
    mine = [one for one in group if one.to_person == office.viewer.key]
    one = next((up for up in mine if not up.answer), (mine or group)[-1])
    page, name = LEAD_TO.get(one.subject_table, ("governance", one.subject_table))
    line = dict.fromkeys(person for up in group for person in (up.from_person, up.to_person) if person)
    latest = {up.watches: up for up in group}
    answers = (f"{office.name(up.to_person)}: {up.answer}" for up in group if up.answer)
    return UpLine(
        key=one.key,
        version=one.version,
        title=one.title,
        href=Place(page, {name: one.subject_key}).href,
        why="; ".join(sentence(up.why) if not at else up.why for at, up in enumerate(latest.values())),
        path=" > ".join(office.name(person) for person in line),
        when=_on(max(up.at for up in group), zone),
        answer="; ".join(answers),
        mine=bool(mine),
        asks=any(not up.answer for up in mine),
    )


def _with_names(desk: Desk, one: Request, line: RequestLine) -> str:
    who = who_decides(desk, one.decides, one.decider)
    return who if one.decides != "role" or one.state != "waiting" else f"{who}: {line.deciders}"


def _on(at: datetime, zone: tzinfo) -> str:
    return local(at, zone).split(", ")[0]


def _did(command: str) -> str:
    words = {
        "AskApproval": "asked for it",
        "ApproveRequest": "approved it",
        "RejectRequest": "rejected it",
        "WithdrawRequest": "took it back",
    }
    return words.get(command, command)


def carried(desk: Desk, command: str | None, payload: Mapping[str, Any]) -> str:
    """What is done when it is approved, in words; nothing where the decision is the deed."""
    kind = COMMANDS.get(command or "")
    if kind is None:
        return ""
    says = (kind.__doc__ or kind.__name__).strip().splitlines()[0]
    told = [f"{FIELDS[key]}: {_named(desk, key, payload[key])}" for key in FIELDS if payload.get(key)]
    return f"{says} {' · '.join(told)}".strip()


def _named(desk: Desk, field: str, value: Any) -> str:
    if field in ("person", "owner"):
        return desk.office.name(str(value))
    return unit_title(desk, str(value)) if field == "unit" else str(value)


# -- asking and deciding


@dataclass(frozen=True)
class Asking:
    """The form of a new request: kinds and units to choose from; `measures` says what an amount of a kind counts."""

    kinds: Mapping[str, str]
    measures: Mapping[str, str]
    units: Mapping[str, str]


def asking(desk: Desk) -> Asking:
    """The form, filled with what the viewer may ask for."""
    scope = desk.office.scope("action.own")
    tree = desk.opened.tree
    units = {key: tree.units[key].title for key in tree.descendants(tree.root, desk.as_of) if key in scope}
    money = desk.workspace.currency
    measures = {key: money if kind.measure == "money" else kind.measure for key, kind in KINDS.items()}
    return Asking({key: kind.title for key, kind in KINDS.items()}, measures, units)


def foretold(desk: Desk, kind: str, unit: str, amount: float | None) -> str:
    """Who would decide, told before it is asked for."""
    lines = reaching(_rights(desk), desk.policy.below, kind, amount, unit)
    if not lines:
        return "No decision right covers this yet: whoever governs adds a line under Rules."
    if lines[0].decides == "self":
        return "Within your own limit: it is decided at once, and logged."
    said = [(one.decides, one.decider) for one in lines]
    able = asked(desk.office.roster, desk.policy, said, unit, desk.viewer.key)
    if not able:
        return f"{who_decides(desk, *said[0])} decides, and there is nobody but you: name somebody under Rules."
    return f"{names(desk, able)} decide{'s' if len(able) == 1 else ''}."


def ask(
    desk: Desk,
    kind: str,
    unit: str,
    title: str,
    reason: str,
    amount: float | None = None,
    command: Command | None = None,
) -> str:
    """Ask for a decision, of a command where there is one; returns the key of the request."""
    name, content = (type(command).__name__, command.payload()) if command else (None, None)
    key = new_key("request")
    desk.office.do(AskApproval(key, unit, kind, title, reason, amount, command=name, content=content))
    return key


def approve(desk: Desk, one: RequestView, comment: str) -> None:
    """Approve it; what it carries is done."""
    desk.office.do(ApproveRequest(one.line.key, one.version, comment))


def reject(desk: Desk, one: RequestView, comment: str) -> None:
    """Turn it down."""
    desk.office.do(RejectRequest(one.line.key, one.version, comment))


def withdraw(desk: Desk, one: RequestView) -> None:
    """Take it back."""
    desk.office.do(WithdrawRequest(one.line.key, one.version))


def answer(desk: Desk, one: UpLine, words: str) -> None:
    """Say what one does about what was moved up."""
    desk.office.do(AnswerEscalation(one.key, one.version, words))
