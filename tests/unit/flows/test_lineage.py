"""What rests on what, down to the columns of datasets, over the definitions of the demo company."""

from pathlib import Path

import pytest

from data.errors import CommandError
from flows.lineage import Link, down, up
from flows.workspace import Workspace, assemble
from tests.conftest import DEMO
from tests.making import make


@pytest.fixture(scope="module")
def demo_definitions() -> Workspace:
    return assemble(DEMO)


def every(link: Link) -> list[Link]:
    return [link, *(one for below in link.then for one in every(below))]


def columns(link: Link, kind: str) -> dict[str, tuple[str, ...]]:
    return {one.key: one.columns for one in every(link) if one.kind == kind}


def test_metric_rests_on_columns_behind_the_sql_of_its_model(demo_definitions: Workspace) -> None:
    found = down(demo_definitions, "on_time_delivery")
    assert columns(found, "table") == {"deliveries": ("delivered_on", "promised_on")}
    # product_group and status are not in the metric: the model's SQL keeps rows by them
    assert columns(found, "dataset") == {"order_lines": ("delivered_on", "product_group", "promised_on", "status")}
    assert [one.about for one in every(found) if one.kind == "source"] == ["orders/order_lines_*.csv"]


def test_computed_metric_rests_on_its_parts(demo_definitions: Workspace) -> None:
    found = down(demo_definitions, "order_intake_growth")
    assert [one.key for one in every(found) if one.kind == "metric"] == [
        "order_intake_growth",
        "order_intake_3m",
        "order_intake",
    ]


def test_dataset_leads_to_objectives_and_scorecards(demo_definitions: Workspace) -> None:
    kinds = {(one.kind, one.key) for one in every(up(demo_definitions, "dataset:order_lines"))}
    assert {("table", "deliveries"), ("metric", "on_time_delivery"), ("scorecard", "corporate")} <= kinds
    assert ("metric", "headcount") not in kinds


def test_name_that_nothing_bears_is_told_the_nearest(demo_definitions: Workspace) -> None:
    with pytest.raises(CommandError, match="did you mean 'order_lines'"):
        down(demo_definitions, "order_linez")


def test_join_and_renamed_columns_are_followed(tmp_path: Path) -> None:
    source = """\
connector: files
settings: {folder: files}
datasets:
  sales:
    path: sales.csv
    columns: {id: integer, day: date, unit: text, amount: decimal, cost: decimal, customer: text, channel: text}
  customers:
    path: customers.csv
    columns: {No: {type: text, as: id}, Region: {type: text, as: region}}
"""
    folder = make(
        tmp_path,
        {
            "sources/books.yaml": source,
            "models/customers.yaml": "source: customers\ngrain: [id]\n",
            "models/sales.yaml": "source: sales\ngrain: [id]\ntime: {column: day}\nunit: {column: unit}\n"
            "joins: {buyer: {table: customers, key: customer}}\n",
            "metrics/financial/revenue.yaml": "title: R\nmeasured_in: EUR\n"
            "agg: {table: sales, function: sum, expr: amount, filter: \"buyer.region = 'north'\"}\n",
            "files/sales.csv": "id,day,unit,amount,cost,customer,channel\n1,2025-01-10,shop,100,60,a,x\n",
            "files/customers.csv": "No,Region\na,north\n",
        },
    )
    found = down(assemble(folder), "revenue")
    assert columns(found, "dataset") == {"sales": ("amount", "customer", "day", "unit"), "customers": ("id", "region")}
    assert {"customers.csv": ("No", "Region")}.items() <= {
        one.about: one.columns for one in every(found) if one.kind == "source"
    }.items()
