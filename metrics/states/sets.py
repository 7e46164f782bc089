"""Values of measures whose states are sets: exact distinct counts, percentiles, levels that add over units only."""

import numpy as np
import numpy.typing as npt

from metrics.states.bitmaps import distinct_counts
from metrics.states.cubes import SetCube, States, window_sum
from metrics.states.histograms import quantiles
from metrics.states.levels import Levels
from metrics.time.grid import Floats, Window

Bools = npt.NDArray[np.bool_]


def set_values(
    states: States, cube: SetCube, window: Window, early: bool, complete: bool = True
) -> tuple[Floats, Bools]:
    """(values, where there is any), both (units, months).

    With `complete` a mean, least or largest level counts those days only on which every unit below has one: on another
    day the sum over units would be too small.
    """
    grid, measure = states.grid, cube.measure
    if cube.things is not None:
        if measure.kind == "stock":
            things = cube.early if early and cube.early else cube.things
            counts = distinct_counts(things, grid, Window(grid.timeline.base), early=False, latest=states.latest)
            return counts, cube.presence.due > 0
        counts = distinct_counts(cube.things, grid, window, early, states.latest)
        return counts, counts > 0
    if cube.histogram is not None:
        wanted = measure.quantile or 0.0, measure.discrete
        values = quantiles(cube.histogram, grid, window, early, *wanted, latest=states.latest)
        return values, ~np.isnan(values)
    if cube.levels is None:
        raise AssertionError(f"a set of {measure.table} is neither of things nor of values nor of levels")
    if measure.over_time in ("last", "first"):
        values = _ends(states, cube, cube.levels, window, early)
    else:
        values = _over_days(states, cube, cube.levels, window, early, complete)
    return values, ~np.isnan(values)


def _ends(states: States, cube: SetCube, levels: Levels, window: Window, early: bool) -> Floats:
    """The level at a window's end, or at its beginning: that of its last or first month."""
    grid, last = states.grid, cube.measure.over_time == "last"
    values = levels.ends(grid, False, last)
    own = levels.ends(grid, True, last) if early else values
    if last or grid.single(window):
        return own
    starts = grid.starts(window)
    columns = np.arange(grid.shape[1])
    found = np.where(starts == columns, own, values[:, np.maximum(starts, 0)])
    return np.where(grid.begins(window) < cube.presence.first, np.nan, found)


def _over_days(states: States, cube: SetCube, levels: Levels, window: Window, early: bool, complete: bool) -> Floats:
    """Mean, least or largest of the daily sums over units."""
    grid = states.grid
    whole = levels.daily(grid, False, complete)
    first = levels.daily(grid, True, complete) if early else (None,) * len(whole)
    total, days, low, high, untold = (
        window_sum(values, grid, window, part, how)
        for how, values, part in zip(("sum", "sum", "min", "max", "sum"), whole, first, strict=True)
    )
    over = cube.measure.over_time
    with np.errstate(divide="ignore", invalid="ignore"):
        values = {"mean": total / days, "min": low, "max": high}[str(over)]
    return np.where((days > 0) & (untold == 0), values, np.nan)
