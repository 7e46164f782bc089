"""What is missing is not zero: a silent unit blanks the total that would lack it, and says so."""

from pathlib import Path

import pytest

from data.errors import DefinitionError
from flows.refresh import refresh
from tests.making import REVENUE, UNITS, make, sales, table, values

CLOSED = "title: Web, level: department, parent: east, to: 2025-02-28}"
SILENT = sales(
    "2025-01-05,shop,100,50,a,x,true",
    "2025-01-06,web,10,9,b,x,false",
    "2025-02-05,shop,200,50,a,x,true",  # the web shop says nothing in February
    "2025-03-05,shop,300,50,a,x,true",
    "2025-03-06,web,30,9,b,x,true",
)
SHARE = """\
title: Share
measured_in: "%"
ratio:
  numerator: {table: sales, function: sum_boolean, expr: ok}
  denominator: {table: sales, function: count}
"""


def revenue(folder: Path, nulls: str) -> Path:
    text = REVENUE + f"nulls: {nulls}\n"
    return make(folder, {"metrics/financial/revenue.yaml": text, "files/sales.csv": SILENT})


def test_silent_unit_blanks_the_total_and_the_total_says_why(tmp_path: Path) -> None:
    found = table(revenue(tmp_path, "null"), "revenue")
    assert found["web", "month", "2025-02"]["value"] is None
    assert found["web", "month", "2025-02"]["reason"] == "no rows in this period"
    for unit in ("east", "company"):
        february = found[unit, "month", "2025-02"]
        assert (february["value"], february["status"]) == (None, "no_data")
        assert february["reason"] == "some units or months that were due have not reported"
        assert (february["reported"], february["expected"]) == (1, 2)
    assert found["shop", "month", "2025-02"]["value"] == 200


def test_silent_month_blanks_longer_periods_too(tmp_path: Path) -> None:
    found = table(revenue(tmp_path, "null"), "revenue")
    assert found["company", "quarter", "2025-03"]["value"] is None
    assert (found["company", "quarter", "2025-03"]["reported"], found["company", "quarter", "2025-03"]["expected"]) == (
        5,
        6,
    )
    assert found["web", "quarter", "2025-03"]["value"] is None
    assert found["shop", "quarter", "2025-03"]["value"] == 600


def test_ratio_of_the_same_rows_lacks_the_silent_unit_in_both_parts(tmp_path: Path) -> None:
    found = values(make(tmp_path, {"metrics/process/share.yaml": SHARE, "files/sales.csv": SILENT}), "share")
    assert found["company", "2025-02"] == 1.0
    assert found["web", "2025-02"] is None


def test_ratio_of_different_rows_is_blank_with_its_missing_part(tmp_path: Path) -> None:
    costs = "source: sales\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
    mixed = SHARE.replace("denominator: {table: sales,", "denominator: {table: costs,")
    files = {"metrics/process/share.yaml": mixed, "models/costs.yaml": costs, "files/sales.csv": SILENT}
    found = table(make(tmp_path, files), "share")
    assert found["company", "month", "2025-02"]["value"] is None
    assert found["company", "month", "2025-02"]["reason"] == "some units or months that were due have not reported"


def test_nulls_zero_takes_silence_for_zero(tmp_path: Path) -> None:
    month = values(revenue(tmp_path, "zero"), "revenue")
    assert month["web", "2025-02"] == 0.0
    assert month["company", "2025-02"] == 200
    assert values(tmp_path, "revenue", "quarter")["company", "2025-03"] == 640


