"""How far a formula's stated target reaches is derived from its parts."""

import pytest

from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog

BASE: dict[str, dict[str, object]] = {
    "revenue": {"agg": {"table": "t", "function": "sum", "expr": "a"}},
    "cost": {"agg": {"table": "t", "function": "sum", "expr": "b"}},
    "days": {"agg": {"table": "t", "function": "average", "expr": "c"}},
    "customers": {"agg": {"table": "t", "function": "count_distinct", "expr": "d"}},
    "stock": {"agg": {"table": "t", "function": "sum", "expr": "e", "over_time": "last"}},
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"expr": "revenue - cost"}, "sum"),
        ({"expr": "revenue * 2"}, "sum"),
        ({"expr": "revenue - 50000"}, "rate"),
        ({"expr": "revenue * cost"}, "rate"),
        ({"expr": "(revenue - cost) / revenue"}, "intensive"),
        ({"expr": "100 * (revenue - cost) / revenue"}, "intensive"),
        ({"expr": "(revenue - 5) / revenue"}, "rate"),
        ({"expr": "revenue / stock"}, "rate"),
        ({"expr": "revenue / customers"}, "rate"),
        ({"expr": "days + 1"}, "intensive"),
        ({"ratio": {"numerator": "revenue", "denominator": "cost"}}, "intensive"),
        ({"ratio": {"numerator": "revenue", "denominator": "customers"}}, "rate"),
        ({"change": {"metric": "revenue", "back": "1 year"}}, "intensive"),
        ({"change": {"metric": "revenue", "back": "1 period"}}, "rate"),
        ({"change": {"metric": "revenue", "back": "1 year", "as": "absolute"}}, "point"),
        ({"rolling": {"metric": "revenue", "months": 3}}, "level"),
    ],
    ids=str,
)
def test_class_of_a_formula(body: dict[str, object], expected: str) -> None:
    made = {
        key: Metric.model_validate({"key": key, "perspective": "financial", "title": key, "measured_in": "EUR", **one})
        for key, one in {**BASE, "asked": body}.items()
    }
    assert Catalog({}, made).additivity("asked") == expected
