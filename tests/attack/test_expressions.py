"""SQL in every expression: each class is refused, and each has a control that shows what it would do without the guard.

The control runs the same words in a plain DuckDB, pasted as text into a SELECT, as a careless product would.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from data.errors import FourfoldError
from data.warehouse import connect, literal, seal
from flows.asking import ask
from metrics.language.expressions import ExpressionError, parse, render, table_resolver
from tests.attack.conftest import SECRET
from tests.attacks import Attack

COLUMNS = ("amount", "status", "day")
RESOLVE = table_resolver(COLUMNS, lambda _: ("segment",), "orders")
Control = Callable[[duckdb.DuckDBPyConnection, str], Any]


def pasted(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    """What comes of a text that is pasted behind SELECT."""
    return connection.execute(f"SELECT {text} FROM orders LIMIT 1").to_arrow_table().num_rows


def gone(table: str) -> Control:
    def control(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
        pasted_alone(connection, text)
        names = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return (table,) not in names

    return control


def pasted_alone(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    """The text alone behind SELECT, so that what follows a semicolon runs, too."""
    connection.execute(f"SELECT {text}")
    return True


def written(name: str) -> Control:
    """Whether a statement wrote a file or folder beside the secret."""

    def control(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
        connection.execute(f"SELECT {text}")
        return (Path(text.split("'")[1]).parent / name).exists()

    return control


def folded(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    """What a product would run that folds letters that look alike, as search boxes do."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return pasted(connection, plain)


