"""The tree of units as it was: a department that moves takes its future with it, and leaves its past behind."""

from pathlib import Path
from typing import Any

import pytest

from data.errors import DefinitionError, FourfoldError, QueryError
from flows.refresh import refresh
from tests.making import SOURCE, make, sales, table, values

MOVED = """\
levels: [company, division, department]
units:
  - {key: company, title: Company, level: company}
  - {key: east, title: East, level: division, parent: company}
  - {key: west, title: West, level: division, parent: company}
  - {key: shop, title: Shop, level: department, parent: east}
  - key: web
    title: Web
    level: department
    parent: [{unit: east, to: 2025-03-31}, {unit: west, from: 2025-04-01}]
  - {key: works, title: Works, level: department, parent: west}
"""
CELLS = {"shop": 100, "web": 10, "works": 1}
FACTS = sales(
    *(f"2025-{m:02}-{d},{u},{n},1,{u}{m},x,true" for m in range(1, 7) for u, n in CELLS.items() for d in (5, 20))
)


def company(folder: Path, units: str = MOVED, **files: str) -> Path:
    return make(folder, {"units.yaml": units, "files/sales.csv": FACTS, **files})


def test_history_stays_where_it_was(tmp_path: Path) -> None:
    month = values(company(tmp_path), "revenue")
    assert [month["east", f"2025-0{m}"] for m in (3, 4)] == [220, 200]
    assert [month["west", f"2025-0{m}"] for m in (3, 4)] == [2, 22]


def test_period_across_the_move_takes_each_month_as_it_was(tmp_path: Path) -> None:
    found = values(company(tmp_path), "revenue", "ytd")
    assert found["east", "2025-06"] == 3 * 220 + 3 * 200
    assert found["west", "2025-06"] == 3 * 2 + 3 * 22


def test_comparison_across_the_move_is_of_the_unit_as_it_was(tmp_path: Path) -> None:
    april = table(company(tmp_path), "revenue")["west", "month", "2025-04"]
    assert (april["value"], april["previous"]) == (22, 2)


@pytest.mark.parametrize("span", ["month", "quarter", "year", "ytd"])
def test_children_sum_to_their_parent_in_every_period(tmp_path: Path, span: str) -> None:
    found = values(company(tmp_path), "revenue", span)
    periods = {period for unit, period in found if unit == "company"}
    assert periods
    for period in periods:
        assert found["company", period] == found["east", period] + found["west", period]
        assert found["company", period] == sum(found[cell, period] for cell in CELLS)


def test_distinct_count_across_the_move(tmp_path: Path) -> None:
    buyers = "title: Buyers\nmeasured_in: count\nagg: {table: sales, function: count_distinct, expr: customer}\n"
    found = values(company(tmp_path, **{"metrics/customer/buyers.yaml": buyers}), "buyers", "ytd")
    assert (found["east", "2025-06"], found["west", "2025-06"], found["company", "2025-06"]) == (9, 9, 18)


def test_move_within_a_month_counts_for_the_whole_month(tmp_path: Path) -> None:
    units = MOVED.replace("to: 2025-03-31", "to: 2025-04-14").replace("from: 2025-04-01", "from: 2025-04-15")
    month = values(company(tmp_path, units), "revenue")
    assert (month["east", "2025-04"], month["west", "2025-04"]) == (200, 22)


def test_unit_that_closes_within_a_month_keeps_that_month(tmp_path: Path) -> None:
    units = MOVED.replace("parent: [{unit: east, to: 2025-03-31}, {unit: west, from: 2025-04-01}]",
                          "parent: east\n    to: 2025-04-20")  # fmt: skip
    facts = (
        "\n".join(line for line in FACTS.splitlines() if ",web," not in line or line.split(",")[1] < "2025-05") + "\n"
    )
    month = values(company(tmp_path, units, **{"files/sales.csv": facts}), "revenue")
    assert [month["company", f"2025-0{m}"] for m in (4, 5)] == [222, 202]


def test_figures_of_a_unit_below_nothing_are_refused(tmp_path: Path) -> None:
    units = MOVED.replace("from: 2025-04-01", "from: 2025-05-01")
    with pytest.raises(QueryError) as refused:
        refresh(company(tmp_path, units))
    message = str(refused.value)
    assert "models/sales.yaml: 'web' has figures in 2025-04, when units.yaml puts it below no other unit" in message
    assert "Lengthen its membership, or mend the data" in message


def test_unknown_unit_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(QueryError) as refused:
        refresh(company(tmp_path, **{"files/sales.csv": sales("2025-01-05,schop,1,1,a,x,true")}))
    message = str(refused.value)
    assert "models/sales.yaml: rows belong to 'schop', which units.yaml does not know" in message
    assert "did you mean 'shop'?" in message


