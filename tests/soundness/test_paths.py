"""Ways over several joins, to rows that hold for a time, by several columns; a table in several parts."""

from pathlib import Path

import pytest

from data.errors import DefinitionError, QueryError
from flows.refresh import refresh
from tests.making import MODEL, SOURCE, make, sales, values

MORE = """\
  customers: {path: customers.csv, columns: {customer: text, land: text, limit: number}}
  lands: {path: lands.csv, columns: {land: text, region: text, head: text}}
  prices:
    path: prices.csv
    columns: {channel: text, land: text, since: date, until: date, price: number}
"""
JOINED = """\
source: sales
grain: [id]
time: {column: day}
unit: {column: unit}
joins:
  who: {table: customers, key: customer}
  price: {table: prices, key: channel, valid: {from: since, to: until}}
dimensions: {region: who.land.region}
"""
FILES = {
    "sources/books.yaml": SOURCE + MORE,
    "models/sales.yaml": JOINED,
    "models/customers.yaml": "source: customers\ngrain: [customer]\njoins: {land: {table: lands, key: land}}\n",
    "models/lands.yaml": "source: lands\ngrain: [land]\n",
    "models/prices.yaml": "source: prices\ngrain: [channel, since]\n",
    "files/customers.csv": "customer,land,limit\na,nl,100\nb,de,50\nc,,10\n",
    "files/lands.csv": "land,region,head\nnl,benelux,a\nde,dach,b\n",
    "files/prices.csv": "channel,land,since,until,price\nx,nl,,2025-02-01,1\nx,nl,2025-02-01,2025-03-01,10\n"
    "x,nl,2025-03-01,,100\ny,nl,2025-01-01,2025-02-01,7\n",
    "files/sales.csv": sales(
        "2025-01-31,shop,2,1,a,x,true",  # at 1
        "2025-02-01,shop,3,1,b,x,true",  # at 10: the end of a price is not its own
        "2025-02-28,shop,4,1,c,x,true",  # at 10
        "2025-03-01,shop,5,1,a,x,true",  # at 100
        "2025-03-02,shop,6,1,zz,y,true",  # no price holds any more, and nobody knows the customer
    ),
}


def metric(expr: str, extra: str = "") -> str:
    return f"title: M\nmeasured_in: count\nagg: {{table: sales, function: sum, expr: {expr}{extra}}}\n"


def test_a_way_over_two_joins_reaches_what_it_names(tmp_path: Path) -> None:
    text = metric("amount", ", filter: \"who.land.region = 'benelux'\"")
    folder = make(tmp_path, {**FILES, "metrics/customer/m.yaml": text})
    found = values(folder, "m")
    assert [found["company", f"2025-0{month}"] for month in (1, 2, 3)] == [2, 0, 5]


def test_rows_that_are_joined_over_two_joins_are_counted_once(tmp_path: Path) -> None:
    folder = make(
        tmp_path, {**FILES, "metrics/customer/m.yaml": metric("amount", ", filter: who.land.head is not null")}
    )
    found = values(folder, "m")
    assert [found["company", f"2025-0{month}"] for month in (1, 2, 3)] == [2, 3, 5]


def test_the_price_is_the_one_that_held_on_the_day(tmp_path: Path) -> None:
    folder = make(tmp_path, {**FILES, "metrics/customer/m.yaml": metric("amount * price.price")})
    found = values(folder, "m")
    assert [found["company", f"2025-0{month}"] for month in (1, 2, 3)] == [2 * 1, 3 * 10 + 4 * 10, 5 * 100]


def test_rows_that_hold_at_the_same_time_are_refused(tmp_path: Path) -> None:
    prices = "channel,land,since,until,price\nx,nl,2025-01-01,2025-03-01,1\nx,nl,2025-02-10,,2\n"
    folder = make(tmp_path, {**FILES, "files/prices.csv": prices})
    with pytest.raises(QueryError) as refused:
        refresh(folder)
    message = str(refused.value)
    assert (
        "models/prices.yaml: channel = x has a row from 2025-01-01 to 2025-03-01 and another from 2025-02-10" in message
    )
    assert "[F117]" in message


