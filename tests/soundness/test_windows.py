"""Windows are as long as they say: fiscal years, rolling months, and histories that are too short."""

from datetime import date
from pathlib import Path

import pytest

from flows.refresh import refresh
from tests.making import MODEL, REVENUE, SOURCE, make, sales, table, values

FISCAL = "name: Small company\ntoday: 2025-07-05\ncalendar: {fiscal_year_starts: april}\n"
LONG = sales(*(f"{2023 + m // 12}-{m % 12 + 1:02}-15,shop,{m + 1},1,a,x,true" for m in range(30)))  # 1, 2, 3 ... 30


def test_fiscal_year_and_quarters(tmp_path: Path) -> None:
    found = table(make(tmp_path, {"workspace.yaml": FISCAL, "files/sales.csv": LONG}), "revenue")
    year = found["shop", "year", "2025-03"]
    assert (year["period_start"], year["period_end"]) == (date(2024, 4, 1), date(2025, 3, 31))
    assert year["value"] == sum(range(16, 28))
    assert found["shop", "quarter", "2024-06"]["value"] == 16 + 17 + 18
    assert found["shop", "ytd", "2025-06"]["value"] == 28 + 29 + 30
    assert found["shop", "ytd", "2025-06"]["previous_year"] == 16 + 17 + 18


def test_calendar_year_and_quarters(tmp_path: Path) -> None:
    found = table(make(tmp_path, {"files/sales.csv": LONG}), "revenue")
    assert found["shop", "year", "2024-12"]["value"] == sum(range(13, 25))
    assert found["shop", "year", "2024-12"]["previous"] == sum(range(1, 13))
    assert found["shop", "year", "2025-12"]["value"] == sum(range(25, 31))
    assert found["shop", "year", "2025-12"]["previous"] == sum(range(13, 19))  # as many months of the year before


def test_rolling_twelve_months_need_twelve_months(tmp_path: Path) -> None:
    found = table(make(tmp_path, {"files/sales.csv": LONG}), "revenue")
    assert found["shop", "r12", "2023-11"]["value"] is None
    assert found["shop", "r12", "2023-11"]["reason"] == "the history is too short for this window"
    assert found["shop", "r12", "2023-12"]["value"] == sum(range(1, 13))
    assert found["shop", "r12", "2024-01"]["value"] == sum(range(2, 14))


def test_rolling_metric_needs_its_months(tmp_path: Path) -> None:
    rolling = "title: Five months\nmeasured_in: EUR\nrolling: {metric: revenue, months: 5}\n"
    month = values(make(tmp_path, {"metrics/financial/five.yaml": rolling, "files/sales.csv": LONG}), "five")
    assert month["shop", "2023-04"] is None
    assert month["shop", "2023-05"] == 15


def test_window_is_too_short_for_a_table_that_begins_later_than_another(tmp_path: Path) -> None:
    returns = "  returns:\n    path: returns.csv\n    columns: {day: date, unit: text, amount: number}\n"
    metric = "title: Returns\nmeasured_in: EUR\nagg: {table: returns, function: sum, expr: amount}\n"
    files = {
        "sources/books.yaml": SOURCE + returns,
        "models/returns.yaml": "source: returns\ntime: {column: day}\nunit: {column: unit}\n",
        "metrics/financial/returns.yaml": metric,
        "files/sales.csv": LONG,
        "files/returns.csv": "day,unit,amount\n" + "".join(f"2025-0{m}-03,shop,1\n" for m in range(3, 7)),
    }
    found = table(make(tmp_path, files), "returns")
    assert found["shop", "r12", "2025-06"]["value"] is None  # four months are no year
    assert found["shop", "ytd", "2025-06"]["value"] == 4
    assert found["shop", "quarter", "2025-06"]["previous"] is None  # March alone is no quarter to compare with


