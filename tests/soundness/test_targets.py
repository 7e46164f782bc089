"""A target holds where it was stated and follows as its metric does; without one nothing is green."""

from pathlib import Path
from typing import Any

import pytest

from tests.making import REVENUE, SOURCE, make, sales, table

MONTHS = sales(
    *(
        f"2025-{m:02}-05,{unit},{amount},{cost},a,x,{ok}"
        for m in range(1, 7)
        for unit, amount, cost, ok in (("shop", 100, 60, "true"), ("web", 50, 20, "false"), ("works", 10, 5, "true"))
    )
)
Rows = dict[tuple[str, str, str], dict[str, Any]]
RED = "anchors: {goal: target, red: 10 % of target}\n"
GOOD = """\
title: Good
measured_in: "%"
ratio:
  numerator: {table: sales, function: sum_boolean, expr: ok}
  denominator: {table: sales, function: count}
"""


def found(folder: Path, metric: str, extra: str = "", **files: str) -> Rows:
    text = {"revenue": REVENUE, "good": GOOD}[metric] + extra
    every = {"files/sales.csv": MONTHS, f"metrics/financial/{metric}.yaml": text}
    return table(
        make(folder, every | {name.replace("__", "/") + ".yaml": body for name, body in files.items()}), metric
    )


def test_without_a_target_nothing_is_green(tmp_path: Path) -> None:
    rows = found(tmp_path, "revenue").values()
    assert {row["status"] for row in rows} <= {"no_target", "no_data"}
    assert all(row["score"] is None for row in rows)


def test_stated_target_of_a_sum_is_the_top_units_month(tmp_path: Path) -> None:
    rows = found(tmp_path, "revenue", "target: 150\n" + RED)
    assert (rows["company", "month", "2025-03"]["target"], rows["company", "month", "2025-03"]["status"]) == (
        150,
        "green",
    )
    assert rows["shop", "month", "2025-03"]["target"] is None
    assert (rows["shop", "month", "2025-03"]["status"], rows["shop", "month", "2025-03"]["score"]) == (
        "no_target",
        None,
    )


def test_stated_target_of_a_sum_adds_up_over_months(tmp_path: Path) -> None:
    rows = found(tmp_path, "revenue", "target: 150\n" + RED)
    assert rows["company", "quarter", "2025-06"]["target"] == 450
    assert rows["company", "ytd", "2025-05"]["target"] == 750
    assert rows["company", "r12", "2025-06"]["value"] is None
    assert rows["company", "r12", "2025-06"]["target"] is None


def test_targets_of_units_add_up_to_their_parent(tmp_path: Path) -> None:
    steps = "target: [{value: 90, unit: shop}, {value: 40, unit: web}, {value: 12, unit: works}]\n"
    rows = found(tmp_path, "revenue", steps + RED)
    assert rows["east", "month", "2025-02"]["target"] == 130
    assert rows["company", "month", "2025-02"]["target"] == 142
    assert rows["company", "quarter", "2025-03"]["target"] == 426


def test_parent_of_a_unit_without_a_target_has_none(tmp_path: Path) -> None:
    rows = found(tmp_path, "revenue", "target: [{value: 90, unit: shop}]\n" + RED)
    assert rows["shop", "month", "2025-02"]["status"] == "green"
    assert rows["east", "month", "2025-02"]["target"] is None
    assert rows["east", "month", "2025-02"]["status"] == "no_target"


def test_target_that_begins_within_a_period_is_none_for_the_whole_of_it(tmp_path: Path) -> None:
    rows = found(tmp_path, "revenue", "target: [{value: 150, from: 2025-02}]\n" + RED)
    assert rows["company", "month", "2025-01"]["target"] is None
    assert rows["company", "quarter", "2025-03"]["target"] is None
    assert rows["company", "quarter", "2025-06"]["target"] == 450


def test_effective_dated_target_of_a_sum(tmp_path: Path) -> None:
    steps = "target: [{value: 100, to: 2025-02}, {value: 200, from: 2025-03}]\n"
    rows = found(tmp_path, "revenue", steps + RED)
    assert [rows["company", "month", f"2025-0{m}"]["status"] for m in (1, 2, 3, 4)] == ["green", "green", "red", "red"]
    assert rows["company", "quarter", "2025-03"]["target"] == 400


def test_target_of_a_ratio_holds_for_every_unit_and_span(tmp_path: Path) -> None:
    rows = found(tmp_path, "good", "target: 66 %\n" + RED)
    assert {row["target"] for row in rows.values() if row["value"] is not None} == {0.66}
    assert rows["company", "month", "2025-01"]["status"] == "green"
    assert rows["web", "month", "2025-01"]["status"] == "red"


