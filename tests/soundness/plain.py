"""What the slow reckoning needs to know of rows and months: expressions as functions, totals of some rows."""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

Row = Mapping[str, Any]
Month = int  # year * 12 + month - 1
Number = float | None
NEVER = 10**6
SUMS = ("sum", "count", "sum_boolean", "count_distinct")

EXPRESSIONS: Mapping[str, Callable[[Row], Any]] = {
    "amount": lambda r: r["amount"],
    "amount - cost": lambda r: None if r["amount"] is None or r["cost"] is None else r["amount"] - r["cost"],
    "customer": lambda r: r["customer"],
    "ok": lambda r: r["ok"],
    "value": lambda r: r["value"],
    "hours": lambda r: r["hours"],
    "team": lambda r: r["team"],
}
FILTERS: Mapping[str | None, Callable[[Row], bool]] = {
    None: lambda _: True,
    "ok": lambda r: r["ok"] is True,
    "channel = 'web'": lambda r: r["channel"] == "web",
    "kind = 'a'": lambda r: r["kind"] == "a",
}


def month_of(day: date) -> Month:
    return day.year * 12 + day.month - 1


def first_of(month: Month) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_of(month: Month) -> date:
    return date(month // 12, month % 12 + 1, monthrange(month // 12, month % 12 + 1)[1])


def total(function: str, expr: str | None, rows: Sequence[Row]) -> Number:
    """An aggregation of some rows; None where there is nothing to aggregate (a count of nothing is 0)."""
    if expr is None:
        return float(len(rows))
    found = [value for row in rows if (value := EXPRESSIONS[expr](row)) is not None]
    if function == "count":
        return float(len(found)) if found else None
    if not found:
        return None
    if function == "count_distinct":
        return float(len(set(found)))
    numbers = [float(value) for value in found]
    if function == "average":
        return sum(numbers) / len(numbers)
    return {"min": min, "max": max}.get(function, sum)(numbers)


def by_cell(daily: Mapping[date, Mapping[str, float]]) -> dict[str, dict[date, float]]:
    found: dict[str, dict[date, float]] = {}
    for day, levels in daily.items():
        for cell, level in levels.items():
            found.setdefault(cell, {})[day] = level
    return found