def test_change_against_a_quarter_that_history_begins_within_is_none(tmp_path: Path) -> None:
    growth = 'title: Growth\nmeasured_in: "%"\nchange: {metric: revenue, back: 1 period, as: percent}\n'
    facts = sales(*(f"2025-{m:02}-15,shop,10,1,a,x,true" for m in range(2, 7)))
    found = table(make(tmp_path, {"metrics/financial/growth.yaml": growth, "files/sales.csv": facts}), "growth")
    assert found["shop", "quarter", "2025-06"]["value"] is None  # 30 against 20 of two months would be 50 %
    assert found["shop", "month", "2025-03"]["value"] == 0.0


def test_a_quarter_that_history_begins_within_is_marked_as_partial(tmp_path: Path) -> None:
    facts = sales(*(f"2025-{m:02}-15,shop,10,1,a,x,true" for m in range(2, 7)))
    found = table(make(tmp_path, {"files/sales.csv": facts}), "revenue")
    marked = {(span, end) for (unit, span, end), row in found.items() if unit == "shop" and row["partial"]}
    assert marked == {("quarter", "2025-03"), ("year", "2025-12"), *(("ytd", f"2025-0{m}") for m in range(2, 7))}


def test_target_of_whole_months_is_none_for_a_year_that_history_begins_within(tmp_path: Path) -> None:
    facts = sales(*(f"2025-{m:02}-15,shop,10,1,a,x,true" for m in range(2, 7)))
    metric = REVENUE + "target: 10\nanchors: {goal: target, red: 10 % of target}\n"
    other = "  other:\n    path: other.csv\n    columns: {day: date, unit: text}\n"
    files = {
        "sources/books.yaml": SOURCE + other,
        "models/other.yaml": "source: other\ntime: {column: day}\nunit: {column: unit}\n",
        "metrics/process/other.yaml": "title: Other\nmeasured_in: count\nagg: {table: other, function: count}\n",
        "metrics/financial/revenue.yaml": metric,
        "files/sales.csv": facts,
        "files/other.csv": "day,unit\n2024-01-01,shop\n",
    }
    found = table(make(tmp_path, files), "revenue")
    assert found["company", "quarter", "2025-06"]["target"] == 30
    assert found["company", "quarter", "2025-03"]["target"] is None  # three months of target, two months of history


def test_history_from_hides_values_and_keeps_what_they_rest_on(tmp_path: Path) -> None:
    workspace = "name: Small company\ntoday: 2025-07-05\nhistory_from: 2024-06\n"
    found = table(make(tmp_path, {"workspace.yaml": workspace, "files/sales.csv": LONG}), "revenue")
    assert min(row["period_end"] for row in found.values()) == date(2024, 6, 30)
    assert found["shop", "r12", "2024-06"]["value"] == sum(range(7, 19))
    assert found["shop", "month", "2024-06"]["previous_year"] == 6


@pytest.mark.parametrize("day", ["0024-01-05", "2925-01-05", "1066-10-14"])
def test_dates_out_of_range_go_to_quarantine_and_not_into_the_history(tmp_path: Path, day: str) -> None:
    folder = make(tmp_path, {"files/sales.csv": LONG + f"900,{day},shop,1000,1,a,x,true\n"})
    manifest = refresh(folder)
    assert manifest.datasets["sales"].quarantined == 1
    assert min(period for _, period in values(folder, "revenue")) == "2023-01"


def test_ordinary_sums_are_exact(tmp_path: Path) -> None:
    facts = sales(*("2025-01-05,shop,0.1,1,a,x,true" for _ in range(10)), "2025-01-05,shop,0.2,1,a,x,true")
    assert values(make(tmp_path, {"files/sales.csv": facts}), "revenue")["shop", "2025-01"] == 1.2


def test_model_of_sql_gives_the_same_as_its_dataset(tmp_path: Path) -> None:
    sql = "SELECT id, day, unit AS department, amount * 1 AS amount FROM sales WHERE amount > 0"
    model = MODEL.replace("source: sales", "sql: sales.sql").replace("{column: unit}", "{column: department}")
    model = model.replace("dimensions: {channel: channel}\n", "")
    plain = values(make(tmp_path / "a", {"files/sales.csv": LONG}), "revenue")
    files = {"models/sales.yaml": model, "models/sales.sql": sql, "files/sales.csv": LONG}
    assert values(make(tmp_path / "b", files), "revenue") == plain
