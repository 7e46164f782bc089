"""A question resolved against definitions: what is refused, what scans are cut by, and how units part groups."""

import weakref
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import cast

from sqlglot import exp

from data.calendar import COARSER, Grain
from data.errors import QueryError
from data.organisation import Tree
from metrics.definitions.kinds import Aggregate, Change, Maintain, Rolling, Running, Stock, ToDate
from metrics.language.catalog import Catalog
from metrics.language.refusals import Refusal
from metrics.query.axes import SHAPES, TIME, UNIT, UNITS, Axis, axis_of
from metrics.query.conditions import Conditions, conditions_of
from metrics.query.groups import Member, stretches
from metrics.query.having import parsed
from metrics.query.members import Cut
from metrics.query.question import Absent, Query, Sight
from metrics.query.readings import timeline_of
from metrics.states.measures import Measure, measures_of
from metrics.time.daysql import number_sql
from metrics.time.frame import Frame

KEPT = 256  # plans
OWN = ("time", "partial")  # columns of an answer by periods


@dataclass(frozen=True)
class Plan:
    """What a question comes to: the measures it needs, the frame and the cut by which they are read, its conditions.

    `moved` are metrics of which whole periods count later, with how much; they are read as if nothing were moved.
    """

    query: Query
    catalog: Catalog
    measures: tuple[Measure, ...]
    frame: Frame
    axes: tuple[Axis, ...]
    cut: Cut
    absent: Absent
    tree: Tree | None
    conditions: Conditions
    having: tuple[exp.Expr, ...]
    scope: frozenset[str] | None
    moved: Mapping[str, str]

    @property
    def columns(self) -> list[str]:
        """The names of a group's members in the order of its tuple: those of units first."""
        return sorted((axis.name for axis in self.axes), key=lambda name: name.partition(".")[0] != UNIT)

    def place(self, _unit: str, chain: Sequence[str]) -> tuple[Member, ...] | None:
        """The part of a group's tuple that comes from units; None for rows that the question leaves out.

        What hung below a unit of the asker's counts for it, and is not told by itself when it is not his.
        """
        tree = self.tree
        assert tree is not None

        def above(level: str) -> str | None:
            return next((key for key in chain if tree.units[key].level == level), None)

        if not self.conditions.keeps(above, chain):
            return None
        named = [chain[0] if axis.kind == UNIT else above(axis.base) for axis in self.axes if axis.kind in UNITS]
        if self.scope is not None:
            told = [key for key in named if key is not None]
            lowest = min(told, key=chain.index) if told else None
            if lowest not in self.scope if named else not self.scope & set(chain):
                return None
        return tuple(named)


_known: OrderedDict[tuple[object, ...], tuple[Sight, Plan]] = OrderedDict()
_digests: "weakref.WeakValueDictionary[str, Catalog]" = weakref.WeakValueDictionary()


def planned(sight: Sight, query: Query) -> Plan:
    """The plan of a question, made once for the same definitions; reads no facts. Raises `QueryError` or `Refusal`."""
    key = (_digest(sight.catalog), id(sight.tree), sight.calendar, sight.as_of, sight.scope, query)
    if key not in _known:
        _known[key] = (sight, _planned(sight, query))  # the sight is kept, so that its tree keeps its id
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return _known[key][1]


def _digest(catalog: Catalog) -> str:
    """A name for all that definitions say; found once for each catalog."""
    known = next((name for name, one in _digests.items() if one is catalog), None)
    if known is None:
        models = [*catalog.tables.values(), *catalog.metrics.values()]
        texts = [model.model_dump_json() for model in models] + [repr(catalog.columns)]
        known = sha256("\0".join(texts).encode()).hexdigest()
        _digests[known] = catalog
    return known


def _planned(sight: Sight, query: Query) -> Plan:
    if not query.metrics:
        raise QueryError("a question names at least one metric")
    for key in query.metrics:
        if key not in sight.catalog.metrics:
            raise Refusal("F108", f"'{key}' is not a metric", sight.catalog.nearest_metric(key))
    twice = {*query.metrics, *(OWN if query.grain else ())} & set(query.by)
    if twice:
        raise Refusal("F103", f"two columns of the answer would be called '{min(twice)}'", "rename the dimension")
    axes = tuple(axis_of(sight, query.metrics, name) for name in query.by)
    conditions = conditions_of(sight, query.metrics, query.where)
    columns = tuple(axis for axis in axes if axis.kind not in UNITS)
    plain = not columns and not conditions.rows and sight.tree is not None
    daily = any(sight.catalog.plainly(key) for key in query.metrics)
    absent: Absent = query.absent or ("null" if daily else "gap" if plain else "zero")
    limited = bool(conditions.units) or sight.scope is not None
    by_unit = limited or len(columns) < len(axes) or absent == "gap"
    if by_unit:
        for key in query.metrics:
            axis_of(sight, (key,), UNIT)
    _check(sight.catalog, query, (*columns, *conditions.axes.values()))
    catalog, moved = _moving(_without_targets(sight.catalog, query.metrics), query)
    cut = Cut(sight, columns, conditions, by_unit, None)
    having = parsed(query.having, query.metrics)
    measures = tuple(measures_of(catalog, query.metrics))
    frame = _frame(sight, query, axes)
    plan = Plan(query, catalog, measures, frame, axes, cut, absent, sight.tree, conditions, having, sight.scope, moved)
    if limited and sight.tree is not None:
        tree = sight.tree
        cut.units = tuple(u for u in tree.units if any(s.part is not None for s in stretches(tree, u, plan.place)))
    return plan


