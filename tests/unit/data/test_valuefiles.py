"""Value files: what readers see is always the newest of each cell, and what is written follows what changed."""

from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from data.errors import SnapshotError
from data.valuefiles import MOST_FILES, Cell, ValueShelf
from data.warehouse import ValueFile, connect

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