def quoted_carelessly(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    """A name between quotes, the quotes inside it left as they are."""
    connection.execute(f'SELECT "{text[1:-1].replace(chr(34) * 2, chr(34))}"')
    return ("orders",) not in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()


def written_anew(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    """Read and written by the parser alone: a word that it takes for a part of a date loses its quotes."""
    written = sqlglot.parse_one(f"SELECT {text}", read="duckdb").expressions[0].sql(dialect="duckdb")
    assert "(SELECT" in written
    return pasted(connection, written)


def with_type(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    connection.execute("CREATE TYPE mood AS ENUM ('open', 'shut')")
    return pasted(connection, text)


def with_value(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    values = {"name": 1} if "$name" in text else [1]
    return connection.execute(f"SELECT {text}", values).fetchall()


def with_sequence(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    connection.execute("CREATE SEQUENCE orders_seq")
    return pasted(connection, text)


def with_macro(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    connection.execute("CREATE MACRO own() AS (SELECT 'run')")
    return pasted(connection, text)


def long(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    """The same with a thousandth of the size: it works, and would with any."""
    small = text.replace("000000000", "000")
    return pasted(connection, small)


def grown(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    """Three of its steps make a text a thousand times as long; each further one ten times as long as before."""
    inner = "replace(replace(replace('a', 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa')"
    return connection.execute(f"SELECT length({inner})").fetchall() == [(1000,)] and text.count("replace(") > 3


def same(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    """Nested less deeply it is as good as any expression."""
    for letters in ("(", ")", "abs(", "-", "not "):
        text = text.replace(letters * 300, letters * 3)
    connection.execute(f"SELECT {text}")
    return True


@dataclass(frozen=True)
class Hostile:
    """A class of attacks: texts ({secret} is a folder nobody may read), and what each does where no guard stands."""

    kind: str
    texts: tuple[str, ...]
    control: Control = pasted


CLASSES = (
    Hostile(
        "SQL: files read by functions",
        (
            "(SELECT content FROM read_text('{secret}/secret.csv'))",
            "(SELECT word FROM read_csv('{secret}/secret.csv'))",
            "(SELECT content FROM read_blob('{secret}/secret.csv'))",
            "(SELECT file FROM glob('{secret}/*'))",
            "(SELECT Prompt FROM sniff_csv('{secret}/secret.csv'))",
            "(SELECT * FROM query('SELECT word FROM read_csv(''{secret}/secret.csv'')'))",
        ),
    ),
    Hostile(
        "SQL: files read by name", ("(SELECT word FROM '{secret}/secret.csv')", '(FROM "{secret}/secret.csv")')
    ),
    Hostile(
        "SQL: variables of the process",
        ("(SELECT word FROM planted)", "(SELECT count(*) FROM planted)", "EXISTS (FROM planted)"),
    ),
    Hostile(
        "SQL: PRAGMA and settings",
        ("1; PRAGMA version", "1; SET threads = 1", "1; RESET threads", "1; SET VARIABLE x = 1"),
        pasted_alone,
    ),
    Hostile("SQL: COPY and EXPORT", ("1; COPY (SELECT 1) TO '{secret}/out.csv'",), written("out.csv")),
    Hostile("SQL: COPY and EXPORT", ("1; EXPORT DATABASE '{secret}/out'",), written("out")),
    Hostile("SQL: ATTACH", ("1; ATTACH '{secret}/evil.db' AS evil",), written("evil.db")),
    Hostile("SQL: INSTALL and LOAD", ("1; LOAD json", "1; LOAD parquet"), pasted_alone),
    Hostile(
        "SQL: statements behind a semicolon",
        ("1; DROP TABLE orders", "1; DROP TABLE orders; --", "amount FROM orders; DROP TABLE orders"),
        gone("orders"),
    ),
    Hostile(
        "SQL: statements behind a semicolon",
        ("1; INSERT INTO orders FROM orders", "1; CREATE TABLE evil AS SELECT 1", "1; CALL pragma_version()"),
        pasted_alone,
    ),
    Hostile(
        "SQL: tables of the system",
        (
            "(SELECT count(*) FROM duckdb_settings())",
            "(SELECT max(value) FROM duckdb_settings())",
            "(SELECT count(*) FROM duckdb_secrets())",
            "(SELECT max(table_name) FROM information_schema.tables)",
            "(SELECT max(sql) FROM sqlite_master)",
            "(SELECT max(library_version) FROM pragma_version())",
            "EXISTS (SELECT 1 FROM pg_catalog.pg_class)",
            "(SELECT path FROM duckdb_databases() LIMIT 1)",
        ),
    ),
    Hostile(
        "SQL: rows of others by a subquery",
        (
            "(SELECT sum(amount) FROM orders)",
            "amount IN (SELECT amount FROM orders)",
            "EXISTS (SELECT 1 FROM orders)",
            "amount > ANY (SELECT 0)",
            "amount = ALL (SELECT amount FROM orders)",
            "(WITH o AS (FROM orders) SELECT max(amount) FROM o)",
            "(VALUES (1))",
            "ARRAY (SELECT amount FROM orders)",
            "(FROM orders SELECT max(amount))",
        ),
    ),
    Hostile(
        "SQL: more than one expression",
        ("amount, status", "amount AS x", "DISTINCT amount", "1 FROM orders UNION SELECT 1", "1 FROM orders LIMIT 1"),
        lambda connection, text: pasted_alone(connection, text if "FROM" in text else f"{text}\nFROM orders"),
    ),
    Hostile(
        "SQL: comments",
        ("1 /* ; */; DROP TABLE orders", "1 -- \n; DROP TABLE orders", "1 /**/;/**/DROP/**/TABLE/**/orders --"),
        gone("orders"),
    ),
    Hostile(
        "SQL: letters that look alike",
        (
            "(SELECT content FROM ｒｅａｄ_ｔｅｘｔ('{secret}/secret.csv'))",
            "(SELECT content FROM read\u200b_text('{secret}/secret.csv'))",
            "(SELECT content FROM \u202eread_text('{secret}/secret.csv'))",
            "（SELECT max(amount) FROM orders）",
            "ｃｕｒｒｅｎｔ_ｓｅｔｔｉｎｇ('threads')",
        ),
        folded,
    ),
    Hostile(
        "SQL: endless nesting",
        ("(" * 300 + "1" + ")" * 300, "abs(" * 300 + "1" + ")" * 300, "not " * 300 + "true", "1" + " + 1" * 300),
        same,
    ),
    Hostile(
        "SQL: names that break out of their quotes",
        ('"amount"" FROM orders; DROP TABLE orders; --"',),
        quoted_carelessly,
    ),
    Hostile(
        "SQL: names that break out of their quotes",
        (
            'date_add(day, 1, "day * (SELECT max(amount) FROM orders)")',
            'extract("year from day) + (SELECT max(amount) FROM orders) + extract(year" from day)',
        ),
        written_anew,
    ),
    Hostile(
        "SQL: casts to types of one's own, or beyond what a cell holds",
        ("CAST(status AS mood)", "status :: mood", 'TRY_CAST(status AS "mood")', "CAST([amount] AS INT[])",
         "CAST({'a': 1} AS STRUCT(a INT))", "CAST(MAP {1: 2} AS MAP(INT, INT))"),
        with_type,
    ),
    Hostile(
        "SQL: functions that tell or change",
        (
            "current_setting('threads')",
            "current_user",
            "current_database()",
            "version()",
            "current_query()",
            "getvariable('x')",
            "random()",
            "uuid()",
            "now()",
            "today()",
            "write_log('x')",
            "txid_current()",
            "pg_backend_pid()",
            "hash(amount)",
            "error('x')",
            "in_search_path('memory', 'main')",
            "sleep_ms(1)",
            "json_serialize_sql('SELECT 1')",
            "stats(amount)",
        ),
        lambda connection, text: pasted(connection, text) if text not in ("error('x')", "pg_backend_pid()") else True,
    ),
    Hostile("SQL: functions that tell or change", ("nextval('orders_seq')",), with_sequence),
    Hostile("SQL: functions that tell or change", ("own()",), with_macro),
    Hostile(
        "SQL: texts and lists without end",
        ("repeat('x', 1000000000)", "len(range(1000000000))", "len(generate_series(1, 1000000000))",
         "lpad('x', 1000000000, 'y')", "rpad('x', 1000000000, 'y')", "list_resize([1], 1000000000)",
         "format('{:>1000000000}', 'x')", "printf('%1000000000d', 1)"),
        long,
    ),
    Hostile(
        "SQL: texts and lists without end",
        (
            "replace(" * 8 + "status" + ", 'a', 'aaaaaaaaaa')" * 8,
            "replace(replace(replace(replace(status, 'a', status), 'b', status), 'c', status), 'd', status)",
        ),
        grown,
    ),
    Hostile(
        "SQL: lambdas, stars, windows, aggregates",
        (
            "list_transform([1], x -> x + 1)",
            "list_reduce(['a', 'a'], lambda x, y: x || y)",
            "[x for x in [1, 2]]",
            "COLUMNS(*)",
            "*",
            "orders",
            "orders.*",
            "sum(amount)",
            "sum(amount) OVER ()",
            "row_number() OVER ()",
            "lag(amount) OVER (ORDER BY day)",
            "unnest([1, 2])",
        ),
    ),
    Hostile("SQL: values from outside", ("$1", "?", "$name"), with_value),
)  # fmt: skip
EVERY = [
    pytest.param(one, text, id=f"{place}-{one.kind.removeprefix('SQL: ')}-{number}")
    for place, one in enumerate(CLASSES)
    for number, text in enumerate(one.texts)
]


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB as it comes, with rows in it, beside a variable of this process."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE orders AS SELECT 5 AS amount, 'open' AS status, DATE '2025-01-01' AS day")
        yield connection


@pytest.mark.parametrize(("hostile", "text"), EVERY)
def test_hostile_sql_is_refused_and_would_run_unguarded(
    hostile: Hostile, text: str, secret: Path, raw: duckdb.DuckDBPyConnection, attack: Attack
) -> None:
    planted = raw.sql(f"SELECT '{SECRET}' AS word").df()  # what the engine would find among this process's variables
    text = text.replace("{secret}", str(secret))
    with attack.refused(hostile.kind, ExpressionError):
        render(parse(text), RESOLVE)
    raw.register("planted", planted)
    assert hostile.control(raw, text), "the control does nothing: this attack proves nothing"


REACHING = (
    "SELECT * FROM read_text('{secret}/secret.csv')",
    "SELECT * FROM '{secret}/secret.csv'",
    "SELECT * FROM glob('{secret}/*')",
    "COPY (SELECT 1) TO '{secret}/out2.csv'",
    "ATTACH '{secret}/evil2.db'",
    "EXPORT DATABASE '{secret}/out2'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '64GB'",
    "SET enable_external_access = true",
    "SET GLOBAL lock_configuration = false",
    "RESET GLOBAL enable_external_access",
    "SET temp_directory = '{secret}'",
    "PRAGMA profiling_output = '{secret}/profile'",
    "SELECT * FROM read_csv('https://localhost/x.csv')",
    "CREATE PERSISTENT SECRET s (TYPE http)",
)


@pytest.mark.parametrize("text", REACHING, ids=range(len(REACHING)))
def test_a_sealed_engine_reaches_nothing_even_where_sql_gets_through(text: str, secret: Path, attack: Attack) -> None:
    """The second lock: no guard of expressions stands here, the statement reaches the engine as it is."""
    statement = text.replace("{secret}", str(secret))
    with connect() as connection:
        seal(connection)
        with attack.refused("SQL: the sealed engine reaches out", duckdb.Error):
            connection.execute(statement)
    assert not list(secret.glob("*2*"))


def test_a_sealed_engine_sees_no_variable_of_the_process(attack: Attack, raw: duckdb.DuckDBPyConnection) -> None:
    seen = raw.sql("SELECT 7 AS word").to_arrow_table()
    assert raw.sql("SELECT word FROM seen").fetchall() == [(7,)] and seen.num_rows == 1
    with connect() as connection, attack.refused("SQL: the sealed engine reaches out", duckdb.Error):
        connection.sql("SELECT word FROM seen").fetchall()


def test_the_controls_reach_what_the_seal_closes(secret: Path, raw: duckdb.DuckDBPyConnection) -> None:
    path = literal(f"{secret}/secret.csv")
    assert raw.execute(f"SELECT content FROM read_text({path})").fetchall() == [(f"word\n{SECRET}\n",)]
    raw.execute("SET memory_limit = '2GB'")


# -- questions

ASKED = ("(SELECT 1)", "1; DROP TABLE sales", "read_text('/etc/passwd')", "unit = 'east' OR current_setting('x') = ''")


@pytest.mark.parametrize("side", ["where", "having", "by", "order", "metrics"])
def test_every_side_of_a_question_refuses_sql(side: str, company: Path, attack: Attack) -> None:
    for text in ASKED:
        query = {"metrics": "revenue", "by": "unit", side: text}
        metrics = query.pop("metrics")
        with attack.refused("SQL in a question", FourfoldError):
            ask(company, metrics, **query)  # type: ignore[arg-type]  # one side is hostile text


def test_values_in_a_question_stay_values(company: Path, attack: Attack) -> None:
    for text in ("x' OR '1' = '1", "'; DROP TABLE sales; --", "%", "\\", "\u202e", "a" * 5000):
        quoted = "'" + text.replace("'", "''") + "'"
        assert ask(company, "revenue", by="unit", where=f"channel = {quoted}").num_rows == 0
        attack.held("SQL in a question")
    assert ask(company, "revenue", by="unit", where="channel = 'web'").num_rows == 3
