"""SQL in a model's SELECT: what may stand in for a table reads datasets by the row, and nothing else.

It is refused before any engine sees it, since facts may stay in a PostgreSQL or a Spark that knows more than DuckDB.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from metrics.language.expressions import ExpressionError, select_columns
from tests.attacks import Attack


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB as it comes, with rows in it."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE orders AS SELECT 'open' AS status")
        yield connection


MODELS = {
    "SQL in a model: files": (
        "SELECT content AS id FROM read_text('{secret}/secret.csv')",
        "SELECT word AS id FROM '{secret}/secret.csv'",
        "SELECT id FROM orders, read_csv('{secret}/secret.csv')",
        "SELECT id FROM orders WHERE status IN (SELECT word FROM '{secret}/secret.csv')",
    ),
    "SQL in a model: tables of the system": (
        "SELECT name AS id FROM duckdb_settings()",
        "SELECT id FROM orders, duckdb_tables",
        "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM information_schema.tables)",
        "SELECT m.id FROM sqlite_master AS m, (WITH sqlite_master AS (FROM orders) SELECT id FROM sqlite_master) AS s",
        "WITH a AS (SELECT * FROM sqlite_master), sqlite_master AS (SELECT id FROM orders) SELECT * FROM a",
        "SELECT id FROM (DESCRIBE orders)",
        "SELECT id FROM (SUMMARIZE orders)",
        "SELECT id FROM main.orders",
    ),
    "SQL in a model: statements": (
        "SELECT id FROM orders; DROP TABLE orders",
        "COPY orders TO '{secret}/x'",
        "ATTACH '{secret}/x.db'",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT id FROM orders",
        "WITH more AS (INSERT INTO orders SELECT * FROM orders RETURNING *) SELECT id FROM orders",
        "SELECT id INTO evil FROM orders",
        "SELECT id FROM orders FOR UPDATE",
        "PIVOT orders ON status",
        "CALL pragma_version()",
        "EXPLAIN ANALYZE SELECT id FROM orders",
    ),
    "SQL in a model: functions that tell or change": (
        "SELECT current_setting('threads') AS id FROM orders",
        "SELECT pg_read_file('/etc/passwd') AS id FROM orders",  # where facts stay in PostgreSQL
        "SELECT dblink('host=10.0.0.1', 'SELECT 1') AS id FROM orders",
        "SELECT lo_import('/etc/passwd') AS id FROM orders",
        "SELECT java_method('java.lang.System', 'getenv', 'PATH') AS id FROM orders",  # and in Spark
        "SELECT reflect('java.lang.Runtime', 'getRuntime') AS id FROM orders",
        "SELECT pg_sleep(100) AS id FROM orders",
        "SELECT sleep_ms(100000) AS id FROM orders",
        "SELECT random() AS id FROM orders",
        "SELECT uuid() AS id FROM orders",
        "SELECT now() AS id FROM orders",
        "SELECT current_user AS id FROM orders",
        "SELECT getvariable('x') AS id FROM orders",
        "SELECT nextval('seq') AS id FROM orders",
        "SELECT write_log('x') AS id FROM orders",
        "SELECT id FROM orders WHERE getenv('HOME') = ''",
        "SELECT COLUMNS('.*') FROM orders",
    ),
    "SQL in a model: texts and lists without end": (
        "SELECT repeat(status, 1000000000) AS id FROM orders",
        "SELECT id, unnest(range(1000000000)) AS n FROM orders",
        "SELECT list_reduce(string_split(status, ''), lambda a, b: a || b || a) AS id FROM orders",
        "SELECT " + "replace(" * 9 + "status" + ", 'a', 'aaaaaaaaaa')" * 9 + " AS id FROM orders",
        "SELECT regexp_replace(regexp_replace(status, '', status, 'g'), '', status, 'g') AS id FROM orders",
        "WITH a0 AS (SELECT status FROM orders)"
        + "".join(f", a{n + 1} AS (SELECT status || status AS status FROM a{n})" for n in range(40))
        + " SELECT status AS id FROM a40",
        "SELECT id FROM " + "(SELECT id || id AS id FROM " * 40 + "orders" + ")" * 40,
        "WITH RECURSIVE t AS (SELECT id FROM orders UNION ALL SELECT id FROM t) SELECT id FROM t",
    ),
    "SQL in a model: names that break out of their quotes": (
        'SELECT date_add(day, 1, "day * (SELECT count(*) FROM sqlite_master)") AS id FROM orders',
        'SELECT extract("year from day) + (SELECT count(*) FROM sqlite_master) + extract(year" from day) FROM orders',
    ),
    "SQL in a model: values from outside": ("SELECT $1 AS id FROM orders", "SELECT ? AS id FROM orders"),
    "SQL in a model: endless nesting": (
        "SELECT " + "(" * 3000 + "id" + ")" * 3000 + " FROM orders",
        "SELECT id FROM " + "(SELECT id FROM " * 2000 + "orders" + ")" * 2000,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param(kind, text, id=f"{kind.partition(': ')[2]}-{place}")
        for kind, texts in MODELS.items()
        for place, text in enumerate(texts)
    ],
)
def test_a_hostile_model_is_refused(kind: str, text: str, secret: Path, attack: Attack) -> None:
    with attack.refused(kind, ExpressionError):
        select_columns(text.replace("{secret}", str(secret)), ["orders"])


def test_a_name_that_a_with_hides_elsewhere_would_read_the_system(raw: duckdb.DuckDBPyConnection) -> None:
    """The control of two of them: the engine binds the name to its own table, not to the WITH that stands elsewhere."""
    hidden = "WITH sqlite_master AS (SELECT status FROM orders) SELECT status FROM sqlite_master"
    found = raw.execute(f"SELECT m.name FROM sqlite_master AS m, ({hidden}) AS s").fetchall()
    assert found == [("orders",)]


def test_texts_that_double_would_pass_the_memory_limit(raw: duckdb.DuckDBPyConnection) -> None:
    """The control of texts without end: what a function makes of a text is not held against the engine's limit."""
    raw.execute("SET memory_limit = '40MB'")
    inner = "SELECT status FROM orders, range(1000)"
    for _ in range(14):
        inner = f"SELECT status || status AS status FROM ({inner})"
    assert raw.execute(f"SELECT sum(length(status)) FROM ({inner})").fetchall() == [(1000 * 4 * 2**14,)]


SOUND = (
    "SELECT o.id, lower(trim(c.name)) AS name, regexp_replace(o.code, '[^0-9]', '', 'g') AS code FROM orders AS o "
    "LEFT JOIN customers AS c ON c.id = o.customer WHERE o.day >= DATE '2024-01-01'",
    "WITH paid AS (SELECT * FROM orders WHERE paid) SELECT id, date_trunc('month', day) AS month FROM paid",
    "SELECT id, unnest(string_split(tags, ',')) AS tag FROM orders",
    "SELECT id, payload->>'$.kind' AS kind, CAST(amount AS DECIMAL(18, 2)) AS amount FROM orders",
    "SELECT id, strftime(day, '%Y') AS year, coalesce(a, b, 0) AS c FROM orders "
    "UNION ALL SELECT id, year, c FROM customers",
)


@pytest.mark.parametrize("text", SOUND, ids=range(len(SOUND)))
def test_what_models_are_for_is_let_through(text: str) -> None:
    assert select_columns(text, ["orders", "customers"])
