"""Cuts a metric by a dimension for one unit and period: a question, with what was a like period earlier."""

from dataclasses import dataclass
from math import isnan

import numpy as np

from data.calendar import Period
from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.language.crowds import least_of
from metrics.query.ask import Evaluated, evaluated
from metrics.query.axes import dimensions_of
from metrics.query.question import Query, Sight
from metrics.query.withheld import codes_of
from metrics.query.within import EMPTY_MEMBER
from metrics.time.grid import Window
from metrics.time.spans import period_before, span_windows
from metrics.values.cells import BESIDE, REASONS


@dataclass(frozen=True)
class Slice:
    """One member of a dimension: its value now and a like period earlier (None: no rows), and the rows behind it.

    `why`: the reason why it is withheld; empty where it is told.
    """

    member: str
    value: float | None
    previous: float | None
    rows: int
    why: str = ""


def slice_metric(engine: Engine, sight: Sight, key: str, dimension: str, unit: str, period: Period) -> list[Slice]:
    """The metric for each member of a dimension, largest first, rows without a member as `(none)`.

    Raises `Refusal` when a table below the metric lacks the dimension: half a metric cannot be cut.
    """
    query = Query((key,), by=(dimension,), where=(f"unit = {literal(unit)}",), end=period.end, absent="zero")
    found = evaluated(engine, sight, query)
    evaluator = found.evaluator
    window = span_windows(sight.calendar)[period.span]
    cells = evaluator.cells(key, window)
    before = evaluator.comparable(key, window, period_before(period.span))
    groups = found.rows
    codes = dict(zip(groups, _codes(found, key, window, sight, unit, period), strict=True))
    slices = [
        Slice(
            EMPTY_MEMBER if members[-1] is None else str(members[-1]),
            None if codes[members] else _plain(cells.value[row, -1]),
            None if codes[members] or least_of(sight.catalog, key) > 1 else _plain(before[row, -1]),
            0 if codes[members] else int(cells.rows[row, -1]),
            REASONS[codes[members]],
        )
        for members, row in groups.items()
        if cells.rows[row, -1] > 0 or not isnan(cells.value[row, -1])
    ]
    return sorted(slices, key=lambda one: (one.value is None, -(one.value or 0.0), one.member))


def _codes(found: Evaluated, key: str, window: Window, sight: Sight, unit: str, period: Period) -> list[int]:
    """Why the members are withheld, in the order of the groups; all of them where the unit itself is."""
    at = np.array([found.evaluator.grid.shape[1] - 1], dtype=np.int64)
    codes = codes_of(found.evaluator, key, window, found.rows, at)[:, 0]
    kept = sight.kept_back.get(key, frozenset())
    if any(one == unit and period.start <= day <= period.end for one, day in kept):
        codes[codes == 0] = BESIDE
    return [int(code) for code in codes]


def _plain(value: float) -> float | None:
    return None if isnan(value) else float(value)


__all__ = ["Slice", "dimensions_of", "slice_metric"]
