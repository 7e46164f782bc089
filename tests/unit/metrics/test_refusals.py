"""Every code of a refusal is documented; what would mislead is refused, and its harmless neighbour is not."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.calendar import Calendar
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.faults import faults_of
from metrics.language.joins import ways_to
from metrics.language.refusals import CODES, Refusal, page
from metrics.query.axes import axis_of
from metrics.query.question import Sight

ROOT = Path(__file__).parents[3]


def test_the_page_of_refusals_is_made_from_the_table_of_codes() -> None:
    how = "python -c \"from metrics.language.refusals import page; print(page(), end='')\" > docs/refusals.md"
    assert (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8") == page(), how


def test_every_code_is_shown_by_a_test_and_every_code_that_is_used_is_known() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert not set(CODES) - set(re.findall(r"\bF1\d\d\b", tests))
    rooms = [path for room in ("metrics", "flows", "data") for path in (ROOT / room).rglob("*.py")]
    used = {code for path in rooms for code in re.findall(r"\bF1\d\d\b", path.read_text(encoding="utf-8"))}
    assert used == set(CODES)


def test_a_refusal_says_what_to_do_instead() -> None:
    told = Refusal("F103", "'name' may mean two things")
    assert str(told) == f"'name' may mean two things ({CODES['F103'].remedy}) [F103]"


ORDERS: dict[str, Any] = {
    "key": "orders",
    "source": "orders",
    "grain": ["id"],
    "time": {"column": "day"},
    "unit": {"column": "unit"},
    "joins": {
        "customer": {"table": "customers", "key": "customer"},
        "twin": {"table": "twins", "key": "id", "cardinality": "one_to_one"},
    },
    "levels": ["balance"],
    "averaged": ["mean_price"],
}
CUSTOMERS: dict[str, Any] = {
    "key": "customers",
    "source": "customers",
    "grain": ["id"],
    "joins": {"land": {"table": "lands", "key": "land"}},
    "averaged": ["score"],
}
TABLES = {
    "orders": ORDERS,
    "customers": CUSTOMERS,
    "lands": {"key": "lands", "source": "lands", "grain": ["id"]},
    "twins": {"key": "twins", "source": "twins", "grain": ["id"]},
    "plain": {"key": "plain", "source": "plain"},
}
COLUMNS = {
    "orders": {"id": "integer", "day": "date", "unit": "text", "customer": "integer", "amount": "decimal",
               "status": "text", "balance": "decimal", "mean_price": "decimal"},
    "customers": {"id": "integer", "limit": "decimal", "land": "integer", "score": "decimal", "vip": "boolean"},
    "lands": {"id": "integer", "people": "integer"},
    "twins": {"id": "integer", "weight": "decimal"},
    "plain": {"id": "integer", "amount": "decimal"},
}  # fmt: skip


def agg(**fields: Any) -> dict[str, Any]:
    return {"agg": {"table": "orders", "function": "sum", "expr": "amount", **fields}}


def codes(body: dict[str, Any] | None = None, tables: dict[str, Any] | None = None) -> list[str]:
    every = {key: Table.model_validate(model) for key, model in {**TABLES, **(tables or {})}.items()}
    bodies = {"revenue": agg(), "cost": agg(), "rating": agg(function="average"), "other": agg(function="average")}
    bodies |= {"asked": body} if body else {}
    common = {"perspective": "financial", "title": "T", "measured_in": "EUR"}
    metrics = {key: Metric.model_validate({"key": key, **common, **one}) for key, one in bodies.items()}
    return [fault.code for fault in faults_of(Catalog(every, metrics, (), COLUMNS))]


REFUSED = {
    "a joined amount for each row": ("F101", agg(expr="customer.limit"), agg(expr="customer.limit * amount")),
    "a joined amount over two joins": ("F101", agg(expr="customer.land.people"), agg(expr="twin.weight")),
    "a joined amount in a case": (
        "F101",
        agg(expr="case when status = 'x' then customer.limit else 0 end"),
        agg(expr="case when customer.limit > 5 then 1 else 0 end"),
    ),
    "the mean of two means": ("F105", {"expr": "(rating + other) / 2"}, {"expr": "(revenue + cost) / 2"}),
    "a mean of a column of means": (
        "F105",
        agg(function="average", expr="mean_price"),
        agg(function="max", expr="mean_price"),
    ),
    "a mean of a joined column of means": (
        "F105",
        agg(function="average", expr="customer.score"),
        agg(expr="customer.score * amount"),
    ),
    "a sum of a level over time": ("F106", agg(expr="balance"), agg(expr="balance", over_time="last")),
    "an unknown column": ("F108", agg(expr="amonut"), agg(expr="amount")),
    "an unknown join": ("F108", agg(expr="custmer.limit * amount"), agg(expr="customer.limit * amount")),
    "an unknown metric": ("F108", {"expr": "revenu - cost"}, {"expr": "revenue - cost"}),
    "itself": ("F109", {"expr": "asked + revenue"}, {"expr": "cost + revenue"}),
    "an aggregate in a filter": ("F110", agg(filter="amount > avg(amount)"), agg(filter="amount > 5")),
    "a function that is not listed": ("F111", agg(expr="random()"), agg(expr="abs(amount)")),
    "a sum of words": ("F112", agg(expr="status"), {**agg(function="count", expr="status"), "measured_in": "count"}),
    "a table without unit": (
        "F114",
        agg(table="plain", time="id"),
        agg(table="orders"),
    ),
    "anchors that contradict": ("F115", {**agg(), "anchors": {"goal": 5, "red": 5}}, agg()),
    "a division by nothing": ("F116", {"expr": "revenue / 0"}, {"expr": "revenue / 10"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_mislead_is_refused_and_its_control_is_not(case: str) -> None:
    code, bad, good = REFUSED[case]
    assert code in codes(bad)
    assert codes(good) == []


def test_a_table_that_several_joins_lead_to_is_not_guessed() -> None:
    joins = {**ORDERS["joins"], "store": {"table": "customers", "key": "customer"}}
    named = {**ORDERS, "joins": joins, "dimensions": {"people": "lands.people"}}
    assert codes(tables={"orders": named}) == ["F103"]
    assert codes(tables={"orders": {**named, "dimensions": {"people": "store.land.people"}}}) == []


def test_a_dimension_that_several_joins_lead_to_is_not_guessed() -> None:
    joins = {**ORDERS["joins"], "store": {"table": "customers", "key": "customer"}}
    models = {
        **TABLES,
        "orders": {**ORDERS, "joins": joins},
        "lands": {**TABLES["lands"], "dimensions": {"name": "id"}},
    }
    tables = {key: Table.model_validate(model) for key, model in models.items()}
    assert ways_to(tables, tables["orders"], "lands.name") == ["customer.land.name", "store.land.name"]
    assert ways_to(tables, tables["orders"], "name") == ["customer.land.name", "store.land.name"]
    assert ways_to(tables, tables["customers"], "name") == ["land.name"]
    metric = Metric.model_validate({"key": "r", "perspective": "p", "title": "R", "measured_in": "EUR", **agg()})
    calendar, catalog = Calendar(), Catalog(tables, {"r": metric}, (), COLUMNS)
    with pytest.raises(Refusal, match=r"'name' may mean customer.land.name or store.land.name.*\[F103\]"):
        axis_of(Sight(catalog, None, calendar, date(2025, 1, 1)), ("r",), "name")


JOINS = {
    "F101": {"lines": {"table": "plain", "key": "id", "cardinality": "one_to_many"}},
    "F102": {
        "lines": {"table": "plain", "key": "id", "cardinality": "one_to_many"},
        "visits": {"table": "twins", "key": "id", "cardinality": "one_to_many"},
    },
    "F104": {"lines": {"table": "plain", "key": "id", "cardinality": "many_to_many"}},
}


@pytest.mark.parametrize("code", JOINS)
def test_joins_that_would_count_twice_are_refused(code: str) -> None:
    assert codes(tables={"orders": {**ORDERS, "joins": {**ORDERS["joins"], **JOINS[code]}}}) == [code] * (
        2 if code == "F102" else 1
    )