def test_of_many_unknown_units_five_are_named(tmp_path: Path) -> None:
    facts = sales(*(f"2025-01-10,new{number},1,1,a,x,true" for number in range(7)))
    with pytest.raises(QueryError, match=r"belong to 'new0', 'new1', 'new2', 'new3', 'new4', which units.yaml"):
        refresh(make(tmp_path, {"files/sales.csv": facts}))


def test_row_without_a_unit_is_refused(tmp_path: Path) -> None:
    source = SOURCE.replace("unit: {type: text, required: true}", "unit: text")
    facts = sales("2025-01-05,,1,1,a,x,true")
    with pytest.raises(QueryError, match=r"rows belong to \(empty\), which units\.yaml does not know"):
        refresh(company(tmp_path, **{"sources/books.yaml": source, "files/sales.csv": facts}))


def test_figures_of_an_inner_unit_are_its_own_and_its_parents(tmp_path: Path) -> None:
    facts = FACTS + "900,2025-01-06,east,7,1,a,x,true\n"
    facts += "".join(f"{900 + m},2025-{m:02}-06,east,0,1,a,x,true\n" for m in range(2, 7))
    month = values(company(tmp_path, **{"files/sales.csv": facts}), "revenue")
    assert month["east", "2025-01"] == 227
    assert month["company", "2025-01"] == 229


# -- units that are read from a dataset

UNIT_SOURCE = """\
  org:
    path: org.csv
    columns: {key: text, name: text, layer: text, boss: text, since: date, until: date}
"""
UNIT_TABLE = """\
levels: [company, division, department]
table: {dataset: org, key: key, title: name, level: layer, parent: boss, from: since, to: until}
"""
ORG = """\
key,name,layer,boss,since,until
company,Company,company,,,
east,East,division,company,,
west,West,division,company,,
shop,Shop,department,east,,
web,Web,department,east,,2025-03-31
web,Web,department,west,2025-04-01,
works,Works,department,west,,
"""


def from_dataset(folder: Path, org: str = ORG, **files: str) -> Path:
    return company(folder, UNIT_TABLE, **{"sources/books.yaml": SOURCE + UNIT_SOURCE, "files/org.csv": org, **files})


def test_units_from_a_dataset_give_the_same_values(tmp_path: Path) -> None:
    def every(folder: Path) -> dict[Any, Any]:
        return {key: row["value"] for key, row in table(folder, "revenue").items()}

    assert every(from_dataset(tmp_path / "a")) == every(company(tmp_path / "b"))


@pytest.mark.parametrize(
    ("org", "message"),
    [
        (ORG.replace("shop,Shop,department,east", "shop,Shop,department,eats"), "'eats' is not a unit"),
        (ORG.replace("works,Works,department", "works,Works,team"), "'team' is not a level"),
        (ORG.replace("west,West,division,company", "west,West,division,"), "2 units have no parent; one is the root"),
        (
            ORG.replace("web,Web,department,west,2025-04-01", "web,Web,department,west,2025-03-01"),
            "two parents on 2025-03-01",
        ),
        (ORG.replace("shop,Shop", "Shop!,Shop"), "Shop!.key"),
        (ORG.replace("east,East,division,company", "east,East,division,shop"), "units go round in a circle"),
        (ORG.replace("shop,Shop,department", "shop,,department"), "shop.title"),
    ],
)
def test_faults_in_a_dataset_of_units_are_named(tmp_path: Path, org: str, message: str) -> None:
    with pytest.raises(FourfoldError) as refused:
        refresh(from_dataset(tmp_path, org))
    assert isinstance(refused.value, DefinitionError)
    assert message in str(refused.value)
    assert "dataset org" in str(refused.value)


def test_names_of_units_are_checked_once_the_dataset_is_read(tmp_path: Path) -> None:
    people = "people: {ann: {name: Ann, roles: [{role: manager, units: [wets]}]}}\n"
    with pytest.raises(DefinitionError) as refused:
        refresh(from_dataset(tmp_path, **{"people.yaml": people}))
    assert "people.yaml" in str(refused.value)
    assert "'wets' is not a unit (did you mean 'west'?)" in str(refused.value)


def test_column_of_the_dataset_of_units_is_checked_before_anything_is_read(tmp_path: Path) -> None:
    folder = from_dataset(tmp_path)
    (folder / "units.yaml").write_text(UNIT_TABLE.replace("parent: boss", "parent: bos"))
    with pytest.raises(
        DefinitionError, match=r"units\.yaml:2:.*table\.parent: 'bos' is not a column of org \(did you mean 'boss'\?\)"
    ):
        refresh(folder)


def test_known_answer_without_a_unit_is_about_the_top(tmp_path: Path) -> None:
    from tests.making import REVENUE

    metric = REVENUE + "tests: [{period: 2025-01, equals: 222}]\n"
    folder = from_dataset(tmp_path, **{"metrics/financial/revenue.yaml": metric})
    assert refresh(folder).extra["answers_failed"] == 0
