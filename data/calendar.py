"""Days, weeks, months, quarters and years, and the spans of a scorecard over them, calendar or fiscal."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal, get_args

Span = Literal["month", "quarter", "year", "ytd", "r12"]
SPANS: tuple[Span, ...] = get_args(Span)
Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
COARSER: dict[Grain, int] = {grain: place for place, grain in enumerate(GRAINS)}
MONTHS_IN: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}
SPAN_GRAIN: dict[Span, Grain] = {"month": "month", "quarter": "quarter", "year": "year", "ytd": "year", "r12": "month"}
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

MonthIndex = int  # year * 12 + month - 1, so that month arithmetic is plain arithmetic


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of whole days: `start` and `end` inclusive. A quarter that still runs has its natural end here."""

    span: Span
    start: date
    end: date

    def __str__(self) -> str:
        return f"{self.span} {self.start}..{self.end}"


def month_of(day: date) -> MonthIndex:
    """The index of the month that holds this day."""
    return day.year * 12 + day.month - 1


def first_day(month: MonthIndex) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: MonthIndex) -> date:
    """The last day of a month."""
    year, number = month // 12, month % 12 + 1
    return date(year, number, monthrange(year, number)[1])


def parse_month(text: str) -> MonthIndex:
    """`2025-01` or `2025-01-31` as month index; ValueError with the remedy otherwise."""
    try:
        return month_of(date.fromisoformat(text if len(text) > 7 else f"{text}-01"))
    except ValueError:
        raise ValueError(f"'{text}' is not a month; write it as 2025-01") from None


def _place(text: str) -> tuple[str, int]:
    """Where a stated month lies among those of the same form: calendar months (and days), or periods as 2025-P01."""
    year, _, period = text.partition("-P")
    return ("period", int(year) * 100 + int(period)) if period else ("month", parse_month(text))


def stretch_faults(stretches: Sequence[tuple[str | None, str | None]]) -> list[tuple[int, str]]:
    """What is wrong with stretches of months (from, to; both inclusive, None: open), as (index, message)."""
    faults: list[tuple[int, str]] = []
    seen: list[tuple[int, int, str | None]] = []
    forms = {_place(text)[0] for stretch in stretches for text in stretch if text}
    if len(forms) > 1:
        return [(0, "mixes months and periods; write all as 2025-01, or all as 2025-P01")]
    for index, (start, end) in enumerate(stretches):
        low = _place(start)[1] if start else 0
        high = _place(end)[1] if end else 9999 * 100
        if low > high:
            faults.append((index, f"ends in {end}, before it begins in {start}"))
            continue
        shared = [
            max((low, start), (other[0], other[2]), key=lambda one: one[0])
            for other in seen
            if low <= other[1] and other[0] <= high
        ]
        if shared:
            month = f"in {'-'.join(shared[0][1].split('-')[:2])}" if shared[0][1] else "from the beginning on"
            faults.append((index, f"holds {month} together with an earlier one; only one can"))
        seen.append((low, high, start))
    return faults


