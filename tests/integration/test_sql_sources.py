"""The connector `sql` over real databases: SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from data.errors import ContractError, DefinitionError, SourceError
from tests.loading import Workbench

COLUMNS = """
columns:
  id: {type: text, required: true}
  ordered_on: date
  amount: {type: decimal, min: 0}
key: [id]
cursor: ordered_on
"""


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """An empty workspace."""
    return Workbench(tmp_path / "workspace")


@pytest.fixture
def sqlite(bench: Workbench) -> sqlite3.Connection:
    """erp.db in the workspace, with a table `orders` of five rows, of which three are good."""
    connection = sqlite3.connect(bench.folder / "erp.db")
    connection.execute("CREATE TABLE orders (id, ordered_on, amount, salary)")
    rows = [
        (1, "2024-01-01", 1.5, 9),
        ("B", "2024-01-02", "2", 9),
        ("C", "2024-01-03", "lots", 9),
        (1, "2024-01-03", 7, 9),
        ("D", None, None, 9),
    ]
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    connection.execute("CREATE VIEW big AS SELECT * FROM orders WHERE amount > 1")
    connection.commit()
    return connection


SQLITE = '{url: "sqlite:///erp.db"}'


@pytest.mark.usefixtures("sqlite")
def test_a_table_with_values_of_any_type(bench: Workbench) -> None:
    loaded = bench.load(f"table: orders{COLUMNS}", connector="sql", settings=SQLITE)
    assert loaded.rows == [
        ("1", date(2024, 1, 1), Decimal("1.5")),
        ("B", date(2024, 1, 2), Decimal(2)),
        ("D", None, None),
    ]
    assert loaded.quarantine == [
        ("orders", 3, "amount: 'lots' is not a decimal number", '{"id":"C","ordered_on":"2024-01-03","amount":"lots"}'),
        (
            "orders",
            4,
            "id: '1' is a duplicate: the same key stands in line 1 of orders",
            '{"id":"1","ordered_on":"2024-01-03","amount":7.0000}',
        ),
    ]
    assert loaded.state.ignored == ("salary",)


@pytest.mark.usefixtures("sqlite")
def test_a_query_and_a_view(bench: Workbench) -> None:
    query = "query: \"SELECT id, ordered_on, amount FROM orders WHERE '12:30' <> ':x' AND id LIKE 'B%' ;\""
    assert [row[0] for row in bench.load(f"{query}{COLUMNS}", connector="sql", settings=SQLITE).rows] == ["B"]
    assert len(bench.load(f"table: big{COLUMNS}", connector="sql", settings=SQLITE).rows) == 2


def test_equal_rows_keep_their_fact_file(bench: Workbench, sqlite: sqlite3.Connection) -> None:
    first = bench.load(f"table: orders{COLUMNS}", connector="sql", settings=SQLITE).state
    again = bench.load(f"table: orders{COLUMNS}", connector="sql", settings=SQLITE).state
    assert (again.files, again.fingerprint) == (first.files, first.fingerprint)
    sqlite.execute("UPDATE orders SET amount = 1.6 WHERE amount = 1.5")
    sqlite.commit()
    changed = bench.load(f"table: orders{COLUMNS}", connector="sql", settings=SQLITE).state
    assert changed.files != first.files


FAULTS = [
    (f"table: order{COLUMNS}", SourceError, "the table 'order' is missing; did you mean 'orders'"),
    (f"query: selct 1{COLUMNS}", SourceError, 'near "selct": syntax error; check the url'),
    (f"query: drop table orders{COLUMNS}", SourceError, "readonly"),
    ("table: orders\ncolumns: {idd: text}\n", ContractError, "column 'idd' is missing; did you mean 'id'"),
    ("query: select 1 as a, 2 as a\ncolumns: {a: text}\n", ContractError, "'a' stands twice in the answer"),
    (f"query: select * from orders where false{COLUMNS}", SourceError, "query holds no rows"),
]


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(("dataset", "kind", "words"), FAULTS)
def test_what_cannot_be_read_is_told(bench: Workbench, dataset: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        bench.load(dataset, connector="sql", settings=SQLITE)
    assert "source 'erp', dataset 'orders'" in str(caught.value)


ADDRESSES = [
    ("sqlite:///nowhere.db", r"the database .*nowhere\.db is missing"),
    ("nonsense", "not one that SQLAlchemy understands"),
    ("postgers://u:geheim@h/x", "'postgers' is misspelt or not installed|'sqlalchemy.dialects:postgers'"),
    ("mysql://u:geheim@127.0.0.1:1/x", "the driver 'MySQLdb' is not installed"),
    ("postgresql://u:geheim@127.0.0.1:1/x", "onnection"),
    ("postgresql://u:geheim@127.0.0.1:x/x", "not one that SQLAlchemy understands"),
]


@pytest.mark.parametrize(("url", "words"), ADDRESSES)
def test_an_address_that_does_not_work_is_told_without_its_password(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("ERP_URL", url)
    with pytest.raises(SourceError, match=words) as caught:
        bench.load(f"table: orders{COLUMNS}", connector="sql", settings='{url: "${ERP_URL}"}')
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None or "geheim" not in str(caught.value.__cause__)


def test_text_rules_do_not_belong_to_a_database(bench: Workbench) -> None:
    with pytest.raises(DefinitionError, match="convert it in a `query`"):
        bench.source("table: orders\ncolumns: {a: {type: date, format: '%d.%m.%Y'}}\n", "sql", SQLITE)
    with pytest.raises(DefinitionError, match="say either `table` or `query`"):
        bench.source("table: orders\nquery: select 1\ncolumns: {a: date}\n", "sql", SQLITE)


@pytest.fixture
def sales(postgres: str) -> Iterator[str]:
    """A schema `sales` with 50,000 orders in a real PostgreSQL; its URL."""
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS sales CASCADE"))
        connection.execute(text("CREATE SCHEMA sales"))
        connection.execute(
            text(
                "CREATE TABLE sales.orders AS SELECT i AS id, date '2024-01-01' + i % 300 AS ordered_on, "
                "(i / 100.0)::numeric(12, 2) AS amount, timestamptz '2024-01-01 23:30:00-05' AS seen_at, "
                "i % 2 = 0 AS paid, i::float8 / 3 AS share, gen_random_uuid() AS token, '{}'::jsonb AS note, "
                "'K' || i AS code, NULL::int AS nothing FROM generate_series(1, 50000) AS i"
            )
        )
    yield postgres
    engine.dispose()


TYPED = """
columns:
  id: integer
  ordered_on: date
  amount: decimal
  seen_at: timestamp
  paid: boolean
  share: number
  token: text
  note: text
  nothing: integer
