"""Issues and actions through the door, on SQLite and PostgreSQL: who may, when, and what stays behind."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.goals.objectives import WriteObjective
from strategy.history import changes_of
from strategy.issues.actions import (
    FinishAction,
    GiveAction,
    HandOverAction,
    MoveAction,
    ReturnAction,
    UpdateAction,
    VerifyAction,
    WithdrawAction,
)
from strategy.issues.commands import CloseIssue, ExplainIssue, HandOverIssue, OpenIssue, RaiseIssue, ReopenIssue
from strategy.issues.reading import actions_on, issues_on, open_issues, overdue, unverified, without_action
from strategy.issues.tables import Action, ActionNews, Issue
from tests.strategy_rooms import NOON, Books

LATE = OpenIssue("late", "shop", "on_time", "Late parcels", "sam", "2026-08", 0.87, 0.95, "keep_promise")
FASTER = GiveAction(
    "faster",
    "shop",
    "A second packer in the evening",
    "sam",
    date(2026, 11, 30),
    issue="late",
    expected_metric="on_time",
    expected_change=0.05,
    expected_by=date(2027, 1, 31),
    value_before=0.87,
    period_before="2026-10",
)


@pytest.fixture
def books(books: Books) -> Books:
    """The company with one objective."""
    books.do("mira", WriteObjective("keep_promise", "shop", "Keep the promise", "customer"))
    return books


@pytest.fixture
def late(books: Books) -> Books:
    """The company with one issue in the shop, opened by the head of east."""
    books.do("mira", LATE)
    return books


@pytest.fixture
def acted(late: Books) -> Books:
    """And an action on it, owned by the head of the shop."""
    late.do("mira", FASTER)
    return late


def issue(books: Books) -> Issue:
    return books.one(Issue, "late")


def action(books: Books) -> Action:
    return books.one(Action, "faster")


def told(books: Books) -> list[tuple[str, str, str]]:
    """What was told of the action, in order."""
    news = sorted(books.all(ActionNews), key=lambda one: one.made_at)
    return [(one.about, one.health, one.words) for one in news]


# -- issues


def test_a_person_opens_an_issue(late: Books) -> None:
    one = issue(late)
    assert (one.unit, one.metric, one.objective, one.owner) == ("shop", "on_time", "keep_promise", "sam")
    assert (one.origin, one.state, one.since_period, one.opened_on) == ("person", "open", "2026-08", date(2026, 11, 3))
    assert (one.value, one.target, one.made_by) == (0.87, 0.95, "mira")


def test_a_review_and_the_clock_open_issues_too(books: Books) -> None:
    books.do("mira", replace(LATE, key="reviewed", review="r1"))
    books.door().by_clock(RaiseIssue("red.cost.shop.2026-08", "shop", "cost", "Cost too high", "sam", "2026-08"))
    assert [(one.key, one.origin, one.made_by) for one in books.all(Issue)] == [
        ("red.cost.shop.2026-08", "clock", "fourfold"),
        ("reviewed", "review", "mira"),
    ]


def test_no_person_can_pass_for_the_clock(books: Books) -> None:
    for who in ("clara", "mira", "ann"):
        with pytest.raises(Refused):
            books.do(who, RaiseIssue("x", "shop", "cost", "Cost too high", "sam", "2026-08"))


@pytest.mark.parametrize(("who", "unit"), [("wil", "shop"), ("sam", "east"), ("ann", "shop"), ("joe", "shop")])
def test_who_may_not_opens_nothing(books: Books, who: str, unit: str) -> None:
    with pytest.raises(Refused):
        books.do(who, replace(LATE, unit=unit))
    assert books.all(Issue) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title": "  "}, "the title of the issue is empty"),
        ({"title": "x" * 201}, "at most 200"),
        ({"owner": ""}, "the owner is empty"),
        ({"metric": "\x00"}, "characters that are no text"),
        ({"since_period": ""}, "is no period"),
        ({"since_period": "2026-08 and some"}, None),
        ({"since_period": "x" * 21}, "is no period"),
        ({"key": "Not a key"}, "is no key"),
        ({"objective": "nothing"}, "there is no objective 'nothing'"),
    ],
)
def test_an_issue_is_held_against_what_can_be_kept(books: Books, wrong: dict[str, Any], says: str | None) -> None:
    if says is None:
        books.do("mira", replace(LATE, **wrong))
        return
    with pytest.raises(CommandError, match=says):
        books.do("mira", replace(LATE, **wrong))
    assert books.all(Issue) == []


def test_one_metric_of_a_unit_has_one_open_issue(late: Books) -> None:
    with pytest.raises(CommandError, match="open issue on this already, 'Late parcels'"):
        late.do("mira", replace(LATE, key="twin"))
    with pytest.raises(Conflict, match="issue 'late' already"):
        late.do("mira", replace(LATE, metric="other"))
    late.do("mira", replace(LATE, key="yard", unit="yard"))


def test_of_many_who_open_the_same_at_once_one_does(books: Books) -> None:
    def attempt(number: int) -> bool:
        try:
            books.do("mira", replace(LATE, key=f"late{number}"))
        except CommandError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(12))) == 1
    assert len(books.all(Issue)) == 1


def test_its_owner_explains_it_and_the_manager_hands_it_over(late: Books) -> None:
    late.do("sam", ExplainIssue("late", 1, " Two drivers are ill. "))
    assert issue(late).cause == "Two drivers are ill."
    late.do("mira", HandOverIssue("late", 2, "ann"))
    late.do("ann", ExplainIssue("late", 3, "And a van broke down."))
    assert (issue(late).owner, issue(late).version) == ("ann", 4)
    with pytest.raises(Refused):
        late.do("wil", ExplainIssue("late", 4, "Ours would not."))
    with pytest.raises(Refused):
        late.do("ann", HandOverIssue("late", 4, "sam"))
    with pytest.raises(CommandError, match="nothing is different"):
        late.do("mira", HandOverIssue("late", 4, "ann"))


def test_the_second_writer_is_told_what_changed(late: Books) -> None:
    late.do("sam", ExplainIssue("late", 1, "Two drivers are ill."))
    with pytest.raises(Conflict, match="sam changed cause from nothing to Two drivers are ill"):
        late.do("mira", ExplainIssue("late", 1, "The fair."))
    assert issue(late).cause == "Two drivers are ill."


# -- closing


def worked(books: Books, answer: str = "yes", why: str = "") -> None:
    """The action done, and verified by who gave it."""
    books.do("sam", FinishAction("faster", action(books).version))
    books.do("mira", VerifyAction("faster", action(books).version, answer, why, 0.94, "2026-12"))


def test_an_issue_closes_with_an_answer_once_its_actions_are_settled(acted: Books) -> None:
    with pytest.raises(CommandError, match="'A second packer in the evening' is not settled yet"):
        acted.do("mira", CloseIssue("late", 1, "worked"))
    worked(acted)
    acted.do("sam", CloseIssue("late", 1, "worked", "", 0.94, "2026-12"))
    one = issue(acted)
    assert (one.state, one.outcome, one.value_after, one.period_after) == ("closed", "worked", 0.94, "2026-12")
    with pytest.raises(CommandError, match="this issue is closed"):
        acted.do("mira", CloseIssue("late", 2, "worked"))
    with pytest.raises(CommandError, match="this issue is closed; reopen it first"):
        acted.do("mira", replace(FASTER, key="again"))


@pytest.mark.parametrize("outcome", ["worked", "partly"])
def test_nothing_worked_where_no_action_helped(acted: Books, outcome: str) -> None:
    worked(acted, "no", "The packer came in the morning.")
    with pytest.raises(CommandError, match="no action on it was found to help"):
        acted.do("mira", CloseIssue("late", 1, outcome))
    with pytest.raises(CommandError, match="say in a sentence why"):
        acted.do("mira", CloseIssue("late", 1, "failed"))
    acted.do("mira", CloseIssue("late", 1, "failed", "It stays as it is until the new hall."))
    assert issue(acted).closing == "It stays as it is until the new hall."


def test_an_answer_is_one_of_four(late: Books) -> None:
    with pytest.raises(CommandError, match="the answer is one of worked, partly, failed, passed"):
        late.do("mira", CloseIssue("late", 1, "great"))


def test_a_closed_issue_is_opened_again_with_a_reason(late: Books) -> None:
    late.do("mira", CloseIssue("late", 1, "passed", "The strike is over."))
    with pytest.raises(CommandError, match="the reason is empty"):
        late.do("mira", ReopenIssue("late", 2, " "))
    late.do("mira", ReopenIssue("late", 2, "They strike again."))
    one = issue(late)
    assert (one.state, one.outcome, one.closing, one.closed_on) == ("open", None, "", None)
    assert one.cause.endswith("They strike again.")
    assert [change.command for change in changes_of(late.engine, "issue", ["late"])] == [
        "ReopenIssue",
        "CloseIssue",
        "OpenIssue",
    ]


def test_it_stays_closed_where_another_one_has_taken_its_place(late: Books) -> None:
    late.do("mira", CloseIssue("late", 1, "passed", "The strike is over."))
    late.do("mira", replace(LATE, key="later"))
    with pytest.raises(CommandError, match="open issue on this already"):
        late.do("mira", ReopenIssue("late", 2, "They strike again."))


# -- actions


def test_an_action_knows_what_it_should_do_to_which_number(acted: Books) -> None:
    one = action(acted)
    assert (one.unit, one.issue, one.objective, one.owner) == ("shop", "late", "keep_promise", "sam")
    assert (one.given_by, one.given_on) == ("mira", date(2026, 11, 3))
    assert (one.due, one.first_due) == (date(2026, 11, 30), date(2026, 11, 30))
    assert (one.expected_metric, one.expected_change, one.value_before) == ("on_time", 0.05, 0.87)
    assert told(acted) == [("given", "on_track", "")]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"due": date(2026, 11, 2)}, "has passed"),
        ({"expected_metric": None}, "name the metric"),
        ({"expected_change": None}, "say how much"),
        ({"expected_change": 0.0}, "say how much"),
        ({"expected_by": date(2026, 11, 29)}, "effect cannot be due before"),
        ({"issue": "nothing"}, "there is no issue 'nothing' in shop"),
        ({"unit": "yard"}, "there is no issue 'late' in yard"),
        ({"title": ""}, "the title of the action is empty"),
        ({"words": "x" * 2001}, "at most 2000"),
    ],
)
def test_an_action_is_held_against_its_issue(late: Books, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        late.do("mira", replace(FASTER, **wrong))
    assert late.all(Action) == []


def test_an_action_may_stand_alone(books: Books) -> None:
    books.do("mira", GiveAction("fair", "east", "Prepare the fair", "sam", date(2026, 12, 1), objective="keep_promise"))
    assert books.one(Action, "fair").objective == "keep_promise"


def test_its_owner_tells_how_it_stands_wherever_it_lies(late: Books) -> None:
    late.do("mira", replace(FASTER, owner="wil"))
    with pytest.raises(CommandError, match="what blocks it"):
        late.do("wil", UpdateAction("faster", 1, "blocked"))
    later = NOON + timedelta(days=9)
    late.do("wil", UpdateAction("faster", 1, "blocked", "No packer to be had."), later)
    one = action(late)
    assert (one.health, one.told_on, one.changed_by) == ("blocked", date(2026, 11, 12), "wil")
    assert told(late)[-1] == ("update", "blocked", "No packer to be had.")
    with pytest.raises(CommandError, match="how it stands is one of on_track, at_risk, blocked"):
        late.do("wil", UpdateAction("faster", 2, "fine"))
    with pytest.raises(Refused):
        late.do("ann", UpdateAction("faster", 2, "on_track"))
    with pytest.raises(Refused):
        late.do("wil", WithdrawAction("faster", 2, "I do not want to."))


def test_the_day_moves_and_the_promise_stays(acted: Books) -> None:
    acted.do("sam", MoveAction("faster", 1, date(2027, 2, 15), "The packer starts in January."))
    one = action(acted)
    assert (one.due, one.first_due, one.expected_by) == (date(2027, 2, 15), date(2026, 11, 30), date(2027, 2, 15))
    assert told(acted)[-1] == ("moved", "on_track", "The packer starts in January.")
    for due, why, says in (
        (date(2026, 11, 1), "Earlier.", "has passed"),
        (date(2027, 2, 15), "The same.", "nothing is different"),
        (date(2027, 3, 1), "", "the reason is empty"),
    ):
        with pytest.raises(CommandError, match=says):
            acted.do("sam", MoveAction("faster", 2, due, why))


def test_done_is_not_yet_worked(acted: Books) -> None:
    acted.do("sam", FinishAction("faster", 1, "She started on Monday."))
    assert (action(acted).state, action(acted).done_on) == ("done", date(2026, 11, 3))
    with pytest.raises(Refused):
        acted.do("ann", VerifyAction("faster", 2, "yes"))
    acted.do("mira", ReturnAction("faster", 2, "She is there on Mondays only."))
    assert (action(acted).state, action(acted).health) == ("open", "at_risk")
    acted.do("sam", FinishAction("faster", 3))
    with pytest.raises(CommandError, match="why it did not work"):
        acted.do("mira", VerifyAction("faster", 4, "no"))
    acted.do("mira", VerifyAction("faster", 4, "partly", "Half of the way.", 0.9, "2026-12"))
    one = action(acted)
    assert (one.state, one.worked, one.verdict, one.verified_by) == ("verified", "partly", "Half of the way.", "mira")
    assert (one.value_before, one.value_after, one.period_after) == (0.87, 0.9, "2026-12")
    assert [about for about, _, _ in told(acted)] == ["given", "done", "returned", "done", "verified"]


def test_an_action_is_handed_over_or_withdrawn(acted: Books) -> None:
    acted.do("mira", HandOverAction("faster", 1, "ann", "Sam is on leave."))
    assert action(acted).owner == "ann"
    acted.do("mira", WithdrawAction("faster", 2, "The hall has a packer."))
    assert action(acted).state == "withdrawn"
    with pytest.raises(CommandError, match="this action is withdrawn"):
        acted.do("ann", UpdateAction("faster", 3, "on_track"))


# -- reading


def test_what_others_ask_of_issues(acted: Books) -> None:
    acted.do("mira", OpenIssue("cost", "yard", "cost", "Cost too high", "sam", "2026-09"))
    engine = acted.engine
    assert [one.key for one in open_issues(engine)] == ["cost", "late"]
    assert [one.key for one in without_action(engine)] == ["cost"]
    assert [one.key for one in issues_on(engine, "on_time", "shop")] == ["late"]
    assert [one.key for one in actions_on(engine, ["late"])] == ["faster"]
    assert overdue(engine, date(2026, 11, 30)) == []
    assert [one.key for one in overdue(engine, date(2026, 12, 1))] == ["faster"]
    acted.do("sam", FinishAction("faster", 1))
    assert [one.key for one in unverified(engine)] == ["faster"]
    acted.do("mira", VerifyAction("faster", 2, "no", "It did nothing."))
    assert [one.key for one in without_action(engine)] == ["cost", "late"]


def test_nothing_is_written_past_the_door(acted: Books) -> None:
    with Session(acted.engine) as session:
        session.get_one(Action, "faster").title = "Mine now"
        with pytest.raises(CommandError, match="through the door"):
            session.commit()
