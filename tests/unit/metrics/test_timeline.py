"""Timelines: every day in one period of each grain, periods nest, SQL and Python agree, comparisons are alike."""

from datetime import date, timedelta
from functools import cache

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar import COARSER, GRAINS, Calendar, Grain
from data.errors import CalendarError
from data.periods import Row, TableCalendar
from data.weeks import WeekCalendar
from metrics.time.timeline import NONE, Back, Timeline

DAY = timedelta(days=1)
FIRST, LAST = date(2018, 1, 1), date(2027, 12, 31)


def table() -> TableCalendar:
    """Periods of 20 to 38 days, three to a quarter, ten or thirteen to a year."""
    rows, start = [], FIRST
    for number in range(200):
        end = start + timedelta(days=19 + number * 7 % 19)
        year = number // 23 * 2 + (number % 23 >= 10)
        rows.append(Row(f"T{number}", start, end, f"Q{number % 23 % 10 // 3}", str(2000 + year)))
        start = end + DAY
    return TableCalendar(rows=tuple(rows), place="dataset periods")


CALENDARS = {
    "months": Calendar(),
    "fiscal": Calendar(4),
    "iso": WeekCalendar(),
    "retail": WeekCalendar(pattern=(4, 5, 4) * 4, end_month=1, end_weekday=5, named_by_start=True),
    "last": WeekCalendar(pattern=(5, 4, 4) * 4, end_month=9, end_weekday=4, nearest=False, extra=3),
    "thirteen": WeekCalendar(pattern=(4,) * 13, quarters=(3, 3, 3, 4), end_month=6, end_weekday=2),
    "table": table(),
}
calendars = st.sampled_from(sorted(CALENDARS)).map(CALENDARS.__getitem__)
days = st.dates(FIRST, LAST)
grains = st.sampled_from(GRAINS)


@given(calendars, grains, days)
def test_every_day_belongs_to_one_period_of_each_grain(calendar: Calendar, grain: Grain, day: date) -> None:
    number = calendar.number(grain, day)
    first, last = calendar.first(grain, number), calendar.last(grain, number)
    assert first <= day <= last
    assert calendar.number(grain, first) == calendar.number(grain, last) == number
    assert calendar.first(grain, number + 1) == last + DAY
    assert calendar.number(grain, last + DAY) == number + 1


@given(calendars, grains, grains, days)
def test_periods_nest_where_a_calendar_says_so(calendar: Calendar, fine: Grain, coarse: Grain, day: date) -> None:
    number = calendar.number(fine, day)
    outer = {calendar.number(coarse, end) for end in (calendar.first(fine, number), calendar.last(fine, number))}
    if calendar.nests(fine, coarse):
        assert outer == {calendar.of(fine, number, coarse)}
    if isinstance(calendar, WeekCalendar):
        assert calendar.nests(fine, coarse) == (COARSER[fine] <= COARSER[coarse])


@cache
def _counted(name: str, base: Grain, cut: int) -> dict[date, tuple[int, bool]]:
    timeline = Timeline(CALENDARS[name], base)
    found = duckdb.connect().execute(
        f"SELECT d, {timeline.sql('d')}, {timeline.early_sql('d', cut)}, {timeline.sql('CAST(d AS TIMESTAMP)')} "
        f"FROM (SELECT DATE '{FIRST}' + CAST(i AS INTEGER) AS d FROM range({(LAST - FIRST).days + 1}) AS r(i))"
    )
    rows = found.fetchall()
    assert all(row[1] == row[3] for row in rows)
    return {day: (number, early) for day, number, early, _ in rows}


@pytest.mark.parametrize("base", GRAINS)
@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_sql_and_python_number_days_alike(name: str, base: Grain) -> None:
    timeline = Timeline(CALENDARS[name], base)
    for cut in (1, 6, 20):
        for day, (number, early) in _counted(name, base, cut).items():
            assert number == timeline.number(day)
            if base != "day" and day > FIRST + timedelta(days=60):  # the table tells of nothing before
                assert early == ((day - timeline.first(number)).days < cut), (day, cut)


@given(calendars, grains, grains, days, st.integers(1, 3))
def test_back_finds_the_same_place(calendar: Calendar, fine: Grain, grain: Grain, day: date, count: int) -> None:
    if not calendar.nests(fine, grain) or day < FIRST + timedelta(days=4 * 400):
        return
    number = calendar.number(fine, day)
    there = calendar.back(number, fine, count, grain)
    assert calendar.of(fine, there, grain) == calendar.of(fine, number, grain) - count
    if fine == grain:
        assert there == number - count
    elif fine != "day" or grain in ("week", "month"):
        place = number - calendar.number(fine, calendar.first(grain, calendar.of(fine, number, grain)))
        earlier = calendar.of(fine, there, grain)
        found = there - calendar.number(fine, calendar.first(grain, earlier))
        assert found == place or (found < place and there == calendar.number(fine, calendar.last(grain, earlier)))


