"""The door to DuckDB: safe settings in every cursor, files whole or not at all, facts read-only and sealed."""

from pathlib import Path

import pytest

from data.errors import SnapshotError
from data.warehouse import (
    Connection,
    EngineError,
    FactFile,
    building,
    connect,
    drafting,
    identifier,
    literal,
    open_facts,
    sweep_partial,
)


def fact_file(var: Path, name: str, rows: int, quarantined: int = 0, year: int | None = None) -> FactFile:
    """A fact file with `rows` numbers."""
    with connect() as connection, building(connection, var / "facts" / f"{name}.duckdb") as alias:
        connection.execute(f"CREATE TABLE {alias}.data AS SELECT range AS id FROM range({rows})")
        if quarantined:
            connection.execute(
                f"CREATE TABLE {alias}.quarantine AS SELECT 'f' AS source_file, range AS line, 'why' AS reason, "
                f"'{{}}' AS raw FROM range({quarantined})"
            )
    return FactFile(name.partition("-")[0], f"facts/{name}.duckdb", year, rows)


def one(connection: Connection, query: str) -> object:
    """The first value of the first row."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_settings_hold_in_every_cursor() -> None:
    cursor = connect(threads=1).cursor()
    assert cursor.execute("SELECT 1 / 0, 0.0 / 0, current_setting('TimeZone')").fetchone() == (None, None, "UTC")
    for name in ("autoinstall_known_extensions", "autoload_known_extensions", "python_enable_replacements"):
        assert one(cursor, f"SELECT current_setting('{name}')") is False
    number = 5  # a local variable that SQL must not see
    with pytest.raises(EngineError):
        cursor.execute("SELECT * FROM number")
    assert number == 5


def test_quoting() -> None:
    with connect() as connection:
        name = 'a "b" c'
        connection.execute(f"CREATE TABLE {identifier(name)} AS SELECT {literal(chr(39) + 'x')} AS v")
        assert one(connection, f"SELECT v FROM {identifier(name)}") == "'x"


def test_a_file_is_built_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "facts" / "x.duckdb"

    def fail_in_the_middle(connection: Connection) -> None:
        with building(connection, path) as alias:
            connection.execute(f"CREATE TABLE {alias}.data AS SELECT 1 AS id")
            raise KeyError("in the middle")

    with connect() as connection:
        with pytest.raises(KeyError):
            fail_in_the_middle(connection)
        assert list(path.parent.iterdir()) == []
        with building(connection, path) as alias:
            connection.execute(f"CREATE TABLE {alias}.data AS SELECT 2 AS id")
            assert not path.exists()
    assert [found.name for found in path.parent.iterdir()] == ["x.duckdb"]


def test_a_draft_is_kept_once(tmp_path: Path) -> None:
    with connect() as connection, drafting(connection, tmp_path) as draft:
        draft.keep(tmp_path / "a.duckdb")
        with pytest.raises(SnapshotError, match="already settled"):
            draft.keep(tmp_path / "b.duckdb")


def test_a_reader_keeps_the_file_that_is_replaced(tmp_path: Path) -> None:
    file = fact_file(tmp_path, "sales-1", 3)
    with open_facts(tmp_path, [file]) as reader:
        fact_file(tmp_path, "sales-1", 5)
        assert one(reader, "SELECT count(*) FROM source.sales") == 3


def test_years_are_one_view_and_quarantine_is_always_there(tmp_path: Path) -> None:
    files = [fact_file(tmp_path, f"sales-{year}", 10, year=year) for year in (2023, 2024)]
    files.append(fact_file(tmp_path, "sales-rest", 1, quarantined=4))
    files.append(fact_file(tmp_path, "people", 2))
    with open_facts(tmp_path, files) as connection:
        assert one(connection, "SELECT count(*) FROM source.sales") == 21
        assert one(connection, "SELECT count(*) FROM quarantine.sales") == 4
        assert connection.execute("SELECT source_file, line, reason, raw FROM quarantine.people").fetchall() == []


def test_facts_are_read_only_and_sealed(tmp_path: Path) -> None:
    file = fact_file(tmp_path, "sales", 3)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with open_facts(tmp_path, [file], attach={"other": tmp_path / file.path}) as connection:
        cursor = connection.cursor()
        assert one(cursor, "SELECT count(*) FROM other.data") == 3
        cursor.execute("CREATE TEMP VIEW mine AS SELECT * FROM source.sales")
        assert one(cursor, "SELECT count(*) FROM mine") == 3
        for forbidden in (
            f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
            f"ATTACH '{tmp_path}/new.duckdb'",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            "SET enable_external_access = true",
            "SET threads = 1",
            "INSTALL httpfs",
            "DELETE FROM facts_0.data",
            "SELECT getenv('HOME')",
        ):
            with pytest.raises(EngineError):
                cursor.execute(forbidden)


def test_two_readers_in_one_process(tmp_path: Path) -> None:
    file = fact_file(tmp_path, "sales", 3)
    with open_facts(tmp_path, [file]) as one_reader, open_facts(tmp_path, [file]) as other:
        assert one(one_reader, "SELECT count(*) FROM source.sales") == one(other, "SELECT count(*) FROM source.sales")


def test_a_missing_or_broken_fact_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = fact_file(tmp_path, "sales", 3)
    (tmp_path / file.path).write_bytes(b"no database")
    with pytest.raises(SnapshotError, match=r"sales\.duckdb.*cannot be opened"):
        open_facts(tmp_path, [file])
    (tmp_path / file.path).unlink()
    with pytest.raises(SnapshotError, match=r"sales\.duckdb.*missing; refresh"):
        open_facts(tmp_path, [file])


def test_only_leftovers_are_swept(tmp_path: Path) -> None:
    file = fact_file(tmp_path, "sales", 3)
    for name in ("abc.partial", "abc.partial.wal"):
        (tmp_path / "facts" / name).write_bytes(b"half")
    assert sweep_partial(tmp_path / "facts") == 2
    assert sweep_partial(tmp_path / "nowhere") == 0
    assert [path.name for path in (tmp_path / "facts").iterdir()] == [Path(file.path).name]
