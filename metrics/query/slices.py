"""Cuts a metric by a dimension for one unit and period: compiler and evaluator with members in the place of units."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isnan

import numpy as np

from data.calendar import MONTHS_IN, Calendar, MonthIndex, Period
from data.errors import QueryError
from data.warehouse import literal
from metrics.definitions.kinds import Change, Rolling, Stock, ToDate
from metrics.definitions.metric import Metric
from metrics.definitions.quantities import Back
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog, resolver
from metrics.states.measures import Measure, Relation, measures_of
from metrics.states.scan import TOTAL, read_states
from metrics.time.frame import Frame
from metrics.time.spans import period_before, span_windows
from metrics.time.timeline import Timeline
from metrics.values.evaluate import Evaluator

EMPTY_MEMBER = "(none)"


@dataclass(frozen=True)
class Slice:
    """One member of a dimension: its value now and a like period earlier (None: no rows), and the rows behind it."""

    member: str
    value: float | None
    previous: float | None
    rows: int


@dataclass(frozen=True)
class Asked:
    """The unit and period that are cut. `cells` are the units below the asked one by month.

    `cut_day` is the last day that counts of a month that still runs.
    """

    period: Period
    as_of: date
    cells: Mapping[MonthIndex, tuple[str, ...]]
    cut_day: int | None = None

    @property
    def end(self) -> date:
        """The last day that counts."""
        return min(self.period.end, self.as_of)


def dimensions_of(catalog: Catalog, key: str) -> dict[str, str]:
    """The dimensions by which a metric can be cut, with their titles: those that every table below it has."""
    tables = [catalog.tables[name] for name in catalog.tables_of(key)]
    shared = [set(table.dimensions) for table in tables]
    names = set.intersection(*shared) if shared else set()
    return {
        name: d.title or name.replace("_", " ").capitalize()
        for name, d in (tables[0].dimensions.items() if tables else ())
        if name in names
    }


def slice_metric(
    engine: Engine, catalog: Catalog, key: str, dimension: str, asked: Asked, calendar: Calendar
) -> list[Slice]:
    """The metric for each member of a dimension, largest first, rows without a member as `(none)`.

    Raises `QueryError` when a table below the metric lacks the dimension: half a metric cannot be cut; or when units
    moved while a stock is looked back upon: rows of a stock belong to no month, so members would mix before and after.
    """
    known = dimensions_of(catalog, key)
    metric = catalog.metrics[key]
    if dimension not in known:
        lacking = [name for name in catalog.tables_of(key) if dimension not in catalog.tables[name].dimensions]
        raise QueryError(
            f"{metric.title} cannot be cut by '{dimension}': {', '.join(lacking)} has no such dimension; "
            f"possible: {', '.join(known) or 'none'}"
        )

    def narrow(source: Relation, measure: Measure) -> Relation:
        table = catalog.tables[measure.table]
        qualifier, _, column = table.dimensions[dimension].column.rpartition(".")
        member = resolver(catalog, table)(column, qualifier or None)
        cell = f"coalesce(CAST({member} AS VARCHAR), {literal(EMPTY_MEMBER)})"
        return replace(source, cell=cell, where=inside(source, measure, asked, calendar))

    _refuse_mixed(catalog, key, asked, calendar)
    own = Metric.model_copy(metric, update={"target": None, "anchors": None})
    alone = replace(catalog, metrics={**catalog.metrics, key: own})
    states = read_states(
        engine, alone, measures_of(alone, [key]), Frame(None, Timeline(calendar), asked.end, asked.cut_day), narrow
    )
    evaluator = Evaluator(alone, states, gaps=False)
    window = span_windows(calendar)[asked.period.span]
    cells = evaluator.cells(key, window)
    before = evaluator.comparable(key, window, period_before(asked.period.span))
    last = calendar.number("month", asked.end)
    if _on_stock(alone, key) and _moved(asked, last, last - calendar.before(asked.period.span, last)):
        before = np.full(states.grid.shape, np.nan)
    found = [
        Slice(unit, _plain(cells.value[row, -1]), _plain(before[row, -1]), int(cells.rows[row, -1]))
        for row, unit in enumerate(states.grid.units)
        if unit != TOTAL and (cells.rows[row, -1] > 0 or not isnan(cells.value[row, -1]))
    ]
    return sorted(found, key=lambda one: (one.value is None, -(one.value or 0.0), one.member))


def _refuse_mixed(catalog: Catalog, key: str, asked: Asked, calendar: Calendar) -> None:
    if _on_stock(catalog, key) and _moved(
        asked, calendar.number("month", asked.end), _looks_back(catalog, key, asked, calendar)
    ):
        raise QueryError(
            f"{catalog.metrics[key].title} cannot be cut over {asked.period}: units below moved within the time that "
            "it looks back upon, and its members would mix before and after; cut a unit that did not change"
        )


def _on_stock(catalog: Catalog, key: str) -> bool:
    return any(isinstance(body, Stock) for body in catalog.aggregates(key))


def _moved(asked: Asked, end: MonthIndex, months: int) -> bool:
    """Whether the units below the asked one were others at some time in the last `months` months before its end."""
    return len({frozenset(asked.cells[m]) for m in range(end - months, end + 1) if m in asked.cells}) > 1


def _looks_back(catalog: Catalog, key: str, asked: Asked, calendar: Calendar) -> int:
    """How many months before the end a metric reads the level of a stock."""
    metric = catalog.metrics[key]
    body = metric.body
    end = calendar.number("month", asked.end)
    starts = {"year": calendar.year_start(end), "quarter": calendar.quarter_start(end)}
    below = max((_looks_back(catalog, part, asked, calendar) for part in catalog.parts(key)), default=0)
    if isinstance(body, Change):
        return below + _months_back(body, calendar)
    if isinstance(body, Rolling):
        return below + body.reach[0] * MONTHS_IN.get(body.reach[1], 1) - 1
    if isinstance(body, ToDate):
        return max(below, end - starts.get(body.since, end))
    means = any(isinstance(one, Stock) and one.over_time == "mean" for one in catalog.own_aggregates(key))
    return max(below, end - calendar.window_start(asked.period.span, end) if means else 0)


def _months_back(body: Change, calendar: Calendar) -> int:
    """How many months a change looks back at most."""
    back: Back = body.back
    if back.start or back.grain is None:
        return calendar.year_months * max(back.count, 1)
    return back.count * {"year": calendar.year_months, "quarter": calendar.year_months // 4 + 1}.get(back.grain, 1)


def inside(source: Relation, measure: Measure, asked: Asked, calendar: Calendar) -> str:
    """SQL that keeps the asked unit's rows: by the tree of each row's month, for stocks by that of the end."""
    if measure.kind == "stock":
        names = ", ".join(literal(cell) for cell in asked.cells[calendar.number("month", asked.end)])
        return f"{source.unit} IN ({names})"
    happened = Timeline(calendar).sql(measure.time)
    parts = [
        f"({happened} BETWEEN {low} AND {high} AND {source.unit} IN ({', '.join(map(literal, sorted(cells)))}))"
        for low, high, cells in _stretches(asked)
    ]
    return f"({' OR '.join(parts)})"


def _stretches(asked: Asked) -> list[tuple[MonthIndex, MonthIndex, frozenset[str]]]:
    """Months in a row with the same units below: a unit may leave and come back."""
    found: list[tuple[MonthIndex, MonthIndex, frozenset[str]]] = []
    for month in sorted(asked.cells):
        cells = frozenset(asked.cells[month])
        if found and found[-1][1] == month - 1 and found[-1][2] == cells:
            found[-1] = (found[-1][0], month, cells)
        else:
            found.append((month, month, cells))
    return found


def _plain(value: float) -> float | None:
    return None if isnan(value) else float(value)
