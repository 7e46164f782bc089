"""Values of one metric at one window over all units and months, and the small things that are done with them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from metrics.grid import Floats, Grid, Window

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
)
NO_ROWS, GAP, ZERO, SHORT, PART, CARRIED, NOT_DUE = range(1, 8)


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


def long_enough(cells: Cells, grid: Grid, window: Window, due: Floats) -> Cells:
    """A rolling window that reaches before the first row of its own table has no value.

    `due` counts cells with rows due, (units, months). The grid may begin years earlier, for the sake of another table.
    """
    first = int(np.argmax((due > 0).any(axis=0))) if window.kind == "roll" else 0
    short = grid.starts(window) < first
    value, why = cells.value.copy(), cells.why.copy()
    value[:, short], why[:, short] = np.nan, SHORT
    return Cells(value, why, cells.rows, cells.seen, cells.due)


def carried(cells: Cells) -> Cells:
    """Gaps filled with the last value before them."""
    columns = np.arange(cells.value.shape[1])
    last = np.maximum.accumulate(np.where(np.isnan(cells.value), -1, columns), axis=1)
    filled = np.where(last >= 0, np.take_along_axis(cells.value, np.maximum(last, 0), axis=1), np.nan)
    taken = np.isnan(cells.value) & ~np.isnan(filled)
    return Cells(filled, np.where(taken, CARRIED, cells.why).astype(np.int8), cells.rows, cells.seen, cells.due)


def shifted(values: Floats, months: int) -> Floats:
    """Each column as it was some months earlier, NaN before the first."""
    out = np.full_like(values, np.nan)
    if months < values.shape[1]:
        out[:, months:] = values[:, : values.shape[1] - months]
    return out


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
