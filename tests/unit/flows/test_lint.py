"""The lint: each rule finds what it is for, at its place, and passes over what a file gives a reason for."""

from pathlib import Path

import pytest

from flows.lint import RULES, Finding, checked
from tests.making import MODEL, REVENUE, SOURCE, WORKSPACE, make

PEOPLE = "people:\n  ann: {name: Ann, roles: [{role: analyst, units: [company]}]}\n"
CARD = "title: Card\nmetrics: [revenue]\n"
SCORED = """\
title: Revenue
description: What was sold.
owner: ann
measured_in: EUR
agg: {table: sales, function: sum, expr: amount}
target: 100
anchors: {goal: target, red: 10 % of target}
tests: [{period: 2025-01, equals: 100, from: the ledger}]
"""
LEAD = """\
title: Visits
description: People who came in.
owner: ann
measured_in: count
indicator: leading
agg: {table: sales, function: count}
target: 10
anchors: {goal: target, red: 10 % of target}
tests: [{period: 2025-01, equals: 1, from: the door}]
"""
SOUND: dict[str, str | bytes] = {
    "people.yaml": PEOPLE,
    "scorecards/card.yaml": "title: Card\nmetrics: [revenue, visits]\n",
    "metrics/financial/revenue.yaml": SCORED,
    "metrics/financial/visits.yaml": LEAD,
    "drivers.yaml": '- {from: visits, to: revenue, because: "who comes buys"}\n',
    "models/sales.yaml": MODEL + "freshness: {column: day, within: 40 days}\n",
}
ORDERS = "title: Orders\nmeasured_in: count\nagg: {table: sales, function: count_distinct, expr: id}\n"


def found(folder: Path, files: dict[str, str | bytes]) -> dict[str, Finding]:
    """Findings by rule, of the sound workspace with some files changed."""
    return {one.rule: one for one in checked(make(folder, {**SOUND, **files}))[1]}


def test_a_complete_workspace_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == {}


def without(text: str, field: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(f"{field}:"))


CASES: list[tuple[str, dict[str, str | bytes], str]] = [
    ("no_owner", {"metrics/financial/revenue.yaml": without(SCORED, "owner")}, "metrics/financial/revenue.yaml:1:1"),
    (
        "unknown_owner",
        {"metrics/financial/revenue.yaml": SCORED.replace("owner: ann", "owner: bob")},
        "metrics/financial/revenue.yaml:3:1",
    ),
    (
        "no_unit_of_measure",
        {"metrics/financial/revenue.yaml": SCORED.replace("measured_in: EUR", 'measured_in: " "')},
        "metrics/financial/revenue.yaml:4:1",
    ),
    (
        "no_target",
        {"metrics/financial/revenue.yaml": without(without(SCORED, "target"), "anchors")},
        "metrics/financial/revenue.yaml:1:1",
    ),
    ("no_known_answer", {"metrics/financial/revenue.yaml": without(SCORED, "tests")}, "revenue.yaml:1:1"),
    ("no_description", {"metrics/financial/revenue.yaml": without(SCORED, "description")}, "revenue.yaml:1:1"),
    ("no_leading_partner", {"drivers.yaml": ""}, "metrics/financial/revenue.yaml:1:1"),
    ("leads_nothing", {"drivers.yaml": ""}, "metrics/financial/visits.yaml:5:1"),
    ("unused_metric", {"metrics/financial/orders.yaml": ORDERS}, "metrics/financial/orders.yaml:1:1"),
    (
        "deprecated_used",
        {"metrics/financial/visits.yaml": LEAD + "deprecated: use footfall\n"},
        "metrics/financial/visits.yaml:10:1",
    ),
    (
        "same_formula",
        {"metrics/financial/turnover.yaml": REVENUE.replace("Revenue", "Turnover").replace("amount", '"(amount)"')},
        "metrics/financial/turnover.yaml:3:1",
    ),
    (
        "similar_title",
        {"metrics/financial/orders.yaml": ORDERS.replace("Orders", "The revenues")},
        "metrics/financial/revenue.yaml:1:1",
    ),
    (
        "target_never_scored",
        {"metrics/financial/orders.yaml": ORDERS + "target: 5\nanchors: {goal: target, red: 1 from target}\n"},
        "metrics/financial/orders.yaml:4:1",
    ),
    (
        "itself_a_guardrail",
        {"metrics/financial/visits.yaml": LEAD + "guardrails: [visits]\n"},
        "metrics/financial/visits.yaml:10:14",
    ),
    ("table_without_grain", {"models/sales.yaml": without(str(SOUND["models/sales.yaml"]), "grain")}, "sales.yaml:1:1"),
    ("table_without_freshness", {"models/sales.yaml": MODEL}, "models/sales.yaml:1:1"),
    ("unused_table", {"models/spare.yaml": MODEL}, "models/spare.yaml:1:1"),
    (
        "unused_dataset",
        {"sources/books.yaml": SOURCE + "  spare:\n    path: sales.csv\n    columns: {id: integer}\n"},
        "sources/books.yaml:17:3",
    ),
    ("all_lagging", {"scorecards/card.yaml": CARD}, "scorecards/card.yaml:1:1"),
    (
        "objective_without_metric",
        {
            "strategy.yaml": "objectives:\n  grow: {title: Grow, perspective: financial}\n",
            "scorecards/card.yaml": "title: Card\nobjectives: [grow]\nmetrics: [revenue, visits]\n",
        },
        "strategy.yaml:2:3",
    ),
]


