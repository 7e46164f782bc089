"""Numbers time for states and values: consecutive base periods of a calendar, the same in SQL and in Python."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data.calendar import Calendar, Grain
from data.errors import CalendarError
from metrics.time.daysql import early_sql, number_sql

Ints = npt.NDArray[np.int64]
LONG_BEFORE = -1_000_000  # a column before all that a table of periods may tell of
NONE = -1  # in a column map: there is no such column


@dataclass(frozen=True)
class Back:
    """So many periods of a grain ago. `read` is the grain whose ends are compared with ends (None: the base).

    A quarter that ended is compared with a whole one, a running one with the same part. With `start` it is the first
    period (of grain `read`) of that of the grain.
    """

    count: int
    grain: Grain
    read: Grain | None = None
    start: bool = False


@dataclass(frozen=True)
class Timeline:
    """Consecutive base periods of a calendar, each with its number (plain months: year * 12 + month - 1)."""

    calendar: Calendar
    base: Grain = "month"

    def number(self, day: date) -> int:
        """The number of the base period that holds a day."""
        return self.calendar.number(self.base, day)

    def first(self, number: int) -> date:
        """The first day of a base period."""
        return self.calendar.first(self.base, number)

    def last(self, number: int) -> date:
        """The last day of a base period."""
        return self.calendar.last(self.base, number)

    def name(self, number: int) -> str:
        """The short name of a base period."""
        return self.calendar.grain_name(self.base, number)

    def cut(self, as_of: date) -> int | None:
        """How many days of its base period have passed on a day, that one included; None when the period is over."""
        number = self.number(as_of)
        return None if as_of == self.last(number) else (as_of - self.first(number)).days + 1

    def sql(self, column: str) -> str:
        """An integer SQL expression: the number of the base period of a date expression (NULL outside the calendar)."""
        return number_sql(self.calendar, self.base, column)

    def early_sql(self, column: str, cut: int | None) -> str:
        """Whether a date lies in the first `cut` days of its base period; TRUE when no period is running."""
        return "TRUE" if cut is None else early_sql(self.calendar, self.base, column, cut)

    def needs(self, grain: Grain) -> None:
        """Raise `CalendarError` where base periods do not lie wholly in those of a grain, with a base that would."""
        if not self.calendar.nests(self.base, grain):
            fit = "day" if self.base == "week" else grain
            raise CalendarError(f"a {grain} cannot be told from {self.base}s; it needs the base period `{fit}`")

    def of(self, grain: Grain, number: int) -> int:
        """The number of the period of a coarser grain that holds a base period."""
        self.needs(grain)
        return self.calendar.of(self.base, number, grain) if grain != self.base else number

    def around(self, grain: Grain, number: int) -> tuple[int, int]:
        """First and last base period of the period of a grain around one."""
        outer = self.of(grain, number)
        if grain == self.base:
            return number, number
        return self.number(self.calendar.first(grain, outer)), self.number(self.calendar.last(grain, outer))

    def home(self, number: int) -> date:
        """The day whose tree of units holds for a base period: the last of the month (or its like) in which it ends."""
        day = self.last(number)
        return self.calendar.last("month", self.calendar.number("month", day))

    def since(self, day: date) -> int:
        """The first base period for which the tree of a day holds."""
        return self.number(self.calendar.first("month", self.calendar.number("month", day)))

    def starts(self, first: int, last: int, grain: Grain) -> Ints:
        """For each base period from `first` to `last`: the column in which its period of a grain begins, or below 0."""
        return _starts(self, first, last, grain)

    def rolls(self, first: int, last: int, count: int, grain: Grain, by_day: bool = False) -> Ints:
        """The same for the last `count` periods of a grain up to each; `by_day`: counted back from the day itself."""
        return _rolls(self, first, last, count, grain, by_day)

    def back(self, first: int, last: int, back: Back, running: bool = False) -> Ints:
        """For each base period from `first` to `last` the column of the one that it is compared with, or NONE."""
        return _back(self, first, last, back, running)

    def beyond(self, number: int, back: Back) -> bool:
        """Whether a base period lies later in its period of a grain than the earlier one, cut short, is long."""
        if back.grain == self.base:
            return False
        there = self.calendar.back(number, self.base, back.count, back.grain)
        return number - self.around(back.grain, number)[0] > there - self.around(back.grain, there)[0]

    def ends(self, first: int, last: int, grain: Grain) -> Ints:
        """The columns with which periods of a grain end, and the last one where its period still runs."""
        self.needs(grain)
        return _ends(self, first, last, grain)


def _frozen(values: list[int]) -> Ints:
    found = np.array(values, dtype=np.int64)
    found.flags.writeable = False  # shared by all who ask
    return found


@lru_cache(maxsize=256)
def _starts(timeline: Timeline, first: int, last: int, grain: Grain) -> Ints:
    timeline.needs(grain)
    found: list[int] = []
    high = first - 1
    for number in range(first, last + 1):
        if number > high:
            low, high = timeline.around(grain, number)
        found.append(low - first)
    return _frozen(found)


@lru_cache(maxsize=256)
def _ends(timeline: Timeline, first: int, last: int, grain: Grain) -> Ints:
    starts = [*_starts(timeline, first, last, grain), None]
    found = [column for column in range(last - first + 1) if starts[column] != starts[column + 1]]
    return _frozen(found)


@lru_cache(maxsize=256)
def _rolls(timeline: Timeline, first: int, last: int, count: int, grain: Grain, by_day: bool) -> Ints:
    if grain == timeline.base:
        return _frozen([column - count + 1 for column in range(last - first + 1)])
    timeline.needs(grain)
    calendar = timeline.calendar
    if by_day:
        if timeline.base != "day":
            raise CalendarError("a window that is aligned by day needs the base period `day`")
        days = (number - calendar.back(number, "day", count, grain) for number in range(first, last + 1))
        return _frozen([column - length + 1 for column, length in enumerate(days)])
    found: list[int] = []
    for number in range(first, last + 1):
        outer = timeline.of(grain, number) - count + 1
        inside = outer >= timeline.of(grain, first)
        found.append(timeline.number(calendar.first(grain, outer)) - first if inside else LONG_BEFORE)
    return _frozen(found)


@lru_cache(maxsize=256)
def _back(timeline: Timeline, first: int, last: int, back: Back, running: bool) -> Ints:
    calendar, base = timeline.calendar, timeline.base
    read = back.read or base
    timeline.needs(read)
    timeline.needs(back.grain)
    found: list[int] = []
    for number in range(first, last + 1):
        column = NONE
        if timeline.of(back.grain, number) - back.count >= timeline.of(back.grain, first):
            if back.start:
                begin = calendar.first(back.grain, timeline.of(back.grain, number) - back.count)
                column = min(timeline.number(calendar.last(read, calendar.number(read, begin))), number) - first
            elif number == timeline.around(read, number)[1] and read != base and not (running and number == last):
                there = calendar.back(timeline.of(read, number), read, back.count, back.grain)
                column = timeline.number(calendar.last(read, there)) - first
            else:
                column = calendar.back(number, base, back.count, back.grain) - first
        found.append(column if column >= 0 else NONE)
    return _frozen(found)
