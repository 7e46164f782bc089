"""A level adds up over units and never over time: the last, first, mean, least or largest stands for a period."""

from pathlib import Path

import pytest

from tests.making import make, table, values

SOURCE = """\
connector: files
settings: {folder: files}
datasets:
  balances:
    path: balances.csv
    columns: {day: {type: date, required: true}, unit: text, kind: text, value: number}
"""
MODEL = "source: balances\ntime: {column: day}\nunit: {column: unit}\n"
DAYS = """\
2025-01-15,shop,a,100
2025-01-15,web,a,10
2025-01-31,shop,a,80
2025-01-31,web,a,20
2025-02-15,shop,a,60
2025-02-15,web,a,30
2025-02-28,shop,a,40
2025-02-28,web,a,40
"""


def stock(folder: Path, over: str, days: str = DAYS, extra: str = "", kind: str = "") -> Path:
    agg = f"table: balances, function: sum, expr: value, over_time: {over}" + (f', filter: "{kind}"' if kind else "")
    metric = f"title: Stock\nmeasured_in: EUR\nagg: {{{agg}}}\n{extra}"
    files = {
        "workspace.yaml": "name: Small company\ntoday: 2025-03-05\n",
        "sources/books.yaml": SOURCE,
        "models/balances.yaml": MODEL,
        "metrics/process/stock.yaml": metric,
        "files/balances.csv": "day,unit,kind,value\n" + days,
        "models/sales.yaml": "",
        "metrics/financial/revenue.yaml": "",
    }
    return make(folder, files)


@pytest.mark.parametrize(
    ("over", "january", "quarter"),
    [("last", 100, 80), ("first", 110, 110), ("mean", 105, 95), ("min", 100, 80), ("max", 110, 110)],
)
def test_level_over_time_and_units(tmp_path: Path, over: str, january: float, quarter: float) -> None:
    folder = stock(tmp_path, over)
    assert values(folder, "stock")["company", "2025-01"] == january
    assert values(folder, "stock", "quarter")["company", "2025-03"] == quarter


def test_extreme_of_the_total_is_not_the_total_of_extremes(tmp_path: Path) -> None:
    quarter = values(stock(tmp_path, "min"), "stock", "quarter")
    assert (quarter["shop", "2025-03"], quarter["web", "2025-03"]) == (40, 10)
    assert quarter["company", "2025-03"] == 80


@pytest.mark.parametrize("over", ["last", "mean", "min", "max", "first"])
def test_unit_that_does_not_report_blanks_the_total(tmp_path: Path, over: str) -> None:
    days = DAYS.replace("2025-02-15,web,a,30\n2025-02-28,shop,a,40\n2025-02-28,web,a,40\n", "2025-02-28,shop,a,40\n")
    found = table(stock(tmp_path, over, days), "stock")
    assert found["company", "month", "2025-02"]["value"] is None
    assert found["company", "month", "2025-02"]["reason"] == "some units or months that were due have not reported"
    assert found["shop", "month", "2025-02"]["value"] is not None


@pytest.mark.parametrize(("over", "expected"), [("mean", 110), ("min", 110), ("max", 110)])
def test_only_days_of_all_units_count(tmp_path: Path, over: str, expected: float) -> None:
    days = "2025-01-15,shop,a,100\n2025-01-15,web,a,10\n2025-01-30,shop,a,100\n2025-01-31,web,a,10\n"
    found = values(stock(tmp_path, over, days), "stock")
    assert found["company", "2025-01"] == expected  # the mean of 110, 100 and 10 would be a company that never was


@pytest.mark.parametrize("over", ["mean", "min", "max"])
def test_units_that_never_report_on_one_day_have_no_total(tmp_path: Path, over: str) -> None:
    days = "2025-01-15,shop,a,100\n2025-01-15,web,a,10\n2025-02-27,shop,a,100\n2025-02-28,web,a,10\n"
    found = table(stock(tmp_path, over, days), "stock")
    february = found["company", "month", "2025-02"]
    assert (february["value"], february["status"]) == (None, "no_data")
    assert february["reason"] == "some units or months that were due have not reported"
    assert found["company", "quarter", "2025-03"]["value"] is None


def test_last_levels_may_stand_on_different_days_of_the_month(tmp_path: Path) -> None:
    days = "2025-01-30,shop,a,100\n2025-01-31,web,a,10\n"
    assert values(stock(tmp_path, "last", days), "stock")["company", "2025-01"] == 110


def test_level_that_fell_to_nothing_is_zero_and_not_the_one_before(tmp_path: Path) -> None:
    days = "2025-01-15,shop,a,100\n2025-01-31,shop,b,7\n"
    assert values(stock(tmp_path, "last", days, kind="kind = 'a'"), "stock")["shop", "2025-01"] == 0.0


def test_level_without_a_number_is_not_zero(tmp_path: Path) -> None:
    assert values(stock(tmp_path, "last", "2025-01-31,shop,a,\n"), "stock")["shop", "2025-01"] is None


def test_first_level_of_a_year_that_history_begins_within_is_unknown(tmp_path: Path) -> None:
    days = "2024-11-01,shop,a,5\n2024-12-01,shop,a,6\n2025-01-01,shop,a,7\n2025-02-01,shop,a,8\n"
    year = values(stock(tmp_path, "first", days), "stock", "ytd")
    assert year["shop", "2024-12"] is None
    assert year["shop", "2025-02"] == 7


def test_level_that_is_carried_says_so(tmp_path: Path) -> None:
    extra = "nulls: carry\nanchors: {goal: 50, red: 10}\n"
    days = "2025-01-31,shop,a,80\n2025-01-31,web,a,20\n2025-02-28,shop,a,40\n"
    found = table(stock(tmp_path, "last", days, extra), "stock")
    assert found["web", "month", "2025-02"]["value"] == 20
    assert found["company", "month", "2025-02"]["value"] == 100  # the last total known, no mix
    assert found["company", "month", "2025-02"]["reason"] == "carried forward from an earlier period"


def test_levels_of_children_sum_to_the_parent_every_month(tmp_path: Path) -> None:
    folder = stock(tmp_path, "mean")
    for span in ("month", "quarter", "ytd"):
        found = values(folder, "stock", span)
        for unit, period in found:
            if unit == "east":
                assert found["east", period] == found["shop", period] + found["web", period]
