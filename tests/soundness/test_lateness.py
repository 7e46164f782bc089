"""Late data, data that is too old, figures that are not due, and facts after the last day that counts."""

from datetime import date
from pathlib import Path

import pytest

from flows.refresh import refresh
from tests.making import MODEL, REVENUE, SOURCE, make, sales, table, values

GOAL = "anchors: {goal: 50, red: 10}\n"
AVERAGE = REVENUE.replace("sum", "average") + GOAL
FACTS = sales("2025-04-05,shop,100,50,a,x,true", "2025-05-05,shop,100,50,a,x,true", "2025-06-05,shop,100,50,a,x,true")
FRESH = SOURCE.replace("    key: [id]\n", "    key: [id]\n    freshness: {column: day, within: 10 days}\n")


def status(folder: Path, period: str) -> tuple[str, str]:
    row = table(folder, "revenue")["shop", "month", period]
    return row["status"], row["reason"]


def test_data_older_than_its_freshness_is_stale_and_has_no_colour(tmp_path: Path) -> None:
    files = {"sources/books.yaml": FRESH, "metrics/financial/revenue.yaml": AVERAGE, "files/sales.csv": FACTS}
    folder = make(tmp_path, files)
    june = table(folder, "revenue")["shop", "month", "2025-06"]
    assert (june["status"], june["score"]) == ("stale", None)
    assert june["reason"] == "the data behind it is older than its freshness allows"
    assert june["value"] == 100  # it is shown, and not scored
    assert status(folder, "2025-05")[0] == "green"  # what ended before the newest day is whole


def test_freshness_of_the_model_wins_over_the_contract(tmp_path: Path) -> None:
    model = MODEL + "freshness: {column: day, within: 40 days}\n"
    files = {
        "sources/books.yaml": FRESH,
        "models/sales.yaml": model,
        "metrics/financial/revenue.yaml": AVERAGE,
        "files/sales.csv": FACTS,
    }
    assert status(make(tmp_path, files), "2025-06")[0] == "green"


def test_data_within_its_freshness_is_scored(tmp_path: Path) -> None:
    fresh = FRESH.replace("10 days", "25 days")
    files = {"sources/books.yaml": fresh, "metrics/financial/revenue.yaml": AVERAGE, "files/sales.csv": FACTS}
    assert status(make(tmp_path, files), "2025-06")[0] == "green"


def test_ratio_is_as_stale_as_its_stalest_part(tmp_path: Path) -> None:
    costs = MODEL + "freshness: {column: day, within: 1 days}\n"
    ratio = 'title: Share\nmeasured_in: "%"\nratio:\n  numerator: {table: costs, function: sum, expr: cost}\n'
    ratio += "  denominator: {table: sales, function: sum, expr: amount}\nanchors: {goal: 20 %, red: 10 %}\n"
    files = {"models/costs.yaml": costs, "metrics/financial/share.yaml": ratio, "files/sales.csv": FACTS}
    assert table(make(tmp_path, files), "share")["shop", "month", "2025-06"]["status"] == "stale"


@pytest.mark.parametrize(("days", "expected"), [(0, "no_data"), (4, "no_data"), (5, "not_due"), (30, "not_due")])
def test_days_of_grace(tmp_path: Path, days: int, expected: str) -> None:
    facts = sales("2025-05-05,shop,100,50,a,x,true")
    metric = AVERAGE + f"due_after_days: {days}\n"  # today is 5 July, June ended five days ago
    folder = make(tmp_path, {"metrics/financial/revenue.yaml": metric, "files/sales.csv": facts})
    assert status(folder, "2025-06")[0] == expected
    assert status(folder, "2025-05")[0] == "green"


def test_quarterly_metric_is_not_due_in_the_months_between(tmp_path: Path) -> None:
    metric = REVENUE + "cadence: quarter\nanchors: {goal: 250, red: 100}\n"
    files = {"metrics/financial/revenue.yaml": metric, "files/sales.csv": FACTS, "units.yaml": ONE}
    found = table(make(tmp_path, files), "revenue")
    may = found["company", "month", "2025-05"]
    assert (may["value"], may["status"], may["reason"]) == (None, "not_due", "not due in this period")
    june = found["company", "month", "2025-06"]
    assert (june["value"], june["status"]) == (300, "green")  # the quarter's figure, against the quarter's goal
    assert found["company", "quarter", "2025-06"]["status"] == "green"
    assert found["company", "ytd", "2025-06"]["status"] == "no_target"


