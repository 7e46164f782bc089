"""What a viewer does with issues and actions: from what a page shows to the command; numbers are looked up."""

from datetime import date

from strategy.commands import new_key
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
from strategy.issues.commands import CloseIssue, ExplainIssue, HandOverIssue, OpenIssue, ReopenIssue
from strategy.issues.tables import Issue
from strategy.reviews.decisions import Cited, TakeDecision
from views.actions import ActionLine
from views.desk import Desk
from views.issue import IssueView
from views.opening import Opening
from views.standings import period_key, standings

# -- issues


def open_issue(desk: Desk, opening: Opening) -> str:
    """Open an issue as it was prepared; returns its key."""
    key = new_key("issue")
    desk.do(
        OpenIssue(
            key,
            opening.unit,
            opening.metric,
            opening.title,
            opening.owner,
            opening.since,
            opening.value,
            opening.target,
            opening.objective,
        )
    )
    return key


def explain(desk: Desk, one: IssueView, cause: str) -> None:
    """Say what is behind it."""
    desk.do(ExplainIssue(one.key, one.version, cause))


def hand_over_issue(desk: Desk, one: IssueView, owner: str) -> None:
    """Make somebody else answer for it."""
    desk.do(HandOverIssue(one.key, one.version, owner))


def close(desk: Desk, one: IssueView, outcome: str, words: str) -> None:
    """End it with an answer, beside the number as it is now."""
    desk.do(CloseIssue(one.key, one.version, outcome, words, one.value_now, one.period_now))


def decide(desk: Desk, one: IssueView, title: str, because: str) -> None:
    """Write down a decision on it, resting on the number as it is now."""
    reading = standings(desk, {(one.metric, one.unit)}).get((one.metric, one.unit))
    cites: tuple[Cited, ...] = ()
    if reading is not None:
        now, period = reading.now, period_key(desk, reading.now.period)
        cites = (Cited(one.metric, one.unit, period, now.value, now.target, now.status, desk.snapshot),)
    desk.do(TakeDecision(new_key("decision"), one.unit, title, because, issue=one.key, cites=cites))


def reopen(desk: Desk, one: IssueView, words: str) -> None:
    """Go on with it."""
    desk.do(ReopenIssue(one.key, one.version, words))


# -- actions


def give(  # noqa: PLR0913  an action has as many sides
    desk: Desk,
    issue: str,
    title: str,
    owner: str,
    due: date,
    *,
    metric: str,
    change: float,
    by: date,
    words: str = "",
) -> str:
    """Give an action on an issue; the number that it starts from is looked up. Returns its key."""
    one = desk.office.one(Issue, issue)
    value, period = number_now(desk, metric, one.unit)
    key = new_key("action")
    desk.do(
        GiveAction(
            key,
            one.unit,
            title,
            owner,
            due,
            issue=issue,
            words=words,
            expected_metric=metric,
            expected_change=change,
            expected_by=by,
            value_before=value,
            period_before=period,
        )
    )
    return key


def number_now(desk: Desk, metric: str, unit: str) -> tuple[float | None, str | None]:
    """The newest reported value of a metric of a unit, and its month as links name it."""
    reading = standings(desk, {(metric, unit)}).get((metric, unit))
    return (reading.now.value, period_key(desk, reading.now.period)) if reading else (None, None)


def update(desk: Desk, line: ActionLine, health: str, words: str) -> None:
    """Say how it stands."""
    desk.do(UpdateAction(line.key, line.version, health, words))


def finish(desk: Desk, line: ActionLine, words: str) -> None:
    """Say that it is done."""
    desk.do(FinishAction(line.key, line.version, words))


def verify(desk: Desk, line: ActionLine, worked: str, words: str) -> None:
    """Say whether it worked, beside the number as it is now."""
    value, period = number_now(desk, line.metric, line.unit) if line.metric else (None, None)
    desk.do(VerifyAction(line.key, line.version, worked, words, value, period))


def send_back(desk: Desk, line: ActionLine, words: str) -> None:
    """Say what is missing."""
    desk.do(ReturnAction(line.key, line.version, words))


def move(desk: Desk, line: ActionLine, due: date, words: str) -> None:
    """Give it another day."""
    desk.do(MoveAction(line.key, line.version, due, words))


def hand_over(desk: Desk, line: ActionLine, owner: str, words: str) -> None:
    """Ask somebody else to do it."""
    desk.do(HandOverAction(line.key, line.version, owner, words))


def withdraw(desk: Desk, line: ActionLine, words: str) -> None:
    """Take it back."""
    desk.do(WithdrawAction(line.key, line.version, words))
