"""Answers a question from facts: compiled by the compiler and combined by the evaluator that the value table uses."""

import json
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.documents import nearest
from data.errors import QueryError
from metrics.engines.duck import Engine
from metrics.language.crowds import least_of
from metrics.language.refusals import Refusal
from metrics.query.groups import Groups, Member
from metrics.query.having import keeps
from metrics.query.members import Members, typed
from metrics.query.plain import Plain
from metrics.query.plan import Plan, every_period, planned
from metrics.query.question import Query, Sight
from metrics.query.readings import Reading, as_one, by_grain
from metrics.query.targets import GroupTargets
from metrics.query.withheld import by_units, codes_of, require_tellable
from metrics.states.compiler import StateQuery
from metrics.states.measures import measure_of
from metrics.states.scan import compiled_scans, read_states
from metrics.time.grid import Grid, Window
from metrics.values.cells import BESIDE, REASONS, Cells
from metrics.values.evaluate import Evaluator

Bools = npt.NDArray[np.bool_]
WHY = "fourfold.why"  # in the answer's metadata


def ask(engine: Engine, sight: Sight, query: Query) -> pa.Table:
    """The answer: a column for each of `by`, `time` and `partial` with a grain, one for each metric (NULL: no value).

    A row for each group (and period) in which any of the metrics has rows, or is missing; `reasons_of` the answer tells
    why. Raises `QueryError` for a
    question that could only be answered with a wrong number, and for names that nothing bears.
    """
    return _ordered(_table(evaluated(engine, sight, query), sight), query)


@dataclass(frozen=True)
class Evaluated:
    """A question whose facts are read: its groups, and the evaluator that has a row for each of them (`rows`)."""

    plan: Plan
    groups: Groups
    source: Members
    evaluator: Evaluator

    @property
    def rows(self) -> dict[tuple[Member, ...], int]:
        """The row of each group in the evaluator's grid, by the group's tuple of members."""
        index = {name: row for row, name in enumerate(self.evaluator.grid.units)}
        return {members: index[name] for members, name in self.groups.keys.items()}


def evaluated(engine: Engine, sight: Sight, query: Query) -> Evaluated:
    """A question up to its states: for `ask`, and for who reads more of them than values. Raises as `ask` does."""
    plan = planned(sight, query)
    require_tellable(sight, plan)
    groups = Groups(sight.tree if plan.cut.by_unit else None, plan.place if plan.cut.by_unit else None)
    source = Members(engine, plan.cut, groups)
    filled = [one for key in query.metrics for one in every_period(plan.catalog, key) if query.grain]
    whole = plan.absent == "null" and not plan.axes and query.grain is None
    if (whole or filled) and not plan.cut.by_unit:
        groups.cell((None,) * len(plan.axes), "")  # a group of no member, for what no row tells
    frame = replace(plan.frame, tree=groups.tree)
    states = read_states(engine, plan.catalog, plan.measures, frame, plan.cut.narrow, source)
    targets = GroupTargets(engine, sight, plan, groups, states.grid)
    make = Plain if plan.absent == "null" else Evaluator
    evaluator = make(plan.catalog, states, targets, gaps=plan.absent == "gap")
    if isinstance(evaluator, Plain):
        evaluator.whole, evaluator.at_once, evaluator.moved = whole, query.grain is None, plan.moved
        if filled and not plan.cut.by_unit:
            evaluator.nobody = states.grid.units.index(groups.keys[(None,) * len(plan.axes)])
    return Evaluated(plan, groups, source, evaluator)


def compiled(engine: Engine, sight: Sight, query: Query) -> list[StateQuery]:
    """The statements that `ask` would run, one for each fact table and time role, with `.table`, `.time`, `.sql()`.

    Nothing is read, but for a stock of distinct things its first month.
    """
    plan = planned(sight, query)
    scans = compiled_scans(engine, plan.catalog, plan.measures, plan.frame, plan.cut.narrow)
    return [plan.cut.spread(scan) for scan in scans]


def _readings(query: Query, grid: Grid, end: date) -> tuple[Window, list[Reading]]:
    if query.grain is None:
        window, reading = as_one(grid, query.start, end)
        return window, [reading]
    return Window(query.grain), by_grain(grid, query.grain, query.start, end)