def test_target_of_a_ratio_that_changes_within_a_period_has_none_there(tmp_path: Path) -> None:
    rows = found(tmp_path, "good", "target: [{value: 60 %, to: 2025-02}, {value: 70 %, from: 2025-03}]\n" + RED)
    assert rows["company", "quarter", "2025-03"]["target"] is None
    assert rows["company", "quarter", "2025-03"]["status"] == "no_target"
    assert rows["company", "quarter", "2025-06"]["target"] == 0.7


def test_target_of_one_unit_wins_over_that_of_all_whatever_the_order(tmp_path: Path) -> None:
    for number, steps in enumerate(
        ("{value: 60 %}, {value: 90 %, unit: shop}", "{value: 90 %, unit: shop}, {value: 60 %}")
    ):
        rows = found(tmp_path / str(number), "good", f"target: [{steps}]\n" + RED)
        assert rows["shop", "month", "2025-01"]["target"] == 0.9
        assert rows["web", "month", "2025-01"]["target"] == 0.6


def test_absolute_anchors_of_a_sum_hold_only_where_they_are_stated(tmp_path: Path) -> None:
    rows = found(tmp_path, "revenue", "anchors: {goal: 150, red: 100}\n")
    coloured = {key for key, row in rows.items() if row["status"] in ("green", "amber", "red")}
    assert coloured == {("company", "month", f"2025-0{m}") for m in range(1, 7)}


def test_absolute_anchors_of_a_ratio_hold_everywhere(tmp_path: Path) -> None:
    rows = found(tmp_path, "good", "anchors: {goal: 66 %, red: 50 %}\n")
    colours = {unit: row["status"] for (unit, _, _), row in rows.items() if row["value"] is not None}
    assert colours == {
        "company": "green",
        "shop": "green",
        "works": "green",
        "west": "green",
        "east": "amber",
        "web": "red",
    }


def test_effective_dated_anchors(tmp_path: Path) -> None:
    steps = "anchors: [{goal: 150, red: 100, to: 2025-03}, {goal: 300, red: 200, from: 2025-04}]\n"
    rows = found(tmp_path, "revenue", steps)
    assert [rows["company", "month", f"2025-0{m}"]["status"] for m in (3, 4)] == ["green", "red"]


def test_rate_of_a_flow_to_a_level_has_its_target_for_a_month_alone(tmp_path: Path) -> None:
    people = "source: people\nunit: {column: unit}\n"
    source = (
        SOURCE
        + "  people:\n    path: people.csv\n    columns: {hired: date, left: {type: date, as: gone}, unit: text}\n"
    )
    rate = "title: Per head\nmeasured_in: EUR/person\nratio:\n  numerator: revenue\n"
    rate += "  denominator: {stock: {table: people, opened: hired, closed: gone}}\ntarget: 150\n" + RED
    files = {
        "sources/books.yaml": source,
        "models/people.yaml": people,
        "metrics/people/rate.yaml": rate,
        "files/people.csv": "hired,left,unit\n2020-01-01,,shop\n2020-01-01,,web\n",
        "files/sales.csv": MONTHS,
    }
    rows = table(make(tmp_path, files), "rate")
    assert rows["company", "month", "2025-03"]["target"] == 150
    assert rows["shop", "month", "2025-03"]["target"] == 150
    assert rows["company", "quarter", "2025-03"]["value"] == 240  # three months of revenue on the same heads
    assert rows["company", "quarter", "2025-03"]["target"] is None
    assert rows["company", "quarter", "2025-03"]["status"] == "no_target"


BUDGET = """\
  budget:
    path: budget.csv
    columns: {month: date, unit: text, account: text, amount: number}
"""
BUDGETED = "target: {table: budget, expr: amount, filter: \"account = 'revenue'\"}\n" + RED
TABLE = "source: budget\ntime: {column: month, grain: month}\nunit: {column: unit}\n"


def budgeted(folder: Path, lines: str, table_yaml: str = TABLE) -> Rows:
    files = {
        "sources/books.yaml": SOURCE + BUDGET,
        "models/budget.yaml": table_yaml,
        "files/sales.csv": MONTHS,
        "metrics/financial/revenue.yaml": REVENUE + BUDGETED,
        "files/budget.csv": "month,unit,account,amount\n" + lines,
    }
    return table(make(folder, files), "revenue")


