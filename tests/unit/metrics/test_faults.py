"""What can be wrong in tables and metrics before any data is read: found, placed, told with the remedy."""

from typing import Any

import pytest

from metrics.definitions.driver import Driver
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.faults import Fault, faults_of

ORDERS = {
    "key": "orders",
    "source": "orders",
    "grain": ["id"],
    "time": {"column": "day"},
    "unit": {"column": "unit"},
    "joins": {"customer": {"table": "customers", "key": "customer_id"}},
    "dimensions": {"segment": "customer.segment"},
}
CUSTOMERS = {"key": "customers", "source": "customers", "grain": ["id"]}
COLUMNS = {
    "orders": {
        "id": "integer",
        "day": "date",
        "unit": "text",
        "customer_id": "integer",
        "amount": "decimal",
        "paid": "boolean",
    },
    "customers": {"id": "integer", "segment": "text"},
}
SUM = {"agg": {"table": "orders", "function": "sum", "expr": "amount"}}


def table(**changes: Any) -> Table:
    return Table.model_validate({**ORDERS, **changes})


def metric(key: str, **body: Any) -> Metric:
    common = {"key": key, "perspective": "financial", "title": key, "measured_in": "EUR"}
    return Metric.model_validate({**common, **(body or SUM)})


def found(*metrics: Metric, orders: Table | None = None, drivers: tuple[Driver, ...] = ()) -> list[Fault]:
    tables = {"orders": orders or table(), "customers": Table.model_validate(CUSTOMERS)}
    return faults_of(Catalog(tables, {one.key: one for one in metrics}, drivers, COLUMNS))


def told(faults: list[Fault]) -> list[tuple[tuple[str | int, ...], str]]:
    return [(fault.path, f"{fault.message} ({fault.hint})" if fault.hint else fault.message) for fault in faults]


def test_a_sound_catalog_has_no_faults() -> None:
    ratio = metric("share", ratio={"numerator": "revenue", "denominator": {"table": "orders", "function": "count"}})
    driver = Driver.model_validate({"from": "revenue", "to": "share"})
    assert found(metric("revenue"), ratio, drivers=(driver,)) == []


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"grain": ["ids"]}, ("grain", 0), "'ids' is not a column of orders (did you mean 'id'?)"),
        ({"time": {"column": "dey"}}, ("time", "column"), "'dey' is not a column of orders (did you mean 'day'?)"),
        (
            {"time": {"column": "amount"}},
            ("time", "column"),
            "'amount' is decimal, and time needs a date or a timestamp",
        ),
        ({"unit": {"column": "unti"}}, ("unit", "column"), "'unti' is not a column of orders (did you mean 'unit'?)"),
        ({"rows": ["id", "amonut"]}, ("rows", 1), "'amonut' is not a column of orders (did you mean 'amount'?)"),
        ({"dimensions": {"s": "customer.segmnt"}}, ("dimensions", "s"), "'segmnt' is not a column of customer"),
        ({"freshness": {"column": "loaded", "within": "2 days"}}, ("freshness", "column"), "'loaded' is not a column"),
        (
            {"joins": {"c": {"table": "clients", "key": "customer_id"}}, "dimensions": {}},
            ("joins", "c", "table"),
            "'clients' is not a table",
        ),
        (
            {"joins": {"c": {"table": "customers", "key": "client"}}, "dimensions": {}},
            ("joins", "c", "key"),
            "'client' is not a column of orders",
        ),
        (
            {"joins": {"c": {"table": "customers", "key": "customer_id", "to": "segment"}}, "dimensions": {}},
            ("joins", "c"),
            "joins 'customers' by segment, but a row of it is one per id (a join to less than the grain",
        ),
    ],
)
def test_faults_of_tables(changes: dict[str, Any], path: tuple[str | int, ...], message: str) -> None:
    faults = told(found(metric("revenue"), orders=table(**changes)))
    assert any(at == path and text.startswith(message) for at, text in faults), faults


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"agg": {"table": "order", "function": "count"}}, ("agg", "table"), "'order' is not a table in models/"),
        (
            {"agg": {"table": "customers", "function": "count"}},
            ("agg", "table"),
            "the table 'customers' does not say to which",
        ),
        (
            {"agg": {"table": "orders", "function": "sum", "expr": "amuont"}},
            ("agg", "expr"),
            "'amuont' is not a column",
        ),
        (
            {"agg": {"table": "orders", "function": "count", "filter": "payd"}},
            ("agg", "filter"),
            "'payd' is not a column",
        ),
        (
            {"agg": {"table": "orders", "function": "count", "time": "shipped"}},
            ("agg", "time"),
            "'shipped' is not a column",
        ),
        (
            {"agg": {"table": "orders", "function": "sum", "expr": "unit"}},
            ("agg", "expr"),
            "'unit' is text, and sum needs",
        ),
        (
            {"agg": {"table": "orders", "function": "max", "expr": "day"}},
            ("agg", "expr"),
            "'day' is date, and max needs",
        ),
        (
            {"agg": {"table": "orders", "function": "median", "expr": "unit"}},
            ("agg", "expr"),
            "'unit' is text, and median needs",
        ),
        (
            {"agg": {"table": "orders", "function": "sum_boolean", "expr": "amount"}},
            ("agg", "expr"),
            "'amount' is decimal, and",
        ),
        (
            {"ratio": {"numerator": "revenu", "denominator": "revenue"}},
            ("ratio", "numerator"),
            "'revenu' is not a metric",
        ),
        (
            {
                "ratio": {
                    "numerator": "revenue",
                    "denominator": {"stock": {"table": "orders", "opened": "x", "closed": "day"}},
                }
            },
            ("ratio", "denominator", "stock", "opened"),
            "'x' is not a column",
        ),
        ({"expr": "revenue + cost"}, ("expr",), "'cost' is not a metric"),
        ({"expr": "abs(revenue)"}, ("expr",), "'ABS(revenue)' may not stand between metrics"),
        ({"expr": "revenue / 0"}, ("expr",), "divides by zero"),
        ({"change": {"metric": "cost", "back": "1 year"}}, ("change", "metric"), "'cost' is not a metric"),
        ({"first_per": {"table": "orders", "entity": "who"}}, ("first_per", "entity"), "'who' is not a column"),
        ({**SUM, "guardrails": ["cost"]}, ("guardrails", 0), "'cost' is not a metric"),
        (
            {**SUM, "target": {"table": "budget", "expr": "amount"}, "anchors": {"red": 0}},
            ("target", "table"),
            "'budget' is not a table in models/",
        ),
        ({**SUM, "target": "components", "anchors": {"red": "1 from target"}}, ("target",), "a agg has no components"),
        (
            {
                "ratio": {"numerator": "revenue", "denominator": "revenue"},
                "target": "components",
                "anchors": {"red": 0},
            },
            ("target",),
            "'revenue' has no target to take",
        ),
        ({**SUM, "anchors": {"goal": 5, "red": 5}}, ("anchors",), "goal and red flag are both 5"),
    ],
)
def test_faults_of_metrics(body: dict[str, Any], path: tuple[str | int, ...], message: str) -> None:
    faults = told(found(metric("revenue"), metric("other", **body)))
    assert any(at == path and text.startswith(message) for at, text in faults), faults