@dataclass(frozen=True)
class Calendar:
    """The organisation's year; it begins with month `fiscal_start`, 1 to 12, and is named by its last month.

    A calendar numbers the days, weeks, months, quarters and years of time, each consecutively. Its months (the base of
    all spans) are calendar months here; other calendars have periods of weeks (`data.weeks`) or of a table instead.
    Questions in months (`MonthIndex`) are questions in those.
    """

    plain: ClassVar[bool] = True  # months are those that everybody knows
    fiscal_start: int = 1

    def number(self, grain: Grain, day: date) -> int:
        """The number of the day, week, month, quarter or year that holds a day."""
        if grain == "day":
            return day.toordinal() - 1
        if grain == "week":
            return (day.toordinal() - 1) // 7
        return (month_of(day) - self._shift(grain)) // MONTHS_IN[grain]

    def first(self, grain: Grain, number: int) -> date:
        """The first day of a numbered day, week, month, quarter or year."""
        if grain == "day":
            return date.fromordinal(number + 1)
        if grain == "week":
            return date.fromordinal(number * 7 + 1)
        return first_day(number * MONTHS_IN[grain] + self._shift(grain))

    def last(self, grain: Grain, number: int) -> date:
        """The last day of a numbered day, week, month, quarter or year."""
        return self.first(grain, number + 1) - timedelta(days=1)

    def _shift(self, grain: Grain) -> int:
        return 0 if grain == "month" else self.fiscal_start - 1

    def knows(self, day: date) -> bool:
        """Whether a day lies within the calendar; one of months knows every day but those of the last year of dates."""
        return day.year < date.max.year

    def nests(self, fine: Grain, coarse: Grain) -> bool:
        """Whether each period of `fine` lies wholly in one of `coarse`: weeks lie across months."""
        return fine in (coarse, "day") or (COARSER[fine] < COARSER[coarse] and fine != "week")

    @property
    def year_months(self) -> int:
        """How many months (or periods in their place) a year has."""
        return 12

    def of(self, fine: Grain, number: int, coarse: Grain) -> int:
        """The number of the coarser period that holds a numbered finer one (its last day, where it lies across two)."""
        return self.number(coarse, self.last(fine, number))

    def back(self, number: int, fine: Grain, count: int, grain: Grain) -> int:
        """The period of grain `fine` that lies `count` periods of `grain` before another, at the same place in it.

        A place that the earlier one does not have (a 31st, a 53rd week) is its last. Days are placed by months.
        """
        if fine == grain:
            return number - count
        between: Grain = "month" if fine == "day" and grain in ("quarter", "year") else grain
        here = self.of(fine, number, between)
        there = self.back(here, between, count, grain)
        place = number - self.number(fine, self.first(between, here))
        return min(self.number(fine, self.first(between, there)) + place, self.number(fine, self.last(between, there)))

    def year_start(self, month: MonthIndex) -> MonthIndex:
        """The first month of the fiscal year that holds this month."""
        return self._start("year", month)

    def quarter_start(self, month: MonthIndex) -> MonthIndex:
        """The first month of the fiscal quarter that holds this month."""
        return self._start("quarter", month)

    def _start(self, grain: Grain, month: MonthIndex) -> MonthIndex:
        return self.number("month", self.first(grain, self.of("month", month, grain)))

    def window_start(self, span: Span, month: MonthIndex) -> MonthIndex:
        """The first month of this span's window that ends with `month` (a running quarter begins where it began)."""
        if span == "r12":
            return month - self.year_months + 1
        return self._start(SPAN_GRAIN[span], month)

    def natural_end(self, span: Span, month: MonthIndex) -> MonthIndex:
        """The last month of the period that holds `month`; for ytd and r12 that is the month itself."""
        if span not in ("quarter", "year"):
            return month
        return self.number("month", self.last(SPAN_GRAIN[span], self.of("month", month, SPAN_GRAIN[span])))

    def period(self, span: Span, month: MonthIndex) -> Period:
        """The period of this span that holds (month, quarter, year) or ends with (ytd, r12) `month`."""
        start = self.first("month", self.window_start(span, month))
        return Period(span, start, self.last("month", self.natural_end(span, month)))

    def holding(self, span: Span, day: date) -> Period:
        """The period of this span that holds a day, or ends with the month of that day."""
        return self.period(span, self.number("month", day))

    def ends(self, span: Span, first: MonthIndex, last: MonthIndex) -> list[MonthIndex]:
        """The months at which the periods of a span are read: their last months, or `last` for one that still runs."""
        return [m for m in range(first, last + 1) if m == last or self.natural_end(span, m) == m]

    def before(self, span: Span, month: MonthIndex, count: int = 1) -> MonthIndex:
        """The last month of the like period `count` before; a year to date looks back a year."""
        grain: Grain = "month" if span == "r12" else SPAN_GRAIN[span]
        return self._like(span, month, count, grain)

    def year_before(self, span: Span, month: MonthIndex) -> MonthIndex:
        """The last month of the like period a year before."""
        return self._like(span, month, 1, "year")

    def _like(self, span: Span, month: MonthIndex, count: int, grain: Grain) -> MonthIndex:
        read: Grain = SPAN_GRAIN[span] if span in ("quarter", "year") else "month"
        there = self.back(self.of("month", month, read), read, count, grain)
        if self.natural_end(span, month) == month:
            return self.number("month", self.last(read, there))
        return self.back(month, "month", count, grain)

    def name(self, period: Period) -> str:
        """The short name of a period in keys and links: 2026-10, 2026-Q4, 2026, 2026-10-ytd, 2026-10-r12."""
        if period.span in ("quarter", "year"):
            return self.grain_name(period.span, self.number(period.span, period.end))
        suffix = "" if period.span == "month" else f"-{period.span}"
        return f"{self.grain_name('month', self.number('month', period.end))}{suffix}"

    def grain_name(self, grain: Grain, number: int) -> str:
        """The short name of a numbered period: 2026-11-05, 2026-W45, 2026-11, 2026-Q4, 2026."""
        day = self.last(grain, number)
        if grain == "day":
            return day.isoformat()
        if grain == "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        if grain == "month":
            return f"{day:%Y-%m}"
        year = self.year_of(day)
        place = number - self.number("quarter", self.first("year", self.number("year", day))) + 1
        return str(year) if grain == "year" else f"{year}-Q{place}"

    def year_of(self, day: date) -> int:
        """The year that a day belongs to, as people call it."""
        return self.last("year", self.number("year", day)).year

    def stated(self, text: str) -> tuple[date, date]:
        """First and last day of a month (or its like) as people write it: 2025-01, 2025-P01, or a day in it.

        ValueError with the remedy, `CalendarError` for what the calendar does not know.
        """
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            return self.first("month", self.number("month", day)), self.last("month", self.number("month", day))
        return self.stated_month(text)

    def stated_month(self, text: str) -> tuple[date, date]:
        """First and last day of a month by its name; ValueError with the remedy."""
        month = parse_month(text)
        return first_day(month), last_day(month)

    def last_closed(self, today: date) -> date:
        """The last day of the most recent month that is over on this day."""
        return self.first("month", self.number("month", today)) - timedelta(days=1)


def last_closed_month_end(today: date) -> date:
    """The last day of the most recent month that is over on this day."""
    return today.replace(day=1) - timedelta(days=1)
