"""Value files: what readers see is always the newest of each cell, and what is written follows what changed."""

from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from data.errors import SnapshotError
from data.slots import slot_of
from data.snapshots import Manifest, Store
from data.valuefiles import MOST_FILES, Cell, Stored, ValueShelf, open_snapshot
from data.warehouse import Connection, ValueFile, building, connect

TODAY = date(2025, 12, 31)
ORDER = ("metric", "period_end")
SCHEMA = pa.schema(
    [("metric", pa.string()), ("period_end", pa.date32()), ("value", pa.float64()), ("expected", pa.int32())]
)


def values(cells: dict[Cell, str]) -> pa.Table:
    """Some rows for each cell, as many as its stamp is long, told by their values."""
    rows = [
        {"metric": metric, "period_end": date(year, place + 1, 1), "value": float(ord(letter)), "expected": 1}
        for (metric, year), stamp in sorted(cells.items())
        for place, letter in enumerate(stamp)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def told_by_files(connection: Connection, var: Path, files: tuple[ValueFile, ...], first: int, last: int) -> pa.Table:
    """The values of some years, each file asked by itself as pages do."""
    for place, file in enumerate(files):
        connection.execute(f"ATTACH '{var / file.path}' AS values_{place} (READ_ONLY)")
    manifest = Manifest("x", "", TODAY, TODAY, {}, "values.duckdb", files)
    asked = Stored.of(connection, manifest).between(date(first, 1, 1), date(last, 12, 31))
    when = f"period_end BETWEEN DATE '{first}-01-01' AND DATE '{last}-12-31'"
    told = " UNION ALL ".join(
        f"SELECT * FROM {relation} WHERE {when} AND {condition or 'TRUE'}" for relation, condition in asked
    )
    found = connection.sql(f"SELECT * FROM ({told}) ORDER BY metric, period_end").to_arrow_table()
    for place in range(len(files)):
        connection.execute(f"DETACH values_{place}")
    return found


@pytest.mark.parametrize("seed", range(10))
def test_readers_see_the_newest_of_every_cell(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    wanted: dict[Cell, str] = {(m, y): "a" for m in "rst" for y in range(2020, 2026)}
    files: tuple[ValueFile, ...] = ()
    with connect() as connection:
        for _turn in range(12):
            shelf = ValueShelf(connection, tmp_path, files)
            known = shelf.cells
            stale = {cell for cell, stamp in wanted.items() if cell not in known or known[cell].stamp != stamp}
            settled = shelf.settle(wanted, stale, values({cell: wanted[cell] for cell in stale}), ORDER)
            found = shelf.read(settled, ["r", "s", "t", "u"]).sort_by([(name, "ascending") for name in ORDER])
            shelf.close()
            assert told_by_files(connection, tmp_path, settled.files, 2021, 2023).equals(
                values({cell: stamp for cell, stamp in wanted.items() if 2021 <= cell[1] <= 2023}).cast(found.schema)
            )
            assert found.equals(values(wanted).cast(found.schema))
            assert settled.rows == found.num_rows
            assert len(settled.files) <= MOST_FILES
            files = settled.files
            for _ in range(random.randint(1, 4)):
                cell = random.choice([*wanted, ("u", 2025)])
                wanted[cell] = "".join(random.choices("abcdef", k=random.randint(0, 4)))
            if random.random() < 0.2:
                wanted.pop(random.choice(sorted(wanted)))


def test_values_that_nobody_asked_for_are_an_error(tmp_path: Path) -> None:
    with connect() as connection, pytest.raises(SnapshotError, match="nobody asked for"):
        ValueShelf(connection, tmp_path, ()).settle(
            {("r", 2025): "a"}, {("r", 2025)}, values({("s", 2025): "a"}), ORDER
        )


@pytest.mark.parametrize("files", [(), (ValueFile("values/old.duckdb", 1),)])
def test_values_that_an_older_version_published_are_found_by_their_numbers(
    tmp_path: Path, files: tuple[ValueFile, ...]
) -> None:
    manifest, store = Manifest("x", "", TODAY, TODAY, {}, "values.duckdb", files), Store(tmp_path)
    paths = [store.folder("x") / "values.duckdb", *(tmp_path / file.path for file in files)]
    with connect() as connection:
        for path in paths:
            with building(connection, path) as alias:
                for name in ("units", "answers"):
                    connection.execute(f"CREATE TABLE {alias}.main.{name} AS SELECT 1 AS one")
                if path == paths[-1]:
                    row = "'a' AS unit, 'm' AS metric, 'r12' AS span, DATE '2025-12-31' AS period_end, 7.0 AS value"
                    connection.execute(f'CREATE TABLE {alias}.main."values" AS SELECT {row}')
                    connection.execute(f"CREATE TABLE {alias}.main.cells AS SELECT 'm' AS metric, 2025 AS year")
    with open_snapshot(store, manifest) as opened:
        whole = ('snapshot.main."values"', "")
        for relation, condition in (whole, *Stored.of(opened, manifest).between(TODAY, TODAY)):
            asked = f"SELECT value FROM {relation} WHERE slot = {slot_of('a', 'r12')} AND {condition or 'TRUE'}"
            assert opened.execute(asked).fetchall() == [(7.0,)]
        assert Stored.of(opened, manifest).between(date(2024, 1, 1), date(2024, 12, 31)) == []