@pytest.mark.parametrize("second", ["x,nl,,2025-03-01,2", "x,nl,,,2"])
def test_two_rows_that_hold_since_ever_are_refused(tmp_path: Path, second: str) -> None:
    prices = f"channel,land,since,until,price\nx,nl,,2025-02-01,1\n{second}\n"
    files = {**FILES, "files/prices.csv": prices, "models/prices.yaml": "source: prices\n"}
    with pytest.raises(QueryError, match=r"on some days both would be joined.*\[F117\]"):
        refresh(make(tmp_path, files))


def test_rows_that_never_hold_do_no_harm(tmp_path: Path) -> None:
    prices = str(FILES["files/prices.csv"]) + "x,nl,2025-02-10,2025-02-10,99\nx,nl,2025-02-20,2025-02-15,98\n"
    text = metric("amount * price.price")
    folder = make(tmp_path, {**FILES, "files/prices.csv": prices, "metrics/customer/m.yaml": text})
    assert values(folder, "m")["company", "2025-02"] == 70


def test_a_join_by_two_columns(tmp_path: Path) -> None:
    bridge = "source: sales\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
    bridge += "joins: {price: {table: prices, key: [channel, ok], to: [channel, land]}}\n"
    prices = "channel,land,since,until,price\nx,true,,,2\nx,false,,,3\n"
    files = {
        **FILES,
        "models/sales.yaml": bridge,
        "models/prices.yaml": "source: prices\ngrain: [land, channel]\n",
        "files/prices.csv": prices,
        "files/sales.csv": sales("2025-01-05,shop,1,1,a,x,true", "2025-01-06,shop,1,1,a,x,false"),
        "metrics/customer/m.yaml": metric("amount * price.price"),
    }
    assert values(make(tmp_path, files), "m")["company", "2025-01"] == 5


PARTS = """\
  older: {path: older.csv, columns: {id: integer, day: date, unit: text, amount: decimal, cost: decimal, customer: text,
    channel: text, ok: boolean}}
"""
OLDER = "id,day,unit,amount,cost,customer,channel,ok\n91,2025-01-02,shop,1000,1,a,x,true\n"


def test_a_table_in_parts_has_the_rows_of_all(tmp_path: Path) -> None:
    files = {
        "sources/books.yaml": SOURCE + PARTS,
        "models/sales.yaml": MODEL.replace("source: sales", "source: [sales, older]"),
        "files/older.csv": OLDER,
    }
    assert values(make(tmp_path, files), "revenue")["shop", "2025-01"] == 1100


def test_a_row_that_stands_in_two_parts_is_refused(tmp_path: Path) -> None:
    files = {
        "sources/books.yaml": SOURCE + PARTS,
        "models/sales.yaml": MODEL.replace("source: sales", "source: [sales, older]"),
        "files/older.csv": OLDER.replace("91,", "1,"),
    }
    with pytest.raises(QueryError, match="id = 1 stands 2 times"):
        refresh(make(tmp_path, files))


def test_parts_with_other_columns_are_refused(tmp_path: Path) -> None:
    files = {
        "sources/books.yaml": SOURCE + PARTS.replace("channel: text, ", "").replace("cost: decimal", "cost: number"),
        "models/sales.yaml": MODEL.replace("source: sales", "source: [sales, older]"),
    }
    with pytest.raises(DefinitionError) as refused:
        refresh(make(tmp_path, files))
    message = str(refused.value)
    assert "'channel' is text in sales and missing in older" in message
    assert "'cost' is decimal in sales and number in older" in message
    assert "[F122]" in message


def test_a_join_that_is_not_one_to_one_is_refused(tmp_path: Path) -> None:
    model = JOINED.replace("key: customer}", "key: customer, cardinality: one_to_one}")
    with pytest.raises(QueryError, match=r"joins.who is said to be one to one, and customer = a stands 2 times"):
        refresh(make(tmp_path, {**FILES, "models/sales.yaml": model}))
