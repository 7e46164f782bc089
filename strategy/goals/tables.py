"""Objectives per unit, what measures them, key results with check-ins, and the dated versions of the plan."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from strategy.tables import Record

NAME = String(120)
STATES = ("draft", "active", "retired")
CASCADES = ("", "offered", "accepted", "returned")  # "": it hangs on nothing, or stood in the plan from the start


class Objective(Record):
    """What a unit wants, in one perspective. `owner` is the one person who answers for it.

    `parent`: the objective above that it serves; `weights`: how heavy it is in that one, by month (see `weights`);
    `waits_for`: who has to answer an offered cascade. `scorecards`: how heavy it is on each, by month.
    `edits` counts changes of what measures it. `progress_*`: its way from `baseline` to `target` of a metric at a
    span, between `start` and `end`.
    """

    __tablename__ = "objective"
    __table_args__ = (Index("ix_objective_unit", "unit", "state"), Index("ix_objective_parent", "parent"))

    unit: Mapped[str] = mapped_column(NAME)
    perspective: Mapped[str] = mapped_column(NAME)
    theme: Mapped[str] = mapped_column(NAME)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(NAME)
    priority: Mapped[bool]
    state: Mapped[str] = mapped_column(String(20))
    place: Mapped[int]
    parent: Mapped[str | None] = mapped_column(ForeignKey("objective.key"))
    cascade: Mapped[str] = mapped_column(String(20))
    offered_by: Mapped[str] = mapped_column(NAME)
    waits_for: Mapped[str] = mapped_column(NAME)
    words: Mapped[str] = mapped_column(Text)
    weights: Mapped[dict[str, Any]]
    scorecards: Mapped[dict[str, Any]]
    edits: Mapped[int]
    start: Mapped[date | None]
    end: Mapped[date | None]
    progress_metric: Mapped[str] = mapped_column(NAME)
    progress_span: Mapped[str] = mapped_column(String(20))
    baseline: Mapped[float | None]
    target: Mapped[float | None]


class ObjectiveMetric(Record):
    """A metric that tells whether an objective is reached: how heavy by month, and a goal of the objective's own.

    `goal` and `red_flag` in the metric's own unit, both or neither; `targeted`: whether its definition has a target.
    """

    __tablename__ = "objective_metric"
    __table_args__ = (Index("ix_objective_metric_objective", "objective"),)

    objective: Mapped[str] = mapped_column(ForeignKey("objective.key"))
    unit: Mapped[str] = mapped_column(NAME)
    metric: Mapped[str] = mapped_column(NAME)
    weights: Mapped[dict[str, Any]]
    goal: Mapped[float | None]
    red_flag: Mapped[float | None]
    targeted: Mapped[bool]


class KeyResult(Record):
    """How far an objective is, as a number that goes from `start` to `target` until `due`.

    `metric`: the metric that says the number, else people say it in check-ins; `confidence`: 0 to 10, the latest.
    """

    __tablename__ = "key_result"
    __table_args__ = (Index("ix_key_result_objective", "objective"),)

    objective: Mapped[str] = mapped_column(ForeignKey("objective.key"))
    unit: Mapped[str] = mapped_column(NAME)
    title: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(NAME)
    state: Mapped[str] = mapped_column(String(20))
    metric: Mapped[str] = mapped_column(NAME)
    measured_in: Mapped[str] = mapped_column(String(60))
    start: Mapped[float]
    target: Mapped[float]
    weight: Mapped[float]
    due: Mapped[date | None]
    value: Mapped[float | None]
    confidence: Mapped[int | None]
    checks: Mapped[int]
    checked_on: Mapped[date | None]


class CheckIn(Record):
    """What somebody said about a key result on a day: its number then, how sure they are, and why."""

    __tablename__ = "check_in"
    __table_args__ = (Index("ix_check_in_key_result", "key_result"),)

    key_result: Mapped[str] = mapped_column(ForeignKey("key_result.key"))
    objective: Mapped[str] = mapped_column(ForeignKey("objective.key"))
    unit: Mapped[str] = mapped_column(NAME)
    on: Mapped[date]
    value: Mapped[float]
    confidence: Mapped[int]
    words: Mapped[str] = mapped_column(Text)


class PlanVersion(Record):
    """A dated version of the plan: what changed, and why. `changes`: {field: [before, after]}.

    `kind`: begun, change, or named (a version that people gave a name, such as the plan of a year).
    """

    __tablename__ = "plan_version"
    __table_args__ = (Index("ix_plan_version_objective", "objective"),)

    objective: Mapped[str | None] = mapped_column(ForeignKey("objective.key"))
    unit: Mapped[str] = mapped_column(NAME)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    on: Mapped[date]
    changes: Mapped[dict[str, Any]]
