"""The spans of a scorecard as windows: where they are read, and what each is compared with."""

from data.calendar import SPAN_GRAIN, Calendar, Grain, Span
from metrics.time.grid import MONTH, QUARTER, YEAR, Window
from metrics.time.timeline import Back


def span_windows(calendar: Calendar) -> dict[Span, Window]:
    """The window of each span of a scorecard; its rolling one is as many months (or periods) as a year has."""
    return {"month": MONTH, "quarter": QUARTER, "year": YEAR, "ytd": YEAR, "r12": Window("roll", calendar.year_months)}


def read_grain(span: Span) -> Grain:
    """The grain at whose ends the periods of a span are read: years to date and rolling ones at every month's."""
    return SPAN_GRAIN[span] if span in ("quarter", "year") else "month"


def period_before(span: Span) -> Back:
    """What a period of a span is compared with: the one before it; a year to date with that of a year ago."""
    return Back(1, "month" if span == "r12" else SPAN_GRAIN[span], read_grain(span))


def year_before(span: Span) -> Back:
    """The like period of a year ago."""
    return Back(1, "year", read_grain(span))