@pytest.mark.parametrize(("code", "files", "place"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_finds_what_it_is_for(code: str, files: dict[str, str | bytes], place: str, tmp_path: Path) -> None:
    findings = found(tmp_path, files)
    assert code in findings, list(findings)
    assert place in str(findings[code])
    assert findings[code].remedy


def test_every_rule_has_a_case_and_words() -> None:
    assert {case[0] for case in CASES} == set(RULES)
    assert all(ruled.says.endswith(".") for ruled in RULES.values())


COSTS = "title: Costs\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: cost}\n"
MARGIN = "title: Margin\nmeasured_in: EUR\nexpr: revenue - costs\n"
ALIAS = "title: Alias\nmeasured_in: EUR\nexpr: revenue\n"
PARTS: dict[str, str | bytes] = {
    "metrics/financial/costs.yaml": COSTS,
    "metrics/financial/margin.yaml": MARGIN,
    "metrics/financial/alias.yaml": ALIAS,
}


@pytest.mark.parametrize(
    ("unit", "one", "other"),
    [
        ("EUR", "agg: {table: sales, function: sum, expr: amount, filter: ok and cost > 5}",
         "agg: {table: sales, function: sum, expr: (amount), time: day, filter: (5 < cost) AND ok}"),
        ('"%"', "expr: (revenue - costs) / revenue", "ratio: {numerator: margin, denominator: revenue}"),
        ("EUR", "expr: revenue * 2 + costs", "expr: costs + (2 * (revenue))"),
        ("EUR", "rolling: {metric: revenue, months: 12}", "rolling: {metric: alias, months: 12}"),
        ("EUR", "ratio: {numerator: revenue, denominator: {table: sales, function: count}}", "expr: revenue / visits"),
    ],
)  # fmt: skip
def test_one_meaning_is_found_however_it_is_written(unit: str, one: str, other: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"metrics/financial/{key}.yaml": f"title: {key}\nmeasured_in: {unit}\n{kind}\n"
        for key, kind in (("one", one), ("other", other))
    }
    findings = checked(make(tmp_path, {**SOUND, **PARTS, **files}))[1]
    assert "other" in {finding.of for finding in findings if finding.rule == "same_formula"}


@pytest.mark.parametrize(
    ("unit", "other"),
    [
        ("EUR", "agg: {table: sales, function: sum, expr: amount, filter: ok}"),
        ("EUR", "agg: {table: sales, function: average, expr: amount}"),
        ("EUR", "expr: revenue - 2 * costs"),
        ("EUR", "expr: costs - revenue"),
        ('"%"', "change: {metric: revenue, back: 1 year}"),
    ],
)
def test_what_differs_is_not_told_as_the_same(unit: str, other: str, tmp_path: Path) -> None:
    files = {"metrics/financial/other.yaml": f"title: Other\nmeasured_in: {unit}\n{other}\n"}
    findings = checked(make(tmp_path, {**SOUND, **PARTS, **files}))[1]
    assert "other" not in {finding.of for finding in findings if finding.rule == "same_formula"}


def test_titles_with_other_numbers_are_told_apart(tmp_path: Path) -> None:
    three = "title: Revenue of 3 months\nmeasured_in: EUR\nrolling: {metric: revenue, months: 3}\n"
    files = {"metrics/financial/r3.yaml": three, "metrics/financial/r6.yaml": three.replace("3", "6")}
    assert "similar_title" not in found(tmp_path, dict(files))


def test_a_reason_passes_a_rule_over_in_one_file_or_for_some_keys(tmp_path: Path) -> None:
    lint = 'lint: {ignore: {unused_metric: "kept for the bank"}}\n'
    assert "unused_metric" not in found(tmp_path / "a", {"metrics/financial/orders.yaml": ORDERS + lint})
    whole = WORKSPACE + "lint: {ignore: {unused_metric: {orders: kept for the bank}}}\n"
    files: dict[str, str | bytes] = {"metrics/financial/orders.yaml": ORDERS, "workspace.yaml": whole}
    assert "unused_metric" not in found(tmp_path / "b", files)
    spare = {"metrics/financial/spare.yaml": ORDERS.replace("Orders", "Spare").replace("id}", "customer}")}
    assert found(tmp_path / "c", {**files, **spare})["unused_metric"].of == "spare"


def test_a_suppression_that_passes_nothing_over_or_names_no_rule_is_told(tmp_path: Path) -> None:
    lint = "lint: {ignore: {no_target: we have none, no_ovner: why not}}\n"
    findings = found(tmp_path, {"metrics/financial/revenue.yaml": SCORED + lint})
    assert findings["idle_suppression"].level == "note"
    assert findings["unknown_rule"].level == "error"
    assert "did you mean 'no_owner'?" in str(findings["unknown_rule"])
