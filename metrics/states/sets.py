"""Values of measures whose states are sets: exact distinct counts, and levels that add over units but not over time."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metrics.states.bitmaps import distinct_counts
from metrics.states.cubes import SetCube, States, window_sum
from metrics.time.grid import MONTH, Floats, Grid, Window

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
            counts = distinct_counts(cube.early if early and cube.early else cube.things, grid, MONTH, early=False)
            return counts, cube.presence.due > 0
        counts = distinct_counts(cube.things, grid, window, early)
        return counts, counts > 0
    if measure.over_time in ("last", "first"):
        values = _ends(states, cube, window, early)
    else:
        values = _over_days(states, cube, window, early, complete)
    return values, ~np.isnan(values)


def _ends(states: States, cube: SetCube, window: Window, early: bool) -> Floats:
    """The level at a window's end, or at its beginning: that of its last or first month."""
    grid, last = states.grid, cube.measure.over_time == "last"
    pick = "arg_max" if last else "arg_min"

    def monthly(only: str) -> Floats:
        (values,) = _read(
            states,
            "v",
            (
                f"SELECT c.unit, l.month, sum(l.v) AS v FROM (SELECT cell, month, {pick}(v, day) AS v "
                f"FROM {cube.relation} {only} GROUP BY 1, 2) AS l "
                "JOIN closure AS c ON c.month = l.month AND c.cell = l.cell GROUP BY 1, 2"
            ),
        )
        return values

    values = monthly("")
    own = monthly("WHERE early") if early else values
    if last or window == MONTH:
        return own
    starts = grid.starts(window)
    columns = np.arange(grid.shape[1])
    found = np.where(starts == columns, own, values[:, np.maximum(starts, 0)])
    return np.where(grid.begins(window) < cube.presence.first, np.nan, found)


def _over_days(states: States, cube: SetCube, window: Window, early: bool, complete: bool) -> Floats:
    """Mean, least or largest of the daily sums over units."""
    whole = _daily(states, cube, "", complete)
    first = _daily(states, cube, "WHERE s.early", complete) if early else (None,) * len(whole)
    how = {"lo": "min", "hi": "max"}
    total, days, low, high, untold = (
        window_sum(values, states.grid, window, part, how.get(name, "sum"))
        for name, values, part in zip(DAILY, whole, first, strict=True)
    )
    over = cube.measure.over_time
    with np.errstate(divide="ignore", invalid="ignore"):
        values = {"mean": total / days, "min": low, "max": high}[str(over)]
    return np.where((days > 0) & (untold == 0), values, np.nan)


DAILY = ("total", "days", "lo", "hi", "untold")  # untold: a month with levels, but none of all units on one day


def _daily(states: States, cube: SetCube, only: str, complete: bool) -> tuple[Floats, ...]:
    """Of each unit and month, over its days: sum, number, least and largest of the daily sums (see DAILY)."""
    days = (
        f"SELECT c.unit, s.month, s.day, sum(s.v) AS v, count(*) AS n FROM {cube.relation} AS s "
        f"JOIN closure AS c ON c.month = s.month AND c.cell = s.cell {only} GROUP BY ALL"
    )
    due = (
        "SELECT d.unit, d.day, count(*) AS n FROM days AS d JOIN closure AS c ON c.unit = d.unit AND c.month = d.month "
        f"JOIN (SELECT cell, min(day) AS first FROM {cube.relation} GROUP BY 1) AS b "
        "ON b.cell = c.cell AND b.first <= d.day GROUP BY 1, 2"
    )
    told = "d.n >= e.n" if complete else "TRUE"
    sql = (
        f"WITH days AS ({days}), due AS ({due}) SELECT d.unit, d.month, sum(d.v) FILTER ({told}) AS total, "
        f"count(*) FILTER ({told}) AS days, min(d.v) FILTER ({told}) AS lo, max(d.v) FILTER ({told}) AS hi, "
        f"CAST(count(*) FILTER ({told}) = 0 AS INTEGER) AS untold "
        "FROM days AS d JOIN due AS e ON e.unit = d.unit AND e.day = d.day GROUP BY 1, 2"
    )
    found = _read(states, DAILY, sql)
    return tuple(
        np.nan_to_num(v) if name in ("total", "days", "untold") else v for name, v in zip(DAILY, found, strict=True)
    )


def _read(states: States, names: str | tuple[str, ...], sql: str) -> tuple[Floats, ...]:
    """Columns of a query by unit and month, each (units, months), NaN where there is no row."""
    grid: Grid = states.grid
    table = states.engine.table(sql)
    rows = pc.index_in(table.column("unit").combine_chunks(), value_set=pa.array(grid.units))
    at = (rows.to_numpy(zero_copy_only=False).astype(int), table.column("month").to_numpy() - grid.first)
    found = []
    for name in (names,) if isinstance(names, str) else names:
        values = np.full(grid.shape, np.nan)
        values[at] = table.column(name).to_numpy()
        found.append(values)
    return tuple(found)