def lines(unit: str, amount: int, months: range, account: str = "revenue") -> str:
    return "".join(f"2025-{m:02}-01,{unit},{account},{amount}\n" for m in months)


def test_budget_adds_up_over_units_and_months(tmp_path: Path) -> None:
    rows = budgeted(tmp_path, lines("shop", 80, range(1, 13)) + lines("web", 40, range(1, 13)))
    assert rows["east", "month", "2025-02"]["target"] == 120
    assert rows["company", "quarter", "2025-06"]["target"] == 360
    assert rows["company", "ytd", "2025-06"]["target"] == 720  # to the same month as the value, not of the whole year


def test_budget_that_stops_is_no_target_and_not_zero(tmp_path: Path) -> None:
    costs = lines("shop", 30, range(1, 13), "cost")
    rows = budgeted(tmp_path, lines("shop", 80, range(1, 4)) + costs)
    assert rows["shop", "month", "2025-03"]["target"] == 80
    for unit in ("shop", "east", "company"):
        assert rows[unit, "month", "2025-04"]["target"] is None
        assert rows[unit, "month", "2025-04"]["status"] == "no_target"
        assert rows[unit, "quarter", "2025-06"]["target"] is None


def test_budget_that_stops_for_one_unit_is_none_for_its_parents(tmp_path: Path) -> None:
    costs = lines("web", 30, range(1, 13), "cost")
    rows = budgeted(tmp_path, lines("shop", 80, range(1, 13)) + lines("web", 40, range(1, 4)) + costs)
    assert rows["shop", "month", "2025-04"]["target"] == 80
    assert rows["east", "month", "2025-04"]["target"] is None
    assert rows["company", "month", "2025-03"]["target"] == 120


def test_quarterly_budget_is_a_target_for_whole_quarters_alone(tmp_path: Path) -> None:
    rows = budgeted(
        tmp_path, "2025-01-01,shop,revenue,290\n2025-04-01,shop,revenue,280\n", TABLE.replace("month}", "quarter}")
    )
    assert rows["shop", "quarter", "2025-03"]["target"] == 290
    assert rows["shop", "ytd", "2025-06"]["target"] == 570
    assert rows["shop", "month", "2025-02"]["target"] is None
    assert rows["shop", "month", "2025-02"]["status"] == "no_target"


def test_target_of_components(tmp_path: Path) -> None:
    profit = 'title: Profit\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: "amount - cost"}\n'
    profit += "target: [{value: 30, unit: shop}, {value: 30, unit: web}, {value: 0.5, unit: works}]\n" + RED
    revenue = REVENUE + "target: [{value: 60, unit: shop}, {value: 40, unit: web}, {value: 1, unit: works}]\n" + RED
    margin = (
        'title: Margin\nmeasured_in: "%"\nratio: {numerator: profit, denominator: revenue}\ntarget: components\n' + RED
    )
    files = {
        "metrics/financial/profit.yaml": profit,
        "metrics/financial/revenue.yaml": revenue,
        "metrics/financial/margin.yaml": margin,
        "files/sales.csv": MONTHS,
    }
    rows = table(make(tmp_path, files), "margin")
    assert rows["shop", "month", "2025-01"]["target"] == 0.5
    assert rows["east", "month", "2025-01"]["target"] == 0.6  # 60 of 100; the mean of 50 % and 75 % would be 62.5 %
    assert rows["works", "month", "2025-01"]["target"] == 0.5


@pytest.mark.parametrize(
    ("goal", "expected"),
    [("{goal: target, red: 10 % of target}", "green"), ("{goal: target, red: 5 from target}", "green")],
)
def test_negative_target_keeps_its_bad_side(tmp_path: Path, goal: str, expected: str) -> None:
    facts = sales("2025-01-05,shop,-2,60,a,x,true")
    files = {"metrics/financial/revenue.yaml": REVENUE + f"target: -3\nanchors: {goal}\n", "files/sales.csv": facts}
    row = table(make(tmp_path, files), "revenue")["company", "month", "2025-01"]
    assert (row["status"], row["goal"]) == (expected, -3)
    assert row["red"] < -3


def test_target_of_zero_with_a_relative_margin_is_an_error_and_not_a_colour(tmp_path: Path) -> None:
    row = found(tmp_path, "revenue", "target: 0\n" + RED)["company", "month", "2025-01"]
    assert (row["status"], row["score"]) == ("error", None)
    assert row["reason"] == "the anchors contradict each other in this period"
