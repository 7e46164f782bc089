"""Requests with four eyes, what they carry, and the clocks that move things up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.approvals.clocks import (
    AnswerEscalation,
    ChangeWaitingClock,
    EndWaitingClock,
    Escalate,
    SettleEscalation,
    SetWaitingClock,
    clock_for,
)
from strategy.approvals.commands import ApproveRequest, AskApproval, RejectRequest, WithdrawRequest
from strategy.approvals.tables import Escalation, Request, WaitingClock
from strategy.commands import Command
from strategy.duties.commands import NameChampion
from strategy.duties.rights import SetDecisionRight
from strategy.duties.tables import Champion
from strategy.state import reading
from strategy.tables import Audit
from tests.strategy_rooms import NOON, Books, below

ASK = AskApproval("q1", "shop", "spending", "A second till", "Queues are long at noon.", 12_000.0)
CHAMPION = {"key": "h1", "unit": "shop", "person": "sam"}
PROPOSE = AskApproval(
    "q1", "shop", "governance", "Sam as champion", "He asks.", command="NameChampion", content=CHAMPION
)


@pytest.fixture
def table(books: Books) -> Books:
    """A company with decision rights."""
    for key, kind, up_to, decides, decider in (
        ("r1", "spending", 5_000.0, "self", ""),
        ("r2", "spending", 50_000.0, "role", "manager"),
        ("r3", "spending", None, "role", "executive"),
        ("r4", "governance", None, "person", "tom"),
    ):
        books.do("clara", SetDecisionRight(key, "company", kind, decides, decider, up_to))
    return books


def audited(books: Books) -> list[tuple[str, str]]:
    with reading(books.engine) as session:
        return [(row.who, row.command) for row in session.scalars(select(Audit).order_by(Audit.id))]


# -- requests


def test_a_request_waits_for_whom_the_table_names(table: Books) -> None:
    table.do("sam", ASK)
    one = table.one(Request, "q1")
    assert (one.state, one.right, one.decides, one.decider, one.asked_by) == (
        "waiting",
        "r2",
        "role",
        "manager",
        "sam",
    )
    table.do("mira", ApproveRequest("q1", 1, "Buy it."), NOON + timedelta(days=2))
    one = table.one(Request, "q1")
    assert (one.state, one.decided_by, one.comment) == ("approved", "mira", "Buy it.")
    assert one.decided_at == NOON + timedelta(days=2)


def test_below_the_limit_one_decides_alone_and_it_is_logged(table: Books) -> None:
    table.do("sam", AskApproval("q1", "shop", "spending", "Paint", "The door peels.", 300.0))
    one = table.one(Request, "q1")
    assert (one.state, one.decided_by) == ("self_approved", "sam")
    assert audited(table)[-1] == ("sam", "AskApproval")


def test_nobody_approves_his_own_request_and_the_attempt_is_on_record(table: Books) -> None:
    table.do("mira", AskApproval("q1", "east", "spending", "A van", "To fetch.", 12_000.0))
    with pytest.raises(CommandError, match="Mira East asked for this; a second person has to decide on it"):
        table.do("mira", ApproveRequest("q1", 1))
    with pytest.raises(CommandError, match="a second person"):
        table.do("mira", RejectRequest("q1", 1, "No."))
    assert audited(table)[-2:] == [("mira", "ApproveRequest refused"), ("mira", "RejectRequest refused")]
    assert table.one(Request, "q1").state == "waiting"


def test_the_table_says_who_decides(table: Books) -> None:
    table.do("sam", AskApproval("q1", "shop", "spending", "A wing", "To grow.", 90_000.0))
    with pytest.raises(CommandError, match="give this decision to the role executive"):
        table.do("mira", ApproveRequest("q1", 1))
    with pytest.raises(Refused, match="of that key in sight"):
        table.do("wil", ApproveRequest("q1", 1))
    with pytest.raises(Refused):
        table.do("ann", ApproveRequest("q1", 1))
    table.do("tom", RejectRequest("q1", 1, "Not this year."))
    assert (table.one(Request, "q1").state, table.one(Request, "q1").comment) == ("rejected", "Not this year.")
    with pytest.raises(CommandError, match="this request is rejected"):
        table.do("tom", ApproveRequest("q1", 2))


def test_a_request_is_taken_back_by_who_made_it(table: Books) -> None:
    table.do("sam", ASK)
    with pytest.raises(CommandError, match="sam asked for this"):
        table.do("mira", WithdrawRequest("q1", 1))
    table.do("sam", WithdrawRequest("q1", 1))
    assert table.one(Request, "q1").state == "withdrawn"


def test_what_is_asked_for_is_done_when_it_is_approved_and_not_before(table: Books) -> None:
    table.do("mira", PROPOSE)
    assert table.all(Champion) == []
    table.do("tom", ApproveRequest("q1", 1))
    (champion,) = table.all(Champion)
    assert (champion.person, champion.made_by) == ("sam", "mira")
    assert audited(table)[-2:] == [("tom", "ApproveRequest"), ("mira", "NameChampion")]
    with reading(table.engine) as session:
        carried = session.get(Audit, table.one(Request, "q1").carried)
    assert carried is not None
    assert (carried.command, carried.who) == ("NameChampion", "mira")


def test_where_the_deed_fails_nothing_is_approved(table: Books) -> None:
    table.do("mira", PROPOSE)
    table.do("clara", NameChampion("h0", "shop", "sam"))
    with pytest.raises(CommandError, match="sam is a champion of shop already"):
        table.do("tom", ApproveRequest("q1", 1))
    assert table.one(Request, "q1").state == "waiting"
    assert audited(table)[-1] == ("tom", "ApproveRequest refused")


def test_below_the_limit_the_own_rights_count(books: Books) -> None:
    books.do("clara", SetDecisionRight("r1", "company", "governance", "self"))
    with pytest.raises(Refused, match=r"Mira East may not governance\.edit over shop"):
        books.do("mira", PROPOSE)
    books.do("tom", PROPOSE)
    assert books.one(Champion, "h1").made_by == "tom"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "posts"}, "no decision right covers 'Open or move posts' of 12,000 in shop"),
        ({"kind": "wishes"}, "'wishes' is no kind of decision"),
        ({"amount": None}, "'Spend money' needs an amount"),
        ({"kind": "governance"}, "is not measured; leave the amount out"),
        ({"amount": -1.0}, "-1.0 is no amount"),
        ({"title": " "}, "the title is empty"),
        ({"reason": ""}, "the reason is empty"),
        ({"command": "Abolish"}, "there is no command 'Abolish'"),
        ({"command": "ApproveRequest", "content": {"key": "q0", "version": 1}}, "cannot be asked for"),
        ({"command": "RaiseIssue"}, "cannot be asked for"),
        ({"command": "NameChampion", "content": {**CHAMPION, "pay": 3}}, "the command NameChampion has no pay"),
        ({"command": "NameChampion", "content": {"key": "h1"}}, "the command NameChampion cannot be made: unit"),
        ({"command": "NameChampion", "content": {**CHAMPION, "unit": "depot"}}, "something of depot, not of shop"),
        ({"command": "EndChampion", "content": {"key": "h9", "version": 1}}, "does not exist"),
        ({"command": "RequestRefresh", "content": {}}, "something of company, not of shop"),
        ({"subject_table": "wish", "subject_key": "x"}, "'wish' is no table"),
    ],
)
def test_a_request_that_cannot_be(table: Books, changed: dict[str, Any], words: str) -> None:
    fields = {"kind": "spending", "title": "A till", "reason": "Queues.", "amount": 12_000.0, **changed}
    with pytest.raises(CommandError, match=words):
        table.do("sam", AskApproval("q1", "shop", **fields))
    assert table.all(Request) == []


# -- clocks


def test_the_nearest_clock_counts(books: Books) -> None:
    books.do("clara", SetWaitingClock("k1", "company", "red", 2))
    books.do("clara", SetWaitingClock("k2", "east", "red", 3))
    books.do("clara", SetWaitingClock("k3", "company", "action_overdue", 7))
    books.do("tom", ChangeWaitingClock("k2", 1, 1))
    clocks = books.all(WaitingClock)
    found = [clock_for(clocks, below, "red", unit) for unit in ("company", "depot", "shop")]
    assert [(one.key, one.after) for one in found if one] == [("k1", 2), ("k1", 2), ("k2", 1)]
    assert clock_for(clocks, below, "approval_waiting", "shop") is None
    books.do("tom", EndWaitingClock("k2", 2))
    last = clock_for(books.all(WaitingClock), below, "red", "shop")
    assert last is not None
    assert last.key == "k1"
    with pytest.raises(CommandError, match="ended already"):
        books.do("tom", ChangeWaitingClock("k2", 3, 5))


@pytest.mark.parametrize(
    ("who", "command", "words"),
    [
        (
            "clara",
            SetWaitingClock("k2", "company", "red", 3),
            "company has a clock for 'A metric is off",
        ),
        ("clara", SetWaitingClock("k2", "east", "moon", 3), "no clock watches 'moon'"),
        ("clara", SetWaitingClock("k2", "east", "red", 0), "0 is no length of a clock"),
        ("mira", SetWaitingClock("k2", "east", "red", 3), "governance.edit"),
        ("clara", EndWaitingClock("k1", 2), "version 2 of it does not exist"),
    ],
)
def test_a_clock_that_cannot_be(books: Books, who: str, command: Command, words: str) -> None:
    books.do("clara", SetWaitingClock("k1", "company", "red", 2))
    with pytest.raises((CommandError, Refused), match=words):
        books.do(who, command)


def escalate(key: str = "u1", to: str = "mira", level: int = 1) -> Escalate:
    return Escalate(key, "shop", "approval_waiting", "request", "q1", "A second till", "It waits.", to, level, "sam")


def test_only_the_clock_moves_things_up(table: Books) -> None:
    with pytest.raises(Refused, match=r"may not clock\.run"):
        table.do("clara", escalate())
    table.do("sam", AskApproval("q1", "shop", "spending", "A wing", "To grow.", 90_000.0))
    table.door().by_clock(escalate())
    assert audited(table)[-1] == ("fourfold", "Escalate")
    with pytest.raises(Conflict, match="there is escalation 'u1' already"):
        table.door().by_clock(escalate())


def test_to_whom_a_request_is_moved_up_may_decide_on_it(table: Books) -> None:
    table.do("sam", AskApproval("q1", "shop", "spending", "A wing", "To grow.", 90_000.0))
    with pytest.raises(CommandError, match="the role executive"):
        table.do("mira", ApproveRequest("q1", 1))
    table.door().by_clock(escalate())
    table.do("mira", ApproveRequest("q1", 1))
    assert table.one(Request, "q1").decided_by == "mira"


def test_an_escalation_is_answered_by_whom_it_reached_and_settled_by_the_clock(books: Books) -> None:
    books.door().by_clock(escalate(to="wil"))
    with pytest.raises(CommandError, match="moved up to wil"):
        books.do("mira", AnswerEscalation("u1", 1, "I see to it."))
    books.do("wil", AnswerEscalation("u1", 1, "I see to it."))
    assert (books.one(Escalation, "u1").state, books.one(Escalation, "u1").answer) == ("taken", "I see to it.")
    books.door(NOON + timedelta(days=3)).by_clock(SettleEscalation("u1", 2))
    assert books.one(Escalation, "u1").settled_at == NOON + timedelta(days=3)
    with pytest.raises(CommandError, match="this escalation is settled"):
        books.do("wil", AnswerEscalation("u1", 3, "Too late."))


def test_who_decides_on_more_may_decide_on_less(table: Books) -> None:
    table.do("mira", AskApproval("q1", "east", "spending", "A van", "To fetch.", 12_000.0))
    table.do("tom", ApproveRequest("q1", 1))
    table.do("sam", AskApproval("q2", "shop", "spending", "A wing", "To grow.", 90_000.0))
    with pytest.raises(CommandError, match="the role executive"):
        table.do("mira", ApproveRequest("q2", 1))
