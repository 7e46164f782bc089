"""Distinct counts by bits are those that Python's sets give, for every unit, window and first days of a month."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar import Calendar, parse_month
from data.organisation import UnitModel, tree_of
from metrics.states.bitmaps import Things, distinct_counts
from metrics.time.grid import MONTH, QUARTER, YEAR, Grid, Window, build_grid
from metrics.time.timeline import Timeline

CELLS = ("shop", "web", "works")
START = parse_month("2024-11")
MONTHS = 15
WINDOWS = (MONTH, QUARTER, YEAR, Window("roll", 2), Window("roll", 3), Window("roll", 7), Window("roll", 12))


def _grid() -> Grid:
    units = [
        {"key": "company", "title": "C", "level": "a"},
        {"key": "east", "title": "E", "level": "b", "parent": "company"},
        {"key": "west", "title": "W", "level": "b", "parent": "company"},
        {"key": "shop", "title": "S", "level": "c", "parent": "east"},
        {
            "key": "web",
            "title": "B",
            "level": "c",
            "parent": [{"unit": "east", "to": "2025-04-30"}, {"unit": "west", "from": "2025-05-01"}],
        },
        {"key": "works", "title": "K", "level": "c", "parent": "west"},
    ]
    tree, faults = tree_of([UnitModel.model_validate(unit) for unit in units], ("a", "b", "c"))
    assert not faults
    return build_grid(tree, START, START + MONTHS - 1, Timeline(Calendar()), cut_day=10)


GRID = _grid()
UNDER = {
    (month, up): {c for m, c, u in GRID.closure() if (m, u) == (month, up)}
    for month in range(START, START + MONTHS)
    for up in GRID.units
}
seen = st.tuples(st.sampled_from(CELLS), st.integers(0, MONTHS - 1), st.integers(0, 200), st.booleans())


def things(rows: list[tuple[str, int, int, bool]]) -> Things:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    table = pa.table(
        {
            "cell": pa.array(columns[0], pa.string()),
            "month": pa.array([START + month for month in columns[1]], pa.int64()),
            "thing": pa.array([f"c{thing}" if thing else None for thing in columns[2]], pa.string()),
            "early": pa.array(columns[3], pa.bool_()),
        }
    )
    return Things.of(table, GRID)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: f"{window.kind}{window.count or ''}")
@given(rows=st.lists(seen, max_size=80))
def test_bits_count_as_sets_do(window: Window, early: bool, rows: list[tuple[str, int, int, bool]]) -> None:
    counts = distinct_counts(things(rows), GRID, window, early)
    starts = np.maximum(GRID.starts(window), 0)
    for number, unit in enumerate(GRID.units):
        for column in range(MONTHS):
            inside = {
                thing
                for cell, month, thing, first in rows
                if starts[column] <= month <= column
                and thing
                and cell in UNDER[START + month, unit]
                and (month < column or first or not early)
            }
            assert counts[number, column] == len(inside)


def test_more_things_than_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.states.bitmaps.AT_ONCE", 1)
    rows = [(CELLS[n % 3], n % MONTHS, n + 1, True) for n in range(500)]
    counts = distinct_counts(things(rows), GRID, Window("roll", MONTHS), early=False)
    assert counts[0, -1] == 500


def test_nothing_is_no_thing() -> None:
    assert distinct_counts(things([]), GRID, YEAR, early=False).sum() == 0
    assert distinct_counts(things([("shop", 0, 0, True)]), GRID, YEAR, early=False).sum() == 0