def _table(found: Evaluated, sight: Sight) -> pa.Table:
    """All rows of the answer, unordered."""
    plan, evaluator = found.plan, found.evaluator
    window, readings = _readings(plan.query, evaluator.grid, plan.frame.as_of)
    members = list(found.rows)
    rows = np.array(list(found.rows.values()), dtype=np.int64)
    at = np.array([reading.column for reading in readings], dtype=np.int64)
    cells = {
        key: _at(evaluator.cells(key, _reach(plan, evaluator, key, window)), rows, at) for key in plan.query.metrics
    }
    cells = {key: _less(found, sight, key, one, window, readings) for key, one in cells.items()}
    told = np.any([_told(one, plan.absent) for one in cells.values()], axis=0)
    group, period = np.nonzero(told)
    columns: dict[str, pa.Array] = {}
    order = plan.columns
    for axis in plan.axes:
        place = order.index(axis.name)
        columns[axis.name] = typed([members[g][place] for g in group], found.source.types.get(axis.name))
    if plan.query.grain is not None:
        columns["time"] = pa.array([readings[p].start for p in period], pa.date32())
        columns["partial"] = pa.array([readings[p].partial for p in period], pa.bool_())
    values = {key: one.value[group, period] for key, one in cells.items()}
    columns |= {key: pa.array(value, from_pandas=True) for key, value in values.items()}
    kept = keeps(plan.having, values, len(group))
    reasons = {key: _reasons(one, group[kept], period[kept]) for key, one in cells.items()}
    told_why = {WHY: json.dumps({key: found for key, found in reasons.items() if found})}
    return pa.table(columns).filter(pa.array(kept)).replace_schema_metadata(told_why)


def _less(found: Evaluated, sight: Sight, key: str, cells: Cells, window: Window, readings: list[Reading]) -> Cells:
    """The cells without what is withheld."""
    if least_of(found.plan.catalog, key) <= 1:
        return cells
    at = np.array([reading.column for reading in readings], dtype=np.int64)
    reach = _reach(found.plan, found.evaluator, key, window)
    codes = codes_of(found.evaluator, key, reach, found.rows, at)
    codes[(codes == 0) & by_units(sight, found.plan, key, list(found.rows), readings)] = BESIDE
    gone = (codes > 0) & ~np.isnan(cells.value)
    value, why = np.where(gone, np.nan, cells.value), np.where(gone, codes, cells.why).astype(np.int8)
    return Cells(value, why, cells.rows, cells.seen, cells.due)


def _reasons(cells: Cells, group: npt.NDArray[np.int64], period: npt.NDArray[np.int64]) -> dict[str, int]:
    """Why there is no value, and in how many rows."""
    missing = np.isnan(cells.value[group, period])
    codes, counts = np.unique(cells.why[group, period][missing], return_counts=True)
    return {REASONS[code]: int(count) for code, count in zip(codes, counts, strict=True) if code}


def reasons_of(answer: pa.Table) -> dict[str, dict[str, int]]:
    """Why metrics of an answer have no value in some rows: metric > reason > how many rows (before `limit`)."""
    found: dict[str, dict[str, int]] = json.loads((answer.schema.metadata or {}).get(WHY.encode(), b"{}"))
    return found


def _at(cells: Cells, rows: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> Cells:
    picked = np.ix_(rows, at)
    return Cells(cells.value[picked], cells.why[picked], cells.rows[picked], cells.seen[picked], cells.due[picked])


def _reach(plan: Plan, evaluator: Evaluator, key: str, window: Window) -> Window:
    """The window of one number over many periods: for all history, and for members, no longer than the metric's own."""
    if window.kind != "roll" or plan.absent == "null" or (plan.absent == "gap" and plan.query.start is not None):
        return window
    measures = (measure_of(plan.catalog, body) for body in plan.catalog.aggregates(key))
    firsts = [evaluator.states.cubes[one].presence.first for one in measures if one.kind != "stock"]
    return replace(window, count=max(1, min(window.count, evaluator.grid.shape[1] - max(firsts, default=0))))


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
            message = f"order: '{column}' is not a column of the answer"
            raise Refusal("F108", message, nearest(column, table.column_names))
        keys.append((column, "descending" if descending else "ascending"))
    named = {column for column, _ in keys}
    rest = [name for name in (*query.by, *(["time"] if query.grain else [])) if name not in named]
    keys += [(name, "ascending") for name in rest]
    if query.limit is not None and query.limit < 0:
        raise QueryError(f"limit: {query.limit} is less than nothing")
    found = table.sort_by(keys) if keys else table
    return found if query.limit is None else found.slice(0, query.limit)


__all__ = ["Evaluated", "Plan", "Query", "Sight", "ask", "compiled", "evaluated", "planned", "reasons_of"]
