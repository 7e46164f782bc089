"""Targets and anchors in force by unit and month, carried over levels and windows only as far as that is true."""

from collections.abc import Callable
from functools import partial

import numpy as np

from metrics.definitions.metric import Anchors, Metric, TargetStep, TargetTable
from metrics.definitions.quantities import Anchor, AtTarget, Distance
from metrics.language.catalog import Additivity, Catalog, target_aggregate
from metrics.language.expressions import parse
from metrics.states.cubes import States
from metrics.time.grid import MONTH, Floats, Grid, Window, at_cadence, window_columns
from metrics.values.cells import arithmetic
from metrics.values.evaluate import Evaluator, rolling_window

Columns = dict[str, Floats]  # anchor name (see scoring.anchors.FIELDS) > (units, months)
ALIKE = ("intensive", "rate")  # one target for all units


class TargetBook:
    """Answers what the target and the anchors of a metric are at a window; NaN = none."""

    def __init__(self, catalog: Catalog, states: States) -> None:
        self.catalog, self.grid = catalog, states.grid
        self.evaluator = Evaluator(catalog, states, self.target)
        self._known: dict[tuple[str, Window], Floats] = {}

    def target(self, key: str, window: Window) -> Floats:
        """The target of a metric at a window, (units, months) in the metric's own unit."""
        if (key, window) not in self._known:
            self._known[key, window] = self._target(self.catalog.metrics[key], window)
        return self._known[key, window]

    def _target(self, metric: Metric, window: Window) -> Floats:
        target = metric.target
        if target is None:
            return np.full(self.grid.shape, np.nan)
        if isinstance(target, TargetTable):
            window = at_cadence(window, self.evaluator.cadence(metric.key))
            return self.evaluator.aggregate(target_aggregate(target), window, early=False, stated=True).value
        if target == "components":
            return self._from_components(metric, window)
        additivity = self.catalog.additivity(metric.key)
        steps = target if isinstance(target, tuple) else (TargetStep(value=float(target)),)
        every = self.evaluator.cadence(metric.key)
        carried = carry(self._stated(steps, additivity), additivity, self.grid, window, every)
        if additivity == "sum":  # the target of a whole year does not fit what was seen of a part
            carried = np.where(self.evaluator.cut_short(metric.key, window), np.nan, carried)
        return carried

    def _stated(self, steps: tuple[TargetStep, ...], additivity: Additivity) -> Floats:
        """The stated steps by unit and month, and what follows from them for units above; one unit's own wins."""
        out = np.full(self.grid.shape, np.nan)
        general = "each" if additivity in ALIKE else self.grid.units[0]
        for step in sorted(steps, key=lambda step: (step.unit or general) != "each"):
            low, high = months_between(self.grid, step.from_, step.to)
            unit = step.unit or general
            rows = slice(None) if unit == "each" else [self.grid.units.index(unit)]
            out[rows, low:high] = step.value
        return _filled_upwards(out, additivity, self.grid)

    def _from_components(self, metric: Metric, window: Window) -> Floats:
        body = metric.body
        if metric.ratio:
            top, bottom = (
                self.target(part, window) if isinstance(part, str) else np.full(self.grid.shape, np.nan)
                for part in (metric.ratio.numerator, metric.ratio.denominator)
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where(bottom == 0, np.nan, top / bottom)
        if isinstance(body, str):
            parts = {name: self.target(name, window) for name in self.catalog.parts(metric.key)}
            return np.broadcast_to(arithmetic(parse(body), parts), self.grid.shape).copy()
        if metric.to_date:
            return self.target(metric.to_date.metric, Window(metric.to_date.since))
        assert metric.rolling is not None
        return self.target(metric.rolling.metric, rolling_window(metric.rolling))

    def anchors(self, key: str, window: Window) -> Columns:
        """The anchors in force at a window, each (units, months); NaN where they do not hold (clause 10).

        A goal without its red flag, or a red flag alone, is none: no score can be told from one of them.
        """
        metric = self.catalog.metrics[key]
        target = self.target(key, window)
        stated_at = window in (MONTH, at_cadence(MONTH, self.evaluator.cadence(key)))
        absolute = partial(self._absolute, additivity=self.catalog.additivity(key), stated_at=stated_at)
        out: Columns = {}
        for step in metric.anchor_steps:
            low, high = months_between(self.grid, step.from_, step.to)
            for name, values in _columns(step, metric, target, absolute).items():
                column = out.setdefault(name, np.full(self.grid.shape, np.nan))
                column[:, low:high] = values[:, low:high]
        needed = [values for name, values in out.items() if name.startswith(("goal", "red"))]
        known = ~np.any(np.isnan(needed), axis=0) if needed else True
        return {name: np.where(known, values, np.nan) for name, values in out.items()}

    def _absolute(self, number: float, additivity: Additivity, stated_at: bool) -> Floats:
        """An absolute number holds everywhere for a ratio or average, else only where stated: top unit, one month."""
        out = np.full(self.grid.shape, np.nan)
        if additivity == "intensive" or (additivity == "rate" and stated_at):
            out[:] = number
        elif stated_at or additivity == "level":
            out[0, :] = number
        return out


def _columns(step: Anchors, metric: Metric, target: Floats, absolute: Callable[[float], Floats]) -> Columns:
    """Every anchor of one step as an array. Distances lie on the bad side of the target, `best` on the good side."""
    sign = {"up": -1.0, "down": 1.0, "band": -1.0}[metric.direction]

    def place(anchor: Anchor, side: float) -> Floats:
        if isinstance(anchor, AtTarget):
            return target
        if isinstance(anchor, Distance):
            room = (
                np.abs(target) * anchor.share
                if anchor.share is not None
                else np.where(np.isnan(absolute(anchor.margin or 0.0)), np.nan, anchor.margin or 0.0)
            )
            return np.asarray(target + side * room)
        return absolute(float(anchor))

    out: Columns = {}
    for name in ("goal", "red", "worst", "best"):
        anchor = getattr(step, name)
        if anchor is None:
            continue
        side = -sign if name == "best" and metric.direction != "band" else sign
        low, high = anchor if isinstance(anchor, tuple) else (anchor, anchor)
        out[name] = place(low, side)
        if metric.direction == "band":
            out[f"{name}_high"] = place(high, -side)
    return out


def months_between(grid: Grid, start: str | None, end: str | None) -> tuple[int, int]:
    """Columns from a month to a month, both inclusive, as a slice's bounds clipped to the grid."""
    low = grid.months(start)[0] if start else 0
    high = grid.months(end)[1] + 1 if end else grid.shape[1]
    return max(low, 0), max(min(high, grid.shape[1]), 0)


def _filled_upwards(stated: Floats, additivity: Additivity, grid: Grid) -> Floats:
    """A unit without a stated target takes the sum of its children's, or of ALIKE ones the common value."""
    if additivity == "point":
        return stated
    out = stated.copy()
    for segment in grid.segments:
        part = out[:, segment.low : segment.high]
        for below, above in segment.levels:
            for parent in np.unique(above):
                children = part[below[above == parent]]
                low, high = np.min(children, axis=0), np.max(children, axis=0)
                value = np.where(low == high, low, np.nan) if additivity in ALIKE else np.sum(children, axis=0)
                part[parent] = np.where(np.isnan(part[parent]), value, part[parent])
    return out


def carry(monthly: Floats, additivity: Additivity, grid: Grid, window: Window, every: int = 1) -> Floats:
    """Stated targets at a window: the sum where the metric is one, the last for levels, a constant for ratios.

    They are stated for a month each, or where the metric has a value `every` quarter or year, for such a stretch.
    """
    stated_at = window in (MONTH, at_cadence(MONTH, every))
    if stated_at or additivity == "level":
        return monthly
    out = np.full(grid.shape, np.nan)
    if additivity in ("rate", "point"):
        return out
    ends = [column for column in range(grid.shape[1]) if grid.of_grain(every, column)[1] == column]
    for column, low in window_columns(grid, window):
        part = monthly[:, low : column + 1]
        if additivity == "sum":
            told = [end for end in ends if low <= end <= column]
            out[:, column] = np.sum(monthly[:, told], axis=1) if column in told else np.nan
        else:
            out[:, column] = np.where(np.min(part, axis=1) == np.max(part, axis=1), part[:, -1], np.nan)
    return out
