"""Days, weeks and other calendars: what is asked by any grain and window equals a plain recount day by day."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from data.errors import DefinitionError, QueryError
from flows.asking import ask
from flows.refresh import refresh
from flows.workspace import assemble
from tests.making import REVENUE, make, sales, values

DAY = timedelta(days=1)
FIRST, LAST = date(2023, 1, 2), date(2025, 6, 30)
WORKSPACE = """\
name: Small company
today: 2025-07-05
calendars:
  retail: {kind: weeks, pattern: 4-5-4, year_ends: saturday nearest end of january, year_named: start}
  thirteen: {kind: weeks, pattern: "13 x 4", year_ends: last sunday of december}
"""
OTHERS = {
    "last_28_days": "rolling: {metric: revenue, last: 28 days}",
    "last_month_by_day": "rolling: {metric: revenue, last: 1 month, align: day}",
    "last_13_weeks": "rolling: {metric: revenue, last: 13 weeks}",
    "last_4_quarters": "rolling: {metric: revenue, last: 4 quarters}",
    "month_to_date": "to_date: {metric: revenue, since: month}",
    "week_to_date": "to_date: {metric: revenue, since: week}",
    "on_week": "change: {metric: revenue, back: 1 week, as: absolute}",
    "on_28_days": "change: {metric: revenue, back: 28 days, as: absolute}",
    "on_2_periods": "change: {metric: revenue, back: 2 periods, as: absolute}",
    "on_3_quarters": "change: {metric: revenue, back: 3 quarters, as: absolute}",
    "on_start_of_year": "change: {metric: revenue, back: start of year, as: absolute}",
    "buyers_28_days": "rolling: {metric: buyers, last: 28 days}",
}
BUYERS = "title: Buyers\nmeasured_in: people\nagg: {table: sales, function: count_distinct, expr: customer}\n"


def amount(day: date) -> int:
    """The day's sales of the shop; on every fifth day there are none."""
    return 0 if day.toordinal() % 5 == 0 else 1 + day.toordinal() * 7 % 31


def buyer(day: date) -> int:
    return day.toordinal() * 7 % 11


@cache
def lines() -> str:
    every = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return sales(
        *(f"{d},{'web' if d.toordinal() % 2 else 'shop'},{amount(d)},1,{buyer(d)},x,true" for d in every if amount(d))
    )


def _unit(key: str) -> str:
    return "people" if "buyers" in key else "EUR"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    metrics = {
        f"metrics/financial/{key}.yaml": f"title: {key}\nmeasured_in: {_unit(key)}\n{body}\n"
        for key, body in OTHERS.items()
    }
    files = {
        "workspace.yaml": WORKSPACE,
        "files/sales.csv": lines(),
        "metrics/financial/buyers.yaml": BUYERS,
        **metrics,
    }
    folder = make(tmp_path_factory.mktemp("grains"), files)
    refresh(folder)
    return folder


def total(start: date, end: date) -> int | None:
    """Sales between two days; None where history had not begun: it does with the month of the first fact."""
    if start < FIRST.replace(day=1):
        return None
    start = max(start, FIRST)
    return sum(amount(start + timedelta(days=n)) for n in range((end - start).days + 1))


def answers(folder: Path, metric: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(folder, metric, **asked).to_pylist()
    return found


def ends(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], date]]:
    """Each row with the last day of its period."""
    return [
        *((row, following["time"] - DAY) for row, following in pairwise(rows)),
        (rows[-1], LAST),
    ]


@pytest.mark.parametrize("calendar", [None, "retail", "thirteen"])
@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_sums_by_any_grain_and_calendar(company: Path, grain: str, calendar: str | None) -> None:
    rows = answers(company, "revenue", grain=grain, calendar=calendar)
    for row, end in ends(rows):
        assert row["revenue"] == total(max(row["time"], FIRST), end)
    assert sum(row["revenue"] for row in rows) == total(FIRST, LAST)
    lengths = {(end - row["time"]).days + 1 for row, end in ends(rows)[1:-1]}
    if calendar:
        assert all(length % 7 == 0 for length in lengths) or grain == "day"
    if grain == "week":
        assert {row["time"].isoweekday() for row in rows} == {7 if calendar == "retail" else 1}


