"""The SQL that numbers days: integer arithmetic and comparisons that mean the same on every engine."""

from bisect import bisect_right
from collections.abc import Sequence

from data.calendar import Calendar, Grain
from data.periods import TableCalendar
from data.weeks import WEEKS, WeekCalendar

DAY = "date_diff('day', DATE '0001-01-01', CAST({column} AS DATE))"  # Monday, 1 January of year 1 is day 0


def number_sql(calendar: Calendar, grain: Grain, column: str) -> str:
    """The number of the period that holds a date expression, as `calendar.number` tells it; NULL outside."""
    if grain == "day":
        return f"({DAY.format(column=column)})"
    if grain == "week":
        return _week(DAY.format(column=column), calendar)
    if isinstance(calendar, WeekCalendar):
        return _of_slot(calendar, grain, DAY.format(column=column))
    if isinstance(calendar, TableCalendar):
        return _of_table(calendar, grain, DAY.format(column=column), 0)
    month = f"(year({column}) * 12 + month({column}) - 1)"
    if grain == "month":
        return month
    shift = "" if calendar.fiscal_start == 1 else f" - {calendar.fiscal_start - 1}"
    return f"(({month}{shift}) // {3 if grain == 'quarter' else 12})"


def early_sql(calendar: Calendar, grain: Grain, column: str, cut: int) -> str:
    """Whether a date lies in the first `cut` days of its period: `cut` days earlier it was another one."""
    day = DAY.format(column=column)
    if grain == "day":
        return f"({day} IS NOT NULL)"
    if grain == "week":
        return f"(({day} - {_offset(calendar)}) % 7 < {cut})"
    earlier = f"({day} - {cut})"
    if isinstance(calendar, WeekCalendar):
        return f"({_of_slot(calendar, grain, day)} <> {_of_slot(calendar, grain, earlier)})"
    if isinstance(calendar, TableCalendar):
        return f"({_of_table(calendar, grain, day, 0)} <> {_of_table(calendar, grain, day, cut)})"
    if grain == "month":
        return f"(day({column}) <= {cut})"
    shifted = f"(CAST({column} AS DATE) - INTERVAL {cut} DAY)"
    return f"({number_sql(calendar, grain, column)} <> {number_sql(calendar, grain, shifted)})"


def _offset(calendar: Calendar) -> int:
    return calendar.offset if isinstance(calendar, WeekCalendar) else 0


def _week(day: str, calendar: Calendar) -> str:
    offset = _offset(calendar)
    return f"(({day}{f' - {offset}' if offset else ''}) // 7)"


def _of_slot(calendar: WeekCalendar, grain: Grain, day: str) -> str:
    """Weeks without the 53rd ones make years of 52 slots; the rest is arithmetic on the slot."""
    leaps = calendar.leaps()
    week = _week(day, calendar)
    steps = ["NULL", *(str(leaps.shift - passed) for passed in range(len(leaps.weeks) + 1)), "NULL"]
    slot = f"({week} + {choose(week, [leaps.first, *leaps.weeks, leaps.last + 1], steps)})"
    if grain == "year":
        return f"({slot} // {WEEKS})"
    begins = calendar.starts_in_year(grain)
    for plus in range(WEEKS):  # most patterns lie on a straight line
        if all((at * len(begins) + plus) // WEEKS == bisect_right(begins, at) - 1 for at in range(WEEKS)):
            return f"(({slot} * {len(begins)}{f' + {plus}' if plus else ''}) // {WEEKS})"
    place = choose(f"({slot} % {WEEKS})", begins[1:], [str(at) for at in range(len(begins))])
    return f"({slot} // {WEEKS} * {len(begins)} + {place})"


def _of_table(calendar: TableCalendar, grain: Grain, day: str, later: int) -> str:
    """The place among the first days of periods (each `later` days later); NULL before the first and past the last."""
    starts = [start.toordinal() - 1 + later for start in calendar.starts(grain)]
    end = calendar.end.toordinal() + later
    steps = ["-1" if later else "NULL", *(str(at) for at in range(len(starts))), "NULL"]
    return choose(day, [*starts, end], steps)


def choose(value: str, bounds: Sequence[int], steps: Sequence[str]) -> str:
    """The step that a value has reached: steps[n] where n of the rising bounds are at or below it; by halving."""
    if not bounds:
        return steps[0]
    middle = len(bounds) // 2
    low = choose(value, bounds[:middle], steps[: middle + 1])
    high = choose(value, bounds[middle + 1 :], steps[middle + 1 :])
    return f"CASE WHEN {value} < {bounds[middle]} THEN {low} ELSE {high} END"
