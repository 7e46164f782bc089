"""Lint of the strategy: what it leaves out or overdoes; each rule a small function in a table, found by walking."""

from collections.abc import Iterable
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from sqlalchemy import Engine

from flows.opened import Opened, open_current
from flows.readings import Months, Watch, readings
from flows.roster import roster
from flows.strategy_lint.finding import LEVELS, RULES, Case, Finding, Hint, Kind, Level, Numbers, Ruled
from metrics.values.reading import periods_in
from strategy.clock import Clock
from strategy.duties.tables import Champion, DecisionRight, Duty
from strategy.goals.tables import KeyResult, Objective, ObjectiveMetric
from strategy.goals.weights import newest
from strategy.maps.tables import ACTIVE, Exemption, Link
from strategy.reading import read
from strategy.state import open_state, state_url

for _module in sorted(iter_modules(__path__), key=lambda one: one.name):
    import_module(f"{__name__}.{_module.name}")


def checked(folder: Path) -> tuple[Case, tuple[Finding, ...]]:
    """The strategy of a workspace, and what the lint says of it; `SnapshotError` before the first refresh."""
    opened = open_current(folder)
    state = open_state(state_url(folder / "var"))
    try:
        case = case_of(state, opened, Clock(standing=opened.workspace.settings.today).today())
    finally:
        state.dispose()
    return case, lint(case)


def case_of(state: Engine, opened: Opened, today: date) -> Case:
    """The strategy as the state has it, beside the definitions and values of a snapshot."""
    goals = {
        one.key: one
        for one in read(state, Objective, Objective.state == "active", order_by=[Objective.place, Objective.key])
    }
    measures: dict[str, list[ObjectiveMetric]] = {}
    for one in read(state, ObjectiveMetric, order_by=[ObjectiveMetric.made_at, ObjectiveMetric.key]):
        if one.objective in goals and newest(one.weights) is not None:
            measures.setdefault(one.objective, []).append(one)
    held = {key: tuple(sorted(found, key=lambda one: -(newest(one.weights) or 0.0))) for key, found in measures.items()}
    return Case(
        opened.workspace,
        opened.tree,
        roster(opened.workspace, state, today),
        today,
        goals,
        held,
        tuple(read(state, KeyResult, KeyResult.state == "open", order_by=[KeyResult.key])),
        tuple(read(state, Link, Link.state == ACTIVE, order_by=[Link.made_at, Link.key])),
        tuple(read(state, Duty, Duty.ended_at.is_(None), order_by=[Duty.key])),
        tuple(read(state, Champion, Champion.ended_at.is_(None), order_by=[Champion.key])),
        tuple(read(state, DecisionRight, DecisionRight.ended_at.is_(None), order_by=[DecisionRight.key])),
        tuple(read(state, Exemption, Exemption.state == ACTIVE, order_by=[Exemption.key])),
        _numbers(opened, goals, held),
    )


def lint(case: Case) -> tuple[Finding, ...]:
    """Everything found, by gravity, then rule, then unit; what is passed over keeps its place and says why."""
    found = [_placed(case, ruled, hint) for ruled in RULES.values() for hint in ruled.find(case)]
    order = {unit: place for place, unit in enumerate(case.tree.descendants(case.tree.root, case.today))}
    codes = list(RULES)
    return tuple(
        sorted(
            found, key=lambda f: (LEVELS.index(f.level), codes.index(f.rule), order.get(f.unit, len(order)), f.title)
        )
    )


def failing(findings: Iterable[Finding], *, strict: bool = False) -> list[Finding]:
    """Errors, and warnings where these count, too; what is passed over does not."""
    grave = ("error", "warning") if strict else ("error",)
    return [one for one in findings if one.level in grave and not one.excused]


def _placed(case: Case, ruled: Ruled, hint: Hint) -> Finding:
    excuse = next(
        (
            one
            for one in case.exemptions
            if (one.rule, one.subject, one.unit) == (ruled.code, hint.of, hint.unit)
            and (one.until is None or one.until >= case.today)
        ),
        None,
    )
    told = (hint.kind, hint.of, hint.unit, hint.title, hint.message, hint.remedy)
    return Finding(ruled.code, ruled.level, *told, *((excuse.reason, excuse.key) if excuse else ("", "")))


def _numbers(opened: Opened, goals: dict[str, Objective], measures: dict[str, tuple[ObjectiveMetric, ...]]) -> Numbers:
    """The newest status of everything that is measured, and of what guards it, at the objectives' units."""
    metrics = opened.workspace.metrics
    wanted: dict[tuple[str, str], Watch] = {}
    for key, found in measures.items():
        for one in found:
            place = (one.metric, goals[key].unit)
            wanted.setdefault(place, Watch(*place, key, one.red_flag, one.goal))
            for guard in metrics[one.metric].guardrails if one.metric in metrics else ():
                wanted.setdefault((guard, goals[key].unit), Watch(guard, goals[key].unit, key))
    if not periods_in(opened.engine(), "month"):
        return Numbers("", {})
    told = readings(Months(opened), wanted.values(), only_reds=True)
    return Numbers(told.period or "", told.statuses)


__all__ = [
    "LEVELS",
    "RULES",
    "Case",
    "Finding",
    "Kind",
    "Level",
    "Ruled",
    "case_of",
    "checked",
    "failing",
    "lint",
]
