"""dbt's metrics as Fourfold's definitions: what each becomes, and what stays behind with its reason."""

from typing import Any

import pytest

from metrics.interop.carry import Carried, carry
from metrics.interop.reading import read_dbt

ORDERS: dict[str, Any] = {
    "name": "orders",
    "model": "ref('fct_orders')",
    "defaults": {"agg_time_dimension": "ordered_on"},
    "entities": [
        {"name": "purchase", "type": "primary", "expr": "order_id"},
        {"name": "customer", "type": "foreign", "expr": "customer_id"},
    ],
    "dimensions": [
        {"name": "ordered_on", "type": "time", "type_params": {"time_granularity": "day"}},
        {"name": "channel", "type": "categorical"},
        {"name": "big", "type": "categorical", "expr": "amount > 50"},
    ],
    "measures": [
        {"name": "amount", "agg": "sum", "create_metric": True},
        {"name": "made", "agg": "count", "expr": "1"},
    ],
}
CUSTOMERS: dict[str, Any] = {
    "name": "customers",
    "model": "ref('dim_customers')",
    "entities": [{"name": "customer", "type": "primary", "expr": "id"}],
    "dimensions": [{"name": "segment", "type": "categorical"}],
}


def carried(*metrics: dict[str, Any], **changed: Any) -> Carried:
    semantics, left = read_dbt({"m": {"semantic_models": [ORDERS | changed, CUSTOMERS], "metrics": list(metrics)}})
    assert left == []
    return carry(semantics, "top")


def metric(kind: str, params: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    return {"name": "it", "type": kind, "type_params": params} | ({"filter": text} if text else {})


def test_tables_have_keys_times_joins_and_sql_for_expressions() -> None:
    table = carried().tables["orders"]
    assert table.sql == 'SELECT\n  *,\n  amount > 50 AS "big"\nFROM fct_orders\n'
    assert table.content == {
        "sql": "orders.sql",
        "grain": ["order_id"],
        "time": {"column": "ordered_on", "grain": "day"},
        "unit": {"unit": "top"},
        "entities": {"purchase": "order_id", "customer": "customer_id"},
        "dimensions": {"ordered_on": "ordered_on", "channel": "channel", "big": "big"},
        "joins": {"customer": {"table": "customers", "key": "customer_id", "to": "id"}},
    }


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("{{ Dimension('purchase__channel') }} = 'web'", "channel = 'web'"),
        ("{{ Dimension('customer__segment') }} IS NULL", "customer.segment IS NULL"),
        (
            "{{ TimeDimension('metric_time', 'month') }} >= '2024-01-01'",
            "date_trunc('month', ordered_on) >= '2024-01-01'",
        ),
        ("{{ Entity('customer') }} > 3 or {{ Dimension('purchase__big') }}", "customer_id > 3 or big"),
        ("{{ Metric('amount', ['customer']) }} > 3", "metric(amount, customer, ever) > 3"),
    ],
)
def test_conditions(text: str, condition: str) -> None:
    found = carried(metric("simple", {"measure": "made"}, text))
    assert found.left == ()
    assert found.metrics["it"]["agg"] == {"table": "orders", "function": "count", "filter": condition}


def test_a_metric_is_written_for_each_way_it_is_used() -> None:
    before = {
        "name": "amount",
        "alias": "before",
        "offset_window": "1 month",
        "filter": "{{ Dimension('purchase__big') }}",
    }
    found = carried(
        metric("derived", {"expr": "(amount - before) / nullif(before, 0)", "metrics": [{"name": "amount"}, before]})
    )
    assert found.metrics["it"]["expr"] == "(amount - amount_before) / (amount_before)"
    assert found.metrics["amount_before"]["agg"]["later"] == "1 month"
    assert found.metrics["amount_before"]["agg"]["filter"] == "big"
    assert found.metrics["amount_before"]["title"] == "Amount (before)"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (metric("simple", {"measure": "made"}, "{{ Dimension('customer__nothing') }} = 1"), "cannot be reached"),
        (metric("simple", {"measure": "made"}, "random() > 0.5"), "may not be used"),
        (metric("simple", {"measure": {"name": "made", "fill_nulls_with": 7}}), "only 0 fills gaps"),
        (metric("derived", {"expr": "greatest(amount, 1)", "metrics": [{"name": "amount"}]}), "may not stand"),
        (metric("derived", {"expr": "nullif(amount, 0)", "metrics": [{"name": "amount"}]}), "may not stand"),
        (metric("derived", {"expr": "a + nothing", "metrics": [{"name": "nothing"}]}), "there is no such metric"),
        (
            metric("derived", {"expr": "amount", "metrics": [{"name": "amount", "offset_window": "1 fiscal_week"}]}),
            "no grain",
        ),
        (metric("cumulative", {"measure": "made", "cumulative_type_params": {"window": "3 fiscal_weeks"}}), "no grain"),
        (
            metric(
                "conversion",
                {
                    "conversion_type_params": {
                        "base_measure": "made",
                        "conversion_measure": "amount",
                        "entity": "customer",
                    }
                },
            ),
            "counts events",
        ),
    ],
)
def test_what_cannot_be_carried_is_told_and_not_written(made: dict[str, Any], why: str) -> None:
    found = carried(made)
    assert "it" not in found.metrics
    assert [one.place for one in found.left] == ["m: metrics[it]"]
    assert why in found.left[0].why
    assert found.left[0].remedy


def test_what_rests_on_it_is_told_as_well() -> None:
    inner = metric("simple", {"measure": "made"}, "random() > 0.5")
    outer = metric("ratio", {"numerator": "it", "denominator": "amount"}) | {"name": "over"}
    found = carried(inner, outer)
    assert set(found.metrics) == {"amount"}
    assert [one.what.partition(":")[0] for one in found.left] == ["metric it", "metric over"]
