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
