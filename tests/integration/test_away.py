"""Facts that stay in another engine give the same values, the same cuts and the same rows as facts that were loaded."""

import math
from pathlib import Path

import pytest

from flows.opened import open_current
from flows.refresh import refresh
from tests import making
from tests.integration.away import Place, moved, postgres_place


def same_values(here: Path, there: Path) -> int:
    """Compare two value tables whole, to 1e-9; the number of rows."""
    mine, other = (
        {(r["unit"], r["metric"], r["span"], r["period_start"], r["period_end"]): r for r in making.rows(folder)}
        for folder in (here, there)
    )
    assert mine.keys() == other.keys()
    for key, row in mine.items():
        for name, value in row.items():
            twin = other[key][name]
            if isinstance(value, float) and isinstance(twin, float):
                assert math.isclose(value, twin, rel_tol=1e-9, abs_tol=1e-9), (key, name, value, twin)
            else:
                assert value == twin, (key, name, value, twin)
    return len(mine)


def test_demo_in_postgresql_gives_the_values_of_the_demo(
    own_demo: Path, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every value, target, score and status, of every unit and period; nothing of the facts is loaded."""
    compare(own_demo, tmp_path / "there", postgres_place(postgres), monkeypatch)


@pytest.mark.soak
def test_demo_in_spark_gives_the_values_of_the_demo(
    own_demo: Path, spark: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same on a cluster of a master and two workers."""
    compare(own_demo, tmp_path / "there", spark, monkeypatch)


def compare(demo: Path, folder: Path, place: Place, patch: pytest.MonkeyPatch) -> None:
    """Move the demo's facts to `place`, refresh there, and hold both value tables against each other."""
    patch.setenv("FOURFOLD_TEST_ENGINE", place.address)
    there = moved(demo, folder, place)
    manifest = refresh(there)
    assert manifest.files() == ()
    assert same_values(demo, there) > 10_000
    assert refresh(there).id == manifest.id, "nothing has changed there, so nothing is computed anew"
    opened = open_current(there)
    found = opened.engine().table('SELECT count(*) AS n FROM model."order_lines" AS _t').to_pylist()
    assert found[0]["n"] > 1000
