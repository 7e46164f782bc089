"""What others ask of issues: is there one, which have no action, which actions are late."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine, exists, select

from strategy.issues.tables import ALIVE, Action, Issue
from strategy.reading import read


def open_issues(engine: Engine) -> list[Issue]:
    """Every issue that is open, the oldest first."""
    return read(engine, Issue, Issue.state == "open", order_by=(Issue.opened_on, Issue.key))


def issues_on(engine: Engine, metric: str, unit: str) -> list[Issue]:
    """Every issue on a metric of a unit, the newest first, whatever became of it."""
    return read(engine, Issue, Issue.metric == metric, Issue.unit == unit, order_by=(Issue.opened_on.desc(), Issue.key))


def without_action(engine: Engine) -> list[Issue]:
    """Open issues on which nobody does anything: no action is open, none waits for its verdict."""
    alive = exists(select(Action.key).where(Action.issue == Issue.key, Action.state.in_(ALIVE)))
    return read(engine, Issue, Issue.state == "open", ~alive, order_by=(Issue.opened_on, Issue.key))


def overdue(engine: Engine, today: date) -> list[Action]:
    """Open actions whose day has passed, the longest overdue first."""
    return read(engine, Action, Action.state == "open", Action.due < today, order_by=(Action.due, Action.key))


def unverified(engine: Engine) -> list[Action]:
    """Actions that are done and wait for the answer whether they worked, the longest waiting first."""
    return read(engine, Action, Action.state == "done", order_by=(Action.done_on, Action.key))


def actions_on(engine: Engine, issues: Sequence[str]) -> list[Action]:
    """Every action on some issues, by when they were given."""
    return read(engine, Action, Action.issue.in_(issues), order_by=(Action.given_on, Action.key))
