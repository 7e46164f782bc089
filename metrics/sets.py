"""Values of measures whose states are sets: exact distinct counts, and levels that add over units but not over time."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metrics.bitmaps import distinct_counts
from metrics.grid import MONTH, Floats, Grid, Window
from metrics.states import SetCube, States


def set_values(states: States, cube: SetCube, window: Window, early: bool) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(values, where there is any), both (units, months)."""
    grid, measure = states.grid, cube.measure
    if cube.things is not None:
        counts = distinct_counts(cube.things, grid, MONTH if measure.kind == "stock" else window, early)
        return counts, counts > 0
    windows = _windows(grid, window)
    inside = "s.month BETWEEN w.low AND w.month" + (" AND (s.month < w.month OR s.early)" if early else "")
    if measure.over_time in ("last", "first"):
        pick = "arg_max" if measure.over_time == "last" else "arg_min"
        sql = (
            f"SELECT c.unit, l.month, sum(l.v) AS v FROM (SELECT s.cell, w.month, {pick}(s.v, s.day) AS v "
            f"FROM {cube.relation} AS s JOIN {windows} ON {inside} GROUP BY 1, 2) AS l "
            "JOIN closure AS c ON c.month = l.month AND c.cell = l.cell GROUP BY 1, 2"
        )
    else:
        how = {"mean": "avg", "min": "min", "max": "max"}[str(measure.over_time)]
        sql = (
            f"SELECT s.unit, w.month, {how}(s.v) AS v FROM (SELECT c.unit, s.month, s.early, s.day, sum(s.v) AS v "
            f"FROM {cube.relation} AS s JOIN closure AS c ON c.month = s.month AND c.cell = s.cell GROUP BY ALL) AS s "
            f"JOIN {windows} ON {inside} GROUP BY 1, 2"
        )
    table = states.engine.table(sql)
    values = np.full(grid.shape, np.nan)
    rows = pc.index_in(table.column("unit").combine_chunks(), value_set=pa.array(grid.units)).to_numpy(
        zero_copy_only=False
    )
    values[rows.astype(int), table.column("month").to_numpy() - grid.first] = table.column("v").to_numpy()
    return values, ~np.isnan(values)


def _windows(grid: Grid, window: Window) -> str:
    """The windows as a table `w(month, low)`."""
    rows = ", ".join(
        f"({grid.first + column}, {grid.first + int(low)})" for column, low in enumerate(grid.starts(window))
    )
    return f"(VALUES {rows}) AS w(month, low)"
