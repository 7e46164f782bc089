"""What holds of every objective, whichever command touches it: what an active one needs, and how versions are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from sqlalchemy import select

from data.errors import CommandError
from strategy.commands import Deed, words
from strategy.goals.tables import KeyResult, Objective, ObjectiveMetric, PlanVersion
from strategy.goals.weights import month_of_day, newest, since, sound
from strategy.plain import plain

MOST_METRICS = 12
FEWEST_RESULTS, MOST_RESULTS = 2, 5  # of an objective: checklist 29
SPANS = ("month", "quarter", "year", "ytd", "r12")


@dataclass(frozen=True)
class Measure:
    """A metric that is to tell whether an objective is reached; see `ObjectiveMetric`."""

    metric: str
    weight: float = 1.0
    goal: float | None = None
    red_flag: float | None = None
    targeted: bool = False


def month_from(deed: Deed, month: str) -> str:
    """From which month a change counts: 2026-10 as it is, `ever` for all months, nothing for that of the clock."""
    return month or month_of_day(deed.today)


def measures_of(deed: Deed, objective: str) -> list[ObjectiveMetric]:
    """The metrics of an objective, by key, locked; those that have been taken off, too."""
    query = select(ObjectiveMetric).where(ObjectiveMetric.objective == objective).order_by(ObjectiveMetric.key)
    return list(deed.session.scalars(query.with_for_update()))


def children_of(deed: Deed, objective: str) -> list[Objective]:
    """The objectives that hang on one and are not retired, by key, locked."""
    query = select(Objective).where(Objective.parent == objective, Objective.state != "retired").order_by(Objective.key)
    return list(deed.session.scalars(query.with_for_update()))


def measured(deed: Deed, objective: Objective, measures: Sequence[Measure], month: str) -> dict[str, Any]:
    """Make these the metrics of an objective from a month on; returns what differs, {metric: [before, after]}."""
    given = {one.metric: one for one in measures}
    if len(given) < len(measures):
        raise CommandError("a metric stands twice; name it once and add its weights")
    if len(given) > MOST_METRICS:
        raise CommandError(f"{len(given)} metrics are too many for one objective; choose at most {MOST_METRICS}")
    told: dict[str, Any] = {}
    there = {one.metric: one for one in measures_of(deed, objective.key)}
    for one in measures:
        _hold(one)
        before, moved = _told(there.get(one.metric)), False
        if one.metric in there:
            moved = _renew(there[one.metric], one, month)
        else:
            first = since({}, one.weight, month)
            row = ObjectiveMetric(
                key=f"{objective.key}:{one.metric}",
                objective=objective.key,
                unit=objective.unit,
                metric=one.metric,
                weights=first,
                goal=one.goal,
                red_flag=one.red_flag,
                targeted=one.targeted,
            )
            deed.add(row)
        after = [one.weight, one.goal, one.red_flag]
        if moved or before != after:
            told[one.metric] = [before, after]
    for metric, row in there.items():
        if metric not in given and newest(row.weights) is not None:
            told[metric] = [_told(row), None]
            row.weights = since(row.weights, None, month)
    deed.session.flush()
    return told


def _hold(one: Measure) -> None:
    sound(one.weight, one.metric)
    if (one.goal is None) != (one.red_flag is None):
        raise CommandError(f"{one.metric}: a goal of its own needs a red flag of its own, and the other way round")
    if one.goal is not None and (not isfinite(one.goal) or one.goal == one.red_flag):
        raise CommandError(f"{one.metric}: goal and red flag must be two different numbers")


def _told(row: ObjectiveMetric | None) -> list[float | None] | None:
    weight = newest(row.weights) if row else None
    return None if row is None or weight is None else [weight, row.goal, row.red_flag]


def _renew(row: ObjectiveMetric, one: Measure, month: str) -> bool:
    """Whether its weights in any month are others now."""
    before, row.weights = row.weights, since(row.weights, one.weight, month)
    row.goal, row.red_flag, row.targeted = one.goal, one.red_flag, one.targeted
    return before != row.weights


def lacking(deed: Deed, objective: Objective) -> list[str]:
    """What an objective lacks to be active: an owner, a metric, a target (checklist 27)."""
    rows = [row for row in measures_of(deed, objective.key) if newest(row.weights) is not None]
    results = deed.session.scalars(
        select(KeyResult).where(KeyResult.objective == objective.key, KeyResult.state == "open")
    ).all()
    aimed = objective.target is not None or any(row.targeted or row.goal is not None for row in rows) or bool(results)
    missing = (("an owner", objective.owner), ("a metric", rows), ("a target", aimed))
    return [name for name, there in missing if not there]


def require_ready(deed: Deed, objective: Objective) -> None:
    """CommandError with everything that an objective lacks to be active."""
    lacks = lacking(deed, objective)
    if lacks:
        raise CommandError(f"'{objective.title}' cannot be active: it has no {' and no '.join(_bare(lacks))}")


def _bare(lacks: Sequence[str]) -> list[str]:
    return [name.split(" ", 1)[1] for name in lacks]


def require_dates(start: date | None, end: date | None) -> None:
    """CommandError where an objective would end before it starts."""
    if start and end and start >= end:
        raise CommandError("it ends before it starts; swap the two days")


def require_span(span: str) -> str:
    """A span that values have; CommandError else."""
    if span not in SPANS:
        raise CommandError(f"'{span}' is no span of values; choose one of {', '.join(SPANS)}")
    return span


def versioned(deed: Deed, objective: Objective, reason: str, changes: Mapping[str, Any], kind: str = "change") -> None:
    """Keep a dated version of the plan: what changed in an objective, and why. Only the active plan has versions."""
    deed.add(
        PlanVersion(
            key=f"plan.{deed.audit.id}",
            objective=objective.key,
            unit=objective.unit,
            kind=kind,
            title=objective.title,
            reason=words(reason, "the reason") if kind == "change" else reason,
            on=deed.today,
            changes=plain(dict(changes)),
        )
    )