ONE = """\
levels: [company, department]
units: [{key: company, title: Company, level: company}, {key: shop, title: Shop, level: department, parent: company}]
"""


def test_rows_that_stand_for_a_quarter_have_a_value_at_its_end(tmp_path: Path) -> None:
    quarterly = MODEL.replace("{column: day}", "{column: day, grain: quarter}", 1)
    facts = sales("2025-01-01,shop,10,1,a,x,true", "2025-01-01,web,5,1,a,x,true", "2025-04-01,shop,20,1,a,x,true")
    found = table(make(tmp_path, {"models/sales.yaml": quarterly, "files/sales.csv": facts}), "revenue")
    assert ("company", "month", "2025-01") not in found
    assert found["company", "month", "2025-04"]["status"] == "not_due"
    assert found["company", "month", "2025-03"]["value"] == 15
    assert found["company", "quarter", "2025-03"]["value"] == 15
    assert (found["company", "quarter", "2025-03"]["reported"], found["company", "quarter", "2025-03"]["expected"]) == (
        2,
        2,
    )
    assert found["company", "month", "2025-06"]["value"] is None  # the web shop is missing
    assert found["shop", "ytd", "2025-06"]["value"] == 30
    assert found["shop", "ytd", "2025-05"]["value"] is None


def test_facts_after_the_last_day_that_counts_are_left_out(tmp_path: Path) -> None:
    facts = (
        FACTS + "90,2025-06-30,shop,1,1,a,x,true\n91,2025-07-01,shop,1000,1,a,x,true\n92,2026-01-01,shop,9,1,a,x,true\n"
    )
    folder = make(tmp_path, {"files/sales.csv": facts})
    assert values(folder, "revenue")["shop", "2025-06"] == 101
    assert max(period for _, period in values(folder, "revenue")) == "2025-06"
    assert refresh(folder).as_of == date(2025, 6, 30)


def test_times_on_the_last_day_that_counts_are_in(tmp_path: Path) -> None:
    source = SOURCE.replace("day: {type: date, required: true}", "day: {type: timestamp, required: true}")
    facts = sales("2025-06-30 23:59:59,shop,1,1,a,x,true", "2025-07-01 00:00:00,shop,1000,1,a,x,true")
    folder = make(tmp_path, {"sources/books.yaml": source, "files/sales.csv": facts})
    assert values(folder, "revenue")["shop", "2025-06"] == 1


def test_late_data_changes_the_month_it_belongs_to(tmp_path: Path) -> None:
    folder = make(tmp_path, {"files/sales.csv": FACTS})
    assert values(folder, "revenue")["shop", "2025-04"] == 100
    (folder / "files" / "sales.csv").write_text(FACTS + "90,2025-04-28,shop,11,1,a,x,true\n")
    assert values(folder, "revenue")["shop", "2025-04"] == 111


def test_row_that_is_gone_is_gone_from_the_value(tmp_path: Path) -> None:
    folder = make(tmp_path, {"files/sales.csv": FACTS})
    values(folder, "revenue")
    (folder / "files" / "sales.csv").write_text(FACTS.replace("2,2025-05-05,shop,100", "2,2025-05-05,shop,40"))
    assert values(folder, "revenue")["shop", "2025-05"] == 40


def test_rows_without_a_date_are_in_no_month(tmp_path: Path) -> None:
    source = SOURCE.replace("day: {type: date, required: true}", "day: date")
    facts = FACTS + "90,,shop,1000,1,a,x,true\n"
    month = values(make(tmp_path, {"sources/books.yaml": source, "files/sales.csv": facts}), "revenue")
    assert sum(value for (unit, _), value in month.items() if unit == "company") == 300