def _without_targets(catalog: Catalog, keys: Sequence[str]) -> Catalog:
    """The catalog in which asked metrics have no target, so that none is read; what they rest on keeps its own."""
    bare = {key: catalog.metrics[key].model_copy(update={"target": None, "anchors": None}) for key in keys}
    return replace(catalog, metrics={**catalog.metrics, **bare})


def below(catalog: Catalog, key: str) -> Iterator[str]:
    """A metric and all that it is computed from."""
    yield key
    for part in catalog.parts(key):
        yield from below(catalog, part)


def _frame(sight: Sight, query: Query, axes: Sequence[Axis]) -> Frame:
    end: date = min(query.end or sight.as_of, sight.as_of)
    if query.start is not None and query.start > end:
        raise QueryError(f"start {query.start} lies after {end}, the last day that counts")
    windows = {grain for key in query.metrics for grain in sight.catalog.grains(key)}
    timeline = timeline_of(sight.calendar, query.grain, query.start, windows)
    catalog = sight.catalog
    since = query.start if any(every_period(catalog, key) or catalog.plainly(key) for key in query.metrics) else None
    grains = (number_sql(sight.calendar, query.grain, "{x}"),) if query.grain else ()
    parts = tuple(SHAPES[axis.shape] for axis in axes if axis.kind == TIME)
    return Frame(None, timeline, end, timeline.cut(end), since, (*grains, *parts))


def _moving(catalog: Catalog, query: Query) -> tuple[Catalog, dict[str, str]]:
    """The catalog in which whole periods that count later do not yet, and how much later they do (see `Aggregate`)."""
    found: dict[str, str] = {}
    for key in {one for asked in query.metrics for one in below(catalog, asked)}:
        body = catalog.metrics[key].body
        if query.grain is None or not isinstance(body, Aggregate) or body.later is None:
            continue
        own = cast("Grain", body.later.split()[-1].removesuffix("s"))
        if COARSER[query.grain] <= COARSER[own] and not (query.grain == "week" and body.on_first_day):
            found[key] = body.later
    metrics = {
        key: catalog.metrics[key].model_copy(
            update={"agg": cast("Aggregate", catalog.metrics[key].body).model_copy(update={"later": None})}
        )
        for key in found
    }
    return replace(catalog, metrics={**catalog.metrics, **metrics}), found


def every_period(catalog: Catalog, key: str) -> list[str]:
    """The metrics below one, itself included, of which an answer shows every period, also without any rows."""
    return [one for one in below(catalog, key) if catalog.metrics[one].every_period]


def _check(catalog: Catalog, query: Query, axes: Sequence[Axis]) -> None:
    """Refuse what time would make wrong: rows picked by time for what looks back, and periods finer than rows have."""
    timed = any(axis.kind == TIME for axis in axes)
    for key in query.metrics:
        for one in below(catalog, key):
            body = catalog.metrics[one].body
            if isinstance(body, Running) and any(
                isinstance(o, Aggregate) and o.on_demand for o in catalog.aggregates(one)
            ):
                message = f"'{one}' runs over a level that is told for the period asked for, and has none of its own"
                raise Refusal("F106", message, "let it run over a sum, a count, an extreme or an average of rows")
            back = isinstance(body, Change | Rolling | Running | ToDate | Maintain)
            back = back or (isinstance(body, Aggregate) and body.later is not None)
            if timed and (back or any(isinstance(own, Stock) for own in catalog.own_aggregates(one))):
                raise Refusal(
                    "F106",
                    f"'{key}' looks back in time, so its rows cannot be picked by time",
                    "use start, end and grain",
                )
        for own in catalog.aggregates(key):
            time = catalog.tables[own.table].time
            if query.grain is None or time is None or isinstance(own, Stock) or own.time not in (None, time.column):
                continue
            if COARSER[query.grain] < COARSER["month"] <= COARSER[time.grain]:
                raise Refusal(
                    "F106",
                    f"'{key}' cannot be told by {query.grain}: a row of {own.table} stands for a whole {time.grain}",
                    f"ask by {time.grain} or coarser",
                )
