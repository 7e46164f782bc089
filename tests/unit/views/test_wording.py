"""One number format everywhere: units, scales, changes, statuses and periods in words."""

from datetime import date, timedelta

import pytest

from data.calendar import Calendar, Period
from data.weeks import WeekCalendar
from metrics.definitions.metric import Metric
from metrics.scoring.status import STATUSES as SCORING_STATUSES
from views import wording
from views.wording import MINUS, NBSP, form_of, number_format, period_name, period_short, span_words, trend_words


def plain(text: str) -> str:
    return text.replace(NBSP, " ").replace(MINUS, "-")


@pytest.mark.parametrize(
    ("unit", "value", "beside", "decimals", "shown"),
    [
        ("%", 0.873, 0.95, 1, "87.3 %"),
        ("%", 0.00231, None, None, "0.23 %"),
        ("%", 0.0231, 0.012, 2, "2.31 %"),
        ("EUR", 4_213_000, 4_000_000, 0, "€4.21 M"),
        ("EUR", 412_300, None, None, "€412 k"),
        ("EUR", -6_250_000, None, 0, "-€6.25 M"),
        ("CHF", 12.5, None, None, "CHF 12.50"),
        ("EUR/person", 1234.0, None, None, "€1,234 / person"),
        ("count", 843, 765, None, "843"),
        ("count", 12_431, None, None, "12.4 k"),
        ("days", 6.4, 5, 1, "6.4 d"),
        ("hours", 4.25, None, None, "4.2 h"),
        ("points", 34, 40, 0, "34 pts"),
        ("days", None, 5, 1, "–"),
        ("count", 0.0, None, None, "0"),
        ("%", -0.0001, None, 1, "0.0 %"),
    ],
)
def test_values_carry_their_unit(
    unit: str, value: float | None, beside: float | None, decimals: int | None, shown: str
) -> None:
    assert plain(number_format(unit, value, beside, decimals=decimals).value(value)) == shown


@pytest.mark.parametrize(
    ("unit", "now", "before", "shown"),
    [
        ("%", 0.872, 0.903, "-3.1 pp"),
        ("days", 6.8, 5.9, "+0.9 d"),
        ("EUR", 4_120_000, 4_000_000, "+3.0 %"),
        ("count", 843, 837, "+0.7 %"),
        ("count", 3, 1, "+2"),  # small counts: no percentages
        ("EUR", -6_250_000, -5_600_000, "-€0.65 M"),  # a loss that grows must not read as growth
        ("EUR", -100_000, 300_000, "-€400 k"),
        ("points", 34, 34, "0 pts"),
        ("points", 34, None, "–"),
    ],
)
def test_changes_speak_of_shares_only_where_that_helps(unit: str, now: float, before: float | None, shown: str) -> None:
    form = number_format(unit, now, before)
    assert plain(form.change(now, before)) == shown


def test_a_long_unit_stands_beside_the_title_not_in_every_cell() -> None:
    form = number_format("ideas/100 people", 63.0)
    assert plain(form.short(63.0)) == "63"
    assert plain(form.value(63.0)) == "63 ideas / 100 people"
    assert plain(form.long_unit) == "ideas / 100 people"
    assert number_format("days", 63.0).long_unit == ""
    money = number_format("USD/person", 14_000.0)
    assert plain(money.short(17_900.0)) == "$17.9 k"


@pytest.mark.parametrize(
    ("change", "shown"), [(0.04, "0.0"), (-0.04, "0.0"), (-0.5, "-0.5"), (0.31, "+0.3"), (None, "–")]
)
def test_a_change_that_rounds_to_nothing_has_no_sign(change: float | None, shown: str) -> None:
    assert plain(wording.signed_score(change)) == shown


def test_every_status_has_words_and_a_shape_of_its_own() -> None:
    assert set(wording.STATUSES) == set(SCORING_STATUSES)
    assert len({status.shape for status in wording.STATUSES.values()}) == len(wording.STATUSES)
    assert len({status.word for status in wording.STATUSES.values()}) == len(wording.STATUSES)
    assert all(status.hint for status in wording.STATUSES.values() if status.tone == "grey")


PERIODS = [
    (Period("month", date(2026, 10, 1), date(2026, 10, 31)), 1, "Oct 2026", "Oct"),
    (Period("quarter", date(2026, 7, 1), date(2026, 9, 30)), 1, "Q3 2026", "Q3"),
    (Period("year", date(2026, 1, 1), date(2026, 12, 31)), 1, "2026", "2026"),
    (Period("ytd", date(2026, 1, 1), date(2026, 10, 31)), 1, "Jan to Oct 2026", "2026"),
    (Period("ytd", date(2026, 1, 1), date(2026, 1, 31)), 1, "Jan 2026", "2026"),
    (Period("r12", date(2025, 11, 1), date(2026, 10, 31)), 1, "12 months to Oct 2026", "Oct"),
    (Period("quarter", date(2026, 7, 1), date(2026, 9, 30)), 7, "Q1 FY 2027", "Q1"),
    (Period("year", date(2026, 7, 1), date(2027, 6, 30)), 7, "FY 2027", "2027"),
    (Period("ytd", date(2025, 7, 1), date(2026, 2, 28)), 7, "Jul 2025 to Feb 2026", "2026"),
]


@pytest.mark.parametrize(("period", "start", "name", "short"), PERIODS)
def test_periods_have_names(period: Period, start: int, name: str, short: str) -> None:
    calendar = Calendar(start)
    assert plain(wording.period_name(period, calendar)) == name
    assert plain(wording.period_short(period, calendar)) == short


def test_lists_and_lengths() -> None:
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed(["a", "b", "c", "d"]) == "a, b and 2 more"
    assert plain(wording.lasting(timedelta(seconds=40))) == "40 s"
    assert plain(wording.lasting(timedelta(hours=3))) == "3 h"
    assert plain(wording.lasting(timedelta(days=9))) == "9 days"
    assert plain(wording.counted(1, "metric")) == "1 metric"


def test_an_ordinal_value_is_shown_by_its_word() -> None:
    metric = Metric.model_validate(
        {
            "key": "audit",
            "perspective": "process",
            "title": "Audit",
            "measured_in": "points",
            "expr": "1",
            "labels": [{"value": 0, "label": "failed", "score": 0}, {"value": 1, "label": "passed", "score": 10}],
        }
    )
    form = form_of(metric, 0.0, 1.0)
    assert [form.value(0.0), form.value(1.0), form.value(None)] == ["failed", "passed", "\u2013"]
    assert form.value(0.5) not in ("failed", "passed")


def test_spans_of_a_calendar_of_weeks() -> None:
    thirteen = WeekCalendar(pattern=(4,) * 13, quarters=(3, 3, 3, 4), nearest=False)
    assert span_words(Calendar())["r12"] == "Rolling 12 months"
    assert (span_words(thirteen)["month"], span_words(thirteen)["r12"]) == ("Period", "Rolling 13 periods")
    assert (trend_words("ytd", Calendar()), trend_words("ytd", thirteen)) == ("24 months", "24 periods")
    period = thirteen.holding("month", date(2026, 11, 23))
    assert (period_name(period, thirteen), period_short(period, thirteen)) == (f"P12{NBSP}2026", "P12")
    assert period_short(thirteen.holding("year", date(2026, 11, 23)), thirteen) == "2026"