key: [id]
cursor: ordered_on
"""


def test_postgres_is_streamed_with_every_type(bench: Workbench, sales: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_URL", sales)
    loaded = bench.load(f"table: sales.orders{TYPED}", connector="sql", settings='{url: "${ERP_URL}"}')
    assert (loaded.state.rows, loaded.state.quarantined) == (50_000, 0)
    third = next(row for row in loaded.rows if row[0] == 3)
    seen = datetime(2024, 1, 2, 4, 30)  # noqa: DTZ001  # the engine's TIMESTAMP is UTC without saying so
    assert third[:6] == (3, date(2024, 1, 4), Decimal("0.03"), seen, False, 1.0)
    assert len(third[6]) == 36
    assert (third[7], third[8]) == ("{}", None)
    assert loaded.state.ignored == ("code",)
    assert sum(row[2] for row in loaded.rows) == Decimal("12500250.00")


def test_postgres_values_beyond_the_contract_are_refused(bench: Workbench, sales: str) -> None:
    query = (
        "query: |\n  select id::text as id, case when id = 7 then 'NaN'::numeric else amount end as amount,\n"
        "    case when id = 9 then '4000-01-01'::date else ordered_on end as ordered_on\n"
        "  from sales.orders where code like 'K_' and id % 1 = 0 order by id"
    )
    loaded = bench.load(f"{query}{COLUMNS}", connector="sql", settings=f'{{url: "{sales}"}}')
    assert loaded.state.rows == 7
    assert loaded.places == [("query", 7), ("query", 9)]
    assert loaded.reasons == [
        "amount: 'NaN' is not a decimal number",
        "ordered_on: '4000-01-01' is not between 1900-01-01 and 2200-12-31",
    ]


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ("table: sales.order", "the table 'sales.order' is missing; did you mean 'orders'"),
        ("query: delete from sales.orders returning id, ordered_on, amount", "DELETE|delete|read-only"),
        ("query: select * from sales.orders where id / 0 = 1", "division by zero"),
    ],
)
def test_postgres_says_what_is_wrong(bench: Workbench, sales: str, dataset: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        bench.load(f"{dataset}{COLUMNS}", connector="sql", settings=f'{{url: "{sales}"}}')
