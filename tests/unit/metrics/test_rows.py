"""The aggregations below a metric, as they are shown with the rows behind a number."""

from typing import Any

import pytest

from metrics.definitions.kinds import Aggregate
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.query.rows import parts_of
from metrics.time.grid import MONTH, QUARTER, YEAR, Window

METRICS: dict[str, dict[str, Any]] = {
    "paid": {"agg": {"table": "sales", "function": "sum", "expr": "amount"}},
    "by_quarter": {"agg": {"table": "sales", "function": "sum", "expr": "amount"}, "cadence": "quarter"},
    "by_year": {"agg": {"table": "sales", "function": "sum", "expr": "amount"}, "cadence": "year"},
    "led": {"conversion": {"base": {"table": "sales", "filter": "ok"}, "converted": {"table": "sales"},
                           "entity": "buyer"}},
    "so_far": {"to_date": {"metric": "paid", "since": "year"}},
    "last_three": {"rolling": {"metric": "paid", "months": 3}},
    "twice": {"expr": "paid + so_far + paid"},
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    sales = {"key": "sales", "source": "sales", "time": {"column": "day"}, "entities": {"buyer": "who"}}
    whole = {"perspective": "process", "measured_in": "number"}
    metrics = {key: Metric.model_validate({**whole, "key": key, "title": key, **one}) for key, one in METRICS.items()}
    return Catalog({"sales": Table.model_validate(sales)}, metrics, ())


@pytest.mark.parametrize(
    ("key", "asked", "windows"),
    [
        ("paid", MONTH, [MONTH]),
        ("by_quarter", MONTH, [QUARTER]),
        ("by_quarter", YEAR, [YEAR]),
        ("by_year", MONTH, [YEAR]),
        ("so_far", MONTH, [YEAR]),
        ("last_three", MONTH, [Window("roll", 3)]),
        ("twice", MONTH, [MONTH, YEAR]),
    ],
)
def test_each_part_is_read_over_its_own_window_and_told_once(
    catalog: Catalog, key: str, asked: Window, windows: list[Window]
) -> None:
    assert [part.window for part in parts_of(catalog, key, asked)] == windows


def test_of_a_conversion_the_base_events_are_shown(catalog: Catalog) -> None:
    (part,) = parts_of(catalog, "led", MONTH)
    assert part.title == "led: base events"
    assert part.body == Aggregate(table="sales", function="count", filter="ok")
