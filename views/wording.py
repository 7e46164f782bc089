"""The one way in which Fourfold writes numbers, units, changes, statuses and periods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Literal

from data.calendar import Calendar, Period, Span, month_of
from metrics.definitions.metric import Metric

LONG = 8  # characters of a unit that still stand beside every number
NBSP, MINUS, DASH = "\u00a0", "\u2212", "\u2013"

# ---------------------------------------------------------------------------------------------------- statuses

Tone = Literal["green", "amber", "red", "grey"]


@dataclass(frozen=True)
class StatusWord:
    """A status as shape, word and tone: colour never speaks alone. `hint` says what to do about it."""

    key: str
    shape: str
    word: str
    tone: Tone
    hint: str = ""


STATUSES: Mapping[str, StatusWord] = {
    status.key: status
    for status in (
        StatusWord("red", "■", "Off target", "red"),
        StatusWord("amber", "▲", "Watch", "amber"),
        StatusWord("green", "●", "On target", "green"),
        StatusWord(
            "error", "!", "Error", "red", "The anchors or the formula contradict themselves: see the definition."
        ),
        StatusWord("insufficient", "◔", "Insufficient data", "grey", "Too little of what is due has a score."),
        StatusWord("no_data", "○", "No data", "grey", "Nothing was reported for this period: see data health."),
        StatusWord("stale", "◷", "Stale", "grey", "The newest facts are older than promised: see data health."),
        StatusWord("not_due", "◌", "Not due", "grey", "This metric is not reported in this period."),
        StatusWord("withheld", "▨", "Withheld", "grey", "So few people stand behind it that one could be recognised."),
        StatusWord("no_target", "–", "No target", "grey", "A target in the metric's file would give it a score."),
    )
}

SCORED = ("green", "amber", "red")


def status_of(key: str) -> StatusWord:
    """The words of a status; KeyError for a status that nobody has put into words."""
    return STATUSES[key]


# ---------------------------------------------------------------------------------------------------- numbers

CURRENCIES = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
SHORT_UNITS = {
    "days": "d",
    "hours": "h",
    "minutes": "min",
    "seconds": "s",
    "weeks": "wk",
    "months": "mo",
    "years": "yr",
    "points": "pts",
    "count": "",
    "number": "",
    "index": "",
    "score": "",
    "": "",
}
WORTH_A_SHARE = 20.0  # from 3 to 1 is -2, not -67 %
STEPS = ((1e9, 1e9, "bn"), (1e6, 1e6, "M"), (1e4, 1e3, "k"))  # from this size on, divided by, letter: 12.4 k


SAME = 1e-9  # labels are told apart by more than this


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of one metric are written beside each other: same unit, same scale, same decimals."""

    before: str
    letter: str  # of the scale: k, M, bn
    unit: str
    delta_unit: str
    factor: float
    decimals: int
    relative: bool  # a change is spoken of in percent of what it was
    labels: tuple[tuple[float, str], ...] = ()  # words that stand for some values, of an ordinal metric

    @property
    def after(self) -> str:
        """What stands behind the digits."""
        return self.letter + self.unit

    @property
    def long_unit(self) -> str:
        """The unit, where it is too long to stand beside every number of a table; else nothing."""
        return self.unit.strip() if len(self.unit) > LONG else ""

    def value(self, number: float | None) -> str:
        """The number with its unit; an en dash where there is none."""
        return self._written(number, self.after)

    def short(self, number: float | None) -> str:
        """The number, without its unit where that is long and stands beside it anyway."""
        return self._written(number, self.letter if self.long_unit else self.after)

    def _written(self, number: float | None, after: str) -> str:
        if number is None or not isfinite(number):
            return DASH
        word = next((word for step, word in self.labels if abs(number - step) < SAME), None)
        return word or f"{_sign(number, self)}{self.before}{_digits(number, self)}{after}"

    def difference(self, number: float | None) -> str:
        """A signed distance in the metric's own unit (percentage points for shares)."""
        if number is None or not isfinite(number):
            return DASH
        sign = _sign(number, self) or ("+" if _digits(number, self).strip("0.,") else "")
        return f"{sign}{self.before}{_digits(number, self)}{self.letter}{self.delta_unit}"

    def short_change(self, now: float | None, before: float | None) -> str:
        """The change, without its unit where that is long."""
        return self.change(now, before).removesuffix(self.delta_unit if self.long_unit else "")

    def change(self, now: float | None, before: float | None) -> str:
        """From `before` to `now`: in percent for money and counts that are not small, else as a distance."""
        if now is None or before is None:
            return DASH
        if self.relative and before >= WORTH_A_SHARE and now >= 0:
            return signed_share(now / before - 1)
        return self.difference(now - before)


