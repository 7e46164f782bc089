"""A join never multiplies rows: what it leads to is unique, or the refresh is refused."""

from pathlib import Path

import pytest

from data.errors import DefinitionError, FourfoldError, QueryError
from flows.refresh import refresh
from tests.making import SOURCE, make, sales, values

CUSTOMERS = """\
  customers:
    path: customers.csv
    columns: {customer: text, segment: text, home: text}
"""
JOINED = """\
source: sales
grain: [id]
time: {column: day}
unit: {column: unit}
joins: {who: {table: customers, key: customer}}
dimensions: {segment: who.segment}
"""
TABLE = "source: customers\ngrain: [customer]\n"
PRIVATE = """\
title: Private revenue
measured_in: EUR
agg: {table: sales, function: sum, expr: amount, filter: "who.segment = 'private'"}
"""
FACTS = sales("2025-01-05,shop,100,50,a,x,true", "2025-01-06,web,10,9,b,x,true", "2025-01-07,web,1,1,c,x,true")


def files(customers: str) -> dict[str, str]:
    return {
        "sources/books.yaml": SOURCE + CUSTOMERS,
        "models/sales.yaml": JOINED,
        "models/customers.yaml": TABLE,
        "metrics/customer/private.yaml": PRIVATE,
        "files/sales.csv": FACTS,
        "files/customers.csv": "customer,segment,home\n" + customers,
    }


def test_join_to_unique_rows_counts_each_row_once(tmp_path: Path) -> None:
    folder = make(tmp_path, files("a,private,shop\nb,business,web\n"))
    assert values(folder, "revenue")["company", "2025-01"] == 111
    assert values(folder, "private")["company", "2025-01"] == 100  # c is nobody's customer: its row stays in, unjoined


def test_join_to_rows_that_stand_twice_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path, files("a,private,shop\na,business,shop\nb,business,web\n"))
    with pytest.raises(QueryError) as refused:
        refresh(folder)
    message = str(refused.value)
    assert "models/customers.yaml: grain: customer = a stands 2 times" in message
    assert "a join to it would count rows twice" in message
    assert "Mend the data" in message
    assert "[F113]" in message


def by_another_key(customers: str, unique: bool = True) -> dict[str, str]:
    """Customers have a number of their own, and sales join by a name that is unique as well."""
    table = "source: customers\ngrain: [home]\n" + ("unique: [customer]\n" if unique else "")
    joined = JOINED.replace("key: customer}", "key: customer, to: customer}")
    return files(customers) | {"models/customers.yaml": table, "models/sales.yaml": joined}


def test_join_to_a_key_beside_the_grain_counts_each_row_once(tmp_path: Path) -> None:
    folder = make(tmp_path, by_another_key("a,private,1\nb,business,2\n,private,3\n,private,4\n"))
    assert values(folder, "revenue")["company", "2025-01"] == 111
    assert values(folder, "private")["company", "2025-01"] == 100


def test_a_key_beside_the_grain_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"unique: customer = a stands 2 times") as refused:
        refresh(make(tmp_path, by_another_key("a,private,1\na,business,2\n")))
    assert "[F113]" in str(refused.value)


def test_a_key_that_is_called_unique_later_is_tested_on_the_same_rows(tmp_path: Path) -> None:
    twice = by_another_key("a,private,1\na,business,2\n")
    folder = make(
        tmp_path,
        twice
        | {
            "models/customers.yaml": "source: customers\ngrain: [home]\n",
            "models/sales.yaml": JOINED.replace("joins: {who: {table: customers, key: customer}}\n", "").replace(
                "dimensions: {segment: who.segment}\n", ""
            ),
            "metrics/customer/private.yaml": "",
        },
    )
    refresh(folder)
    make(tmp_path, twice)
    with pytest.raises(QueryError, match=r"unique: customer = a stands 2 times"):
        refresh(folder)


def test_a_join_to_a_key_that_nobody_calls_unique_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"joins 'customers' by customer, but a row of it is one per home"):
        refresh(make(tmp_path, by_another_key("a,private,1\n", unique=False)))


