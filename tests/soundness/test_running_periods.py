"""A period that still runs is compared with the same part of the earlier one, and is marked."""

from datetime import date
from pathlib import Path

from tests.making import REVENUE, make, sales, table, values

MID_JUNE = "name: Small company\ntoday: 2025-06-11\nopen_period: show\n"
FACTS = sales(
    *(f"2024-06-{day:02},shop,10,1,a,x,true" for day in (1, 5, 10, 11, 30)),
    *(f"2025-{month:02}-15,shop,100,1,a,x,true" for month in (1, 2, 3)),
    *(f"2025-04-{day:02},shop,7,1,a,x,true" for day in (2, 29)),
    *(f"2025-05-{day:02},shop,1,1,a,x,true" for day in (1, 10, 11, 12, 31)),
    *(f"2025-06-{day:02},shop,2,1,a,x,true" for day in (3, 10, 11, 25)),
)


def shown(folder: Path, extra: str = "", workspace: str = MID_JUNE) -> Path:
    files = {"workspace.yaml": workspace, "metrics/financial/revenue.yaml": REVENUE + extra, "files/sales.csv": FACTS}
    return make(folder, files)


def test_running_month_counts_to_yesterday_and_is_marked(tmp_path: Path) -> None:
    june = table(shown(tmp_path), "revenue")["shop", "month", "2025-06"]
    assert june["value"] == 4  # the 11th is today, and not over; the 25th is in the future
    assert june["partial"] is True
    assert june["period_end"] == date(2025, 6, 30)


def test_running_month_is_compared_with_the_same_days(tmp_path: Path) -> None:
    june = table(shown(tmp_path), "revenue")["shop", "month", "2025-06"]
    assert june["previous"] == 2  # 1 and 10 May, not all five days
    assert june["previous_year"] == 30  # 1, 5 and 10 June 2024


def test_closed_months_are_whole_and_compared_whole(tmp_path: Path) -> None:
    may = table(shown(tmp_path), "revenue")["shop", "month", "2025-05"]
    assert (may["value"], may["previous"], may["partial"]) == (5, 14, False)


def test_running_quarter_is_compared_with_as_many_months_and_days(tmp_path: Path) -> None:
    found = table(shown(tmp_path), "revenue")["shop", "quarter", "2025-06"]
    assert found["value"] == 14 + 5 + 4
    assert found["partial"] is True
    assert found["previous"] == 100 + 100  # January, February, and nothing of March before its 15th day


def test_running_year_is_compared_with_nothing_where_months_are_missing(tmp_path: Path) -> None:
    facts = FACTS + "901,2024-01-02,shop,1000,1,a,x,true\n"
    folder = shown(tmp_path)
    (folder / "files" / "sales.csv").write_text(facts)
    for span in ("year", "ytd"):
        found = table(folder, "revenue")
        row = found["shop", span, "2025-12" if span == "year" else "2025-06"]
        assert row["value"] == 300 + 14 + 5 + 4
        assert row["previous_year"] is None  # February to May 2024 are missing: half a year would look like growth


def test_running_year_with_whole_history(tmp_path: Path) -> None:
    facts = FACTS + "".join(f"{900 + m},2024-{m:02}-15,shop,1000,1,a,x,true\n" for m in (1, 2, 3, 4, 5))
    folder = shown(tmp_path)
    (folder / "files" / "sales.csv").write_text(facts)
    year = table(folder, "revenue")["shop", "year", "2025-12"]
    assert (year["value"], year["previous_year"], year["partial"]) == (323, 5000 + 30, True)
    assert table(folder, "revenue")["shop", "ytd", "2025-05"]["previous_year"] == 5000


