"""Combined data, different metrics and timeframes: any metric from day to year, to date, rolling, like with like."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from data.calendar import Grain
from data.errors import QueryError
from flows.asking import answer, ask, question_of
from flows.opened import Opened, open_current
from flows.refresh import refresh
from metrics.language.crowds import least_of
from metrics.query.question import Absent
from tests.integration.demo_answers import Files
from tests.making import make, sales

FREQUENCY: Mapping[Grain, str] = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
STRETCH: Mapping[Grain, tuple[str, str]] = {
    "day": ("2026-09-01", "2026-09-30"),
    "week": ("2026-W10", "2026-W39"),
    "month": ("2026-01", "2026-10"),
    "quarter": ("2025-Q1", "2026-Q3"),
    "year": ("2023", "2026-10"),
}
LAST = pd.Timestamp("2026-10-31")
COARSE: Mapping[str, tuple[Grain, ...]] = {"month": ("day", "week"), "quarter": ("day", "week")}  # a month is not due


@pytest.fixture(scope="module")
def files(demo: Path) -> Any:
    return Files(demo / "files")


@pytest.fixture(scope="module")
def opened(demo: Path) -> Opened:
    return open_current(demo)


def told(demo: Path, metric: str, grain: Grain, whole: bool | None = None, **asked: Any) -> dict[date, float | None]:
    """A metric's numbers by the first day of each period."""
    start, end = STRETCH[grain]
    opened = open_current(demo)
    query = question_of(opened, metric, grain=grain, start=start, end=end)
    rows = answer(opened, replace(query, **asked)).to_pylist()
    return {row["time"]: row[metric] for row in rows if whole is None or row["partial"] is not whole}


def summed(days: Any, values: Any, grain: Grain) -> dict[date, float]:
    """Sums by the first day of each period, in plain pandas."""
    total = values.groupby(days.dt.to_period(FREQUENCY[grain])).sum()
    return {period.start_time.date(): float(value) for period, value in total.items()}


@pytest.mark.parametrize("grain", STRETCH)
def test_any_metric_is_told_at_any_grain_that_its_rows_have(grain: Grain, demo: Path, opened: Opened) -> None:
    """Numbers, or the refusal that says which grain the rows have; nothing third."""
    yaml = YAML(typ="safe")
    models = {path.stem: yaml.load(path) for path in (demo / "models").glob("*.yaml")}
    rows_of = {key: (model.get("time") or {}).get("grain", "day") for key, model in models.items()}
    start, end = STRETCH[grain]
    fine, silent = [], []
    for key in opened.workspace.metrics:
        coarse = {rows_of[table] for table in opened.catalog.tables_of(key)}
        if any(grain in COARSE.get(rows, ()) for rows in coarse):
            with pytest.raises(QueryError, match=rf"cannot be told by {grain}: a row of \w+ stands for a whole"):
                ask(demo, key, grain=grain, start=start, end=end)
        elif least_of(opened.catalog, key) > 1 and grain in ("day", "week"):
            with pytest.raises(QueryError, match="is about people, and is told for whole months"):
                ask(demo, key, grain=grain, start=start, end=end)
        else:
            fine.append(key)
    absent: Absent = "zero" if grain in ("day", "week") else "gap"  # no posting on one day is no missing report
    query = question_of(opened, fine, grain=grain, start=start, end=end)
    table = answer(opened, replace(query, absent=absent))
    assert table.num_rows >= 3
    silent = [key for key in fine if table.column(key).null_count == table.num_rows]
    assert silent == []


@pytest.mark.parametrize("grain", STRETCH)
def test_a_sum_a_share_and_a_distinct_count_are_those_of_pandas(grain: Grain, demo: Path, files: Any) -> None:
    lines, goods = files.order_lines, files.deliveries
    sold = lines[lines["status"] != "cancelled"]
    here = goods[goods["delivered_on"].notna()]
    on_time = summed(here["delivered_on"], (here["delivered_on"] <= here["promised_on"]).astype(float), grain)
    every = summed(here["delivered_on"], here["amount"] * 0 + 1, grain)
    periods = lines["ordered_on"].dt.to_period(FREQUENCY[grain])
    distinct = {p.start_time.date(): int(n) for p, n in lines.groupby(periods)["customer_id"].nunique().items()}
    intake = summed(sold["ordered_on"], sold["amount"], grain)
    wanted: Mapping[str, Mapping[date, float]] = {
        "order_intake": intake,
        "active_customers": distinct,
        "on_time_delivery": {day: on_time[day] / every[day] for day in every},
    }
    for metric, by_day in wanted.items():
        for day, value in told(demo, metric, grain).items():
            assert value == pytest.approx(by_day.get(day), rel=1e-9), (metric, grain, day)


