"""The plan that records say: objectives with their measures, those in force and those that have ended."""

from collections.abc import Iterable, Mapping
from typing import cast

from sqlalchemy import Engine

from data.calendar import Span
from strategy.goals.tables import Objective, ObjectiveMetric
from strategy.goals.weights import stated
from strategy.plan import Aim, Plan, ProgressModel, Weight
from strategy.plan import Objective as Planned
from strategy.reading import read


def planned(record: Objective, measures: Iterable[ObjectiveMetric]) -> Planned:
    """One objective as plans have it; `measures` are its own."""
    mine = sorted((one for one in measures if one.objective == record.key), key=lambda one: (one.made_at, one.key))
    return Planned(
        title=record.title,
        perspective=record.perspective,
        description=record.description,
        owner=record.owner,
        metrics={one.metric: stated(one.weights) for one in mine},
        priority=record.priority,
        progress=way_of(record),
        unit=record.unit,
        theme=record.theme,
        parent=record.parent if record.cascade not in ("offered", "returned") else None,
        weight=stated(record.weights),
        aims={one.metric: aim for one in mine if (aim := aim_of(one)) is not None},
        start=record.start,
        end=record.end,
    )


def way_of(record: Objective) -> ProgressModel | None:
    """The way that is laid out for an objective; None where a part of it is missing."""
    if record.baseline is None or record.target is None or record.start is None or record.end is None:
        return None
    return ProgressModel(
        metric=record.progress_metric,
        span=cast("Span", record.progress_span),
        baseline=record.baseline,
        target=record.target,
        start=record.start,
        end=record.end,
    )


def aim_of(one: ObjectiveMetric) -> Aim | None:
    """The objective's own goal for a metric; None where the metric's own target counts."""
    return None if one.goal is None or one.red_flag is None else Aim(goal=one.goal, red_flag=one.red_flag)


def plan_of(base: Plan, records: Iterable[Objective], measures: Iterable[ObjectiveMetric]) -> Plan:
    """A plan with the objectives of records, in their order; vision, links and initiatives are the base's.

    An objective that the records do not know stands as the base has it.
    """
    found = sorted(records, key=lambda one: (one.place, one.made_at, one.key))
    own: dict[str, list[ObjectiveMetric]] = {}
    for one in measures:
        own.setdefault(one.objective, []).append(one)
    active = {one.key: planned(one, own.get(one.key, ())) for one in found if one.state == "active"}
    past = [one for one in found if one.state == "retired" and (one.scorecards or one.parent)]
    ended = {one.key: planned(one, own.get(one.key, ())) for one in past}
    known = {one.key for one in found}
    later = {key: one for key, one in base.objectives.items() if key not in known}
    return base.model_copy(update={"objectives": {**active, **later}}).with_ended(ended)


def cards_of(records: Iterable[Objective]) -> dict[str, dict[str, Weight]]:
    """{scorecard: {objective: weight}} that records say, for every scorecard that one of them names."""
    cards: dict[str, dict[str, Weight]] = {}
    for one in sorted(records, key=lambda one: (one.place, one.made_at, one.key)):
        if one.state in ("active", "retired"):
            for card, weights in one.scorecards.items():
                cards.setdefault(card, {})[one.key] = stated(weights)
    return cards


def goals(engine: Engine) -> tuple[list[Objective], list[ObjectiveMetric]]:
    """All objectives, and all their measures."""
    return read(engine, Objective), read(engine, ObjectiveMetric)


def path_up(objectives: Mapping[str, Planned], key: str) -> tuple[str, ...]:
    """An objective and those above it that it serves, up to one that serves none; each once."""
    path: list[str] = []
    while key in objectives and key not in path:
        path.append(key)
        key = objectives[key].parent or ""
    return tuple(path)


def parts_of(objectives: Mapping[str, Planned], key: str) -> tuple[str, ...]:
    """The objectives that hang directly on one, in the order of the plan."""
    return tuple(name for name, one in objectives.items() if one.parent == key)


def below(objectives: Mapping[str, Planned], key: str) -> tuple[str, ...]:
    """All objectives that hang on one, however far below, each once."""
    found: list[str] = []
    queue = [key]
    while queue:
        for name in parts_of(objectives, queue.pop(0)):
            if name not in found and name != key:
                found.append(name)
                queue.append(name)
    return tuple(found)
