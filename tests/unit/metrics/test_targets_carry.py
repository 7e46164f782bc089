"""How a stated target of months becomes one of a quarter, a year, a rolling window."""

import numpy as np
import pytest

from data.calendar import Calendar, parse_month
from data.organisation import UnitModel, tree_of
from metrics.language.catalog import Additivity
from metrics.time.grid import MONTH, QUARTER, YEAR, Grid, Window, build_grid
from metrics.time.timeline import Timeline
from metrics.values.targets import carry, months_between

NONE = None


def grid(first: str = "2025-01", months: int = 6) -> Grid:
    tree, _ = tree_of([UnitModel.model_validate({"key": "company", "title": "C", "level": "company"})], ("company",))
    start = parse_month(first)
    return build_grid(tree, start, start + months - 1, Timeline(Calendar()))


def carried(stated: list[float | None], additivity: Additivity, window: Window, every: int = 1) -> list[float | None]:
    monthly = np.array([[np.nan if value is None else value for value in stated]])
    found = carry(monthly, additivity, grid(months=len(stated)), window, every)[0]
    return [None if np.isnan(value) else float(value) for value in found]


@pytest.mark.parametrize("additivity", ["sum", "level", "intensive", "rate", "point"])
def test_a_month_is_as_it_was_stated(additivity: Additivity) -> None:
    assert carried([1, None, 3], additivity, MONTH) == [1, None, 3]


def test_sums_add_up_to_the_month() -> None:
    assert carried([1, 2, 3, 4, 5, 6], "sum", QUARTER) == [1, 3, 6, 4, 9, 15]
    assert carried([1, 2, 3, 4, 5, 6], "sum", YEAR) == [1, 3, 6, 10, 15, 21]
    assert carried([1, 2, 3, 4, 5, 6], "sum", Window("roll", 3)) == [None, None, 6, 9, 12, 15]


def test_sum_with_a_month_missing_is_none() -> None:
    assert carried([1, None, 3, 4, 5, 6], "sum", QUARTER) == [1, None, None, 4, 9, 15]


def test_levels_are_those_of_the_last_month() -> None:
    assert carried([1, 2, 3, 4], "level", YEAR) == [1, 2, 3, 4]


def test_constants_stay_themselves_until_they_change() -> None:
    assert carried([5, 5, 5, 5, 6, 6], "intensive", QUARTER) == [5, 5, 5, 5, None, None]
    assert carried([None, 5, 5, 5, 5, 5], "intensive", QUARTER) == [None, None, None, 5, 5, 5]


@pytest.mark.parametrize("additivity", ["rate", "point"])
@pytest.mark.parametrize("window", [QUARTER, YEAR, Window("roll", 2)], ids=["quarter", "year", "roll"])
def test_rates_and_points_hold_for_a_month_alone(additivity: Additivity, window: Window) -> None:
    assert carried([5, 5, 5], additivity, window) == [None, None, None]


def test_quarterly_targets_stand_for_their_quarter() -> None:
    assert carried([9, 9, 9, 7, 7, 7], "sum", QUARTER, every=3) == [9, 9, 9, 7, 7, 7]
    assert carried([9, 9, 9, 7, 7, 7], "sum", YEAR, every=3) == [None, None, 9, None, None, 16]


@pytest.mark.parametrize(
    ("start", "end", "columns"),
    [
        (None, None, (0, 6)),
        ("2025-02", "2025-03", (1, 3)),
        ("2024-01", "2025-02", (0, 2)),
        ("2025-05", "2026-12", (4, 6)),
        ("2026-01", None, (6, 6)),
        (None, "2024-06", (0, 0)),
        ("2025-02-15", "2025-02-20", (1, 2)),
    ],
)
def test_months_between_are_inclusive_and_clipped(start: str | None, end: str | None, columns: tuple[int, int]) -> None:
    assert months_between(grid(), start, end) == columns
