"""Distinct counts by bits are those that Python's sets give, for every unit, window and first days of a month."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar import Calendar, parse_month
from data.organisation import UnitModel, tree_of
from metrics.states.bitmaps import Packed, Things, distinct_counts, things_of
from metrics.states.bits import binary, packed_rows
from metrics.states.blocks import Block, Sheet
from metrics.time.grid import MONTH, QUARTER, WEEK, YEAR, Grid, Window, build_grid
from metrics.time.timeline import Timeline

CELLS = ("shop", "web", "works")
START = parse_month("2024-11")
MONTHS = 15
WINDOWS = (MONTH, QUARTER, YEAR, Window("roll", 2), Window("roll", 3), Window("roll", 7), Window("roll", 12))


def _grid(timeline: Timeline, first: int, length: int) -> Grid:
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
    return build_grid(tree, first, first + length - 1, timeline, cut_day=10 if timeline.base == "month" else None)


GRID = _grid(Timeline(Calendar()), START, MONTHS)
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


def packed(rows: list[tuple[str, int, int, bool]], count: int, grid: Grid = GRID) -> Block:
    """A block with a column of bits: thing n at place n; nothing is a place too, and 0 is known to be none."""
    places = sorted({row[:2] + row[3:] for row in rows})
    flags = np.zeros((len(places), (count // 64 + 1) * 64), dtype=np.bool_)
    for cell, month, thing, first in rows:
        flags[places.index((cell, month, first)), thing] = bool(thing)
    table = pa.table(
        {
            "cell": pa.array([cell for cell, *_ in places], pa.string()),
            "month": pa.array([grid.first + month for _, month, _ in places], pa.int64()),
            "early": pa.array([first for *_, first in places], pa.bool_()),
            "things": binary(np.packbits(flags, axis=1)) if places else pa.array([], pa.large_binary()),
        }
    )
    return Block(table, None, {"things": pa.array([f"c{n}" for n in range(count)])})


@pytest.mark.parametrize("at_once", [1, 2250, 128 << 20])
@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: f"{window.kind}{window.count or ''}")
def test_packed_bits_count_as_lists_do(
    window: Window, early: bool, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where more things were seen than are held at once: a step is whole words."""
    draw = np.random.default_rng(7)
    rows = [
        (CELLS[int(draw.integers(3))], int(draw.integers(MONTHS)), int(thing), bool(draw.integers(2)))
        for thing in [*draw.integers(1, 5000, 300), *range(1, 200)]
    ]
    expected = distinct_counts(things(rows), GRID, window, early)
    monkeypatch.setattr("metrics.states.bitmaps.AT_ONCE", at_once)
    found = things_of(Sheet(packed(rows, 5000), GRID), "things")
    assert isinstance(found, Packed)
    assert distinct_counts(found, GRID, window, early).tolist() == expected.tolist()
    assert distinct_counts(things(rows), GRID, window, early).tolist() == expected.tolist()


def test_bits_of_unknown_units_and_of_months_outside_count_nowhere() -> None:
    inside = [("shop", 0, 1, True), ("shop", MONTHS - 1, 2, True), ("company", 3, 6, True)]
    outside = [("elsewhere", 3, 3, True), ("shop", -1, 4, True), ("shop", MONTHS, 5, True)]
    counts = distinct_counts(things_of(Sheet(packed([*inside, *outside], 70), GRID), "things"), GRID, MONTH, False)
    assert counts[0].tolist() == [1, 0, 0, 1, *[0] * (MONTHS - 5), 1]
    assert counts[GRID.units.index("shop")].sum() == 2


def test_rows_without_bits_are_told_from_rows_with_none() -> None:
    none = pa.chunked_array([pa.array([None, None], pa.large_binary())])
    held, known = packed_rows(none)
    assert held.shape == (0, 0)
    assert known.tolist() == [False, False]
    some = pa.chunked_array([pa.array([b"12345678", None, b"87654321"], pa.large_binary())])
    assert [bytes(row) for row in packed_rows(some)[0]] == [b"12345678", b"87654321"]
    assert [bytes(row) for row in packed_rows(some.slice(2))[0]] == [b"87654321"]
    both = pa.chunked_array([pa.array([b"12345678", b"87654321"], pa.large_binary())])
    assert [bytes(row) for row in packed_rows(both.slice(0, 1))[0]] == [b"12345678"]


def test_a_history_of_one_month() -> None:
    grid = _grid(Timeline(Calendar()), START, 1)
    block = packed([("shop", 0, 1, True), ("web", 0, 2, True)], 3, grid)
    for window in (MONTH, QUARTER, YEAR, Window("roll", 2)):
        assert distinct_counts(things_of(Sheet(block, grid), "things"), grid, window, early=False)[0].tolist() == [2]


@pytest.mark.parametrize(
    "window", [WEEK, MONTH, Window("roll", 5, "day"), Window("roll", 2, "week"), Window("roll", 1, "month")]
)
def test_windows_of_days_count_as_sets_do(window: Window) -> None:
    """Whole weeks or months up to a day, which is no fixed number of days."""
    timeline = Timeline(Calendar(), "day")
    length = 75
    grid = _grid(timeline, timeline.number(date(2025, 1, 29)), length)
    draw = np.random.default_rng(3)
    rows = [("works", int(day), int(draw.integers(1, 12)), True) for day in draw.integers(0, length, 90)]
    counts = distinct_counts(things_of(Sheet(packed(rows, 12, grid), grid), "things"), grid, window, early=False)
    starts = np.maximum(grid.starts(window), 0)
    for column in range(length):
        inside = {thing for _, day, thing, _ in rows if starts[column] <= day <= column}
        assert counts[grid.units.index("works"), column] == len(inside), column