def form_of(metric: Metric, *numbers: float | None) -> "NumberFormat":
    """How the numbers of a metric are written; `numbers` are those that stand beside each other and set the scale."""
    form = number_format(metric.measured_in, *numbers, decimals=metric.decimals)
    return replace(form, labels=tuple((step.value, step.label) for step in metric.labels))


def number_format(measured_in: str, *references: float | None, decimals: int | None = None) -> NumberFormat:
    """The format for numbers of this unit and of about this size; `decimals` are the metric's own wish."""
    base, _, per = measured_in.partition("/")
    base, tail = base.strip(), f"{NBSP}/{NBSP}{per.strip()}" if per else ""
    sizes = [abs(r) for r in references if r is not None and isfinite(r)]
    size = max(sizes, default=0.0)
    if base == "%":
        wanted = (2 if sizes and size < 0.01 else 1) if decimals is None else decimals
        return NumberFormat("", "", f"{NBSP}%{tail}", f"{NBSP}pp{tail}", 0.01, wanted, False)
    money = len(base) == 3 and base.isupper()
    before = CURRENCIES.get(base, f"{base}{NBSP}") if money else ""
    unit = "" if money else SHORT_UNITS.get(base, base)
    whole = all(abs(s - round(s)) < 1e-9 for s in sizes)
    factor, letter = next(((f, s) for start, f, s in STEPS if size >= start), (1.0, ""))
    if factor > 1:
        wanted = _three_digits(size / factor)
    elif decimals is not None:
        wanted = decimals
    else:
        wanted = 0 if size >= 100 or (whole and not money) else 2 if money else 1
    scale, named = f"{NBSP}{letter}" if letter else "", (f"{NBSP}{unit}" if unit else "") + tail
    return NumberFormat(before, scale, named, named, factor, wanted, money or base in {"count", "number"})


def _three_digits(size: float) -> int:
    return 0 if size >= 100 else 1 if size >= 10 else 2


def _digits(number: float, form: NumberFormat) -> str:
    return f"{abs(number) / form.factor:,.{form.decimals}f}"


def _sign(number: float, form: NumberFormat) -> str:
    return MINUS if number < 0 and _digits(number, form).strip("0.,") else ""


def score(value: float | None) -> str:
    """A score from 0 to 10 with one decimal."""
    return DASH if value is None else f"{value:.1f}"


def signed_score(change: float | None, decimals: int = 1) -> str:
    """A change of a score with its sign; 0.0 has none."""
    if change is None:
        return DASH
    shown = f"{abs(change):.{decimals}f}"
    return ("" if not shown.strip("0.") else MINUS if change < 0 else "+") + shown


def share(value: float | None, decimals: int = 0) -> str:
    """A fraction as percent."""
    return DASH if value is None else f"{value * 100:,.{decimals}f}{NBSP}%".replace("-", MINUS)


def signed_share(value: float) -> str:
    """A fraction as signed percent: +3.2 %."""
    decimals = 0 if abs(value) >= 0.995 else 1
    shown = f"{abs(value) * 100:,.{decimals}f}"
    return ("" if not shown.strip("0.") else MINUS if value < 0 else "+") + f"{shown}{NBSP}%"