def _month(day: date, back: int = 0) -> date:
    month = day.year * 12 + day.month - 1 - back
    return date(month // 12, month % 12 + 1, 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _quarter(day: date, back: int = 0) -> date:
    return _month(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3 * back)


WINDOWS: Mapping[str, Callable[[date], date]] = {
    "last_28_days": lambda end: end - timedelta(days=27),
    "last_13_weeks": lambda end: _monday(end) - timedelta(weeks=12),
    "last_4_quarters": lambda end: _quarter(end, 3),
    "month_to_date": _month,
    "week_to_date": _monday,
}


@pytest.mark.parametrize("metric", WINDOWS)
@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter"])
def test_windows_of_any_grain_at_any_grain(company: Path, grain: str, metric: str) -> None:
    rows = answers(company, metric, grain=grain)
    told = 0
    for row, end in ends(rows):
        begin = WINDOWS[metric](end)
        if "to_date" in metric:
            begin = max(begin, FIRST)
        expected = total(begin, end)
        assert row[metric] == expected, (row, begin)
        told += expected is not None
    assert told > len(rows) // 2


def test_a_window_by_days_has_what_came_after_the_same_day_a_month_ago(company: Path) -> None:
    rows = {row["time"]: row["last_month_by_day"] for row in answers(company, "last_month_by_day", grain="day")}
    assert rows[date(2025, 3, 31)] == total(date(2025, 3, 1), date(2025, 3, 31))
    assert rows[date(2025, 3, 15)] == total(date(2025, 2, 16), date(2025, 3, 15))


def test_distinct_things_of_the_last_days(company: Path) -> None:
    for row in answers(company, "buyers_28_days", grain="week")[8:]:
        end = min(row["time"] + timedelta(days=6), LAST)
        days = (end - timedelta(days=n) for n in range(28))
        assert row["buyers_28_days"] == len({buyer(day) for day in days if amount(day)})


def _before(metric: str, grain: str, start: date, end: date) -> tuple[date, date]:
    """The period that a period is compared with: a whole one with a whole one, a running one with the same part."""
    if metric == "on_2_periods":
        begin = {"day": start - 2 * DAY, "week": start - timedelta(weeks=2), "month": _month(start, 2)}[grain]
    elif metric == "on_start_of_year":
        begin = {
            "day": date(start.year, 1, 1),
            "week": _monday(date(start.year, 1, 1)),
            "month": date(start.year, 1, 1),
        }[grain]
    elif metric == "on_3_quarters":
        begin = _month(start, 9) + (start - _month(start))
        if grain == "day":
            begin = min(begin, _month(_month(start, 8)) - DAY)
    else:
        begin = start - timedelta(days=7 if metric == "on_week" else 28)
    natural = {"day": begin, "week": begin + timedelta(days=6), "month": _month(begin, -1) - DAY}[grain]
    whole = {"day": start, "week": start + timedelta(days=6), "month": _month(start, -1) - DAY}[grain]
    return begin, natural if end == whole else min(begin + (end - start), natural)


@pytest.mark.parametrize(
    ("metric", "grain"),
    [
        ("on_week", "day"),
        ("on_week", "week"),
        ("on_28_days", "day"),
        ("on_28_days", "week"),
        ("on_2_periods", "day"),
        ("on_2_periods", "week"),
        ("on_2_periods", "month"),
        ("on_3_quarters", "day"),
        ("on_3_quarters", "month"),
        ("on_start_of_year", "day"),
        ("on_start_of_year", "month"),
    ],
)
def test_changes_look_back_by_any_grain(company: Path, metric: str, grain: str) -> None:
    rows = answers(company, metric, grain=grain)
    told = 0
    for row, end in ends(rows):
        begin, until = _before(metric, grain, row["time"], end)
        now, then = total(row["time"], end), total(begin, until)
        if then is None or begin < FIRST:
            continue
        assert now is not None
        assert row[metric] == now - then, (row, begin, until)
        told += 1
    assert told > len(rows) // 2


def test_a_running_week_and_month_are_compared_with_the_same_days(company: Path) -> None:
    asked = {"end": "2025-06-11"}  # a Wednesday
    week = answers(company, "on_2_periods", grain="week", **asked)[-1]
    now, then = total(date(2025, 6, 9), date(2025, 6, 11)), total(date(2025, 5, 26), date(2025, 5, 28))
    assert now is not None
    assert then is not None
    assert (week["partial"], week["on_2_periods"]) == (True, now - then)
    month = answers(company, "on_2_periods", grain="month", calendar="retail", **asked)[-1]
    begin = date(2025, 6, 1)  # P05 2025 begins on 1 June, P03 on 6 April
    now, then = total(begin, date(2025, 6, 11)), total(date(2025, 4, 6), date(2025, 4, 16))
    assert month["time"] == begin
    assert now is not None
    assert then is not None
    assert month["on_2_periods"] == now - then


def test_both_roads_agree_also_where_days_are_counted(tmp_path: Path) -> None:
    """Months of units from days (the window makes it so) are those of the value table, silent months included."""
    silent = "".join(line + "\n" for line in lines().splitlines() if ",web," not in line or "2024-03" not in line)
    short = f"title: Short\nmeasured_in: EUR\n{OTHERS['last_28_days']}\n"
    files = {"workspace.yaml": WORKSPACE, "files/sales.csv": silent, "metrics/financial/short.yaml": short}
    known = values(make(tmp_path, files), "revenue")
    for by in ("unit.company", "unit.division"):
        rows = ask(tmp_path, ["revenue", "short"], grain="month", by=by).to_pylist()
        assert {row["revenue"] for row in rows if f"{row['time']:%Y-%m}" == "2024-03"} == {None}
        assert len(rows) == 30
        for row in rows:
            assert row["revenue"] == known[row[by], f"{row['time']:%Y-%m}"], row


def test_a_day_without_rows_of_a_month_with_some_is_zero(company: Path) -> None:
    rows = {row["time"]: row["revenue"] for row in answers(company, "revenue", grain="day", by="unit.division")}
    quiet = next(FIRST + timedelta(days=n) for n in range(40, 60) if amount(FIRST + timedelta(days=n)) == 0)
    assert rows[quiet] == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("rolling: {metric: revenue, last: 28 days}", "day"),
        ("to_date: {metric: revenue, since: week}", "week"),
        ("change: {metric: revenue, back: 1 week, as: absolute}", "week"),
    ],
)
def test_what_months_cannot_tell_is_refused_on_a_scorecard(tmp_path: Path, body: str, message: str) -> None:
    metric = f"title: Short\nmeasured_in: EUR\n{body}\n"
    card = "title: All\nmetrics: {short: 1}\n"
    assemble(make(tmp_path / "a", {"metrics/financial/short.yaml": metric}))
    goal = metric + "target: 5\nanchors: {red: 10 % of target}\n"
    for name, files in (
        ("metrics/financial/short.yaml:4", {"metrics/financial/short.yaml": goal}),
        ("scorecards/all.yaml:2", {"metrics/financial/short.yaml": metric, "scorecards/all.yaml": card}),
    ):
        with pytest.raises(DefinitionError, match="values are of months; it needs the base period `day`") as told:
            assemble(make(tmp_path / name[:4], files))
        assert f"looks back by {message}" in str(told.value)
        assert str(told.value).startswith(name)


def test_a_calendar_that_is_not_there(company: Path) -> None:
    with pytest.raises(QueryError, match=r"'retial' is none of `calendars:` in workspace\.yaml; did you mean 'retail'"):
        ask(company, "revenue", calendar="retial")
    with pytest.raises(QueryError, match=r"start 2025-02-01 cuts the month that begins on 2025-01-05|begins on"):
        ask(company, "revenue", calendar="retail", grain="month", start="2025-02-05")


def test_revenue_alone(company: Path) -> None:
    assert REVENUE.startswith("title: Revenue")
    assert ask(company, "revenue").to_pylist() == [{"revenue": total(FIRST, LAST)}]