def test_hidden_open_period_leaves_the_running_month_out(tmp_path: Path) -> None:
    found = table(shown(tmp_path, workspace="name: Small company\ntoday: 2025-06-11\n"), "revenue")
    assert ("shop", "month", "2025-06") not in found
    assert found["shop", "quarter", "2025-06"]["value"] == 19
    assert found["shop", "quarter", "2025-06"]["partial"] is True
    assert found["shop", "quarter", "2025-06"]["previous"] == 200  # two months of two quarters


def test_month_is_whole_on_its_last_day(tmp_path: Path) -> None:
    folder = shown(tmp_path, workspace="name: Small company\ntoday: 2025-07-01\nopen_period: show\n")
    june = table(folder, "revenue")["shop", "month", "2025-06"]
    assert (june["value"], june["previous"], june["partial"]) == (8, 5, False)


def test_change_of_a_running_month_is_like_with_like(tmp_path: Path) -> None:
    growth = 'title: Growth\nmeasured_in: "%"\nchange: {metric: revenue, back: 1 period, as: percent}\n'
    folder = shown(tmp_path)
    (folder / "metrics" / "financial" / "growth.yaml").write_text(growth)
    assert values(folder, "growth")["shop", "2025-06"] == 1.0  # 4 against 2, not against 5


def test_change_of_a_running_month_is_compared_with_one_of_the_same_days(tmp_path: Path) -> None:
    """April to May of the first ten days: from 7 to 2; of whole months it would be from 14 to 5."""
    step = "title: Step\nmeasured_in: EUR\nchange: {metric: revenue, back: 1 period, as: absolute}\n"
    folder = shown(tmp_path)
    (folder / "metrics" / "financial" / "step.yaml").write_text(step)
    june = table(folder, "step")["shop", "month", "2025-06"]
    assert (june["value"], june["previous"]) == (2, -5)


def test_running_month_is_not_held_against_the_target_of_a_whole_one(tmp_path: Path) -> None:
    goal = "target: [{value: 6, unit: shop}]\nanchors: {goal: target, red: 50 % of target}\n"
    found = table(shown(tmp_path, goal), "revenue")
    june, may = found["shop", "month", "2025-06"], found["shop", "month", "2025-05"]
    assert (june["status"], june["score"]) == ("not_due", None)
    assert june["reason"] == "the period is still running, and its target is for the whole of it"
    assert (may["status"], may["score"] is not None) == ("amber", True)


def test_running_month_without_a_target_has_none(tmp_path: Path) -> None:
    assert table(shown(tmp_path), "revenue")["shop", "month", "2025-06"]["status"] == "no_target"


def test_running_month_of_a_ratio_is_scored(tmp_path: Path) -> None:
    margin = 'title: Good\nmeasured_in: "%"\nratio:\n  numerator: {table: sales, function: sum_boolean, expr: ok}\n'
    margin += "  denominator: {table: sales, function: count}\nanchors: {goal: 90 %, red: 50 %}\n"
    folder = shown(tmp_path)
    (folder / "metrics" / "financial" / "good.yaml").write_text(margin)
    assert table(folder, "good")["shop", "month", "2025-06"]["status"] == "green"


def test_silent_first_days_of_a_month_that_reported_are_zero(tmp_path: Path) -> None:
    facts = sales("2025-04-20,shop,7,1,a,x,true", "2025-05-20,shop,7,1,a,x,true", "2025-06-02,shop,3,1,a,x,true")
    folder = shown(tmp_path)
    (folder / "files" / "sales.csv").write_text(facts)
    assert table(folder, "revenue")["shop", "month", "2025-06"]["previous"] == 0.0


def test_average_of_silent_first_days_is_unknown(tmp_path: Path) -> None:
    facts = sales("2025-05-20,shop,7,1,a,x,true", "2025-06-02,shop,3,1,a,x,true")
    average = REVENUE.replace("sum", "average")
    files = {"workspace.yaml": MID_JUNE, "metrics/financial/revenue.yaml": average, "files/sales.csv": facts}
    assert table(make(tmp_path, files), "revenue")["shop", "month", "2025-06"]["previous"] is None
