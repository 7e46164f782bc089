"""The spans of a scorecard: the windows they are, where they are read, and with what they are compared."""

from data.calendar import Calendar
from data.weeks import WeekCalendar
from metrics.time.grid import MONTH, QUARTER, YEAR, Window
from metrics.time.spans import period_before, read_grain, span_windows, year_before
from metrics.time.timeline import Back


def test_each_span_is_a_window_and_a_rolling_one_is_a_whole_year() -> None:
    year = Window("roll", 12)
    assert span_windows(Calendar()) == {"month": MONTH, "quarter": QUARTER, "year": YEAR, "ytd": YEAR, "r12": year}
    thirteen = WeekCalendar(pattern=(4,) * 13, quarters=(3, 3, 3, 4))
    assert span_windows(thirteen)["r12"] == Window("roll", 13)


def test_quarters_and_years_are_read_at_their_ends_all_else_at_every_month() -> None:
    read = {span: read_grain(span) for span in span_windows(Calendar())}
    assert read == {"month": "month", "quarter": "quarter", "year": "year", "ytd": "month", "r12": "month"}


def test_a_period_is_compared_with_the_one_before_and_a_year_to_date_with_that_of_a_year_ago() -> None:
    before = {span: period_before(span) for span in span_windows(Calendar())}
    assert before == {
        "month": Back(1, "month", "month"),
        "quarter": Back(1, "quarter", "quarter"),
        "year": Back(1, "year", "year"),
        "ytd": Back(1, "year", "month"),
        "r12": Back(1, "month", "month"),
    }
    assert [year_before(span) for span in ("month", "quarter")] == [
        Back(1, "year", "month"),
        Back(1, "year", "quarter"),
    ]
