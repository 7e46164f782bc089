"""Months, fiscal years and the spans of a scorecard, held against plain dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar import (
    SPANS,
    Calendar,
    Period,
    Span,
    first_day,
    last_closed_month_end,
    last_day,
    month_of,
    parse_month,
    stretch_faults,
)

days = st.dates(date(1901, 1, 1), date(2199, 12, 31))
months = days.map(month_of)
calendars = st.integers(1, 12).map(Calendar)
spans = st.sampled_from(SPANS)


@given(days)
def test_a_day_lies_in_its_month(day: date) -> None:
    month = month_of(day)
    assert first_day(month) <= day <= last_day(month)
    assert last_day(month) + timedelta(days=1) == first_day(month + 1)
    assert parse_month(f"{day:%Y-%m}") == parse_month(day.isoformat()) == month


@pytest.mark.parametrize("text", ["2025-13", "2025", "2025-1-1", "1/2025", "", "2025-02-30"])
def test_what_is_no_month_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a month; write it as 2025-01"):
        parse_month(text)


@given(calendars, months)
def test_year_and_quarter_begin_where_the_fiscal_year_says(calendar: Calendar, month: int) -> None:
    year, quarter = calendar.year_start(month), calendar.quarter_start(month)
    assert first_day(year).month == calendar.fiscal_start
    assert year <= quarter <= month < min(year + 12, quarter + 3)
    assert (quarter - year) % 3 == 0


@given(calendars, months, spans)
def test_a_period_holds_the_month_it_is_asked_for(calendar: Calendar, month: int, span: Span) -> None:
    period = calendar.period(span, month)
    assert period.start <= first_day(month) <= last_day(month) <= period.end
    length = month_of(period.end) - month_of(period.start) + 1
    if span in ("month", "quarter", "year", "r12"):
        assert length == {"month": 1, "quarter": 3, "year": 12, "r12": 12}[span]
    else:
        assert length <= 12
        assert period.end == last_day(month)


@given(calendars, months, spans)
def test_periods_of_a_span_follow_each_other_without_gap(calendar: Calendar, month: int, span: Span) -> None:
    if span in ("month", "quarter", "year"):
        period = calendar.period(span, month)
        following = calendar.period(span, month_of(period.end) + 1)
        assert following.start == period.end + timedelta(days=1)


@given(calendars, months, st.integers(0, 40), spans)
def test_ends_are_the_last_months_and_the_running_one(calendar: Calendar, first: int, more: int, span: Span) -> None:
    ends = calendar.ends(span, first, first + more)
    assert ends == sorted(set(ends))
    assert ends[-1] == first + more
    assert all(calendar.natural_end(span, month) == month for month in ends[:-1])
    asked = {calendar.period(span, month) for month in range(first, first + more + 1)}
    if span in ("month", "quarter", "year"):
        assert len(ends) == len(asked)


@given(calendars, months, spans)
def test_names_tell_periods_apart(calendar: Calendar, month: int, span: Span) -> None:
    here = calendar.name(calendar.period(span, month))
    assert here != calendar.name(calendar.period(span, month_of(calendar.period(span, month).end) + 1))
    assert len({calendar.name(calendar.period(other, month)) for other in SPANS}) == len(SPANS)


@pytest.mark.parametrize(
    ("fiscal", "span", "month", "name", "start", "end"),
    [
        (1, "month", "2026-10", "2026-10", "2026-10-01", "2026-10-31"),
        (1, "quarter", "2026-11", "2026-Q4", "2026-10-01", "2026-12-31"),
        (1, "year", "2026-11", "2026", "2026-01-01", "2026-12-31"),
        (1, "ytd", "2026-10", "2026-10-ytd", "2026-01-01", "2026-10-31"),
        (1, "r12", "2026-10", "2026-10-r12", "2025-11-01", "2026-10-31"),
        (4, "quarter", "2026-05", "2027-Q1", "2026-04-01", "2026-06-30"),
        (4, "year", "2027-03", "2027", "2026-04-01", "2027-03-31"),
        (4, "year", "2026-03", "2026", "2025-04-01", "2026-03-31"),
        (10, "quarter", "2026-02", "2026-Q2", "2026-01-01", "2026-03-31"),
        (4, "ytd", "2026-03", "2026-03-ytd", "2025-04-01", "2026-03-31"),
    ],
)
def test_named_periods(fiscal: int, span: Span, month: str, name: str, start: str, end: str) -> None:
    calendar = Calendar(fiscal)
    period = calendar.period(span, parse_month(month))
    assert period == Period(span, date.fromisoformat(start), date.fromisoformat(end))
    assert calendar.name(period) == name


@given(days)
def test_last_closed_month_is_over(today: date) -> None:
    end = last_closed_month_end(today)
    assert end < today
    assert (end + timedelta(days=1)).day == 1
    assert (today - end).days <= 31


def test_leap_years() -> None:
    assert last_day(parse_month("2024-02")) == date(2024, 2, 29)
    assert last_day(parse_month("2025-02")) == date(2025, 2, 28)
    assert last_day(parse_month("2100-02")) == date(2100, 2, 28)


@pytest.mark.parametrize(
    ("stretches", "faults"),
    [
        ([], []),
        ([(None, None)], []),
        ([(None, "2024-12"), ("2025-01", None)], []),
        ([("2025-01", None), (None, "2024-12")], []),
        ([(None, "2025-01"), ("2025-01", None)], [(1, "holds in 2025-01 together with an earlier one; only one can")]),
        ([(None, None), (None, None)], [(1, "holds from the beginning on together with an earlier one; only one can")]),
        ([("2025-03", "2025-01")], [(0, "ends in 2025-01, before it begins in 2025-03")]),
        (
            [("2025-01", "2025-06"), ("2025-07", "2025-09"), ("2025-06", "2025-07")],
            [(2, "holds in 2025-06 together with an earlier one; only one can")],
        ),
    ],
)
def test_stretches_of_months(stretches: list[tuple[str | None, str | None]], faults: list[tuple[int, str]]) -> None:
    assert stretch_faults(stretches) == faults
