"""A plan in words: which values and scores of which units change, from what to what, and what that does to parents."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.calendar import Period
from flows.planning import Planned
from flows.workspace import Workspace
from metrics.definitions.metric import Metric
from metrics.scoring.rollup import Rolled
from metrics.values.reading import Value, values_of
from strategy.plan import Scorecard
from views.scorecard import metric_keys, sheet, units_of
from views.wording import DASH, form_of, score, status_of

NOISE = 1e-9
LARGEST = 5
PLACE = ("unit", "span", "period_end")


@dataclass(frozen=True)
class Moved:
    """One row that changes; statuses are keys, None where the row is not there."""

    unit: str
    period: Period
    value: tuple[float | None, float | None]
    target: tuple[float | None, float | None]
    score: tuple[float | None, float | None]
    status: tuple[str | None, str | None]

    @property
    def weight(self) -> tuple[bool, float, float]:
        """How much it matters: another status first, then by points of score, then by share of the value."""
        old, new = self.value
        share = abs(new - old) / max(abs(new), abs(old), NOISE) if old is not None and new is not None else 1.0
        points = abs((self.score[1] or 0.0) - (self.score[0] or 0.0)) if any(self.score) else 0.0
        return self.status[0] != self.status[1], points, share


@dataclass(frozen=True)
class MetricPlan:
    """What happens to one metric. `how` is added, removed, changed (its own file) or follows (something below it)."""

    key: str
    title: str
    how: str
    rows: int
    values: int
    targets: int
    scores: int
    statuses: int
    units: tuple[str, ...]
    first: date | None
    last: date | None
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class ParentMoved:
    """A score of a scorecard, perspective or objective that changes, of one unit in one period."""

    scorecard: str
    level: str
    key: str
    title: str
    unit: str
    period: Period
    score: tuple[float | None, float | None]
    status: tuple[str, str]


def metric_plans(planned: Planned, units: Collection[str] | None = None) -> list[MetricPlan]:
    """Every metric that is new, gone, defined otherwise, or has another value; `units` leaves out all others."""
    known = {**planned.old.metrics, **planned.new.metrics}
    rows: dict[str, list[Moved]] = {}
    for row in planned.changes.to_pylist():
        if units is None or row["unit"] in units:
            rows.setdefault(row["metric"], []).append(_moved(row))
    found = planned.differences
    how = {**dict.fromkeys(found.added, "added"), **dict.fromkeys(found.removed, "removed")}
    how |= dict.fromkeys(found.changed, "changed")
    keys = sorted({*how, *rows}, key=lambda key: (list(HOW).index(how.get(key, "follows")), key))
    return [_metric_plan(known[key], how.get(key, "follows"), rows.get(key, [])) for key in keys]


HOW = {"added": "+", "removed": "-", "changed": "~", "follows": ">"}


def _moved(row: Mapping[str, Any]) -> Moved:
    pairs = {name: (row[name], row[f"{name}_new"]) for name in ("value", "target", "score", "status")}
    return Moved(row["unit"], Period(row["span"], row["period_start"], row["period_end"]), **pairs)


def _metric_plan(metric: Metric, how: str, moved: list[Moved]) -> MetricPlan:
    ends = sorted(moved, key=lambda one: (one.period.end, one.period.start))
    return MetricPlan(
        metric.key,
        metric.title,
        how,
        len(moved),
        sum(_apart(*one.value) for one in moved),
        sum(_apart(*one.target) for one in moved),
        sum(_apart(*one.score) for one in moved),
        sum(one.status[0] != one.status[1] for one in moved),
        tuple(dict.fromkeys(one.unit for one in moved)),
        ends[0].period.end if ends else None,
        ends[-1].period.end if ends else None,
        tuple(sorted(moved, key=lambda one: (*one.weight, one.period.end), reverse=True)),
    )


def _apart(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(new - old) > NOISE * max(abs(old), abs(new)) + 1e-12


def parents(planned: Planned, units: Collection[str] | None = None) -> list[ParentMoved]:
    """Every score of a scorecard, perspective or objective that differs, newest period first."""
    found: list[ParentMoved] = []
    for key in dict.fromkeys([*planned.new.scorecards, *planned.old.scorecards]):
        old, new = planned.old.scorecards.get(key), planned.new.scorecards.get(key)
        if old is not None and new is not None:
            found += _of_card(planned, key, (old, new), units)
    return sorted(found, key=lambda one: one.period.end, reverse=True)


def _of_card(
    planned: Planned, key: str, cards: tuple[Scorecard, Scorecard], units: Collection[str] | None
) -> Iterator[ParentMoved]:
    names = [metric_keys(workspace, card) for workspace, card in zip((planned.old, planned.new), cards, strict=True)]
    touched = planned.changes.filter(
        pc.is_in(planned.changes.column("metric"), value_set=pa.array({*names[0], *names[1]}))
    )
    places = touched.select(PLACE).group_by(list(PLACE)).aggregate([])
    sides = [planned.side(names[0], after=False), planned.side(names[1], after=True)]
    if not _same_shape(planned, cards):  # weights or composition differ: every unit and period is looked at
        places = pa.concat_tables([side.select(PLACE) for side in sides]).group_by(list(PLACE)).aggregate([])
    asked, rests = _rests(planned, cards, {(row["unit"], row["span"], row["period_end"]) for row in places.to_pylist()})
    kept = [side.join(rests, list(PLACE), join_type="left semi") for side in sides]
    old = _by_place(values_of(kept[0], dict(planned.old.metrics)))
    new = _by_place(values_of(kept[1], dict(planned.new.metrics)))
    for unit, period in dict.fromkeys([*old, *new]):
        here = (unit, period.span, period.end) in asked and (units is None or unit in units)
        if here and _shown(planned.new, cards[1], unit):
            before = sheet(planned.old, cards[0], period, _of_unit(planned.old, cards[0], old, unit, period), unit)
            after = sheet(planned.new, cards[1], period, _of_unit(planned.new, cards[1], new, unit, period), unit)
            for place, was, now in _pairs(before.rolled if before else None, after.rolled if after else None):
                if _apart(was.score if was else None, now.score if now else None) or _word(was) != _word(now):
                    title = _title(planned, key, place)
                    scores = (was.score if was else None, now.score if now else None)
                    level = LEVELS[len(place)]
                    yield ParentMoved(
                        key, level, place[-1] if place else key, title, unit, period, scores, (_word(was), _word(now))
                    )


_Place = tuple[str, str, date]


def _rests(planned: Planned, cards: tuple[Scorecard, Scorecard], touched: set[_Place]) -> tuple[set[_Place], pa.Table]:
    """The places whose scorecard may rest on what was touched, and all places whose values those are made of."""
    rests: dict[str, set[str]] = {}
    for workspace, card in zip((planned.old, planned.new), cards, strict=True):
        for unit in planned.opened.tree.units:
            rests.setdefault(unit, set()).update(units_of(workspace, card, unit))
    asked = {(unit, span, end) for at, span, end in touched for unit, on in rests.items() if at in on}
    read = sorted({(at, span, end) for unit, span, end in asked for at in rests[unit]})
    types = {"unit": pa.string(), "span": pa.string(), "period_end": pa.date32()}
    return asked, pa.table({name: pa.array(column, types[name]) for name, column in _columns(read)})


def _columns(rows: Sequence[_Place]) -> Iterator[tuple[str, list[Any]]]:
    yield from ((name, [row[index] for row in rows]) for index, name in enumerate(PLACE))


def _of_unit(
    workspace: Workspace,
    card: Scorecard,
    values: Mapping[tuple[str, Period], list[Value]],
    unit: str,
    period: Period,
) -> list[Value]:
    return [value for at in units_of(workspace, card, unit) for value in values.get((at, period), ())]


LEVELS = ("scorecard", "perspective", "objective")


def _same_shape(planned: Planned, cards: tuple[Scorecard, Scorecard]) -> bool:
    objectives = [
        [w.plan.known[n] for n in c.objectives] + [*w.plan.known.values()]
        for w, c in zip((planned.old, planned.new), cards, strict=True)
    ]
    indicators = [{k: w.metrics[k].indicator for k in w.metrics} for w in (planned.old, planned.new)]
    return cards[0] == cards[1] and objectives[0] == objectives[1] and indicators[0] == indicators[1]


def _by_place(values: Iterable[Value]) -> dict[tuple[str, Period], list[Value]]:
    found: dict[tuple[str, Period], list[Value]] = {}
    for value in values:
        found.setdefault((value.unit, value.period), []).append(value)
    return found


def _shown(workspace: Workspace, card: Scorecard, unit: str) -> bool:
    """Whether the scorecard is made for a unit."""
    known = workspace.tree.units.get(unit) if workspace.tree else None
    return (card.units == "all" or unit in card.units) and (
        not card.levels or known is None or known.level in card.levels
    )


def _pairs(
    old: Rolled | None, new: Rolled | None, place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Rolled | None, Rolled | None]]:
    """A branch before and after with its place below the root, and the branches below it, down to objectives.

    Leaves are metrics; a part of an objective is told where it stands itself, on the scorecard of its unit.
    """
    if not any(one is not None and one.children for one in (old, new)):
        return
    yield place, old, new
    if len(place) + 1 == len(LEVELS):
        return
    below = [{child.key: child for child in one.children} if one else {} for one in (old, new)]
    for key in dict.fromkeys([*below[0], *below[1]]):
        yield from _pairs(below[0].get(key), below[1].get(key), (*place, key))


def _word(rolled: Rolled | None) -> str:
    return rolled.status if rolled else "no_data"


def _title(planned: Planned, card: str, place: tuple[str, ...]) -> str:
    workspace = planned.new
    if not place:
        return workspace.scorecards[card].title
    if len(place) == 1:
        return workspace.perspectives.get(place[0], place[0])
    goal = workspace.plan.known.get(place[-1])
    return goal.title if goal else place[-1]


def move_in_words(metric: Metric, moved: Moved) -> str:
    """`93.2 % > 94.1 %, target 95.0 %, score 5.1 > 5.9, Watch > On target`; what stays is said once."""
    form = form_of(metric, *moved.value, *moved.target)
    parts = [_from_to(form.value(moved.value[0]), form.value(moved.value[1]))]
    if any(one is not None for one in moved.target):
        parts.append(f"target {_from_to(form.value(moved.target[0]), form.value(moved.target[1]))}")
    if any(one is not None for one in moved.score):
        parts.append(f"score {_from_to(score(moved.score[0]), score(moved.score[1]))}")
    parts.append(_from_to(*(status_of(one).word if one else DASH for one in moved.status)))
    return ", ".join(parts)


def _from_to(old: str, new: str) -> str:
    return old if old == new else f"{old} \u2192 {new}"


def parent_in_words(moved: ParentMoved) -> str:
    """`5.9 > 6.0, Watch`."""
    scores = _from_to(score(moved.score[0]), score(moved.score[1]))
    return f"{scores}, {_from_to(*(status_of(one).word for one in moved.status))}"
