"""What is the viewer's own, wherever it lies: who answers for something sees it, also in a unit that is not his."""

from typing import Any

from sqlalchemy import ColumnElement, exists, or_

from strategy.issues.tables import Action, Issue
from strategy.reading import read
from views.office import Office


def own_actions(office: Office, *where: ColumnElement[bool]) -> list[Action]:
    """The actions of the viewer, by day."""
    office.policy.require(office.viewer, "action.own", None)
    return read(office.state, Action, Action.owner == office.viewer.key, *where, order_by=[Action.due, Action.key])


def own_issues(office: Office) -> list[Issue]:
    """The open issues that the viewer answers for, the oldest first."""
    office.policy.require(office.viewer, "action.own", None)
    mine: tuple[Any, ...] = (Issue.owner == office.viewer.key, Issue.state == "open")
    return read(office.state, Issue, *mine, order_by=[Issue.opened_on, Issue.key])


def seen_action(office: Office, key: str) -> Action | None:
    """An action in the viewer's units, or his own; None where there is none, or it is not his to see."""
    found = office.read(Action, Action.key == key) or own_actions(office, Action.key == key)
    return found[0] if found else None


def seen_issue(office: Office, key: str) -> Issue:
    """An issue in the viewer's units, or one that he answers for or has an action on; else `Refused` as in `one`."""
    me = office.viewer.key
    if office.may("action.own"):
        acts = exists().where(Action.issue == Issue.key, Action.owner == me)
        if found := read(office.state, Issue, Issue.key == key, or_(Issue.owner == me, acts)):
            return found[0]
    return office.one(Issue, key)


def actions_of(office: Office, issue: Issue) -> list[Action]:
    """Every action on an issue that the viewer sees."""
    return read(office.state, Action, Action.issue == issue.key)
