"""The tables of issues: the issue, the actions on it, and what was told of them."""

from datetime import date
from typing import Literal, get_args

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from strategy.tables import Record

IssueState = Literal["open", "closed"]
Origin = Literal["clock", "person", "review"]
Outcome = Literal["worked", "partly", "failed", "passed"]
ActionState = Literal["open", "done", "verified", "withdrawn"]
Health = Literal["on_track", "at_risk", "blocked"]
Worked = Literal["yes", "partly", "no"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
HEALTHS: tuple[Health, ...] = get_args(Health)
WORKED: tuple[Worked, ...] = get_args(Worked)
ALIVE: tuple[ActionState, ...] = ("open", "done")  # those that somebody still has to do with
OPEN = text("state = 'open'")


class Issue(Record):
    """A metric of a unit that is off and needs an answer. At most one is open for each metric and unit.

    `since_period` names the first period of the trouble as links do (2026-08). `value`, `target` and `value_after` are
    in the metric's own unit; None where there was none. `outcome` and what follows it say how it ended.
    """

    __tablename__ = "issue"
    __table_args__ = (
        Index("uq_issue_open", "metric", "unit", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_issue_unit", "unit", "state"),
    )

    unit: Mapped[str] = mapped_column(String(120))
    metric: Mapped[str] = mapped_column(String(120))
    objective: Mapped[str | None] = mapped_column(ForeignKey("objective.key"))
    review: Mapped[str | None] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    since_period: Mapped[str] = mapped_column(String(20))
    value: Mapped[float | None]
    target: Mapped[float | None]
    cause: Mapped[str] = mapped_column(Text)
    opened_on: Mapped[date]
    outcome: Mapped[str | None] = mapped_column(String(20))
    closing: Mapped[str] = mapped_column(Text)
    value_after: Mapped[float | None]
    period_after: Mapped[str | None] = mapped_column(String(20))
    closed_on: Mapped[date | None]


class Action(Record):
    """What somebody does until a day, and what it should do to a metric; afterwards whether it did.

    `expected_change` is signed, in the metric's own unit. `value_before` and `value_after` are that metric's in the
    action's unit, at the end of the periods named beside them. `first_due` keeps the day that was promised at
    first, `told_on` the day on which its owner last said how it stands.
    """

    __tablename__ = "action"
    __table_args__ = (Index("ix_action_owner", "owner", "state"), Index("ix_action_unit", "unit", "state"))

    unit: Mapped[str] = mapped_column(String(120))
    issue: Mapped[str | None] = mapped_column(ForeignKey("issue.key"), index=True)
    objective: Mapped[str | None] = mapped_column(ForeignKey("objective.key"))
    review: Mapped[str | None] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(120))
    given_by: Mapped[str] = mapped_column(String(120))
    given_on: Mapped[date]
    due: Mapped[date]
    first_due: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    health: Mapped[str] = mapped_column(String(20))
    told_on: Mapped[date]
    expected_metric: Mapped[str | None] = mapped_column(String(120))
    expected_change: Mapped[float | None]
    expected_by: Mapped[date | None]
    value_before: Mapped[float | None]
    period_before: Mapped[str | None] = mapped_column(String(20))
    done_on: Mapped[date | None]
    worked: Mapped[str | None] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(Text)
    value_after: Mapped[float | None]
    period_after: Mapped[str | None] = mapped_column(String(20))
    verified_by: Mapped[str | None] = mapped_column(String(120))
    verified_on: Mapped[date | None]


class ActionNews(Record):
    """What was told of an action at a moment: what was done to it, how it stood then, in words. Never changed."""

    __tablename__ = "action_news"

    unit: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(ForeignKey("action.key"), index=True)
    about: Mapped[str] = mapped_column(String(20))
    health: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