def test_faults_of_drivers() -> None:
    driver = Driver.model_validate({"from": ["revenue", "prices"], "to": "reveneu"})
    messages = [message for _, message in told(found(metric("revenue"), drivers=(driver,)))]
    assert messages == [
        "'prices' is not a metric (known: revenue)",
        "'reveneu' is not a metric (did you mean 'revenue'?)",
    ]


def test_circle_is_told_once_whatever_its_beginning() -> None:
    faults = told(
        found(metric("a", expr="b + 1"), metric("b", expr="c + 1"), metric("c", expr="a + 1"), metric("d", expr="a"))
    )
    assert [message for _, message in faults] == [
        "is computed from itself: a > b > c > a (break the circle in one of them)",
    ]


def test_two_circles_are_two_faults() -> None:
    faults = found(metric("a", expr="a + 1"), metric("b", expr="c + 1"), metric("c", expr="b + 1"))
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("body", "additivity"),
    [
        (SUM, "sum"),
        ({"agg": {"table": "orders", "function": "count"}}, "sum"),
        ({"agg": {"table": "orders", "function": "average", "expr": "amount"}}, "intensive"),
        ({"agg": {"table": "orders", "function": "max", "expr": "amount"}}, "point"),
        ({"agg": {"table": "orders", "function": "count_distinct", "expr": "customer_id"}}, "point"),
        ({"agg": {"table": "orders", "function": "sum", "expr": "amount", "over_time": "last"}}, "level"),
        ({"stock": {"table": "orders", "opened": "day", "closed": "day"}}, "level"),
        ({"first_per": {"table": "orders", "entity": "customer_id"}}, "sum"),
        ({"expr": "revenue - 2 * revenue"}, "sum"),
        ({"expr": "revenue / revenue"}, "intensive"),
        ({"rolling": {"metric": "revenue", "months": 12}}, "level"),
        ({"to_date": {"metric": "revenue", "since": "year"}}, "level"),
        ({"change": {"metric": "revenue", "back": "1 year"}}, "intensive"),
        ({"change": {"metric": "revenue", "back": "1 year", "as": "absolute"}}, "point"),
    ],
)
def test_how_a_stated_target_carries(body: dict[str, Any], additivity: str) -> None:
    metrics = {one.key: one for one in (metric("revenue"), metric("other", **body))}
    assert Catalog({"orders": table()}, metrics, (), COLUMNS).additivity("other") == additivity


def test_metrics_come_after_what_they_are_computed_from() -> None:
    metrics = (metric("a", expr="b + c"), metric("b", expr="c + 1"), metric("c"))
    order = Catalog({"orders": table()}, {one.key: one for one in metrics}, (), COLUMNS).order()
    assert order == ["c", "b", "a"]
