"""What a statement names is joined, in the order in which joins hang on each other; nothing else is."""

from typing import Any

import pytest

from metrics.definitions.table import Table
from metrics.language.catalog import Catalog, resolver
from metrics.states.relation import later_time, relation


def table(key: str, **fields: Any) -> Table:
    return Table.model_validate({"key": key, "source": key, **fields})


ORDERS = table(
    "orders",
    grain=["id"],
    time={"column": "day"},
    unit={"column": "customer.region.unit"},
    entities={"buyer": "customer_id"},
    joins={
        "customer": {"table": "customers", "key": "customer_id"},
        "payer": {"table": "customers", "key": "payer_id"},
        "price": {"table": "prices", "key": ["product", "land"], "valid": {"from": "since", "to": "until"}},
        "cost": {
            "table": "prices",
            "key": ["product", "land"],
            "valid": {"from": "since", "to": "until", "at": "made"},
        },
    },
)
TABLES = {
    "orders": ORDERS,
    "customers": table("customers", grain=["id"], joins={"region": {"table": "regions", "key": "region_id"}}),
    "regions": table("regions", grain=["id"], joins={"boss": {"table": "customers", "key": "boss_id"}}),
    "prices": table("prices", grain=["land", "product", "since"]),
}
CATALOG = Catalog(TABLES, {}, (), {})
CUSTOMER = 'LEFT JOIN model."customers" AS "customer" ON "customer"."id" = _t."customer_id"'
REGION = 'LEFT JOIN model."regions" AS "customer.region" ON "customer.region"."id" = "customer"."region_id"'
PRICE = 'AS "price" ON "price"."product" = _t."product" AND "price"."land" = _t."land" AND'


def test_the_way_to_the_unit_is_always_joined() -> None:
    assert relation(CATALOG, ORDERS).source == f'model."orders" AS _t {CUSTOMER} {REGION}'


def test_only_what_is_named_is_joined_and_each_once() -> None:
    resolve = resolver(CATALOG, ORDERS)
    pieces = (resolve("name", "payer"), resolve("name", "payer"), resolve("name", "customer"), "'\"price\".'")
    source = relation(CATALOG, ORDERS).reading(*pieces).source
    assert source.count("JOIN") == 3
    assert source.endswith('LEFT JOIN model."customers" AS "payer" ON "payer"."id" = _t."payer_id"')


def test_a_circle_of_joins_is_walked_as_far_as_it_is_named() -> None:
    far = resolver(CATALOG, ORDERS)("name", "customer.region.boss")
    source = relation(CATALOG, ORDERS).reading(far).source
    assert source.endswith('AS "customer.region.boss" ON "customer.region.boss"."id" = "customer.region"."boss_id"')


def test_a_dated_join_takes_the_row_that_holds_at_the_time_that_counts() -> None:
    source = relation(CATALOG, ORDERS, '_t."shipped"').reading('"price"."amount"').source
    assert f"{PRICE} " in source
    assert '("price"."since" IS NULL OR "price"."since" <= _t."shipped")' in source
    assert '("price"."until" IS NULL OR "price"."until" > _t."shipped")' in source


def test_a_dated_join_may_say_when_it_looks() -> None:
    source = relation(CATALOG, ORDERS, '_t."shipped"').reading('"cost"."amount"').source
    assert '("cost"."until" IS NULL OR "cost"."until" > _t."made")' in source


def test_an_entity_is_the_column_that_bears_it() -> None:
    assert resolver(CATALOG, ORDERS)("buyer", None) == '_t."customer_id"'


@pytest.mark.parametrize(
    ("later", "shown"), [("2 months", "d - INTERVAL 2 MONTH"), ("rest of year", "date_trunc('year', d)")]
)
def test_a_day_that_counts_later_may_be_a_column_of_several_words(later: str, shown: str) -> None:
    bills = table("bills", time={"column": "day of the bill"})
    catalog = Catalog({"bills": bills}, {}, (), {"bills": {"day of the bill": "date"}})
    source = relation(catalog, bills).reading(later_time(later, "day of the bill")).source
    assert f"CAST({shown} AS DATE) AS happened" in source
    assert source.endswith('.happened = CAST(_t."day of the bill" AS DATE)')
