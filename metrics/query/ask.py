"""Answers a question from facts: compiled by the compiler and combined by the evaluator that the value table uses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.documents import nearest
from data.errors import QueryError
from data.organisation import Tree
from metrics.definitions.kinds import Change, Maintain, Rolling, Stock, ToDate
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.query.axes import TIME, UNIT, Axis, axis_of
from metrics.query.conditions import Conditions, conditions_of
from metrics.query.groups import Groups, Member, stretches
from metrics.query.members import Cut, Members, typed
from metrics.query.question import Ground, Query
from metrics.query.stretch import WINDOWS, Reading, as_one, by_grain
from metrics.states.cubes import States
from metrics.states.measures import measures_of
from metrics.states.scan import read_states
from metrics.time.frame import Frame
from metrics.time.grid import Window
from metrics.time.timeline import Timeline
from metrics.values.cells import Cells
from metrics.values.evaluate import Evaluator

Bools = npt.NDArray[np.bool_]


def ask(engine: Engine, ground: Ground, query: Query) -> pa.Table:
    """The answer: a column for each of `by`, `time` and `partial` with a grain, one for each metric (NULL: no value).

    A row for each group (and period) in which any of the metrics has rows, or is missing. Raises `QueryError` for a
    question that could only be answered with a wrong number, and for names that nothing bears.
    """
    plan = planned(ground, query)
    end = min(query.end or ground.as_of, ground.as_of)
    if query.start is not None and query.start > end:
        raise QueryError(f"start {query.start} lies after {end}, the last day that counts")
    groups = Groups(ground.tree if plan.cut.by_unit else None, plan.place if plan.cut.by_unit else None)
    source = Members(engine, plan.cut, groups)
    cut_day = None if (end + timedelta(days=1)).day == 1 else end.day
    frame = Frame(groups.tree, Timeline(ground.calendar), end, cut_day)
    states = read_states(engine, plan.catalog, measures_of(plan.catalog, query.metrics), frame, plan.cut.narrow, source)
    evaluator = Evaluator(plan.catalog, states, gaps=plan.absent == "gap")
    return _ordered(_table(plan, groups, source, evaluator, *_readings(query, states, end)), query)


@dataclass(frozen=True)
class Plan:
    """A question resolved against definitions: what its scans are cut by, and how units part its groups."""

    query: Query
    catalog: Catalog
    axes: tuple[Axis, ...]
    cut: Cut
    absent: str
    tree: Tree | None
    conditions: Conditions
    scope: frozenset[str] | None

    def place(self, _unit: str, chain: Sequence[str]) -> tuple[Member, ...] | None:
        """The part of a group's tuple that comes from units; None for rows that the question leaves out."""
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
            mine = lowest in self.scope if named else bool(self.scope & set(chain))
            if not mine:
                return None
        return tuple(named)


UNITS = (UNIT, "level")


def planned(ground: Ground, query: Query) -> Plan:
    """The plan of a question; reads no facts. Raises `QueryError` for what cannot be asked."""
    _check_metrics(ground, query)
    axes = tuple(axis_of(ground, query.metrics, name) for name in query.by)
    conditions = conditions_of(ground, query.metrics, query.where)
    columns = tuple(axis for axis in axes if axis.kind not in UNITS)
    if any(axis.kind == TIME for axis in (*columns, *conditions.axes.values())):
        _check_no_window(ground, query.metrics)
    plain = not columns and not conditions.rows and ground.tree is not None
    absent = query.absent or ("gap" if plain else "zero")
    limited = bool(conditions.units) or ground.scope is not None
    by_unit = limited or len(columns) < len(axes) or absent == "gap"
    if by_unit:
        for metric in query.metrics:
            axis_of(ground, (metric,), UNIT)
    metrics = {key: ground.catalog.metrics[key] for key in ground.catalog.metrics}
    for key in query.metrics:
        metrics[key] = metrics[key].model_copy(update={"target": None, "anchors": None})
    cut = Cut(ground, columns, conditions, by_unit, None)
    catalog = replace(ground.catalog, metrics=metrics)
    plan = Plan(query, catalog, axes, cut, absent, ground.tree, conditions, ground.scope)
    if limited and ground.tree is not None:
        tree = ground.tree
        cut.units = tuple(u for u in tree.units if any(s.part is not None for s in stretches(tree, u, plan.place)))
    return plan


