"""`fourfold interop`: reads into a workspace, writes out of it, overwrites nothing unasked, and lists what stays."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.commands import fourfold
from flows.workspace import assemble
from tests.making import make

DBT = Path(__file__).resolve().parents[2] / "fixtures" / "dbt"
SOURCE = """\
connector: files
settings: {folder: files}
datasets:
  fct_orders:
    path: orders.csv
    columns: {order_id: integer, customer_id: integer, product_id: integer, ordered_on: date, channel: text,
              amount: number, balance: number}
    key: [order_id]
  dim_customers: {path: customers.csv, columns: {customer_id: integer, segment: text}, key: [customer_id]}
  dim_products:
    path: products.csv
    columns: {product_id: integer, category: text, valid_from: date, valid_to: date}
    key: [product_id, valid_from]
"""

COST = "title: Cost\nmeasured_in: EUR\nagg: {table: sales, function: sum, expr: cost}\n"
OTHER = {"metrics/financial/revenue.yaml": "", "metrics/financial/cost.yaml": COST}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(fourfold, ["interop", *(str(argument) for argument in arguments)])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return make(tmp_path / "mine", {"sources/shop.yaml": SOURCE, **OTHER})


@pytest.mark.parametrize("name", ["semantic_manifest.json", "older.yml", "latest.yml"])
def test_dbt_comes_into_a_workspace_that_stays_sound(mine: Path, name: str) -> None:
    result = call("dbt", DBT / name, "--into", mine, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert "models/orders.yaml" in set(told["files"])
    home = assemble(mine)
    assert {"revenue", "web_revenue", "order_value", "growth", "since_january"} <= set(home.metrics)
    assert home.catalog.tables["orders"].joins["product"].valid is not None
    assert told["left"] == []


def test_nothing_is_overwritten_unasked(mine: Path) -> None:
    assert call("dbt", DBT / "older.yml", "--into", mine).exit_code == 0
    assert call("dbt", DBT / "older.yml", "--into", mine).exit_code == 0
    path = mine / "metrics" / "process" / "revenue.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "owner: anna\n", encoding="utf-8")
    refused = call("dbt", DBT / "older.yml", "--into", mine)
    assert refused.exit_code == 1
    assert "metrics/process/revenue.yaml is there already; --replace overwrites" in refused.stderr
    assert "anna" in path.read_text(encoding="utf-8")
    assert call("dbt", DBT / "older.yml", "--into", mine, "--replace").exit_code == 0
    assert "anna" not in path.read_text(encoding="utf-8")


def test_a_metric_stays_in_the_perspective_where_it_was_put(mine: Path) -> None:
    assert call("dbt", DBT / "older.yml", "--into", mine).exit_code == 0
    (mine / "metrics" / "process" / "revenue.yaml").rename(mine / "metrics" / "financial" / "revenue.yaml")
    assert call("dbt", DBT / "older.yml", "--into", mine).exit_code == 0
    assert not (mine / "metrics" / "process" / "revenue.yaml").exists()


def test_without_a_workspace_nothing_is_written_and_all_is_shown() -> None:
    result = call("dbt", DBT / "latest.yml", "--unit", "company")
    assert result.exit_code == 0
    assert "# models/orders.yaml" in result.stdout and "customer.segment = 'a'" in result.stdout
    assert "no source brings this dataset yet" in result.stdout


def test_ossie_out_and_in_again(mine: Path, tmp_path: Path) -> None:
    document = tmp_path / "ossie.json"
    assert call("export", document, "--workspace", mine).exit_code == 0
    other = make(tmp_path / "other", {"sources/shop.yaml": SOURCE, **OTHER})
    assert call("ossie", document, "--into", other, "--replace").exit_code == 0
    assert assemble(other).catalog.metrics == assemble(mine).catalog.metrics
    assert assemble(other).catalog.tables == assemble(mine).catalog.tables


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dbt", "nowhere.json", "--unit", "x"), "neither a file nor a folder"),
        (("dbt", DBT / "older.yml"), "to which unit rows belong is not known"),
        (("ossie", DBT / "older.yml", "--unit", "x"), "holds no datasets"),
        (("dbt", Path(__file__), "--unit", "x"), "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told(arguments: tuple[object, ...], words: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 1
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_a_project_is_read_by_its_manifest_before_its_files(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "marts.yml").write_text((DBT / "older.yml").read_text(encoding="utf-8"), encoding="utf-8")
    by_files = call("dbt", tmp_path, "--unit", "company", "--json")
    manifest = (DBT / "semantic_manifest.json").read_text(encoding="utf-8")
    (tmp_path / "target" / "semantic_manifest.json").write_text(manifest, encoding="utf-8")
    by_manifest = call("dbt", tmp_path, "--unit", "company", "--json")
    assert json.loads(by_files.stdout)["files"].keys() == json.loads(by_manifest.stdout)["files"].keys()
