"""Months, and the spans of a scorecard: month, quarter, year, year to date and rolling 12, calendar or fiscal."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Span = Literal["month", "quarter", "year", "ytd", "r12"]
SPANS: tuple[Span, ...] = get_args(Span)
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


def stretch_faults(stretches: Sequence[tuple[str | None, str | None]]) -> list[tuple[int, str]]:
    """What is wrong with stretches of months (from, to; both inclusive, None: open), as (index, message)."""
    faults: list[tuple[int, str]] = []
    seen: list[tuple[MonthIndex, MonthIndex]] = []
    for index, (start, end) in enumerate(stretches):
        low = parse_month(start) if start else 0
        high = parse_month(end) if end else 9999 * 12
        if low > high:
            faults.append((index, f"ends in {end}, before it begins in {start}"))
            continue
        shared = [max(low, other[0]) for other in seen if low <= other[1] and other[0] <= high]
        if shared:
            month = f"in {first_day(shared[0]):%Y-%m}" if shared[0] else "from the beginning on"
            faults.append((index, f"holds {month} together with an earlier one; only one can"))
        seen.append((low, high))
    return faults


@dataclass(frozen=True)
class Calendar:
    """The organisation's year; it begins with month `fiscal_start`, 1 to 12, and is named by its last month."""

    fiscal_start: int = 1

    def year_start(self, month: MonthIndex) -> MonthIndex:
        """The first month of the fiscal year that holds this month."""
        return month - (month - (self.fiscal_start - 1)) % 12

    def quarter_start(self, month: MonthIndex) -> MonthIndex:
        """The first month of the fiscal quarter that holds this month."""
        return month - (month - self.year_start(month)) % 3

    def window_start(self, span: Span, month: MonthIndex) -> MonthIndex:
        """The first month of this span's window that ends with `month` (a running quarter begins where it began)."""
        starts = {
            "month": month,
            "quarter": self.quarter_start(month),
            "year": self.year_start(month),
            "ytd": self.year_start(month),
            "r12": month - 11,
        }
        return starts[span]

    def natural_end(self, span: Span, month: MonthIndex) -> MonthIndex:
        """The last month of the period that holds `month`; for ytd and r12 that is the month itself."""
        if span == "quarter":
            return self.quarter_start(month) + 2
        return self.year_start(month) + 11 if span == "year" else month

    def period(self, span: Span, month: MonthIndex) -> Period:
        """The period of this span that holds (month, quarter, year) or ends with (ytd, r12) `month`."""
        return Period(span, first_day(self.window_start(span, month)), last_day(self.natural_end(span, month)))

    def ends(self, span: Span, first: MonthIndex, last: MonthIndex) -> list[MonthIndex]:
        """The months at which the periods of a span are read: their last months, or `last` for one that still runs."""
        return [m for m in range(first, last + 1) if m == last or self.natural_end(span, m) == m]

    def step(self, span: Span) -> int:
        """Months from a period to the like one before: 1, 3, 12; a year to date looks back a year."""
        return {"month": 1, "quarter": 3, "year": 12, "ytd": 12, "r12": 1}[span]

    def name(self, period: Period) -> str:
        """The short name of a period in keys and links: 2026-10, 2026-Q4, 2026, 2026-10-ytd, 2026-10-r12."""
        end = month_of(period.end)
        year = (self.year_start(end) + 11) // 12
        if period.span == "quarter":
            return f"{year}-Q{(self.quarter_start(end) - self.year_start(end)) // 3 + 1}"
        if period.span == "year":
            return str(year)
        suffix = "" if period.span == "month" else f"-{period.span}"
        return f"{period.end:%Y-%m}{suffix}"


def last_closed_month_end(today: date) -> date:
    """The last day of the most recent month that is over on this day."""
    return today.replace(day=1) - timedelta(days=1)