def test_nulls_zero_begins_with_the_units_first_row(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,100,50,a,x,true", "2025-03-06,web,30,9,b,x,true")
    text = REVENUE + "nulls: zero\n"
    month = values(make(tmp_path, {"metrics/financial/revenue.yaml": text, "files/sales.csv": facts}), "revenue")
    assert ("web", "2025-02") not in month
    assert ("works", "2025-03") not in month


def test_nulls_carry_keeps_the_last_known_and_says_so(tmp_path: Path) -> None:
    text = REVENUE.replace("function: sum", "function: average") + "nulls: carry\nanchors: {goal: 8, red: 4}\n"
    found = table(make(tmp_path, {"metrics/financial/revenue.yaml": text, "files/sales.csv": SILENT}), "revenue")
    february = found["web", "month", "2025-02"]
    assert (february["value"], february["reason"]) == (10, "carried forward from an earlier period")
    assert found["company", "month", "2025-02"]["value"] == 200  # rows of the shop: nothing is missing from an average


def test_nulls_carry_of_a_sum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="`nulls: carry` would count a month twice in a sum"):
        refresh(revenue(tmp_path, "carry"))


def test_unit_that_begins_later_is_not_missed_before(tmp_path: Path) -> None:
    facts = sales("2025-01-05,shop,100,50,a,x,true", "2025-02-05,shop,200,50,a,x,true", "2025-02-06,web,30,9,b,x,true")
    month = values(make(tmp_path, {"files/sales.csv": facts}), "revenue")
    assert month["company", "2025-01"] == 100
    assert month["company", "2025-02"] == 230


def test_closed_unit_is_not_missed_after(tmp_path: Path) -> None:
    units = UNITS.replace(
        "{key: web, title: Web, level: department, parent: east}",
        "{key: web, title: Web, level: department, parent: east, to: 2025-01-31}",
    )
    facts = sales("2025-01-05,shop,100,50,a,x,true", "2025-01-06,web,10,9,b,x,true", "2025-02-05,shop,200,50,a,x,true")
    month = values(make(tmp_path, {"units.yaml": units, "files/sales.csv": facts}), "revenue")
    assert month["company", "2025-01"] == 110
    assert month["company", "2025-02"] == 200


def test_rows_that_miss_the_filter_are_a_true_zero(tmp_path: Path) -> None:
    good = 'title: Good\nmeasured_in: count\nagg: {table: sales, function: count, filter: "ok"}\n'
    month = values(make(tmp_path, {"metrics/process/good.yaml": good, "files/sales.csv": SILENT}), "good")
    assert month["web", "2025-01"] == 0.0
    assert month["company", "2025-01"] == 1.0
    assert month["web", "2025-02"] is None


def test_empty_amounts_are_unknown_and_not_zero(tmp_path: Path) -> None:
    month = values(make(tmp_path, {"files/sales.csv": sales("2025-01-05,shop,,50,a,x,true")}), "revenue")
    assert month["shop", "2025-01"] is None


def test_first_events_are_blank_where_a_unit_is_silent(tmp_path: Path) -> None:
    new = "title: New customers\nmeasured_in: count\nfirst_per: {table: sales, entity: customer}\n"
    month = values(make(tmp_path, {"metrics/customer/new.yaml": new, "files/sales.csv": SILENT}), "new")
    assert month["company", "2025-01"] == 2
    assert month["company", "2025-02"] is None  # who came first to the web shop in February is not known
    assert month["shop", "2025-02"] == 0.0


def test_whole_company_silent_is_no_data_and_not_zero(tmp_path: Path) -> None:
    found = table(revenue(tmp_path, "null"), "revenue")
    may = found["company", "month", "2025-05"]
    assert (may["value"], may["status"], may["reason"], may["rows"]) == (None, "no_data", "no rows in this period", 0)


def test_nothing_is_carried_past_the_end_of_a_unit(tmp_path: Path) -> None:
    units = UNITS.replace("title: Web, level: department, parent: east}", CLOSED)
    text = REVENUE.replace("function: sum", "function: average") + "nulls: carry\n"
    facts = sales("2025-01-05,shop,100,50,a,x,true", "2025-01-06,web,10,9,b,x,true", "2025-03-05,shop,90,9,a,x,true")
    files = {"units.yaml": units, "metrics/financial/revenue.yaml": text, "files/sales.csv": facts}
    month = values(make(tmp_path, files), "revenue")
    assert month["web", "2025-02"] == 10
    assert month.get(("web", "2025-03")) is None