def test_join_to_less_than_the_grain_is_refused(tmp_path: Path) -> None:
    wide = "source: customers\ngrain: [customer, segment]\n"
    folder = make(tmp_path, {**files("a,private,shop\n"), "models/customers.yaml": wide})
    with pytest.raises(DefinitionError) as refused:
        refresh(folder)
    message = str(refused.value)
    assert "models/sales.yaml" in message
    assert "a row of it is one per customer, segment" in message
    assert "a join to less than the grain would count rows twice" in message


def test_facts_that_break_their_own_grain_are_refused(tmp_path: Path) -> None:
    loose = SOURCE.replace("    key: [id]\n", "")
    facts = FACTS + "1,2025-01-09,shop,7,7,a,x,true\n"
    with pytest.raises(QueryError, match=r"grain: id = 1 stands 2 times; its rows would be counted"):
        refresh(make(tmp_path, {"sources/books.yaml": loose, "files/sales.csv": facts}))


def test_rows_that_break_a_key_of_the_contract_are_counted_once(tmp_path: Path) -> None:
    facts = FACTS + "1,2025-01-09,shop,7,7,a,x,true\n"
    folder = make(tmp_path, {"files/sales.csv": facts})
    assert values(folder, "revenue")["company", "2025-01"] == 111
    assert refresh(folder).datasets["sales"].quarantined == 1


def test_unit_by_way_of_a_join_that_finds_nobody_is_refused(tmp_path: Path) -> None:
    by_home = JOINED.replace("unit: {column: unit}", "unit: {column: who.home}")
    found = files("a,private,shop\nb,business,web\n") | {"models/sales.yaml": by_home}
    with pytest.raises(FourfoldError, match=r"rows belong to \(empty\), which units\.yaml does not know"):
        refresh(make(tmp_path, found))


DOUBLED = "SELECT s.id, s.day, s.unit, s.amount FROM sales AS s JOIN customers AS c ON c.customer = s.customer"


def test_join_in_sql_that_multiplies_rows_is_refused(tmp_path: Path) -> None:
    model = "sql: sales.sql\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
    twice = files("a,private,shop\na,business,web\nb,business,web\n")
    changed = {"models/sales.yaml": model, "models/sales.sql": DOUBLED, "models/customers.yaml": ""}
    folder = make(tmp_path, {**twice, **changed, "metrics/customer/private.yaml": ""})
    with pytest.raises(QueryError, match=r"grain: id = 1 stands 2 times; its rows would be counted"):
        refresh(folder)


def test_join_in_sql_without_a_grain_to_test_it_by_is_refused(tmp_path: Path) -> None:
    model = "sql: sales.sql\ntime: {column: day}\nunit: {column: unit}\n"
    found = files("a,private,shop\n") | {"models/sales.yaml": model, "models/sales.sql": DOUBLED}
    with pytest.raises(DefinitionError, match=r"models/sales\.sql joins, and nothing says what one row of it is"):
        refresh(make(tmp_path, {**found, "metrics/customer/private.yaml": ""}))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT unit, sum(amount) AS amount FROM sales GROUP BY unit",
        "SELECT DISTINCT unit FROM sales",
        "SELECT row_number() OVER () AS id, unit FROM sales",
        "SELECT id, day, unit, amount FROM sales LIMIT 10",
        "SELECT id, day, unit, amount FROM sales OFFSET 10",
        "SELECT id, day, unit, amount FROM sales UNION SELECT id, day, unit, amount FROM sales",
        "SELECT id, day, unit, amount FROM sales EXCEPT SELECT id, day, unit, amount FROM sales",
        "SELECT id, day, unit, amount FROM sales USING SAMPLE 10%",
        "WITH RECURSIVE t AS (SELECT * FROM sales UNION ALL SELECT * FROM t) SELECT * FROM t",
    ],
)
def test_model_that_aggregates_or_loses_rows_is_refused(tmp_path: Path, text: str) -> None:
    model = "sql: sales.sql\ntime: {column: day}\nunit: {column: unit}\n"
    with pytest.raises(DefinitionError, match=r"(?s)may not stand in a model.*\[F121\]"):
        refresh(make(tmp_path, {"models/sales.yaml": model, "models/sales.sql": text}))
