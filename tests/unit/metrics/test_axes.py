"""Names by which a metric can be cut: its tables' dimensions, what they join, and keys that tell of single rows."""

from typing import Any

import pytest

from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.query.axes import column_of, dimensions_of, names_rows, possible

TABLES: dict[str, dict[str, Any]] = {
    "sales": {
        "entities": {"buyer": "who"},
        "joins": {"shop": {"table": "shops", "key": "shop"}},
        "dimensions": {"channel": {"column": "channel", "title": "Way of sale"}, "sort_of": "sort", "only_here": "x"},
    },
    "visits": {
        "joins": {"shop": {"table": "shops", "key": "shop"}},
        "dimensions": {"only_there": "y", "channel": "channel", "sort_of": "sort"},
    },
    "shops": {
        "grain": ["shop"], "entities": {"shop": "shop"}, "dimensions": {"size": "m2"},
        "joins": {"town": {"table": "towns", "key": "town"}},
    },
    "towns": {
        "grain": ["town"], "dimensions": {"people": "n"},
        "joins": {"land": {"table": "lands", "key": ["land", "year"]}},
    },
    "lands": {"grain": ["land", "year"], "dimensions": {"tongue": "tongue"}},
}  # fmt: skip
METRICS: dict[str, dict[str, Any]] = {
    "sold": {"agg": {"table": "sales", "function": "count"}},
    "visited": {"agg": {"table": "visits", "function": "count"}},
    "rate": {"ratio": {"numerator": "sold", "denominator": "visited"}},
    "fixed": {"expr": "1"},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    tables = {
        key: Table.model_validate({"key": key, "source": key, "time": {"column": "day"}, **one})
        for key, one in TABLES.items()
    }
    whole = {"perspective": "process", "measured_in": "number"}
    metrics = {key: Metric.model_validate({**whole, "key": key, "title": key, **one}) for key, one in METRICS.items()}
    return Catalog(tables, metrics, ())


def test_a_name_means_a_column_through_joins(catalog: Catalog) -> None:
    sales, shops = catalog.tables["sales"], catalog.tables["shops"]
    known = {name: column_of(catalog, sales, name) for name in ("channel", "buyer", "shop", "shop.size", "shop.town")}
    assert known == {
        "channel": "channel", "buyer": "who", "shop": "shop", "shop.size": "shop.m2", "shop.town": "shop.town",
    }  # fmt: skip
    assert column_of(catalog, shops, "shop.size") == "m2"  # of what its rows are
    assert column_of(catalog, sales, "buyer.size") is None
    assert column_of(catalog, sales, "shop.town.land") is None  # of two keys


def test_keys_of_entities_and_of_joins_name_rows(catalog: Catalog) -> None:
    names = ("channel", "buyer", "shop", "shop.size", "shop.town", "shop.shop", "nobody", "buyer.size")
    assert [name for name in names if names_rows(catalog, ["sold"], [name])] == [
        "buyer", "shop", "shop.town", "shop.shop",
    ]  # fmt: skip
    assert names_rows(catalog, ["visited", "sold"], ["channel", "buyer"])
    assert not names_rows(catalog, ["visited"], ["buyer"])


def test_dimensions_are_those_that_every_table_has(catalog: Catalog) -> None:
    assert dimensions_of(catalog, "rate") == {"channel": "Way of sale", "sort_of": "Sort of"}
    assert dimensions_of(catalog, "sold") == {"channel": "Way of sale", "sort_of": "Sort of", "only_here": "Only here"}
    assert dimensions_of(catalog, "fixed") == {}


def test_possible_are_the_names_that_every_table_has_through_two_joins(catalog: Catalog) -> None:
    joined = ["shop", "shop.size", "shop.town", "shop.town.people", "shop.town.land"]  # not what lands have
    assert possible(catalog, "sold") == ["channel", "sort_of", "only_here", *joined]
    assert possible(catalog, "rate") == ["channel", "sort_of", *joined]
    assert possible(catalog, "fixed") == []
