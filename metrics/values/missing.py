"""Finds periods for which a metric that had begun to report has no value though one was due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from data.calendar import Period
from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.values.cells import GAP, NO_ROWS, REASONS
from metrics.values.verdicts import STALE


@dataclass(frozen=True)
class Missing:
    """A metric at a unit with months that were due and have no value, or one older than its freshness allows.

    months: oldest first, never before the first month that was ever reported. due: how many months were due in the
    time looked at. lasting: the latest month that was due is among them. alone: in each of them another unit that was
    looked at has a value, so that the feed itself came. late: all of them are late feeds, whose old value still stands.
    """

    metric: str
    unit: str
    months: tuple[Period, ...]
    due: int
    lasting: bool
    alone: bool
    late: bool


def read_missing(
    engine: Engine, metrics: Collection[str], units: Collection[str], first: date, last: date
) -> list[Missing]:
    """What is missing in months that end between two days, both inclusive, by metric and unit."""
    if not metrics or not units:
        return []
    gone = " OR ".join(f"reason = {literal(reason)}" for reason in (REASONS[NO_ROWS], REASONS[GAP]))
    found = engine.table(
        f"""
        WITH known AS (
            SELECT unit, metric, period_start, period_end, status, reason, expected, value IS NOT NULL AS told,
                min(period_end) FILTER (value IS NOT NULL) OVER (PARTITION BY unit, metric) AS began,
                bool_or(value IS NOT NULL) OVER (PARTITION BY metric, period_end) AS elsewhere
            FROM snapshot.main."values"
            WHERE span = 'month' AND period_end <= {_day(last)}
                AND unit IN ({_listed(units)}) AND metric IN ({_listed(metrics)})
        ), due AS (
            SELECT *, reason = {literal(STALE)} AS late, NOT told AND expected > 0 AND ({gone}) AS absent
            FROM known
            WHERE period_end >= began AND period_end >= {_day(first)} AND status <> 'not_due' AND (told OR expected > 0)
        )
        SELECT unit, metric,
            list([period_start, period_end] ORDER BY period_end) FILTER (absent OR late) AS months,
            count(*) AS due,
            arg_max(absent OR late, period_end) AS lasting,
            bool_and(elsewhere) FILTER (absent OR late) AS alone,
            bool_and(late) FILTER (absent OR late) AS late
        FROM due GROUP BY unit, metric HAVING bool_or(absent OR late) ORDER BY metric, unit
        """
    )
    return [
        Missing(
            row["metric"],
            row["unit"],
            tuple(Period("month", start, end) for start, end in row["months"]),
            row["due"],
            row["lasting"],
            row["alone"] and not row["late"],
            row["late"],
        )
        for row in found.to_pylist()
    ]


def _listed(names: Collection[str]) -> str:
    return ", ".join(map(literal, sorted(names)))


def _day(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