@pytest.mark.parametrize(
    ("calendar", "day", "grain", "expected"),
    [
        (Calendar(), "2025-03-31", "month", "2025-02-28"),
        (Calendar(), "2025-05-31", "quarter", "2025-02-28"),
        (Calendar(), "2024-02-29", "year", "2023-02-28"),
        (Calendar(), "2025-11-05", "week", "2025-10-29"),
        (WeekCalendar(), "2026-12-31", "year", "2025-12-28"),  # the year before has no week 53: its last day
        (WeekCalendar(), "2027-01-07", "year", "2026-01-01"),  # Thursday of week 1
    ],
)
def test_a_day_so_long_ago(calendar: Calendar, day: str, grain: Grain, expected: str) -> None:
    there = calendar.back(calendar.number("day", date.fromisoformat(day)), "day", 1, grain)
    assert calendar.first("day", there).isoformat() == expected


def test_iso_weeks_and_years_are_those_of_everybody() -> None:
    iso = CALENDARS["iso"]
    for offset in range((LAST - FIRST).days):
        day = FIRST + timedelta(days=offset)
        year, week, _ = day.isocalendar()
        assert iso.grain_name("week", iso.number("week", day)) == f"{year}-W{week:02}"
        assert iso.grain_name("year", iso.number("year", day)) == str(year)


def test_the_retail_calendar_is_that_of_the_trade() -> None:
    retail = CALENDARS["retail"]
    years = {"2022": ("2022-01-30", 364), "2023": ("2023-01-29", 371), "2024": ("2024-02-04", 364)}
    for name, (start, length) in years.items():
        number = retail.number("year", date.fromisoformat(start))
        assert retail.grain_name("year", number) == name
        assert retail.first("year", number).isoformat() == start
        assert (retail.last("year", number) - retail.first("year", number)).days + 1 == length
    december = retail.number("month", date(2024, 1, 10))
    assert retail.grain_name("month", december) == "2023-P12"
    assert (retail.last("month", december) - retail.first("month", december)).days + 1 == 35  # the 53rd week
    assert retail.stated("2023-P12") == (date(2023, 12, 31), date(2024, 2, 3))


def test_the_extra_week_belongs_where_it_is_said() -> None:
    last = CALENDARS["last"]
    lengths: dict[str, set[int]] = {}
    for number in range(last.number("month", FIRST), last.number("month", LAST)):
        name = last.grain_name("month", number)[-3:]
        lengths.setdefault(name, set()).add((last.last("month", number) - last.first("month", number)).days + 1)
    assert lengths["P03"] == {28, 35}
    assert {name: found for name, found in lengths.items() if len(found) > 1}.keys() == {"P03"}


def test_weeks_do_not_fit_into_months() -> None:
    with pytest.raises(CalendarError, match="a month cannot be told from weeks; it needs the base period `day`"):
        Timeline(Calendar(), "week").starts(105_000, 105_010, "month")
    assert Timeline(WeekCalendar(), "week").starts(105_000, 105_010, "month").tolist()


def test_days_that_a_calendar_does_not_know() -> None:
    periods = CALENDARS["table"]
    with pytest.raises(CalendarError, match=r"2017-12-31 lies outside dataset periods, which tells of 2018-01-01 to"):
        periods.number("month", FIRST - DAY)
    with pytest.raises(CalendarError, match="1812-01-01 lies outside the years 1950 to 2149"):
        CALENDARS["iso"].number("year", date(1812, 1, 1))
    for name, day in (("table", "2017-12-31"), ("iso", "1812-01-01"), ("thirteen", "2150-01-01")):
        sql = f"SELECT {Timeline(CALENDARS[name]).sql(f'DATE {day!r}')}"
        assert duckdb.connect().execute(sql).fetchall() == [(None,)]


@pytest.mark.parametrize("name", ["iso", "retail", "last", "thirteen"])
@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_sql_knows_the_same_days_as_python(name: str, grain: Grain) -> None:
    calendar = CALENDARS[name]
    assert isinstance(calendar, WeekCalendar)
    begin, end = calendar.first("week", calendar.leaps().first), calendar.last("week", calendar.leaps().last)
    for day, known in ((begin, True), (begin - DAY, False), (end, True), (end + DAY, False)):
        sql = f"SELECT {Timeline(calendar, grain).sql(f'DATE {day.isoformat()!r}')}"
        found = duckdb.connect().execute(sql).fetchall()[0][0]
        assert calendar.knows(day) == known
        assert found == (calendar.number(grain, day) if known else None)


