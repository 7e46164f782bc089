"""Years of 52 or 53 whole weeks: 4-4-5 and its kin, thirteen periods of four weeks, ISO years."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import ClassVar

from data.calendar import COARSER, Calendar, Grain
from data.errors import CalendarError

FROM_YEAR, TO_YEAR = 1950, 2149
WEEKS = 52


@dataclass(frozen=True)
class Leaps:
    """The 53rd weeks: numbers of the weeks that are such, and for week w the `shift` of its slot: w + shift - leaps.

    `first` and `last` are the weeks with which the years that the calendar knows begin and end.
    """

    weeks: tuple[int, ...]
    slots: tuple[int, ...]
    shift: int
    first: int
    last: int


@dataclass(frozen=True)
class WeekCalendar(Calendar):
    """Years that end on a weekday, the `nearest` to the end of a month or the last in it; months are periods of weeks.

    `pattern` are the weeks of each period of a year (52 in all), `quarters` the periods of each quarter. The 53rd week
    of a long year belongs to period `extra`. A year is named by the calendar year in which it ends, or begins.
    Each week has a slot: weeks without the 53rd ones, which share the slot of the week before; 52 slots make a year.
    """

    pattern: tuple[int, ...] = (4, 4, 5) * 4
    quarters: tuple[int, ...] = (3, 3, 3, 3)
    end_month: int = 12
    end_weekday: int = 6  # Monday is 0
    nearest: bool = True
    extra: int = 0  # the last
    named_by_start: bool = False

    plain: ClassVar[bool] = False

    @property
    def year_months(self) -> int:
        """How many periods a year has."""
        return len(self.pattern)

    @property
    def offset(self) -> int:
        """Days from a Monday to the first day of a week."""
        return (self.end_weekday + 1) % 7

    def starts_in_year(self, grain: Grain) -> tuple[int, ...]:
        """The slots of a year (0 to 51) in which its months or quarters begin."""
        begins = (0, *accumulate(self.pattern))
        if grain == "month":
            return begins[:-1]
        return tuple(begins[period] for period in (0, *accumulate(self.quarters))[:-1])

    def leaps(self) -> Leaps:
        """The 53rd weeks of all years that the calendar knows."""
        return _leaps(self)

    def slot(self, week: int) -> int:
        """The slot of a numbered week."""
        leaps = self.leaps()
        return week + leaps.shift - bisect_right(leaps.weeks, week)

    def number(self, grain: Grain, day: date) -> int:
        """The number of the day, week, month, quarter or year that holds a day; `CalendarError` outside all years."""
        if grain == "day":
            return day.toordinal() - 1
        week = (day.toordinal() - 1 - self.offset) // 7
        if grain == "week":
            return week
        year, place = divmod(self.slot(week), WEEKS)
        if not self.knows(day):
            raise CalendarError(
                f"{day} lies outside the years {FROM_YEAR} to {TO_YEAR} that a calendar of weeks knows; mend the date"
            )
        if grain == "year":
            return year
        begins = self.starts_in_year(grain)
        return year * len(begins) + bisect_right(begins, place) - 1

    def first(self, grain: Grain, number: int) -> date:
        """The first day of a numbered day, week, month, quarter or year."""
        if grain == "day":
            return date.fromordinal(number + 1)
        if grain == "week":
            return date.fromordinal(number * 7 + self.offset + 1)
        begins = (0,) if grain == "year" else self.starts_in_year(grain)
        year, place = divmod(number, len(begins))
        slot = year * WEEKS + begins[place]
        leaps = self.leaps()
        return self.first("week", slot - leaps.shift + bisect_left(leaps.slots, slot))

    def knows(self, day: date) -> bool:
        """Whether a day lies within the years that are told."""
        return self.leaps().first <= self.number("week", day) <= self.leaps().last

    def nests(self, fine: Grain, coarse: Grain) -> bool:
        """Whether each period of `fine` lies wholly in one of `coarse`: here weeks do."""
        return COARSER[fine] <= COARSER[coarse]

    def grain_name(self, grain: Grain, number: int) -> str:
        """The short name of a numbered period: 2026-11-05, 2026-W45, 2026-P11, 2026-Q4, 2026."""
        if grain == "day":
            return super().grain_name(grain, number)
        day = self.last(grain, number)
        year = self.year_of(day)
        if grain == "year":
            return str(year)
        place = number - self.number(grain, self.first("year", self.number("year", day))) + 1
        return f"{year}-Q{place}" if grain == "quarter" else f"{year}-{'W' if grain == 'week' else 'P'}{place:02}"

    def year_of(self, day: date) -> int:
        """The year that a day belongs to, as people call it: by the calendar year in which it ends, or begins."""
        return self.number("year", day) - (1 if self.named_by_start else 0)

    def stated_month(self, text: str) -> tuple[date, date]:
        """First and last day of the period that `2026-P07` names; ValueError with the remedy otherwise."""
        year, _, place = text.partition("-P")
        if not (year.isdigit() and place.isdigit() and 1 <= int(place) <= self.year_months):
            raise ValueError(
                f"'{text}' is no period of this calendar; write it as 2026-P01 (to P{self.year_months}), or a day of it"
            )
        number = (int(year) + (1 if self.named_by_start else 0)) * self.year_months + int(place) - 1
        return self.first("month", number), self.last("month", number)


def _end_of(calendar: WeekCalendar, year: int) -> date:
    last = date(year, calendar.end_month, monthrange(year, calendar.end_month)[1])
    late = (last.weekday() - calendar.end_weekday) % 7
    return last + timedelta(days=7 - late if calendar.nearest and late > 3 else -late)


@lru_cache(maxsize=32)
def _leaps(calendar: WeekCalendar) -> Leaps:
    """Walks all years; a year with 53 weeks has its leap week at the end of period `extra`."""
    first = begin = calendar.number("week", _end_of(calendar, FROM_YEAR - 1)) + 1
    shift = FROM_YEAR * WEEKS - begin
    in_year = sum(calendar.pattern[: calendar.extra or None])
    weeks: list[int] = []
    for year in range(FROM_YEAR, TO_YEAR + 1):
        following = calendar.number("week", _end_of(calendar, year)) + 1
        if following - begin > WEEKS:
            weeks.append(begin + in_year)
        begin = following
    slots = tuple(week + shift - at - 1 for at, week in enumerate(weeks))
    return Leaps(tuple(weeks), slots, shift, first, begin - 1)
