"""A calendar of periods that the organisation's own table names: sprints, terms, irregular fiscal months."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

from data.calendar import Calendar, Grain, MonthIndex, Span
from data.documents import nearest
from data.errors import CalendarError


@dataclass(frozen=True)
class Row:
    """One period of the table: its name, first and last day, and the names of the quarter and year that hold it."""

    name: str
    start: date
    end: date
    quarter: str | None = None
    year: str | None = None


@dataclass(frozen=True)
class TableCalendar(Calendar):
    """Periods of a table in the place of months, without gap or overlap; weeks are ISO weeks, days are days."""

    rows: tuple[Row, ...] = ()
    place: str = field(default="the calendar's table", compare=False)

    @cached_property
    def _first_rows(self) -> dict[Grain, tuple[int, ...]]:
        """For months, quarters and years the rows with which they begin."""

        def begins(names: Sequence[object]) -> tuple[int, ...]:
            return tuple(at for at, name in enumerate(names) if at == 0 or name != names[at - 1])

        return {
            "month": tuple(range(len(self.rows))),
            "quarter": begins([(row.year, row.quarter) for row in self.rows]),
            "year": begins([row.year for row in self.rows]),
        }

    @cached_property
    def _starts(self) -> tuple[date, ...]:
        return tuple(row.start for row in self.rows)

    @cached_property
    def _year_months(self) -> int:
        begins = (*self._begins("year"), len(self.rows))
        lengths = Counter(high - low for low, high in pairwise(begins))
        return max(lengths, key=lambda length: (lengths[length], length))

    plain: ClassVar[bool] = False

    @property
    def year_months(self) -> int:
        """How many periods a year has: the usual number, where years differ."""
        return self._year_months

    def _begins(self, grain: Grain) -> tuple[int, ...]:
        column = {"quarter": "quarter", "year": "year"}.get(grain)
        if column and getattr(self.rows[0], column) is None:
            raise CalendarError(
                f"{self.place} has no column for the {grain}; name one (`{column}:`), or ask for periods"
            )
        return self._first_rows[grain]

    def starts(self, grain: Grain) -> tuple[date, ...]:
        """The first days of all months (periods), quarters or years."""
        return tuple(self._starts[row] for row in self._begins(grain))

    @property
    def end(self) -> date:
        """The last day that the table knows."""
        return self.rows[-1].end

    def knows(self, day: date) -> bool:
        """Whether a day lies within the table's periods."""
        return bool(self.rows) and self._starts[0] <= day <= self.end

    def number(self, grain: Grain, day: date) -> int:
        """The number of the day, week, period, quarter or year that holds a day; `CalendarError` outside the table."""
        if grain in ("day", "week"):
            return super().number(grain, day)
        row = bisect_right(self._starts, day) - 1
        if not self.knows(day):
            raise CalendarError(
                f"{day} lies outside {self.place}, which tells of {self._starts[0]} to {self.end}; add its period there"
            )
        return bisect_right(self._begins(grain), row) - 1

    def first(self, grain: Grain, number: int) -> date:
        """The first day of a numbered day, week, period, quarter or year; `CalendarError` outside the table."""
        if grain in ("day", "week"):
            return super().first(grain, number)
        begins = self._begins(grain)
        if not 0 <= number <= len(begins):
            raise CalendarError(f"{self.place} tells of {len(begins)} {grain}s, and not of that many; add rows to it")
        return self.end + timedelta(days=1) if number == len(begins) else self._starts[begins[number]]

    def back(self, number: int, fine: Grain, count: int, grain: Grain) -> int:
        """As in every calendar; what would lie before the table is its first period."""
        if fine in ("day", "week") or self.of(fine, number, grain) >= count:
            return super().back(number, fine, count, grain)
        return 0

    def window_start(self, span: Span, month: MonthIndex) -> MonthIndex:
        """The first period of this span's window; a rolling year that would begin before the table begins with it."""
        return max(super().window_start(span, month), 0)

    def grain_name(self, grain: Grain, number: int) -> str:
        """The short name of a numbered period: as the table calls it."""
        if grain in ("day", "week"):
            return super().grain_name(grain, number)
        row = self.rows[self._begins(grain)[number]]
        if grain == "month":
            return row.name
        return str(row.year) if grain == "year" else f"{row.year}-{row.quarter}" if row.year else str(row.quarter)

    def year_of(self, day: date) -> int:
        """The year that a day belongs to, where the table calls years by number."""
        return int(self.grain_name("year", self.number("year", day)))

    def stated_month(self, text: str) -> tuple[date, date]:
        """First and last day of the period of this name; ValueError with the nearest right one otherwise."""
        for row in self.rows:
            if row.name == text:
                return row.start, row.end
        near = nearest(text, [row.name for row in self.rows])
        raise ValueError(
            f"'{text}' is no period of {self.place}; write its name, or a day of it" + (f" ({near})" if near else "")
        )


def row_faults(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """What is wrong with the periods of a table, as (index, message): order, gaps, overlaps, quarters across years."""
    faults: list[tuple[int, str]] = []
    if not rows:
        return [(0, "tells of no period")]
    for at, row in enumerate(rows):
        if row.end < row.start:
            faults.append((at, f"'{row.name}' ends on {row.end}, before it begins on {row.start}; swap the two"))
    for at, (row, following) in enumerate(pairwise(rows), 1):
        day = row.end + timedelta(days=1)
        if following.start > day:
            gap = f"{day} to {following.start - timedelta(days=1)}"
            faults.append((at, f"no period holds {gap}; lengthen '{row.name}' or begin '{following.name}' earlier"))
        elif following.start < day:
            faults.append(
                (at, f"'{row.name}' and '{following.name}' both hold {following.start}; each day belongs to one period")
            )
    for grain, names in (
        ("name", [row.name for row in rows]),
        ("quarter", [(row.year, row.quarter) for row in rows]),
        ("year", [row.year for row in rows]),
    ):
        seen: set[object] = set()
        for at, name in enumerate(names):
            again = name in seen and (grain == "name" or name != names[at - 1])
            if again and (grain == "name" or (row := rows[at]).year is not None or row.quarter is not None):
                faults.append((at, f"the {grain} '{_text(name)}' comes twice; its periods stand side by side"))
            seen.add(name)
    return faults


def _text(name: object) -> str:
    return " ".join(str(part) for part in name if part is not None) if isinstance(name, tuple) else str(name)