@pytest.mark.parametrize("start", range(1, 13))
def test_a_fiscal_year_may_begin_in_any_month(start: int) -> None:
    timelines = [Timeline(Calendar(start), "quarter"), Timeline(Calendar(start), "year")]
    for month in range(1, 13):
        day = date(2024, month, 15)
        sql = ", ".join(timeline.sql(f"DATE '{day}'") for timeline in timelines)
        assert duckdb.connect().execute(f"SELECT {sql}").fetchall() == [tuple(t.number(day) for t in timelines)]


def test_a_day_that_is_missing_is_in_no_first_days() -> None:
    early = Timeline(Calendar(), "day").early_sql("day", 1)
    found = duckdb.connect().execute(f"SELECT {early} FROM (VALUES (DATE '2025-01-31'), (NULL)) AS r(day)").fetchall()
    assert found == [(True,), (False,)]


@pytest.mark.parametrize("base", ["day", "week", "month"])
@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_column_maps(name: str, base: Grain, grain: Grain) -> None:
    timeline = Timeline(CALENDARS[name], base)
    if not timeline.calendar.nests(base, grain):
        return
    first, last = timeline.number(date(2021, 3, 3)), timeline.number(date(2024, 8, 20))
    starts, ends = timeline.starts(first, last, grain), set(timeline.ends(first, last, grain).tolist())
    back = timeline.back(first, last, Back(1, grain, grain))
    for column in range(last - first + 1):
        low, high = timeline.around(grain, first + column)
        assert starts[column] == low - first
        assert (column in ends) == (first + column in (high, last))
        if back[column] != NONE:
            before = timeline.around(grain, first + int(back[column]))
            assert timeline.of(grain, first + int(back[column])) == timeline.of(grain, first + column) - 1
            if first + column == high:
                assert before[1] == first + back[column]
    assert back[0] == NONE or base == grain


def test_windows_that_roll() -> None:
    timeline = Timeline(Calendar(), "day")
    first = timeline.number(date(2025, 1, 1))
    last = timeline.number(date(2025, 3, 31))
    weeks = timeline.rolls(first, last, 2, "week")
    months = timeline.rolls(first, last, 2, "month")
    by_day = timeline.rolls(first, last, 1, "month", by_day=True)
    at = (date(2025, 3, 31) - date(2025, 1, 1)).days
    assert timeline.first(first + int(weeks[at])) == date(2025, 3, 24)
    assert timeline.first(first + int(months[at])) == date(2025, 2, 1)
    assert timeline.first(first + int(by_day[at])) == date(2025, 3, 1)  # later than 28 February
    assert timeline.first(first + int(by_day[at - 1])) == date(2025, 3, 1)
    assert by_day[0] < 0
    with pytest.raises(CalendarError, match="needs the base period `day`"):
        Timeline(Calendar()).rolls(24300, 24310, 1, "quarter", by_day=True)


def test_how_much_of_a_period_has_passed() -> None:
    months = Timeline(Calendar())
    assert [months.cut(date(2025, 2, day)) for day in (1, 10, 28)] == [1, 10, None]
    assert [Timeline(Calendar(), "week").cut(date(2025, 2, day)) for day in (3, 8, 9)] == [1, 6, None]


def test_a_day_that_the_shorter_period_before_does_not_have_is_beyond_it() -> None:
    """Compared with the month before, 31 March has no like in February; with the year before it has."""
    timeline = Timeline(Calendar(), "day")

    def beyond(day: date, count: int, grain: Grain) -> bool:
        return timeline.beyond(timeline.number(day), Back(count, grain))

    assert [beyond(date(2025, 3, day), 1, "month") for day in (27, 28, 29, 31)] == [False, False, True, True]
    assert [beyond(date(2025, month, 30), 1, "month") for month in (4, 5)] == [False, False]
    assert beyond(date(2024, 2, 29), 1, "year")
    assert not beyond(date(2025, 3, 31), 1, "year")
    assert not beyond(date(2025, 3, 31), 1, "day")


def test_column_maps_are_shared_and_cannot_be_written() -> None:
    starts = Timeline(Calendar()).starts(24300, 24310, "quarter")
    with pytest.raises(ValueError, match="read-only"):
        starts[0] = 5
