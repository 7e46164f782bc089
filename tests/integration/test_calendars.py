"""Workspaces whose months are no calendar months: 4-4-5, thirteen periods, periods of a table; recounted day by day."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from data.errors import DefinitionError, QueryError
from flows.opened import open_current
from flows.workspace import assemble
from tests.making import MODEL, REVENUE, SOURCE, make, rows, sales
from views.wording import NBSP, period_name

FIRST, LAST = date(2023, 1, 29), date(2025, 7, 4)
DAY = timedelta(days=1)
WEEKS = "calendar: {kind: weeks, pattern: 4-4-5, year_ends: saturday nearest end of january, year_named: start}\n"
THIRTEEN = 'calendar: {kind: weeks, pattern: "13 x 4", year_ends: last saturday of january, year_named: start}\n'
TABLE = (
    "calendar: {kind: table, dataset: periods, period: name, start: begins, end: ends, quarter: quarter, year: year}\n"
)
PERIODS = """\
  periods:
    path: periods.csv
    columns:
      name: {type: text, required: true}
      begins: {type: date, required: true}
      ends: {type: date, required: true}
      quarter: text
      year: integer
"""


def amount(day: date) -> int:
    return 1 + day.toordinal() * 7 % 31


def facts() -> str:
    found = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return sales(*(f"{day},{'shop' if day.day % 2 else 'works'},{amount(day)},1,a,x,true" for day in found))


def workspace(folder: Path, calendar: str, more: Mapping[str, str] | None = None, show: bool = False) -> Path:
    head = "name: Small company\ntoday: 2025-07-05\n" + ("open_period: show\n" if show else "")
    return make(folder, {"workspace.yaml": head + calendar, "files/sales.csv": facts(), **(more or {})})


def company(folder: Path, span: str) -> list[dict[str, Any]]:
    return [row for row in rows(folder) if row["unit"] == "company" and row["span"] == span]


def total(start: date, end: date) -> float:
    return sum(amount(start + timedelta(days=n)) for n in range((end - start).days + 1))


@pytest.mark.parametrize(
    ("calendar", "months", "first_year"),
    [(WEEKS, 12, "2024-02-03"), (THIRTEEN, 13, "2024-01-27")],
    ids=["4-4-5", "13 x 4"],
)
def test_values_of_years_of_weeks(tmp_path: Path, calendar: str, months: int, first_year: str) -> None:
    folder = workspace(tmp_path, calendar)
    for span in ("month", "quarter", "year"):
        found = company(folder, span)
        for row in found:
            start, end = row["period_start"], row["period_end"]
            assert isinstance(start, date)
            assert isinstance(end, date)
            if start >= FIRST and end <= LAST:
                assert row["value"] == total(start, end), row
                assert ((end - start).days + 1) % 7 == 0
                assert end.isoweekday() == 6
        ended = [row for row in found if not row["partial"] and row["period_start"] >= FIRST]
        for before, row in pairwise(ended):
            assert row["previous"] == before["value"]
            assert row["period_start"] == before["period_end"] + DAY
        each = {"month": months, "quarter": 4, "year": 1}[span]
        for before, row in zip(ended, ended[each:], strict=False):
            assert row["previous_year"] == before["value"]
    year = next(row for row in company(folder, "year") if row["period_end"] == date.fromisoformat(first_year))
    assert year["expected"] == 2 * months
    rolled = [row for row in company(folder, "r12") if row["value"] is not None]
    assert all(row["value"] == total(row["period_start"], row["period_end"]) for row in rolled)


@pytest.mark.parametrize("calendar", [WEEKS, THIRTEEN], ids=["4-4-5", "13 x 4"])
def test_a_running_period_is_compared_with_as_many_days(tmp_path: Path, calendar: str) -> None:
    folder = workspace(tmp_path, calendar, show=True)
    for span in ("month", "quarter", "year", "ytd"):
        row = company(folder, span)[-1]
        start = row["period_start"]
        assert isinstance(start, date)
        assert row["partial"]
        assert row["value"] == total(start, LAST)
        years = [r for r in company(folder, "year") if r["period_start"] >= FIRST]
        passed = (LAST - start).days
        earlier = company(folder, span)
        before = {
            "ytd": years[-2]["period_start"],
            **{
                one: [r for r in earlier if r["period_end"] < start][-1]["period_start"]
                for one in [span]
                if one != "ytd"
            },
        }[span]
        assert isinstance(before, date)
        assert row["previous"] == total(before, before + timedelta(days=passed))


def _table(*periods: str) -> dict[str, str]:
    return {
        "sources/books.yaml": SOURCE + PERIODS,
        "files/periods.csv": "name,begins,ends,quarter,year\n" + "".join(f"{line}\n" for line in periods),
    }


TERMS = (
    "Spring 23,2023-01-29,2023-05-10,first,2023",
    "Summer 23,2023-05-11,2023-08-31,first,2023",
    "Autumn 23,2023-09-01,2024-01-15,second,2023",
    "Spring 24,2024-01-16,2024-05-10,first,2024",
    "Summer 24,2024-05-11,2024-08-31,first,2024",
    "Autumn 24,2024-09-01,2025-01-15,second,2024",
    "Spring 25,2025-01-16,2025-05-10,first,2025",
    "Summer 25,2025-05-11,2025-08-31,first,2025",
)


def test_periods_of_a_table(tmp_path: Path) -> None:
    folder = workspace(tmp_path, TABLE, _table(*TERMS))
    months = company(folder, "month")
    assert [row["period_end"] for row in months] == [date.fromisoformat(line.split(",")[2]) for line in TERMS[:-1]]
    assert all(row["value"] == total(row["period_start"], row["period_end"]) for row in months)
    assert months[3]["previous_year"] == months[0]["value"]
    quarters = company(folder, "quarter")
    assert [row["value"] for row in quarters[:2]] == [total(FIRST, date(2023, 8, 31)), months[2]["value"]]
    calendar = open_current(folder).workspace.calendar
    assert calendar.name(calendar.holding("month", LAST)) == "Summer 25"
    assert calendar.name(calendar.holding("quarter", LAST)) == "2025-first"
    assert [period_name(calendar.holding("month", LAST), calendar), calendar.year_months] == ["Summer 25", 3]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (TERMS[:2] + TERMS[3:], "no period holds 2023-09-01 to 2024-01-15; lengthen 'Summer 23' or begin 'Spring 24'"),
        ((*TERMS[:2], TERMS[2].replace("2023-09-01", "2023-08-20"), *TERMS[3:]), "both hold 2023-08-20"),
        ((*TERMS[:7], TERMS[7].replace("2025-08-31", "2025-05-01")), "ends on 2025-05-01, before it begins"),
        ((*TERMS[:7], TERMS[7].replace("Summer 25", "Spring 25")), "the name 'Spring 25' comes twice"),
        ((*TERMS[:7], TERMS[7].replace(",2025\n", ",2023")[:-4] + "2023"), "the year '2023' comes twice"),
        ((*TERMS[:7], TERMS[7].replace("first,2025", "first,")), "year is empty; every period needs it"),
    ],
)
def test_what_is_wrong_in_a_table_of_periods(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(DefinitionError, match="dataset periods") as told:
        rows(workspace(tmp_path, TABLE, _table(*lines)))
    assert message in str(told.value)


def test_facts_outside_the_table_are_told(tmp_path: Path) -> None:
    folder = workspace(tmp_path, TABLE, _table(*TERMS[1:]))
    with pytest.raises(
        QueryError, match=r"models/sales.yaml: rows have dates in .*day.* that the calendar does not tell"
    ):
        rows(folder)


def test_a_day_after_the_table_is_told(tmp_path: Path) -> None:
    folder = workspace(tmp_path, TABLE, _table(*TERMS[:-1]))
    with pytest.raises(
        QueryError, match=r"2025-07-05 lies outside dataset periods, which tells of 2023-01-29 to 2025-05-10"
    ):
        rows(folder)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("calendar: {kind: weeks, fiscal_year_starts: april}", "`fiscal_year_starts` is not for `kind: weeks`"),
        ("calendar: {kind: iso, pattern: 4-4-5}", "it may say nothing more"),
        ("calendar: {kind: table, dataset: periods}", "`kind: table` needs `period:`"),
        ("calendar: {kind: weeks, year_ends: end of may}", "write 'last saturday of january' or"),
        ("calendar: {kind: weeks, year_ends: last caturday of may}", "'caturday' is not the name of a weekday"),
        ("calendar: {kind: weeks, extra_week: 13}", "a year of 4-4-5 has 12 periods"),
        ("calendar: {kind: weeks, quarters: [3, 3, 3, 4]}", "four quarters with 12 periods in all"),
        ("calendars: {r: {kind: table, dataset: none, period: a, start: b, end: c}}", "'none' is not a dataset"),
        (
            "calendars: {r: {kind: table, dataset: sales, period: a, start: day, end: day}}",
            "'a' is not a column of sales",
        ),
        (
            "calendar: {kind: weeks}\nhistory_from: 2025-01",
            "'2025-01' is no period of this calendar; write it as 2026-P01",
        ),
        ("history_from: 2025-P01", "'2025-P01' is not a month; write it as 2025-01"),
    ],
)
def test_what_is_wrong_with_a_calendar(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DefinitionError) as told:
        assemble(make(tmp_path, {"workspace.yaml": f"name: X\ntoday: 2025-07-05\n{line}\n"}))
    assert message in str(told.value)
    assert "workspace.yaml:3" in str(told.value) or "workspace.yaml:4" in str(told.value)


def test_targets_of_periods_and_names_on_screens(tmp_path: Path) -> None:
    steps = "[{from: 2024-P01, value: 400}, {from: 2023-P01, to: 2023-P12, value: 300}]"
    metric = f"{REVENUE}target: {steps}\nanchors: {{red: 10 % of target}}\n"
    folder = workspace(tmp_path, WEEKS + "history_from: 2023-P03\n", {"metrics/financial/revenue.yaml": metric})
    months = company(folder, "month")
    assert months[0]["period_start"] == date(2023, 3, 26)
    assert {row["target"] for row in months if row["period_end"] <= date(2024, 2, 3)} == {300}
    assert {row["target"] for row in months if row["period_start"] >= date(2024, 2, 4)} == {400}
    year = next(row for row in company(folder, "year") if row["period_end"] == date(2025, 2, 1))
    assert year["target"] == 12 * 400
    calendar = open_current(folder).workspace.calendar
    names = {span: period_name(calendar.holding(span, date(2025, 6, 20)), calendar) for span in ("month", "quarter")}
    assert names == {"month": f"P05{NBSP}2025", "quarter": f"Q2{NBSP}2025"}
    assert period_name(calendar.holding("ytd", date(2025, 6, 20)), calendar) == f"P01 to P05{NBSP}2025"
    assert period_name(calendar.holding("r12", date(2025, 6, 20)), calendar) == f"12 periods to P05{NBSP}2025"
    assert calendar.name(calendar.holding("ytd", date(2025, 6, 20))) == "2025-P05-ytd"


def test_a_table_of_months_that_a_unit_leaves_in_the_middle(tmp_path: Path) -> None:
    units = """\