@pytest.mark.parametrize("grain", STRETCH)
def test_a_stock_is_that_of_the_period_s_last_day(grain: Grain, demo: Path, files: Any) -> None:
    staff = files.hr("employments", "started_on", "ended_on")
    for first, value in told(demo, "headcount", grain).items():
        last = min(pd.Period(first, FREQUENCY[grain]).end_time.normalize(), LAST)
        there = (staff["started_on"] <= last) & (staff["ended_on"].isna() | (staff["ended_on"] > last))
        assert value == int(there.sum()), (grain, first)


def test_to_date_runs_by_day_and_by_month(demo: Path, files: Any) -> None:
    book = files.ledger
    for first, value in told(demo, "ebit_ytd", "day", absent="zero").items():
        year = (book["posted_on"] >= f"{first.year}-01-01") & (book["posted_on"] <= pd.Timestamp(first))
        assert value == pytest.approx(book[year]["amount"].sum(), rel=1e-9), first
    for first, value in told(demo, "ebit_ytd", "month").items():
        last = pd.Period(first, "M").end_time
        year = (book["posted_on"] >= f"{first.year}-01-01") & (book["posted_on"] <= last)
        assert value == pytest.approx(book[year]["amount"].sum(), rel=1e-9), first


def test_rolling_twelve_months_end_with_each_month(demo: Path, files: Any) -> None:
    book = files.ledger[files.ledger["account_group"] == "revenue"]
    for first, value in told(demo, "revenue_12m", "month").items():
        last = pd.Period(first, "M")
        window = book["posted_on"].dt.to_period("M").between(last - 11, last)
        assert value == pytest.approx(book[window]["amount"].sum(), rel=1e-9), first


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_growth_is_against_the_same_period_a_year_before(grain: Grain, demo: Path, files: Any) -> None:
    book = files.ledger[files.ledger["account_group"] == "revenue"]
    by_day = summed(book["posted_on"], book["amount"], grain)
    checked = 0
    for first, value in told(demo, "revenue_growth", grain, whole=True).items():
        then = by_day.get(first.replace(year=first.year - 1))
        if first > date(2023, 10, 31) and then is not None:  # before, a year earlier lies outside the history
            assert value == pytest.approx(by_day[first] / then - 1, rel=1e-9), (grain, first)
            checked += 1
    assert checked >= 2


def test_metrics_of_several_tables_stand_in_one_answer(demo: Path) -> None:
    """Ledger, deliveries and people by division and quarter: together what each gives alone."""
    asked: dict[str, Any] = {"by": "unit.division", "grain": "quarter", "start": "2025-Q1", "end": "2025-Q4"}
    keys = ["revenue", "on_time_delivery", "headcount"]
    together = ask(demo, keys, **asked).to_pylist()
    assert {row["unit.division"] for row in together} == {"commercial", "operations", "corporate"}
    for key in keys:
        alone = {(row["unit.division"], row["time"]): row[key] for row in ask(demo, key, **asked).to_pylist()}
        mine = {(row["unit.division"], row["time"]): row[key] for row in together if row[key] is not None}
        assert mine == pytest.approx({place: value for place, value in alone.items() if value is not None})


def test_a_running_period_is_compared_with_as_many_days_of_the_earlier_one(tmp_path: Path) -> None:
    """15 days of June at 12 a day against 15 at 10 a day: 20 %, although the whole June of last year had 750."""
    rows = []
    for back in range(532):
        day = date(2025, 6, 15) - timedelta(days=back)
        amount = 12 if day >= date(2025, 6, 1) else 10 if day <= date(2024, 6, 15) else 40
        rows.append(f"{day},shop,{amount},1,a,x,true")
    growth = 'title: G\nmeasured_in: "%"\nchange: {metric: revenue, back: 1 year, as: percent}\n'
    year_to_date = "title: Y\nmeasured_in: EUR\nto_date: {metric: revenue, since: year}\n"
    files = {
        "workspace.yaml": "name: Small company\ntoday: 2025-06-16\nopen_period: show\n",
        "files/sales.csv": sales(*rows),
        "metrics/financial/growth.yaml": growth,
        "metrics/financial/so_far.yaml": year_to_date,
        "metrics/financial/so_far_growth.yaml": growth.replace("metric: revenue", "metric: so_far"),
    }
    folder = make(tmp_path, files)
    refresh(folder)
    june = ask(folder, ["growth", "so_far_growth"], grain="month", start="2025-06", end="2025-06").to_pylist()
    assert june[0]["partial"] is True
    assert june[0]["growth"] == pytest.approx(15 * 12 / (15 * 10) - 1)
    # Until 15 June: 151 days at 40 and 15 at 12, against 152 (a leap year) and 15 days at 10.
    assert june[0]["so_far_growth"] == pytest.approx((151 * 40 + 15 * 12) / ((152 + 15) * 10) - 1)
    may = ask(folder, "growth", grain="month", start="2025-05", end="2025-05").to_pylist()
    assert may[0]["growth"] == pytest.approx(3.0)  # 31 days at 40 against 31 at 10
