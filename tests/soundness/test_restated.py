"""History restated to today's tree: every month follows the units of the last one, and both ways can be asked."""

from datetime import date
from pathlib import Path

import pytest

from data.errors import QueryError
from flows.opened import open_current
from flows.planning import plan
from flows.refresh import refresh
from tests.making import table, values
from tests.soundness.test_membership import CELLS, MOVED, company

RESTATED = MOVED.replace("units:\n", "history: restated\nunits:\n", 1)


@pytest.mark.parametrize("span", ["month", "quarter", "year", "ytd", "r12"])
def test_all_months_use_the_tree_of_the_last_day(tmp_path: Path, span: str) -> None:
    found = values(company(tmp_path, RESTATED), "revenue", span)
    for period in {period for unit, period in found if unit == "company"}:
        if found["company", period] is not None:
            assert found["east", period] == found["shop", period]
            assert found["west", period] == found["web", period] + found["works", period]


def test_what_was_compared_is_restated_too(tmp_path: Path) -> None:
    april = table(company(tmp_path, RESTATED), "revenue")["west", "month", "2025-04"]
    assert (april["value"], april["previous"]) == (22, 22)


def test_the_total_is_the_same_both_ways(tmp_path: Path) -> None:
    was = values(company(tmp_path / "a"), "revenue")
    now = values(company(tmp_path / "b", RESTATED), "revenue")
    assert {period: value for (unit, period), value in was.items() if unit == "company"} == {
        period: value for (unit, period), value in now.items() if unit == "company"
    }
    assert {key: value for key, value in was.items() if key[0] in CELLS} == {
        key: value for key, value in now.items() if key[0] in CELLS
    }


def test_an_opened_snapshot_knows_both_trees(tmp_path: Path) -> None:
    for folder, units in ((tmp_path / "a", MOVED), (tmp_path / "b", RESTATED)):
        refresh(company(folder, units))
        opened = open_current(folder)
        assert opened.tree_of("as_was").children("east", date(2025, 2, 1)) == ("shop", "web")
        assert opened.tree_of("restated").children("east", date(2025, 2, 1)) == ("shop",)
    assert opened.tree_of(None).children("west", date(2025, 2, 1)) == ("web", "works")


def test_a_unit_that_is_no_longer_there_keeps_its_last_place(tmp_path: Path) -> None:
    closed = RESTATED.replace("{unit: west, from: 2025-04-01}", "{unit: west, from: 2025-04-01, to: 2025-05-31}")
    with pytest.raises(QueryError, match="'web' has figures in 2025-06"):
        values(company(tmp_path / "a", closed.replace("history: restated\n", "")), "revenue")
    found = values(company(tmp_path / "b", closed), "revenue")
    assert found["west", "2025-01"] == 22


def test_places_that_form_a_circle_are_told(tmp_path: Path) -> None:
    units = """\
history: restated
levels: [company, division, department]
units:
  - {key: company, title: Company, level: company}
  - key: east
    title: East
    level: division
    parent: [{unit: company, to: 2025-01-31}, {unit: web, from: 2025-02-01, to: 2025-02-28}]
  - {key: west, title: West, level: division, parent: company}
  - {key: shop, title: Shop, level: department, parent: west}
  - key: web
    title: Web
    level: department
    parent:
      - {unit: east, to: 2025-01-31}
      - {unit: west, from: 2025-02-01, to: 2025-02-28}
      - {unit: east, from: 2025-03-01}
  - {key: works, title: Works, level: department, parent: west}
"""
    with pytest.raises(QueryError, match=r"`history: restated` on 2025-06-30: units go round in a circle"):
        refresh(company(tmp_path, units))


def test_what_a_plan_computes_is_restated_too(tmp_path: Path) -> None:
    folder = company(tmp_path, RESTATED)
    refresh(folder)
    doubled = (folder / "metrics/financial/revenue.yaml").read_text().replace("expr: amount", 'expr: "amount * 2"')
    (folder / "metrics/financial/revenue.yaml").write_text(doubled)
    after = {
        (row["unit"], row["span"], row["period_end"].month): row["value"] for row in plan(folder).after.to_pylist()
    }
    assert (after["west", "month", 3], after["east", "month", 3]) == (44, 400)
    (folder / "units.yaml").write_text(MOVED)
    moved = {
        (row["unit"], row["span"], row["period_end"].month): row["value"] for row in plan(folder).after.to_pylist()
    }
    assert (moved["west", "month", 3], moved["east", "month", 3]) == (4, 440)
