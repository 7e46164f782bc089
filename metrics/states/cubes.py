"""States: what facts leave behind for each unit and month, mergeable into every window and level."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from metrics.states.bitmaps import Packed, Things
from metrics.states.histograms import Histogram
from metrics.states.latest import Latest
from metrics.states.levels import Levels
from metrics.states.measures import Measure
from metrics.time.grid import Floats, Grid, Window


@dataclass(frozen=True)
class Presence:
    """For one table and time role, per unit and month: cells (leaf units) with rows, and cells where rows were due.

    `first` is the column in which the table's history begins; there is no telling what was before.
    """

    seen: Floats
    due: Floats
    first: int


@dataclass(frozen=True)
class Cube:
    """The states of one measure over the grid, rolled up over units; shapes (units, months).

    `value` is a sum, count or extreme (for a stock: the level at the month's end), `count` the values behind it,
    `rows` the rows behind it; `early` is these three of the first days only, for the twin of a running month.
    """

    measure: Measure
    value: Floats
    count: Floats
    rows: Floats
    early: tuple[Floats, Floats, Floats]
    presence: Presence


@dataclass(frozen=True)
class SetCube:
    """A measure whose states are sets: distinct things, levels by day, or how often which value was seen.

    `rows_early` are the rows of the first days only. `early` are the things of an earlier day of each month, where they
    are not some of those of its end.
    """

    measure: Measure
    rows: Floats
    presence: Presence
    rows_early: Floats
    things: Things | Packed | None = None
    early: Things | None = None
    levels: Levels | None = None
    histogram: Histogram | None = None


AnyCube = Cube | SetCube


@dataclass(frozen=True)
class States:
    """All states of a refresh, and the grid they stand on."""

    grid: Grid
    cubes: Mapping[Measure, AnyCube]
    presence: Mapping[tuple[str, str], Presence]
    latest: Latest = field(default_factory=Latest, compare=False)


def window_sum(values: Floats, grid: Grid, window: Window, early: Floats | None = None, how: str = "sum") -> Floats:
    """Merge months into windows; with `early` the window's last month counts its first days only. Shape as given."""
    if grid.single(window):
        return values.copy() if early is None else early.copy()
    ufunc = {"sum": np.add, "min": np.fmin, "max": np.fmax}[how]
    last = values if early is None else early
    starts, columns = np.maximum(grid.starts(window), 0), np.arange(values.shape[-1])
    edges = np.stack([starts, columns], axis=1).ravel()  # what lies between them, and then one column that is not used
    before = ufunc.reduceat(values, edges, axis=-1)[..., ::2]
    return np.asarray(np.where(starts < columns, ufunc(last, before), last))
