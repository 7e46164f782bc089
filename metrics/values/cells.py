"""Values of one metric at one window over all units and months, and the small things that are done with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from data.calendar import MONTHS_IN
from metrics.time.grid import Floats, Grid, Ints, Window, grain_of

Codes = npt.NDArray[np.int8]

REASONS: tuple[str, ...] = (
    "",
    "no rows in this period",
    "some units or months that were due have not reported",
    "the denominator is zero",
    "the history is too short for this window",
    "a metric it is computed from has no value",
    "carried forward from an earlier period",
    "not due in this period",
    "it is about fewer people than may be told apart",
    "a smaller group beside it could be worked out from it",
)
NO_ROWS, GAP, ZERO, SHORT, PART, CARRIED, NOT_DUE, SMALL, BESIDE = range(1, 10)


@dataclass(frozen=True)
class Cells:
    """Values of one metric at one window; all arrays (units, months). NaN = no value, and `why` says why (see REASONS).

    `seen` and `due` count unit-months with and expecting data, `rows` the rows behind the value.
    """

    value: Floats
    why: Codes
    rows: Floats
    seen: Floats
    due: Floats


def long_enough(cells: Cells, grid: Grid, window: Window, first: int) -> Cells:
    """A rolling window that reaches before column `first`, where its own table begins, has no value.

    The grid may begin years earlier, for the sake of another table.
    """
    short = (grid.starts(window) < first) & (window.kind == "roll")
    value, why = cells.value.copy(), cells.why.copy()
    value[:, short], why[:, short] = np.nan, SHORT
    return Cells(value, why, cells.rows, cells.seen, cells.due)


def at_grain(cells: Cells, grid: Grid, window: Window, every: int) -> Cells:
    """Where a row stands for `every` months: values at the end of such a stretch, over windows of whole ones."""
    if every == 1:
        return cells
    roll = window.kind == "roll"
    months = window.count * MONTHS_IN.get(window.grain, 0) if roll else MONTHS_IN.get(grain_of(window), 0)
    whole = months >= every and (not roll or months % every == 0)
    ends = np.array([whole and grid.of_grain(every, column)[1] == column for column in range(grid.shape[1])])
    value, why = np.where(ends, cells.value, np.nan), np.where(ends, cells.why, NOT_DUE).astype(np.int8)
    return Cells(value, why, np.where(ends, cells.rows, 0.0), cells.seen, cells.due)


def carried(cells: Cells) -> Cells:
    """Gaps filled with the last value before them, as long as the unit lives."""
    columns = np.arange(cells.value.shape[1])
    last = np.maximum.accumulate(np.where(np.isnan(cells.value), -1, columns), axis=1)
    filled = np.where(last >= 0, np.take_along_axis(cells.value, np.maximum(last, 0), axis=1), np.nan)
    taken = np.isnan(cells.value) & ~np.isnan(filled) & (cells.due > 0)
    return Cells(
        np.where(taken, filled, cells.value),
        np.where(taken, CARRIED, cells.why).astype(np.int8),
        cells.rows,
        cells.seen,
        cells.due,
    )


def shifted(values: Floats, columns: Ints) -> Floats:
    """Each column as the one it is compared with (see `Grid.back`), NaN where there is none."""
    return np.where(columns >= 0, values[:, columns], np.nan)


def least_complete(parts: Sequence[Cells]) -> tuple[Floats, Floats]:
    """(seen, due) of the part that reported least of what was due, cell by cell: parts may reach over other windows."""
    seen, due = parts[0].seen, parts[0].due
    for part in parts[1:]:
        worse = part.seen * due < seen * part.due
        seen, due = np.where(worse, part.seen, seen), np.where(worse, part.due, due)
    return seen, due


def constant(value: Floats, shape: tuple[int, int]) -> Cells:
    """The same value everywhere."""
    nothing = np.zeros(shape)
    return Cells(np.broadcast_to(value, shape).copy(), nothing.astype(np.int8), nothing, nothing, nothing + 1)


def arithmetic(tree: exp.Expr, values: dict[str, Floats]) -> Floats:
    """Evaluate + - * / over arrays; a division by zero gives NaN."""
    if isinstance(tree, exp.Column):
        return values[tree.name]
    if isinstance(tree, exp.Literal):
        return np.asarray(float(tree.this))
    if isinstance(tree, exp.Paren):
        return arithmetic(tree.this, values)
    if isinstance(tree, exp.Neg):
        return np.asarray(-arithmetic(tree.this, values))
    left, right = arithmetic(tree.this, values), arithmetic(tree.expression, values)
    if isinstance(tree, exp.Div):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(right == 0, np.nan, left / right))
    by_node: dict[type[exp.Expr], Callable[[Floats, Floats], Floats]] = {
        exp.Add: np.add,
        exp.Sub: np.subtract,
        exp.Mul: np.multiply,
    }
    return np.asarray(by_node[type(tree)](left, right))