def _check_metrics(ground: Ground, query: Query) -> None:
    if not query.metrics:
        raise QueryError("a question names at least one metric")
    for key in query.metrics:
        if key not in ground.catalog.metrics:
            raise QueryError(f"'{key}' is not a metric; {nearest(key, ground.catalog.metrics)}")
        if any(isinstance(ground.catalog.metrics[one].body, Maintain) for one in below(ground.catalog, key)):
            raise QueryError(f"'{key}' rests on targets, which only the value table knows")


def below(catalog: Catalog, key: str) -> list[str]:
    """A metric and all that it is computed from."""
    return [key, *(one for part in catalog.parts(key) for one in below(catalog, part))]


def _check_no_window(ground: Ground, metrics: tuple[str, ...]) -> None:
    for key in metrics:
        for one in below(ground.catalog, key):
            body = ground.catalog.metrics[one].body
            stock = any(isinstance(a, Stock) for a in ground.catalog.own_aggregates(one))
            if stock or isinstance(body, Change | Rolling | ToDate):
                raise QueryError(
                    f"'{key}' looks back in time, so its rows cannot be picked by their time; use start, end and grain"
                )


def _readings(query: Query, states: States, end: date) -> tuple[Window, list[Reading]]:
    if query.grain is None:
        window, reading = as_one(states.grid, query.start, end)
        return window, [reading]
    return WINDOWS[query.grain], by_grain(states.grid, query.grain, query.start, end)


def _table(
    plan: Plan, groups: Groups, source: Members, evaluator: Evaluator, window: Window, readings: list[Reading]
) -> pa.Table:
    """All rows of the answer, unordered."""
    grid = evaluator.grid
    index = {key: row for row, key in enumerate(grid.units)}
    members = list(groups.keys)
    rows = np.array([index[groups.keys[one]] for one in members], dtype=np.int64)
    at = np.array([reading.column for reading in readings], dtype=np.int64)
    cells = {key: _at(evaluator.cells(key, window), rows, at) for key in plan.query.metrics}
    told = np.any([_told(one, plan.absent) for one in cells.values()], axis=0)
    group, period = np.nonzero(told)
    columns: dict[str, pa.Array] = {}
    units = [axis.name for axis in plan.axes if axis.kind in UNITS]
    order = [*units, *(axis.name for axis in plan.axes if axis.kind not in UNITS)]
    for axis in plan.axes:
        place = order.index(axis.name)
        columns[axis.name] = typed([members[g][place] for g in group], source.types.get(axis.name))
    if plan.query.grain is not None:
        columns["time"] = pa.array([readings[p].start for p in period], pa.date32())
        columns["partial"] = pa.array([readings[p].partial for p in period], pa.bool_())
    for key, one in cells.items():
        value = one.value[group, period]
        if plan.absent == "null":
            value = np.where(one.rows[group, period] > 0, value, np.nan)
        columns[key] = pa.array(value, from_pandas=True)
    return pa.table(columns)


def _at(cells: Cells, rows: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> Cells:
    picked = np.ix_(rows, at)
    return Cells(cells.value[picked], cells.why[picked], cells.rows[picked], cells.seen[picked], cells.due[picked])


def _told(cells: Cells, absent: str) -> Bools:
    """Where a metric has something to say: rows, or a value without any, or that what was due is missing."""
    some = cells.rows > 0
    if absent == "gap":
        return np.asarray(some | ~np.isnan(cells.value) | (cells.due > 0))
    return np.asarray(some | (np.nan_to_num(cells.value) != 0)) if absent == "zero" else np.asarray(some)


def _ordered(table: pa.Table, query: Query) -> pa.Table:
    """Sorted as asked (else by its groups and time), and no more rows than asked. NULL comes last."""
    keys = []
    for name in query.order:
        column, descending = name.removeprefix("-"), name.startswith("-")
        if column not in table.column_names:
            raise QueryError(f"order: '{column}' is not a column of the answer; {nearest(column, table.column_names)}")
        keys.append((column, "descending" if descending else "ascending"))
    named = {column for column, _ in keys}
    rest = [name for name in (*query.by, *(["time"] if query.grain else [])) if name not in named]
    keys += [(name, "ascending") for name in rest]
    if query.limit is not None and query.limit < 0:
        raise QueryError(f"limit: {query.limit} is less than nothing")
    found = table.sort_by(keys) if keys else table
    return found if query.limit is None else found.slice(0, query.limit)


__all__ = ["Ground", "Plan", "Query", "ask", "planned"]
