"""What is wrong with facts that stay in an engine is told before any number is made of them, with place and remedy."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import ContractError, DefinitionError, FourfoldError, QueryError, SourceError
from flows.refresh import refresh
from flows.workspace import assemble
from tests import making
from tests.integration.away import postgres_place

SETTINGS = making.WORKSPACE + 'engine: {kind: postgres, address: "${FOURFOLD_TEST_ENGINE}"}\n'
SOURCE = """\
connector: in_place
datasets:
  sales:
    table: sales
    columns:
      id: {type: integer, required: true}
      day: {type: date, required: true}
      unit: {type: text, one_of: [shop, web, works]}
      amount: {type: decimal, min: 0}
      customer: text
      channel: text
    key: [id]
    cursor: day
"""
CUSTOMERS = """\
connector: files
settings: {folder: files}
datasets:
  customers:
    path: customers.csv
    columns: {customer: {type: text, required: true}, kind: text}
    key: [customer]
"""
Company = Callable[..., Path]


def _sales(**columns: list[object]) -> pa.Table:
    usual: dict[str, list[object]] = {
        "id": [1, 2, 3],
        "day": [date(2025, 1, 10), date(2025, 2, 3), date(2025, 2, 4)],
        "unit": ["shop", "web", "shop"],
        "amount": [Decimal("10.5"), Decimal("2.25"), None],
        "customer": ["a", "b", "a"],
        "channel": ["x", "x", "y"],
    }
    types = {"day": pa.date32(), "amount": pa.decimal128(18, 4), "id": pa.int64()}
    return pa.table({name: pa.array(v, types.get(name, pa.string())) for name, v in (usual | columns).items()})


@pytest.fixture
def company(tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Makes a small company whose sales stay in PostgreSQL."""
    place = postgres_place(postgres)
    monkeypatch.setenv("FOURFOLD_TEST_ENGINE", place.address)

    def made(sales: pa.Table, **files: str) -> Path:
        place.put("sales", sales)
        given = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
        whole = {"workspace.yaml": SETTINGS, "sources/books.yaml": SOURCE, "files/sales.csv": "", **given}
        return making.make(tmp_path / "company", whole)

    return made


def test_values_come_of_rows_that_stay(company: Company) -> None:
    """The small company, and nothing of it in a file."""
    found = making.values(company(_sales()), "revenue")
    assert (found["company", "2025-01"], found["web", "2025-02"]) == (10.5, 2.25)


@pytest.mark.parametrize(
    ("sales", "words"),
    [
        (_sales(id=[1, 1, 3]), "1 keys (id) stand more than once"),
        (_sales(id=[1, None, 3]), "in 1 rows column 'id' is empty, but required"),
        (_sales(amount=[Decimal(-1), Decimal(-2), None]), "in 2 rows column 'amount' is below the minimum 0"),
        (_sales(unit=["shop", "moon", "shop"]), "in 1 rows column 'unit' is not one of shop, web, works"),
        (_sales().drop_columns("amount"), "there is no column 'amount'"),
    ],
)
def test_a_broken_contract_stops_the_refresh(company: Company, sales: pa.Table, words: str) -> None:
    """Rows that stay cannot be set aside; how many, of which column, and what to do is told."""
    with pytest.raises(ContractError) as told:
        refresh(company(sales))
    assert words in str(told.value)
    assert "source 'books', dataset 'sales'" in str(told.value)


def test_another_type_is_told(company: Company) -> None:
    """Text where the contract says a number."""
    table = _sales().set_column(3, "amount", pa.array(["1", "2", "3"]))
    with pytest.raises(ContractError, match="column 'amount' is varchar, and the contract says decimal"):
        refresh(company(table))


def test_an_engine_that_is_not_there_is_told(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a missing variable nor a dead address gives an empty snapshot."""
    folder = company(_sales())
    monkeypatch.setenv("FOURFOLD_TEST_ENGINE", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(SourceError, match="does not answer"):
        refresh(folder)
    monkeypatch.delenv("FOURFOLD_TEST_ENGINE")
    with pytest.raises(FourfoldError, match="FOURFOLD_TEST_ENGINE is not set"):
        refresh(folder)


def test_in_place_needs_an_engine(company: Company) -> None:
    """The line that chooses it is named."""
    with pytest.raises(SourceError, match="needs `engine:"):
        refresh(company(_sales(), workspace=making.WORKSPACE))


def test_a_function_on_which_engines_disagree_is_refused(company: Company) -> None:
    """With the code, the reason and what to write instead."""
    metric = making.REVENUE.replace("expr: amount}", "expr: amount, filter: \"upper(channel) = 'X'\"}")
    with pytest.raises(DefinitionError) as told:
        assemble(company(_sales(), metrics__financial__revenue=metric))
    assert "[F140]" in str(told.value)
    assert "use lower" in str(told.value)


def test_what_stays_and_what_was_loaded_are_never_joined(company: Company) -> None:
    """No rows are pulled over in silence."""
    model = making.MODEL + "joins: {buyer: {table: customers, key: customer}}\n"
    metric = making.REVENUE.replace("expr: amount}", "expr: amount, filter: \"buyer.kind = 'new'\"}")
    files = {
        "sources__crm": CUSTOMERS,
        "models__customers": "source: customers\ngrain: [customer]\n",
        "models__sales": model,
        "metrics__financial__revenue": metric,
    }
    folder = company(_sales(), **files)
    (folder / "files").mkdir(exist_ok=True)
    (folder / "files" / "customers.csv").write_text("customer,kind\na,new\nb,old\n", encoding="utf-8")
    with pytest.raises(QueryError, match="one query cannot join them"):
        refresh(folder)
