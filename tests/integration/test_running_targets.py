"""In a month that still runs, what grows with its days waits for its target; what does not is scored."""

from pathlib import Path

import pytest

from tests.making import SOURCE, make, sales, table

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


@pytest.mark.parametrize(("kind", "expected"), KINDS.items())
def test_only_what_grows_within_the_month_waits(tmp_path: Path, kind: str, expected: str) -> None:
    rows = [f"2025-{month:02}-0{day},shop,5,1,a,x,true" for month in range(1, 7) for day in range(1, 10)]
    text = sales(*rows).replace(",channel,", ",until,").replace(",x,", ",,")
    source = SOURCE.replace("channel: text", "until: date")
    metric = f"title: Tried\nmeasured_in: EUR\n{kind}\n{GOAL}"
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
