"""The frame of units by months: windows, the roll-up along a tree that moves, what hangs nowhere."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar import Calendar, Grain, first_day, last_day, parse_month
from data.organisation import UnitModel, tree_of
from metrics.states.cubes import window_sum
from metrics.time.grid import DAY, MONTH, QUARTER, WEEK, YEAR, Grid, Window, at_cadence, build_grid, window_columns
from metrics.time.timeline import Timeline

LEVELS = ("company", "division", "department")
START = parse_month("2025-01")


def grid(moves: str = "2025-03-01", months: int = 6, fiscal: int = 1) -> Grid:
    """Company > east, west > shop, web; the web shop moves from east to west on a day."""
    day = moves
    before = last_day(parse_month(day) - 1)
    units = [
        {"key": "company", "title": "C", "level": "company"},
        {"key": "east", "title": "E", "level": "division", "parent": "company"},
        {"key": "west", "title": "W", "level": "division", "parent": "company"},
        {"key": "shop", "title": "S", "level": "department", "parent": "east"},
        {
            "key": "web",
            "title": "B",
            "level": "department",
            "parent": [{"unit": "east", "to": before}, {"unit": "west", "from": day}],
        },
    ]
    tree, faults = tree_of([UnitModel.model_validate(unit) for unit in units], LEVELS)
    assert not faults
    return build_grid(tree, START, START + months - 1, Timeline(Calendar(fiscal)))


def cells(of: Grid, **rows: list[float]) -> np.ndarray:
    out = np.zeros(of.shape)
    for key, values in rows.items():
        out[of.units.index(key)] = values
    return out


def row(of: Grid, values: np.ndarray, key: str) -> list[float]:
    found: list[float] = values[of.units.index(key)].tolist()
    return found


def test_parents_stand_before_their_children() -> None:
    assert grid().units == ("company", "east", "west", "shop", "web")


def test_roll_up_follows_the_tree_of_each_month() -> None:
    of = grid()
    rolled = of.roll_up(cells(of, shop=[1] * 6, web=[10] * 6))
    assert row(of, rolled, "east") == [11, 11, 1, 1, 1, 1]
    assert row(of, rolled, "west") == [0, 0, 10, 10, 10, 10]
    assert row(of, rolled, "company") == [11] * 6


def test_roll_up_of_extremes_passes_over_what_is_unknown() -> None:
    of = grid()
    values = np.full(of.shape, np.nan)
    values[of.units.index("shop")] = [5, np.nan, 5, 5, 5, 5]
    values[of.units.index("web")] = [3, np.nan, 9, 9, 9, 9]
    assert row(of, of.roll_up(values, "min"), "east")[0] == 3
    assert row(of, of.roll_up(values, "max"), "company")[2] == 9
    assert np.isnan(row(of, of.roll_up(values, "min"), "company")[1])


def test_roll_up_leaves_what_it_was_given() -> None:
    of = grid()
    values = cells(of, shop=[1] * 6)
    of.roll_up(values)
    assert row(of, values, "company") == [0] * 6


def test_closure_names_every_unit_above_in_every_month() -> None:
    of = grid()
    above: dict[tuple[int, str], set[str]] = {(month, unit): set() for month, unit, _ in of.closure()}
    for month, unit, up in of.closure():
        above[month, unit].add(up)
    assert above[START, "web"] == {"web", "east", "company"}
    assert above[START + 2, "web"] == {"web", "west", "company"}
    assert above[START, "company"] == {"company"}
    assert len(above) == 5 * 6


def test_what_hangs_nowhere_is_known() -> None:
    units = [
        {"key": "company", "title": "C", "level": "company"},
        {"key": "shop", "title": "S", "level": "department", "parent": [{"unit": "company", "to": "2025-02-10"}]},
        {"key": "till", "title": "T", "level": "department", "parent": "shop"},
    ]
    tree, _ = tree_of([UnitModel.model_validate(unit) for unit in units], LEVELS)
    linked = build_grid(tree, START, START + 3, Timeline(Calendar())).linked()
    assert linked.tolist() == [[True] * 4, [True, True, False, False], [True, True, False, False]]


@pytest.mark.parametrize(
    ("window", "starts"),
    [
        (MONTH, [0, 1, 2, 3, 4, 5]),
        (QUARTER, [0, 0, 0, 3, 3, 3]),
        (YEAR, [0, 0, 0, 0, 0, 0]),
        (Window("roll", 3), [-2, -1, 0, 1, 2, 3]),
    ],
)
def test_windows_begin_where_they_should(window: Window, starts: list[int]) -> None:
    assert grid().starts(window).tolist() == starts


def test_fiscal_windows_begin_before_the_grid_and_are_clipped_to_it() -> None:
    of = grid(fiscal=4)
    assert of.begins(YEAR).tolist() == [-9, -9, -9, 3, 3, 3]
    assert of.starts(YEAR).tolist() == [0, 0, 0, 3, 3, 3]
    assert of.of_grain(12, 0) == (-9, 2)
    assert of.of_grain(3, 4) == (3, 5)


def test_only_whole_rolling_windows_count() -> None:
    assert window_columns(grid(), Window("roll", 4)) == [(3, 0), (4, 1), (5, 2)]


def test_the_window_of_a_cadence() -> None:
    assert [at_cadence(MONTH, every) for every in (1, 3, 12)] == [MONTH, QUARTER, YEAR]
    assert at_cadence(QUARTER, 12) == QUARTER


def test_window_sums() -> None:
    of = grid()
    values = np.arange(30.0).reshape(5, 6)
    assert window_sum(values, of, QUARTER)[0].tolist() == [0, 1, 3, 3, 7, 12]
    assert window_sum(values, of, Window("roll", 2))[0].tolist() == [0, 1, 3, 5, 7, 9]
    assert window_sum(values, of, QUARTER, how="max")[1].tolist() == [6, 7, 8, 9, 10, 11]


def test_window_sum_with_the_first_days_of_its_last_month() -> None:
    of = grid()
    values, early = np.full(of.shape, 10.0), np.full(of.shape, 1.0)
    assert window_sum(values, of, QUARTER, early)[0].tolist() == [1, 11, 21, 1, 11, 21]
    assert window_sum(values, of, MONTH, early)[0].tolist() == [1] * 6


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=14, max_size=14), min_size=5, max_size=5),
    st.sampled_from([QUARTER, YEAR, Window("roll", 5)]),
    st.integers(1, 12),
)
def test_window_sums_equal_plain_ones(values: list[list[int]], window: Window, fiscal: int) -> None:
    of = grid(months=14, fiscal=fiscal)
    found = window_sum(np.array(values, dtype=float), of, window)
    for column in range(14):
        low = column
        while low > 0 and _inside(of, window, low - 1, column):
            low -= 1
        assert found[2][column] == sum(values[2][low : column + 1])


def _inside(of: Grid, window: Window, earlier: int, later: int) -> bool:
    """Whether a month lies in the window that ends with another, by names of months alone."""
    if window.kind == "roll":
        return later - earlier < window.count
    first, last = first_day(of.first + earlier), first_day(of.first + later)
    start = of.calendar.fiscal_start
    years = [day.year - (day.month < start) for day in (first, last)]
    quarters = [(day.month - start) % 12 // 3 for day in (first, last)]
    return years[0] == years[1] and (window == YEAR or quarters[0] == quarters[1])


@pytest.mark.parametrize(("base", "cut"), [("day", None), ("week", None), ("week", 3)])
def test_months_of_days_and_weeks(base: Grain, cut: int | None) -> None:
    """A week belongs to the month in which it ends, the running one to that of the day at hand."""
    units = [UnitModel.model_validate({"key": key, "title": key, "level": "company"}) for key in ("company",)]
    tree, _ = tree_of(units, LEVELS)
    timeline = Timeline(Calendar(), base)
    first = timeline.number(date(2025, 1, 20))
    length = 80 if base == "day" else 11  # the last week begins in March and ends in April
    of = build_grid(tree, first, first + length - 1, timeline, cut)
    ends = [of.timeline.last(first + column) for column in range(length)]
    if cut is not None:
        ends[-1] = of.timeline.first(of.last) + timedelta(days=cut - 1)
    months = [(end.year, end.month) for end in ends]
    assert of.finer
    for column in range(length):
        seen = np.zeros(of.shape, dtype=np.bool_)
        seen[0, column] = True
        assert of.by_month(seen)[0].tolist() == [month == months[column] for month in months]
        begin = of.timeline.last(first + column).replace(day=1)
        wholly = [n for n in range(-70, column + 1) if of.timeline.first(first + n) >= begin] or [column]
        assert of.month_start(column) == wholly[0]
    assert not grid().finer


def test_a_value_every_quarter_is_shown_at_days_and_weeks_too_but_a_monthly_one_is_its_own() -> None:
    assert [at_cadence(window, 3) for window in (DAY, WEEK, MONTH, QUARTER, YEAR)] == [QUARTER] * 4 + [YEAR]
    assert [at_cadence(window, 1) for window in (DAY, WEEK, MONTH, YEAR)] == [DAY, WEEK, MONTH, YEAR]
