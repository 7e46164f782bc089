"""The periods of an answer: which columns of the grid are read at which window."""

from dataclasses import dataclass
from datetime import date, timedelta

from data.calendar import Calendar, Span, first_day, last_day, month_of
from data.errors import QueryError
from metrics.query.question import Grain
from metrics.time.grid import MONTH, QUARTER, YEAR, Grid, Window

WINDOWS: dict[Grain, Window] = {"month": MONTH, "quarter": QUARTER, "year": YEAR}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reading:
    """One period of an answer: the column at which it is read, its first day, and whether some of it is to come."""

    column: int
    start: date
    partial: bool


def by_grain(grid: Grid, grain: Span, start: date | None, end: date) -> list[Reading]:
    """Every period of a grain from `start` to `end`. Raises `QueryError` for a start inside a period."""
    calendar = grid.calendar
    if start is not None:
        begins = calendar.period(grain, month_of(start)).start
        if begins != start:
            raise QueryError(
                f"start {start} cuts the {grain} that begins on {begins}, and half of it would look like a whole one; "
                f"start on {begins}, or ask without a grain"
            )
    low = grid.first if start is None else month_of(start)
    found = []
    for month in calendar.ends(grain, grid.first, grid.last):
        period = calendar.period(grain, month)
        if month >= low:
            found.append(Reading(month - grid.first, period.start, period.end > end))
    return found


def as_one(grid: Grid, start: date | None, end: date) -> tuple[Window, Reading]:
    """All days from `start` to `end` as one period: the window that it is, and where it is read."""
    first = grid.first if start is None else month_of(start)
    if start is not None and start != first_day(first):
        raise QueryError(f"start {start} cuts a month; start on {first_day(first)}")
    window = window_of(grid.calendar, first, grid.last)
    return window, Reading(grid.last - grid.first, first_day(first), end < last_day(grid.last))


def window_of(calendar: Calendar, first: int, last: int) -> Window:
    """The window from a month to a month: a month, quarter or year if it is one from its beginning, else so many."""
    if first == last:
        return MONTH
    if first == calendar.quarter_start(last) and first != calendar.year_start(last):
        return QUARTER
    return YEAR if first == calendar.year_start(last) else Window("roll", last - first + 1)
