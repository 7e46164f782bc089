"""Cuts a metric by a dimension for one unit and period: a question, with what was a like period earlier."""

from dataclasses import dataclass
from math import isnan

from data.calendar import Period
from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.query.ask import evaluated
from metrics.query.axes import dimensions_of
from metrics.query.question import Query, Sight
from metrics.query.within import EMPTY_MEMBER
from metrics.time.spans import period_before, span_windows


@dataclass(frozen=True)
class Slice:
    """One member of a dimension: its value now and a like period earlier (None: no rows), and the rows behind it."""

    member: str
    value: float | None
    previous: float | None
    rows: int


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
    slices = [
        Slice(
            EMPTY_MEMBER if members[-1] is None else str(members[-1]),
            _plain(cells.value[row, -1]),
            _plain(before[row, -1]),
            int(cells.rows[row, -1]),
        )
        for members, row in found.rows.items()
        if cells.rows[row, -1] > 0 or not isnan(cells.value[row, -1])
    ]
    return sorted(slices, key=lambda one: (one.value is None, -(one.value or 0.0), one.member))


def _plain(value: float) -> float | None:
    return None if isnan(value) else float(value)


__all__ = ["Slice", "dimensions_of", "slice_metric"]