def whole(value: int | None) -> str:
    """A count with thousands separators."""
    return DASH if value is None else f"{value:,}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """1 metric, 3 metrics."""
    return f"{number:,}{NBSP}{noun if number == 1 else plural or noun + 's'}"


def listed(names: Iterable[str], most: int = 3) -> str:
    """a, b and c; a, b and 4 more."""
    known = list(names)
    if len(known) > most:
        return f"{', '.join(known[: most - 1])} and {len(known) - most + 1} more"
    return " and ".join(filter(None, [", ".join(known[:-1]), *known[-1:]]))


def sentence(words: str) -> str:
    """The words with a capital first letter, otherwise as they are."""
    return words[:1].upper() + words[1:]


# ---------------------------------------------------------------------------------------------------- time

SPAN_WORDS: Mapping[Span, str] = {
    "month": "Month",
    "quarter": "Quarter",
    "year": "Year",
    "ytd": "Year to date",
    "r12": "Rolling 12 months",
}
TREND_WORDS: Mapping[Span, str] = {
    "month": "24 months",
    "quarter": "8 quarters",
    "year": "4 years",
    "ytd": "24 months",
    "r12": "24 months",
}


def span_words(calendar: Calendar) -> dict[Span, str]:
    """The names of spans; a calendar of weeks or of a table has periods in the place of months."""
    own = {} if calendar.plain else {"month": "Period", "r12": f"Rolling {calendar.year_months} periods"}
    return {span: own.get(span, word) for span, word in SPAN_WORDS.items()}


def trend_words(span: Span, calendar: Calendar) -> str:
    """How far back a trend reaches."""
    return TREND_WORDS[span] if calendar.plain else TREND_WORDS[span].replace("months", "periods")


def period_name(period: Period, calendar: Calendar, long: bool = False) -> str:
    """October 2026, Q4 2026, 2026 (FY 2026 in a fiscal calendar), Jan to Oct 2026, 12 months to Oct 2026."""
    if not calendar.plain:
        return _own_name(period, calendar)
    end = month_of(period.end)
    year = calendar.year_of(period.end)
    fiscal = "FY" + NBSP if calendar.fiscal_start != 1 else ""
    month = f"{period.end:%B}" if long else f"{period.end:%b}"
    if period.span == "month":
        return f"{month}{NBSP}{period.end:%Y}"
    if period.span == "quarter":
        number = (calendar.quarter_start(end) - calendar.year_start(end)) // 3 + 1
        return f"Q{number}{NBSP}{fiscal}{year}"
    if period.span == "year":
        return f"{fiscal}{year}"
    if period.span == "r12":
        return f"12 months to {month}{NBSP}{period.end:%Y}"
    if (period.start.year, period.start.month) == (period.end.year, period.end.month):
        return f"{month}{NBSP}{period.end:%Y}"
    start = f"{period.start:%B}" if long else f"{period.start:%b}"
    year_too = f"{NBSP}{period.start:%Y}" if period.start.year != period.end.year else ""
    return f"{start}{year_too} to {month}{NBSP}{period.end:%Y}"


def _own_name(period: Period, calendar: Calendar) -> str:
    """P07 2026, Q3 2026, 2026, P01 to P07 2026, 13 periods to P07 2026: periods that are no calendar months."""
    words = [_turned(calendar.name(calendar.holding("month", day))) for day in (period.start, period.end)]
    if period.span in ("quarter", "year"):
        return _turned(calendar.name(period))
    if period.span == "r12":
        return f"{calendar.year_months} periods to {words[1]}"
    same = period.span == "month" or words[0] == words[1]
    return words[1] if same else f"{words[0].split(NBSP)[0]} to {words[1]}"


def _turned(name: str) -> str:
    """2026-P07 as P07 2026; a table's own name as it is."""
    year, _, part = name.partition("-")
    return f"{part}{NBSP}{year}" if part and year.isdigit() else name


def period_short(period: Period, calendar: Calendar) -> str:
    """The shortest name that is clear beside the period it is compared with: Sep, Q3, 2025."""
    if period.span in ("month", "r12"):
        if not calendar.plain:
            return period_name(calendar.holding("month", period.end), calendar).split(NBSP)[0]
        return f"{period.end:%b}"
    year = f"{period.end:%Y}" if calendar.plain else str(calendar.year_of(period.end))
    return period_name(period, calendar).split(NBSP)[0] if period.span == "quarter" else year


def day(value: date | None) -> str:
    """2 Nov 2026."""
    return DASH if value is None else f"{value.day}{NBSP}{value:%b}{NBSP}{value.year}"


def moment(value: datetime) -> str:
    """2 Nov 2026, 06:10."""
    return f"{day(value.date())}, {value:%H:%M}"


def lasting(length: timedelta) -> str:
    """A stretch of time in its largest unit: 40 s, 12 min, 3 h, 2 days."""
    seconds = max(length.total_seconds(), 0)
    if seconds < 90:
        return f"{seconds:.0f}{NBSP}s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f}{NBSP}min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f}{NBSP}h"
    return counted(round(seconds / 86400), "day")
