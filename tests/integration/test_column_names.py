"""A company names its columns as it likes: also as the quarantine names its own."""

from pathlib import Path

from data.snapshots import Store
from data.warehouse import open_facts
from tests.making import SOURCE, make, values

NAMES = ("line", "reason", "raw", "source_file", "row", "twin", "piece", "data", "places", "first", "here")


def test_columns_may_bear_the_names_of_the_quarantine(tmp_path: Path) -> None:
    extra = "".join(f"      {name}: text\n" for name in NAMES)
    source = SOURCE.replace("      channel: text\n", f"      channel: text\n{extra}").replace("key: [id]", "key: [row]")
    header = "id,day,unit,amount,cost,customer,channel,ok," + ",".join(NAMES)
    cells = ",".join("r1" if name == "row" else name for name in NAMES)
    rows = [
        f"{number},2025-01-10,shop,{amount},60,a,x,true,{cells}"
        for number, amount in ((1, "100"), (2, "abc"), (3, "7"))
    ]
    folder = make(tmp_path, {"sources/books.yaml": source, "files/sales.csv": "\n".join([header, *rows]) + "\n"})
    assert values(folder, "revenue")["company", "2025-01"] == 100
    manifest = Store(folder / "var").current()
    assert manifest is not None
    with open_facts(folder / "var", manifest.files()) as connection:
        refused = connection.execute("SELECT line, reason FROM quarantine.sales ORDER BY line").fetchall()
    assert refused == [
        (3, "amount: 'abc' is not a decimal number"),
        (4, "row: 'r1' is a duplicate: the same key stands in line 2 of sales.csv"),
    ]


def test_columns_that_are_named_stand_for_themselves_whatever_their_letters(tmp_path: Path) -> None:
    source = SOURCE.replace("day:", "when:").replace("unit:", '"Sales.Unit":').replace("amount:", "'Net \"Sum\"':")
    source = source.replace("customer:", "Order Date:").replace("cursor: day", "cursor: when")
    source = source.replace("id:", "'Nr \"1\"':").replace("key: [id]", "")
    model = """
source: sales
grain: ['Nr "1"', when]
time: {column: when}
unit: {column: Sales.Unit}
rows: [when, Sales.Unit]
joins: {self: {table: once, key: 'Nr "1"'}}
"""
    once = "source: sales\ngrain: ['Nr \"1\"']\n"
    metric = """
title: T
measured_in: {1}
{0}
"""
    kinds = {
        "summed": "agg: {table: sales, function: sum, expr: 'Net \"Sum\"'}",
        "met": "first_per: {table: sales, entity: Order Date, time: when}",
        "open": "stock: {table: sales, opened: when, closed: Order Date}",
    }
    header = '"Nr ""1""",when,Sales.Unit,"Net ""Sum""",cost,Order Date,channel,ok\n'
    folder = make(
        tmp_path,
        {
            "sources/books.yaml": source.replace("Order Date: text", "Order Date: date"),
            "models/sales.yaml": model,
            "models/once.yaml": once,
            "files/sales.csv": header + "1,2025-01-10,shop,7,1,2025-03-01,x,true\n",
            "metrics/financial/revenue.yaml": "",
            **{
                f"metrics/financial/{key}.yaml": metric.format(kind, "EUR" if key == "summed" else "people")
                for key, kind in kinds.items()
            },
        },
    )
    assert values(folder, "summed")["shop", "2025-01"] == 7
    assert values(folder, "met")["shop", "2025-01"] == 1
    found = values(folder, "open")
    assert [found["shop", f"2025-0{month}"] for month in (1, 2, 3)] == [1, 1, 0]
