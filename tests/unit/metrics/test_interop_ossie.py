"""Apache Ossie, out and in: what is written comes back as it was, and what others write is read or told."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from flows.interop import definitions_of, export_ossie
from flows.workspace import Workspace, assemble
from metrics.interop.ossie_read import changed_elsewhere, read_ossie
from tests.making import make

DEMO = Path(__file__).resolve().parents[3] / "data" / "demo"
RATIO = """\
title: Share of the web
measured_in: "%"
ratio: {numerator: {table: sales, function: sum, expr: amount, filter: "channel = 'web'"}, denominator: revenue}
target: 40 %
anchors: {goal: target, red: 10 % of target}
"""
MORE = {
    "metrics/financial/share.yaml": RATIO,
    "metrics/financial/a_year.yaml": "title: A year\nmeasured_in: EUR\nrolling: {metric: revenue, months: 12}\n",
    "metrics/customer/buyers.yaml": (
        "title: Buyers\nmeasured_in: count\nagg: {table: sales, function: count_distinct, expr: customer}\n"
    ),
    "metrics/financial/margin.yaml": 'title: Margin\nmeasured_in: EUR\nexpr: "revenue - 2 * (cost + 1)"\n',
    "metrics/financial/cost.yaml": (
        "title: Cost\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: cost, filter: ok}\n"
    ),
    "drivers.yaml": "- {from: buyers, to: revenue, lag: 2 months}\n",
}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return make(tmp_path, MORE)


def again(document: Any) -> Any:
    return json.loads(json.dumps(document))


def bare(node: Any) -> Any:
    """A document without custom extensions, as somebody else would have written it."""
    if isinstance(node, dict):
        return {key: bare(value) for key, value in node.items() if key not in ("custom_extensions", "vendors")}
    return [bare(one) for one in node] if isinstance(node, list) else node


def test_what_is_written_comes_back_as_it_was(mine: Path) -> None:
    home = assemble(mine)
    told = definitions_of(mine, home)
    document, _ = export_ossie(mine)
    found = read_ossie("x.json", again(document), "company")
    assert found.tables == dict(told.tables)
    assert found.metrics == dict(told.metrics)
    assert found.perspectives == dict(told.perspectives)
    assert tuple(found.drivers) == told.drivers
    assert found.left == []
    assert changed_elsewhere(found, home.catalog) == []


def test_the_demo_comes_back_as_it_was() -> None:
    home = assemble(DEMO)
    told = definitions_of(DEMO, home)
    document, left = export_ossie(DEMO)
    found = read_ossie("x.json", again(document), "velora")
    assert (found.tables, found.metrics, found.sql) == (dict(told.tables), dict(told.metrics), dict(told.sql))
    assert found.left == [] and changed_elsewhere(found, home.catalog) == []
    named = {one["name"] for one in document["semantic_model"][0]["metrics"]}
    assert named | {one.what for one in left} == set(told.metrics)


def expressions(document: Any) -> dict[str, str]:
    metrics = document["semantic_model"][0]["metrics"]
    return {one["name"]: one["expression"]["dialects"][0]["expression"] for one in metrics}


def test_expressions_mean_what_the_metrics_mean(mine: Path) -> None:
    document, left = export_ossie(mine)
    assert expressions(document) == {
        "buyers": "COUNT(DISTINCT sales.customer)",
        "cost": "SUM(CASE WHEN sales.ok THEN sales.cost END)",
        "revenue": "SUM(sales.amount)",
        "share": "(SUM(CASE WHEN sales.channel = 'web' THEN sales.amount END)) / NULLIF(SUM(sales.amount), 0)",
        "margin": "(SUM(sales.amount)) - 2 * ((SUM(CASE WHEN sales.ok THEN sales.cost END)) + 1)",
    }
    assert [one.what for one in left] == ["a_year"]


@pytest.mark.parametrize(
    ("agg", "why"),
    [
        ("{table: sales, function: sum, expr: amount, time: paid}", "names no time"),
        ("{table: sales, function: sum, expr: amount, over_time: last}", "adds over time"),
    ],
)
def test_what_an_expression_cannot_say_is_not_said_in_one(tmp_path: Path, agg: str, why: str) -> None:
    source = "connector: files\nsettings: {folder: files}\ndatasets:\n  sales:\n    path: sales.csv\n    columns:\n"
    source += (
        "      id: integer\n      day: date\n      paid: date\n      unit: text\n      amount: decimal\n    key: [id]\n"
    )
    files = {
        "sources/books.yaml": source,
        "models/sales.yaml": "source: sales\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n",
        "metrics/financial/odd.yaml": f"title: Odd\nmeasured_in: EUR\nagg: {agg}\n",
        "files/sales.csv": "",
    }
    document, left = export_ossie(make(tmp_path, files))
    assert "odd" not in expressions(document)
    assert [one.what for one in left if why in one.why] == ["odd"]


def test_a_document_of_others_is_read(mine: Path) -> None:
    document, _ = export_ossie(mine)
    found = read_ossie("x.json", bare(again(document)), "company")
    assert found.left == []
    assert found.tables["sales"] == {
        "source": "sales",
        "grain": ["id"],
        "time": {"column": "day"},
        "dimensions": {"day": "day", "channel": "channel"},
        "unit": {"unit": "company"},
    }
    assert found.metrics["buyers"]["agg"] == {"table": "sales", "function": "count_distinct", "expr": "customer"}
    assert found.metrics["cost"]["agg"] == {"table": "sales", "function": "sum", "expr": "cost", "filter": "ok"}
    assert found.metrics["share"]["ratio"]["denominator"] == {"table": "sales", "function": "sum", "expr": "amount"}
    assert found.metrics["margin"]["expr"] == "(margin_part_1) - 2 * ((margin_part_2) + 1)"


def said(text: str, dialect: str = "ANSI_SQL") -> dict[str, Any]:
    return {"dialects": [{"dialect": dialect, "expression": text}]}


def foreign(metric: dict[str, Any]) -> dict[str, Any]:
    """A document in the shape of 2026: one model, without a list around it."""
    return {
        "version": "0.2.0.dev0",
        "name": "shop",
        "ai_context": {"synonyms": ["sales"]},
        "datasets": [
            {
                "name": "orders",
                "source": "shop.public.fct_orders",
                "primary_key": ["id"],
                "fields": [
                    {"name": "id", "expression": said("id")},
                    {"name": "ordered_on", "expression": said("ordered_on"), "datatype": "Date"},
                    {"name": "customer", "expression": said("customer_id")},
                ],
            },
            {"name": "customers", "source": "shop.public.dim_customers", "primary_key": ["id"], "fields": []},
        ],
        "relationships": [
            {"name": "r", "from": "orders", "to": "customers", "from_columns": ["customer"], "to_columns": ["id"]}
        ],
        "metrics": [{"name": "it", **metric}],
    }


@pytest.mark.parametrize(
    ("text", "dialect", "agg"),
    [
        ("SUM(orders.amount)", "ANSI_SQL", {"function": "sum", "expr": "amount"}),
        ("COUNT(DISTINCT orders.customer_id)", "ANSI_SQL", {"function": "count_distinct", "expr": "customer_id"}),
        (
            "SUM(CASE WHEN customers.segment = 'a' THEN orders.amount END)",
            "ANSI_SQL",
            {"function": "sum", "expr": "amount", "filter": "customers.segment = 'a'"},
        ),
        (
            "PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY orders.amount)",
            "ANSI_SQL",
            {"function": "percentile", "expr": "amount", "percentile": 0.9, "discrete": True},
        ),
        ("SUM(IFF(orders.ok, 1, 0))", "SNOWFLAKE", {"function": "sum", "expr": "CASE WHEN ok THEN 1 ELSE 0 END"}),
        ("AVG(IFNULL(orders.amount, 0))", "BIGQUERY", {"function": "average", "expr": "COALESCE(amount, 0)"}),
    ],
)
def test_expressions_of_others(text: str, dialect: str, agg: dict[str, Any]) -> None:
    found = read_ossie("x.json", foreign({"expression": said(text, dialect)}), "company")
    assert [one.what for one in found.left] == ["synonyms = sales"]
    assert found.metrics["it"]["agg"] == {"table": "orders", **agg}
    assert found.tables["orders"]["joins"] == {"customers": {"table": "customers", "key": "customer_id", "to": "id"}}


@pytest.mark.parametrize(
    ("text", "dialect", "why"),
    [
        ("SUM(orders.amount) OVER ()", "ANSI_SQL", "is not a SQL expression"),
        ("COUNT(*)", "ANSI_SQL", "of which dataset"),
        ("SUM(customers.limit) - SUM(nowhere.x)", "ANSI_SQL", "no dataset"),
        ("[Measures].[Sales]", "MDX", "written in MDX"),
        ("orders.amount + 1", "ANSI_SQL", "aggregates nothing"),
        ("SUM(orders.amount", "ANSI_SQL", "Expecting"),
        ("SUM(read_text('/etc/passwd'))", "ANSI_SQL", "no dataset"),
        ("SUM(orders.a + length(read_text(orders.b)))", "ANSI_SQL", "may not be used"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, dialect: str, why: str) -> None:
    found = read_ossie("x.json", foreign({"expression": said(text, dialect)}), "company")
    assert found.metrics == {}
    assert any("metric it" in one.what and why in one.why for one in found.left), [str(one) for one in found.left]


def test_unknown_fields_and_extensions_of_others_are_told() -> None:
    document = foreign({"expression": said("SUM(orders.amount)"), "unit": "EUR"})
    document["datasets"][0]["custom_extensions"] = [{"vendor_name": "DBT", "data": '{"materialized": "table"}'}]
    document["datasets"][1]["unique_keys"] = [["email"]]
    told = "\n".join(map(str, read_ossie("x.json", document, "company").left))
    for word in ("unit = EUR", "vendor_name = DBT", "materialized", "unique_keys"):
        assert word in told


def test_what_was_changed_elsewhere_is_told(mine: Path) -> None:
    document = again(export_ossie(mine)[0])
    changed = deepcopy(document)
    changed["semantic_model"][0]["metrics"][0]["expression"] = said("SUM(sales.amount) * 2")
    changed["semantic_model"][0]["datasets"][0]["primary_key"] = ["other"]
    home: Workspace = assemble(mine)
    left = changed_elsewhere(read_ossie("x.json", changed, "company"), home.catalog)
    assert sorted(one.place for one in left) == ["dataset sales", "metric buyers"]
