"""`fourfold test`: what files claim of values and facts holds or does not, each with its place and its cases."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.commands import fourfold
from data.errors import DefinitionError, SnapshotError
from flows.refresh import refresh
from flows.testing import Outcome, run_tests
from tests.making import MODEL, REVENUE, SOURCE, UNITS, make, sales

COSTS = "title: Costs\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: cost}\n"
MARGIN = "title: Margin\nmeasured_in: EUR\nexpr: revenue - costs\n"
ONES = "title: Ones\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: amount}\n"
PEOPLE_SOURCE = """\
  people:
    path: people.csv
    columns: {customer: text, unit: text}
"""
ROWS = sales("2025-01-10,shop,100,60,a,x,true", "2025-01-20,web,50,10,b,x,true", "2025-02-10,works,30,40,c,y,false")


def told(folder: Path, files: dict[str, str | bytes]) -> dict[str, Outcome]:
    """Outcomes by `kind of`, of the small company with three sales."""
    base: dict[str, str | bytes] = {
        "files/sales.csv": ROWS,
        "metrics/financial/costs.yaml": COSTS,
        "metrics/financial/margin.yaml": MARGIN,
    }
    make(folder, {**base, **files})
    refresh(folder)
    return {f"{one.kind} {one.of}": one for one in run_tests(folder)}


def claiming(claim: str, metric: str = REVENUE) -> dict[str, str | bytes]:
    return {"metrics/financial/revenue.yaml": f"{metric}tests:\n  - {claim}\n"}


CLAIMS = [
    ("{period: 2025-01, equals: 150, from: ledger}", "known_answer revenue", True),
    ("{period: 2025-01, unit: shop, equals: 99}", "known_answer revenue", False),
    ("{range: [0, 150], span: month}", "range revenue", True),
    ("{range: [null, 149]}", "range revenue", False),
    ("{range: [40, null], span: month, unit: shop}", "range revenue", True),
    ("{equals: ones}", "reconciliation revenue", True),
    ("{equals: costs, within: 1 %}", "reconciliation revenue", False),
    ("{sum_of: [costs, margin]}", "reconciliation revenue", True),
    ("{sum_of: [costs, ones]}", "reconciliation revenue", False),
    ("{adds_up: units}", "adds_up revenue", True),
]


@pytest.mark.parametrize(("claim", "kind", "holds"), CLAIMS, ids=[claim[0] for claim in CLAIMS])
def test_a_claim_holds_or_is_told_with_its_cases(claim: str, kind: str, holds: bool, tmp_path: Path) -> None:
    one = told(tmp_path, {**claiming(claim), "metrics/financial/ones.yaml": ONES})[kind]
    assert one.ok == holds, one
    assert one.checked > 0
    assert bool(one.cases) == (not holds)
    assert (one.file, one.line) == ("metrics/financial/revenue.yaml", 5)


def test_the_largest_difference_is_named_first(tmp_path: Path) -> None:
    one = told(tmp_path, claiming("{equals: costs, span: month}"))["reconciliation revenue"]
    assert (one.failed, one.checked) == (6, 6)
    assert one.cases[0].where == "company, 2025-01"
    assert (one.cases[0].found, one.cases[0].claimed) == ("150", "70")


def test_a_distinct_count_does_not_add_up_over_units(tmp_path: Path) -> None:
    rows = sales("2025-01-10,shop,1,1,a,x,true", "2025-01-11,web,1,1,a,x,true")
    distinct = "title: C\nmeasured_in: count\nagg: {table: sales, function: count_distinct, expr: customer}\n"
    files = {**claiming("{adds_up: units}", distinct), "files/sales.csv": rows, "metrics/financial/margin.yaml": ""}
    one = told(tmp_path, files)["adds_up revenue"]
    assert not one.ok
    assert any(case.where == "east, 2025-01" for case in one.cases)


def test_a_claim_that_meets_no_value_does_not_hold(tmp_path: Path) -> None:
    one = told(tmp_path, claiming("{range: [0, 1], unit: works, span: year}"))["range revenue"]
    assert (one.ok, one.checked) == (False, 0)
    assert "nothing could be compared" in one.note


@pytest.mark.parametrize(("parts", "holds"), [("[revenue, costs]", True), ("[costs, ones]", False)])
def test_component_drivers_are_identities(parts: str, holds: bool, tmp_path: Path) -> None:
    drivers = f"- {{from: {parts}, to: margin, kind: component}}\n"
    ones = ONES.replace("sum, expr: amount", "count").replace("EUR", "count")
    one = told(tmp_path, {"drivers.yaml": drivers, "metrics/financial/ones.yaml": ones})["component margin"]
    assert one.ok == holds
    assert one.claim.startswith("margin = ")


JOINED = MODEL + "joins: {person: {table: people, key: customer, to: customer}}\n"
PEOPLE_MODEL = "source: people\ngrain: [customer]\n"


def joined(people: str, more: str = "") -> dict[str, str | bytes]:
    return {
        "sources/books.yaml": SOURCE + PEOPLE_SOURCE,
        "models/people.yaml": PEOPLE_MODEL,
        "models/sales.yaml": JOINED.replace("to: customer", f"to: customer{more}"),
        "files/people.csv": "customer,unit\n" + people,
    }


def test_rows_without_partner_are_told_and_fail_where_none_may_be(tmp_path: Path) -> None:
    loose = told(tmp_path / "loose", joined("a,shop\nb,web\n"))["orphans sales"]
    assert loose.ok
    assert "33.33% of the rows have no partner" in loose.note
    strict = told(tmp_path / "strict", joined("a,shop\nb,web\n", ", orphans: 10 %"))["orphans sales"]
    assert not strict.ok
    assert strict.cases[0].where == "1 of 3 rows"
    fine = told(tmp_path / "fine", joined("a,shop\nb,web\n", ", orphans: 34 %"))["orphans sales"]
    assert fine.ok


def test_grain_cardinality_and_freshness_hold(tmp_path: Path) -> None:
    found = told(tmp_path, {**joined("a,shop\nb,web\nc,works\n")})
    assert found["grain sales"].ok
    assert found["cardinality sales"].ok
    stale = {"models/sales.yaml": MODEL + "freshness: {column: day, within: 3 days}\n"}
    late = told(tmp_path / "late", dict(stale))["freshness sales"]
    assert not late.ok
    assert late.cases[0].found == "2025-02-10"


def test_definitions_that_changed_since_are_computed_on_the_same_facts(tmp_path: Path) -> None:
    assert told(tmp_path, claiming("{period: 2025-01, equals: 150}"))["known_answer revenue"].ok
    changed = claiming(
        "{period: 2025-01, equals: 100}", REVENUE.replace("amount", "amount, filter: \"channel = 'x' and cost > 10\"")
    )
    make_only = tmp_path / "metrics/financial/revenue.yaml"
    make_only.write_text(str(changed["metrics/financial/revenue.yaml"]), encoding="utf-8")
    found = {f"{one.kind} {one.of}": one for one in run_tests(tmp_path)}
    assert found["known_answer revenue"].ok


def test_a_claim_about_an_unknown_metric_is_a_problem_at_its_place(tmp_path: Path) -> None:
    make(tmp_path, claiming("{equals: revenu}"))
    with pytest.raises(DefinitionError, match=r"revenue.yaml:5:6: tests.0.equals: 'revenu' is not a metric"):
        run_tests(tmp_path)
    make(tmp_path, claiming("{sum_of: [revenue, costs]}"))
    with pytest.raises(DefinitionError, match="'revenue' is held against itself"):
        run_tests(tmp_path)


def test_the_command_tells_and_exits(tmp_path: Path) -> None:
    make(tmp_path, {**claiming("{range: [0, 10]}"), "units.yaml": UNITS})
    refresh(tmp_path)
    plain = CliRunner().invoke(fourfold, ["test", "--workspace", str(tmp_path)])
    assert plain.exit_code == 1
    assert "FAIL  metrics/financial/revenue.yaml:5: range revenue: every value is in [0, 10]" in plain.stdout
    only = CliRunner().invoke(fourfold, ["test", "sales", "--workspace", str(tmp_path), "--json"])
    assert only.exit_code == 0
    assert {one["of"] for one in json.loads(only.stdout)["tests"]} == {"sales"}


def test_facts_that_are_not_loaded_yet_are_asked_for(tmp_path: Path) -> None:
    make(tmp_path, {})
    refresh(tmp_path)
    make(tmp_path, joined("a,shop\n"))
    with pytest.raises(SnapshotError, match="holds no facts for people; refresh first"):
        run_tests(tmp_path)