levels: [company, division]
units:
  - {key: company, title: Company, level: company}
  - {key: works, title: Works, level: division, parent: company}
  - {key: shop, title: Shop, level: division, parent: [{unit: company, to: 2024-09-20}]}
"""
    lines = (f"{day},shop,1,1,a,x,true" for day in ("2023-02-01", "2024-09-10", "2025-01-14"))
    files = {**_table(*TERMS), "units.yaml": units, "files/sales.csv": sales(*lines), "models/sales.yaml": MODEL}
    found = company(make(tmp_path, {"workspace.yaml": f"name: X\ntoday: 2025-07-05\n{TABLE}", **files}), "month")
    assert [row["value"] for row in found][5] == 2  # the period in which it left is whole


@pytest.mark.parametrize(
    ("calendar", "table"), [(WEEKS, ()), (THIRTEEN, ()), (TABLE, TERMS)], ids=["445", "13", "table"]
)
def test_a_later_refresh_gives_what_a_first_one_would(tmp_path: Path, calendar: str, table: tuple[str, ...]) -> None:
    more = _table(*table) if table else {}
    growth = 'title: Growth\nmeasured_in: "%"\nchange: {metric: revenue, back: 1 quarter}\n'
    more["metrics/financial/growth.yaml"] = growth
    late = facts().replace("2024-06-18,works", "2024-06-18,shop") + "9000,2025-07-04,works,5,1,b,x,true\n"
    folder = workspace(tmp_path / "a", calendar, more, show=True)
    before = rows(folder)
    (folder / "files/sales.csv").write_text(late)
    after = rows(folder)
    assert after != before
    assert after == rows(workspace(tmp_path / "b", calendar, {**more, "files/sales.csv": late}, show=True))
    head = (folder / "workspace.yaml").read_text().split("calendar:")[0]
    (folder / "workspace.yaml").write_text(head)
    plain = workspace(tmp_path / "c", "", {**more, "files/sales.csv": late}, show=True)
    assert rows(folder) == rows(plain)  # another calendar computes what it must


KINDS = {
    "buyers": "agg: {table: sales, function: count_distinct, expr: customer}",
    "level": "agg: {table: sales, function: sum, expr: amount, over_time: last}",
    "open": "stock: {table: stays, opened: day, closed: closed}",
    "guests": "stock: {table: stays, opened: day, closed: closed, function: count_distinct, expr: customer}",
    "middle": "agg: {table: sales, function: median, expr: amount}",
}


def _reckoned(metric: str, start: date, end: date) -> float | None:
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    if metric in ("open", "guests"):
        stays = [end - timedelta(days=n) for n in range(40) if end - timedelta(days=n) >= FIRST]
        return len(stays) if metric == "open" else len({day.toordinal() // 4 for day in stays})
    if metric == "buyers":
        return len({day.toordinal() // 4 for day in days})
    if metric == "middle":
        return float(median(amount(day) for day in days))
    last = {day.toordinal() % 2: amount(day) for day in days[-2:]}
    return sum(last.values())


@pytest.mark.parametrize("calendar", [WEEKS, THIRTEEN], ids=["4-4-5", "13 x 4"])
def test_every_kind_of_state_keeps_to_the_periods(tmp_path: Path, calendar: str) -> None:
    every = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    lines = (f"{d},{'shop' if d.toordinal() % 2 else 'works'},{amount(d)},1,{d.toordinal() // 4},x,true" for d in every)
    files = {
        f"metrics/process/{key}.yaml": f"title: {key}\nmeasured_in: count\n{body}\n" for key, body in KINDS.items()
    }
    files["metrics/process/level.yaml"] = files["metrics/process/level.yaml"].replace("count", "EUR", 1)
    files["metrics/process/middle.yaml"] = files["metrics/process/middle.yaml"].replace("count", "EUR", 1)
    files["models/stays.yaml"] = "sql: stays.sql\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
    files["models/stays.sql"] = "SELECT id, day, unit, day + 40 AS closed, customer FROM sales"
    folder = workspace(tmp_path, calendar, {**files, "files/sales.csv": sales(*lines)}, show=True)
    found = [row for row in rows(folder) if row["unit"] == "company" and row["metric"] in KINDS]
    periods = {span: [r for r in found if r["metric"] == "open" and r["span"] == span] for span in ("month", "quarter")}
    told = 0
    for row in found:
        start, end = row["period_start"], min(row["period_end"], LAST)
        if row["span"] not in periods or start < FIRST:
            continue
        assert row["value"] == _reckoned(row["metric"], start, end), row
        before = [r for r in periods[row["span"]] if r["period_end"] < start and r["period_start"] >= FIRST]
        if row["period_end"] > LAST:
            then = before[-1]["period_start"], before[-1]["period_start"] + (end - start)
            assert row["previous"] == _reckoned(row["metric"], *then), row
            told += 1
        elif before:
            assert row["previous"] == _reckoned(row["metric"], before[-1]["period_start"], before[-1]["period_end"])
    assert told == 2 * len(KINDS)
