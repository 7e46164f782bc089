"""Comparison of like with like: a period that is still running is compared with the same days of an earlier one."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from data.errors import QueryError


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The days of an earlier period that a later one may be compared with; `note` says so when they are not all."""

    start: date
    end: date
    partial: bool
    note: str | None


def counterpart(start: date, end: date, through: date, earlier_start: date, earlier_end: date) -> Counterpart:
    """Days of an earlier period to set against the period `start` to `end`, of which data reach `through`.

    The same number of whole months and then the same day of the month, never beyond the earlier period's end; in
    periods that do not begin with a month, the same number of days. Raises QueryError when no day has run yet.
    """
    if through < start:
        raise QueryError(f"no day of {start} to {end} has run by {through}; there is nothing to compare yet")
    if through >= end:
        return Counterpart(earlier_start, earlier_end, False, None)
    if start.day == earlier_start.day == 1:
        months = (through.year - start.year) * 12 + through.month - start.month
        year, month = divmod(earlier_start.year * 12 + earlier_start.month - 1 + months, 12)
        last = date(year, month + 1, min(through.day, monthrange(year, month + 1)[1]))
    else:
        last = earlier_start + (through - start)
    last = min(last, earlier_end)
    note = f"up to {through.isoformat()}, compared with {earlier_start.isoformat()} to {last.isoformat()}"
    return Counterpart(earlier_start, last, True, note)
