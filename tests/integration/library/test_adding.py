"""Adding a measure: asks nothing where it is clear, refuses with the flags to give, never overwrites, checks first."""

from pathlib import Path

import pytest

from data.errors import CommandError, DefinitionError
from flows.library import Wish, prepare, write
from flows.workspace import assemble
from tests.conftest import copy_of_demo
from tests.making import make, rows

SOURCE = """\
connector: files
settings: {folder: files}
datasets:
  sent:
    path: sent.csv
    columns:
      arrived_at: timestamp
      wanted: date
      ordered: date
      state: {type: text, one_of: [good, lost]}
      unit: {type: text, required: true}
      "Net Amount": decimal
"""
MODEL = "source: sent\ntime: {column: ordered}\nunit: {column: unit}\n"
SENT = """\
arrived_at,wanted,ordered,state,unit,Net Amount
2025-06-04 10:00:00,2025-06-04,2025-06-01,good,shop,10
2025-06-06 10:00:00,2025-06-05,2025-06-01,good,shop,20
2025-07-01 10:00:00,2025-07-02,2025-06-20,good,shop,30
"""
BARE = {
    "metrics/financial/revenue.yaml": "",
    "models/sales.yaml": "",
    "files/sales.csv": "",
    "sources/books.yaml": SOURCE,
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace with one table of deliveries and no metric yet."""
    return make(tmp_path / "shop", {**BARE, "models/sent.yaml": MODEL, "files/sent.csv": SENT})


def test_what_is_missing_is_told_with_the_flags(shop: Path) -> None:
    with pytest.raises(CommandError) as error:
        prepare(shop, Wish(("on_time_delivery",), tables={"": "sent"}))
    told = str(error.value)
    assert "on_time_delivery cannot be bound yet" in told
    assert "--column shipments.promised_on=<column>  date: the day that was promised to the customer" in told
    assert "could be arrived_at, wanted, ordered" in told
    assert not (shop / "metrics").exists()


def test_with_the_flags_it_is_written_and_gives_the_right_value(shop: Path) -> None:
    addition = prepare(
        shop, Wish(("on_time_delivery",), {"": "sent"}, {"promised_on": "wanted", "delivered_on": "arrived_at"})
    )
    assert addition.matches["shipments"].columns == {"delivered_on": "arrived_at", "promised_on": "wanted"}
    text = addition.texts["metrics/customer/on_time_delivery.yaml"]
    assert '{table: sent, function: sum_boolean, expr: "CAST(arrived_at AS DATE) <= wanted", time: arrived_at}' in text
    assert "# - Against the first promise" in text
    assert not (shop / "metrics").exists(), "prepared, not written"
    write(addition)
    assert list(assemble(shop).metrics) == ["on_time_delivery"]
    june = [r for r in rows(shop) if (r["span"], f"{r['period_end']:%Y-%m}", r["unit"]) == ("month", "2025-06", "shop")]
    # Ten o'clock of the 4th is on the 4th, and in time; the 6th is a day late. A moment was compared as its day.
    assert [row["value"] for row in june] == [0.5]


def test_a_condition_and_a_name_with_a_blank_are_bound(shop: Path) -> None:
    columns = {"promised_on": "wanted", "delivered_on": "arrived_at", "is_complete": "state = 'good'"}
    wish = Wish(
        ("on_time_in_full", "return_rate"), {"": "sent"}, {**columns, "amount": '"Net Amount"', "returned_on": "wanted"}
    )
    texts = prepare(shop, wish).texts
    assert "CAST(arrived_at AS DATE) <= wanted AND (state = 'good')" in texts["metrics/customer/on_time_in_full.yaml"]
    assert '"\\"Net Amount\\""' in texts["metrics/customer/return_rate.yaml"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    demo = copy_of_demo(tmp_path / "demo")
    before = (demo / "metrics/customer/on_time_delivery.yaml").read_bytes()
    with pytest.raises(CommandError, match=r"metrics/customer/on_time_delivery\.yaml is there, .*`--as <key>`"):
        prepare(demo, Wish(("on_time_delivery",)))
    addition = prepare(demo, Wish(("on_time_delivery",), named="parcels_on_time"))
    write(addition)
    assert (demo / "metrics/customer/on_time_delivery.yaml").read_bytes() == before
    with pytest.raises(CommandError, match=r"cannot be written: File exists; nothing was added"):
        write(addition)
    assert "parcels_on_time" in assemble(demo).metrics


def test_parts_come_along_and_those_that_are_there_stay(tmp_path: Path) -> None:
    demo = copy_of_demo(tmp_path / "demo")
    addition = prepare(demo, Wish(("operating_margin",), named="profit_share"))
    names = [Path(name).stem for name in addition.texts]
    assert names == ["operating_costs", "operating_profit", "profit_share"]
    assert addition.kept == {"revenue": "revenue", "cost_of_sales": "cost_of_sales"}
    assert "filter: \"account_group = 'operating'\"" in addition.texts["metrics/financial/operating_costs.yaml"]
    assert "guardrails: [revenue_growth, engagement]" in addition.texts["metrics/financial/profit_share.yaml"]


def test_a_conversion_needs_one_name_for_its_entity(tmp_path: Path) -> None:
    source = SOURCE + "  tries:\n    path: t.csv\n    columns: {began: date, client: text, unit: text}\n"
    source += "  contracts:\n    path: c.csv\n    columns: {start_date: date, who: text, unit: text}\n"
    tries = "source: tries\ntime: {column: began}\nunit: {column: unit}\n"
    models = {
        "models/trials.yaml": tries,
        "models/contracts.yaml": tries.replace("tries", "contracts").replace("began", "start_date"),
    }
    folder = make(tmp_path / "a", {**BARE, "sources/books.yaml": source, **models})
    wish = Wish(("trial_conversion",), columns={"trials.customer_id": "client", "subscriptions.customer_id": "who"})
    with pytest.raises(
        DefinitionError, match=r"add `entities: \{customer_id: \.\.\.\}` to models/trials.yaml|not know"
    ):
        prepare(folder, wish)
    for name, own in (("trials", "client"), ("contracts", "who")):
        path = folder / "models" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + f"entities: {{customer_id: {own}}}\n", encoding="utf-8")
    (text,) = prepare(folder, wish).texts.values()
    assert "conversion: {base: {table: trials}, converted: {table: contracts}, entity: customer_id" in text


def test_an_own_metric_stands_for_a_part(tmp_path: Path) -> None:
    demo = copy_of_demo(tmp_path / "demo")
    wish = Wish(("revenue_growth",), metrics={"revenue": "order_intake"}, perspective="customer", named="orders_growth")
    texts = prepare(demo, wish).texts
    assert 'change: {metric: order_intake, back: "1 year", as: percent}' in texts["metrics/customer/orders_growth.yaml"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(("on_time_delivry",)), "'on_time_delivry' is not in the library; did you mean 'on_time_delivery'?"),
        (
            Wish(("on_time_delivery",), {"": "deliverys"}),
            "'deliverys' is not a table of models/; did you mean 'deliveries'",
        ),
        (Wish(("on_time_delivery",), {"parcels": "x"}), "asks for no 'parcels'"),
        (Wish(("on_time_delivery",), columns={"promised": "x"}), "asks for no 'promised'; did you mean"),
        (
            Wish(("on_time_delivery",), metrics={"revenue": "revenue"}),
            "not a part of on_time_delivery; its parts: none",
        ),
        (Wish(("revenue_growth",), metrics={"revenue": "revenu"}), "'revenu' is not a metric; did you mean 'revenue'?"),
        (Wish(("complaint_rate",), {"": "tickets"}), "reads 2 tables; say which is which: --table complaints=<table>"),
        (Wish(("gross_margin", "revenue"), named="x"), "--as gives one metric its name"),
        (Wish(("emissions",)), "no table looks like it; give --table utilities=<table> with"),
        (Wish(("absence_rate",), named="a", perspective="peopel"), "'peopel' is not a perspective"),
    ],
)
def test_a_wish_that_cannot_be_meant_is_refused_with_the_remedy(wish: Wish, words: str, tmp_path: Path) -> None:
    demo = copy_of_demo(tmp_path / "demo")
    columns = {"planned_hours": "planned_days", "absent_hours": "absent_days"}
    wish = (
        Wish(wish.keys, wish.tables, columns, wish.metrics, wish.perspective, wish.named) if wish.perspective else wish
    )
    with pytest.raises(CommandError) as error:
        prepare(demo, wish)
    assert words in str(error.value)


def test_a_table_of_another_name_is_offered_and_not_taken(tmp_path: Path) -> None:
    """A ledger has a day and an amount; that does not make it the spending on marketing."""
    demo = copy_of_demo(tmp_path / "demo")
    with pytest.raises(CommandError, match=r"no table is called so; .*give --table marketing=budget"):
        prepare(demo, Wish(("marketing_spend",)))
    (demo / "models" / "receipts.yaml").rename(demo / "models" / "arrivals.yaml")
    for path in (demo / "metrics").glob("*/*.yaml"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("table: receipts", "table: arrivals"), encoding="utf-8"
        )
    with pytest.raises(CommandError, match=r"if one of these is meant, give --table receipts=arrivals"):
        prepare(demo, Wish(("supplier_on_time",), named="came_in_time"))
    assert prepare(demo, Wish(("supplier_on_time",), {"": "arrivals"}, named="came_in_time")).texts


def test_a_binding_that_the_check_refuses_is_not_written(shop: Path) -> None:
    columns = {"promised_on": "du", "delivered_on": "arrived_at"}
    with pytest.raises(DefinitionError, match="'du' is not a column of sent"):
        prepare(shop, Wish(("on_time_delivery",), {"": "sent"}, columns))
    assert not (shop / "metrics").exists()
