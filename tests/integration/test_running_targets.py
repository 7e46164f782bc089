"""In a month that still runs, what grows with its days waits for its target; what does not is scored."""

from pathlib import Path

import pytest

from tests.making import REVENUE, SOURCE, make, sales, table

OPEN = "name: Small company\ntoday: 2025-06-11\nopen_period: show\n"
GOAL = "target: 3\nanchors: {goal: target, red: 50 % of target}\n"
KINDS = {
    "to_date: {metric: revenue, since: year}": "not_due",
    "rolling: {metric: revenue, months: 3}": "not_due",
    "expr: revenue * 2 - 1": "not_due",
    "ratio: {numerator: revenue, denominator: {stock: {table: sales, opened: day, closed: until}}}": "not_due",
    "ratio: {numerator: revenue, denominator: {table: sales, function: count_distinct, expr: customer}}": "not_due",
    "ratio: {numerator: revenue, denominator: {table: sales, function: count}}": "green",
    "agg: {table: sales, function: average, expr: amount}": "green",
    "stock: {table: sales, opened: day, closed: until}": "green",
    "change: {metric: revenue, back: 1 period}": "red",
}


def measured(kind: str) -> str:
    """What the formula gives: items that are open, a share of what was before, else money."""
    return {"stock": "items", "change": "number"}.get(kind.partition(":")[0], "EUR")


@pytest.mark.parametrize(("kind", "expected"), KINDS.items())
def test_only_what_grows_within_the_month_waits(tmp_path: Path, kind: str, expected: str) -> None:
    rows = [f"2025-{month:02}-0{day},shop,5,1,a,x,true" for month in range(1, 7) for day in range(1, 10)]
    text = sales(*rows).replace(",channel,", ",until,").replace(",x,", ",,")
    source = SOURCE.replace("channel: text", "until: date")
    metric = f"title: Tried\nmeasured_in: {measured(kind)}\n{kind}\n{GOAL}"
    model = "source: sales\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
    folder = make(
        tmp_path,
        {
            "workspace.yaml": OPEN,
            "sources/books.yaml": source,
            "models/sales.yaml": model,
            "files/sales.csv": text,
            "metrics/financial/tried.yaml": metric,
        },
    )
    june = table(folder, "tried")["company", "month", "2025-06"]
    assert june["status"] == expected, june
    if expected == "not_due":
        assert june["reason"] == "the period is still running, and its target is for the whole of it"


def test_a_distance_that_is_stated_for_a_month_leaves_other_spans_without_a_target(tmp_path: Path) -> None:
    goal = REVENUE + "target: 0\nanchors: {goal: target, red: 5 from target}\ndirection: down\n"
    rows = sales(*(f"2025-0{month}-10,shop,100,60,a,x,true" for month in (1, 2, 3)))
    found = table(make(tmp_path, {"metrics/financial/revenue.yaml": goal, "files/sales.csv": rows}), "revenue")
    assert found["company", "month", "2025-01"]["status"] == "red"
    quarter = found["company", "quarter", "2025-03"]
    assert (quarter["status"], quarter["score"], quarter["goal"]) == ("no_target", None, None)
    assert quarter["reason"] == "where red begins is not known for this unit and period"
