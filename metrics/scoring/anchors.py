"""The score of a metric: 0 to 10, piecewise linear between a red flag and a goal.

One vectorised function computes every score; the scalar one calls it, so that a page and the value table cannot differ.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Direction = Literal["up", "down", "band"]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOP = 10.0
THIRD = 10 / 3
FIELDS = ("goal", "red", "goal_high", "red_high", "best", "best_high", "worst", "worst_high")


class Anchors(NamedTuple):
    """Where the scale of a metric is pinned, in the metric's own unit; None means not stated.

    `red` scores 10/3 and `goal` 20/3; `worst` scores 0 and `best` 10 (by default as far from red flag and goal as these
    are from each other). For a band, the plain names are the lower side and `*_high` the upper; `best` to `best_high`
    is the best interval, `best` alone a point, neither the middle of the goals.
    """

    direction: Direction
    goal: float | None = None
    red: float | None = None
    goal_high: float | None = None
    red_high: float | None = None
    best: float | None = None
    best_high: float | None = None
    worst: float | None = None
    worst_high: float | None = None

    @property
    def stated(self) -> bool:
        """Whether there is any goal; without one the metric has no target, which is no fault."""
        return self.goal is not None or self.goal_high is not None


def score(value: float | None, anchors: Anchors, capped: bool = True) -> float | None:
    """Score one value: 0 to 10, or beyond when not capped; None without a value, a target, or with faulty anchors.

    `anchor_fault` tells a fault from a missing target. A band never scores above 10.
    """
    return score_each([(value, anchors)], capped)[0]


def score_each(cells: Sequence[tuple[float | None, Anchors]], capped: bool = True) -> list[float | None]:
    """Score several values, each with anchors of its own, as `score` does; one call for many is far faster."""
    values = np.array([np.nan if value is None else value for value, _ in cells], dtype=np.float64)
    columns = _columns_of([anchors for _, anchors in cells])
    directions = np.array([anchors.direction for _, anchors in cells], dtype=np.str_)
    scores = score_all(values, directions, columns, capped=capped)
    return [None if np.isnan(result) else float(result) for result in scores]


def score_all(
    values: ArrayLike, direction: str | NDArray[np.str_], columns: Mapping[str, ArrayLike], *, capped: bool = True
) -> Floats:
    """Score n values at once: an array of n scores, NaN where there is none.

    `values` holds n floats (NaN = no value); `direction` is one for all or n of them; `columns` maps names of `FIELDS`
    to n floats or to one for all (NaN or absent = not stated).
    """
    v = np.asarray(values, dtype=np.float64)
    side, at = _spread(direction, columns, v.shape)
    band = side == BAND
    middle = np.where(np.isnan(at["best"]), at["goal"] / 2 + at["goal_high"] / 2, at["best"])
    best = np.where(band, middle, at["best"])
    best_high = np.where(np.isnan(at["best_high"]), best, at["best_high"])
    with np.errstate(all="ignore"):
        low = _side(v, at["red"], at["goal"], best, at["worst"])
        high = _side(v, at["red_high"], at["goal_high"], best_high, at["worst_high"])
        scores = np.where(band, np.minimum(np.minimum(low, high), TOP), low)
    if capped:
        scores = np.clip(scores, 0.0, TOP)
    none = ~np.isfinite(v) | ~_stated(at) | _faulty(side, at)
    return np.where(none, np.nan, scores)


def _side(v: Floats, red: Floats, goal: Floats, best: Floats, worst: Floats) -> Floats:
    """Score one side of a scale, uncapped; signs cancel, so the same line serves both directions."""
    span = goal - red
    below = np.where(np.isnan(worst), span, red - worst)
    above = np.where(np.isnan(best), span, best - goal)
    part = (v - red) / span
    under = THIRD * (1 + (v - red) / below)
    over = THIRD * (2 + (v - goal) / above)
    return np.where(part < 0, under, np.where(part > 1, over, THIRD * (1 + part)))


def fault_mask(direction: str | NDArray[np.str_], columns: Mapping[str, ArrayLike], size: int) -> Mask:
    """Tell for n = `size` cells at once where `anchor_fault` would find a fault (status *error*)."""
    return _faulty(*_spread(direction, columns, (size,)))


def anchor_fault(anchors: Anchors) -> str | None:
    """Say in words what is wrong with a set of anchors; None when nothing is, also when there is no target at all."""
    side, at = _spread(anchors.direction, _columns_of([anchors]), (1,))
    if not _stated(at)[0]:
        return None
    return next((fault.words(anchors) for fault in FAULTS if fault.found(side, at)[0]), None)


@dataclass(frozen=True, slots=True)
class _Fault:
    """One way in which anchors cannot be meant: where it is found, and how it is told."""

    found: Callable[[Floats, Mapping[str, Floats]], Mask]
    words: Callable[[Anchors], str]


NAMES = {"goal": "goal", "red": "red flag", "best": "best", "worst": "worst"}


def _name(field: str, direction: str) -> str:
    plain = NAMES[field.removesuffix("_high")]
    if direction != "band":
        return plain
    return f"upper {plain}" if field.endswith("_high") else f"lower {plain}"


def _order(kinds: tuple[float, ...], above: str, below: str, *, strict: bool = True) -> _Fault:
    """The anchor `above` must lie on the upper side of `below` (mirrored for direction down)."""

    def found(side: Floats, at: Mapping[str, Floats]) -> Mask:
        distance = np.where(side == DOWN, -1.0, 1.0) * np.sign(at[above] - at[below])
        return _any([side == kind for kind in kinds]) & ((distance <= 0) if strict else (distance < 0))

    def words(anchors: Anchors) -> str:
        one, other = _name(above, anchors.direction), _name(below, anchors.direction)
        x, y = getattr(anchors, above), getattr(anchors, below)
        if x == y:
            return f"{one} and {other} are both {x:.10g}"
        where = "below" if anchors.direction == "down" else "above"
        return f"direction {anchors.direction} needs the {one} {where} the {other} ({one} {x:.10g}, {other} {y:.10g})"

    return _Fault(found, words)


def _lacking(kinds: tuple[float, ...], field: str) -> _Fault:
    """Where there is a goal, `field` must be stated."""
    return _Fault(
        lambda side, at: _any([side == kind for kind in kinds]) & np.isnan(at[field]),
        lambda anchors: f"direction {anchors.direction} needs the {_name(field, anchors.direction)}, and it is missing",
    )


def _unknown(side: Floats, _at: Mapping[str, Floats]) -> Mask:
    return np.isnan(side)


def _infinite(_side: Floats, at: Mapping[str, Floats]) -> Mask:
    return _any([np.isinf(at[field]) for field in FIELDS])


def _paired(side: Floats, at: Mapping[str, Floats]) -> Mask:
    upper = _any([~np.isnan(at[field]) for field in FIELDS if field.endswith("_high")])
    found: Mask = upper & (side != BAND)
    return found


def _half_best(side: Floats, at: Mapping[str, Floats]) -> Mask:
    found: Mask = np.isnan(at["best"]) & ~np.isnan(at["best_high"]) & (side == BAND)
    return found


def _any(masks: Sequence[Mask]) -> Mask:
    found: Mask = np.logical_or.reduce(masks)
    return found


UP, DOWN, BAND = 1.0, -1.0, 0.0
SIDES = {"up": UP, "down": DOWN, "band": BAND}
FAULTS = (
    _Fault(_unknown, lambda anchors: f"direction is {anchors.direction!r}; it must be up, down or band"),
    _Fault(_infinite, lambda _: "an anchor is infinite; it must be a number"),
    _Fault(_paired, lambda anchors: f"direction {anchors.direction} takes one goal and one red flag, not pairs"),
    _Fault(_half_best, lambda _: "the upper best is stated without the lower best"),
    _lacking((BAND,), "goal"),
    _lacking((BAND,), "goal_high"),
    _lacking((UP, DOWN, BAND), "red"),
    _lacking((BAND,), "red_high"),
    _order((UP, DOWN, BAND), "goal", "red"),
    _order((UP, DOWN), "best", "goal"),
    _order((UP, DOWN, BAND), "red", "worst"),
    _order((BAND,), "red_high", "goal_high"),
    _order((BAND,), "worst_high", "red_high"),
    _order((BAND,), "goal_high", "goal"),
    _order((BAND,), "best", "goal"),
    _order((BAND,), "goal_high", "best"),
    _order((BAND,), "best_high", "best", strict=False),
    _order((BAND,), "goal_high", "best_high"),
)


def _faulty(side: Floats, at: Mapping[str, Floats]) -> Mask:
    return _stated(at) & _any([fault.found(side, at) for fault in FAULTS])


def _stated(at: Mapping[str, Floats]) -> Mask:
    return ~np.isnan(at["goal"]) | ~np.isnan(at["goal_high"])


def _columns_of(cells: Sequence[Anchors]) -> dict[str, Floats]:
    stated = {field: [getattr(anchors, field) for anchors in cells] for field in FIELDS}
    return {
        field: np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        for field, values in stated.items()
    }


def _spread(
    direction: str | NDArray[np.str_], columns: Mapping[str, ArrayLike], shape: tuple[int, ...]
) -> tuple[Floats, dict[str, Floats]]:
    """Bring direction (as UP, DOWN or BAND; else NaN) and fields to one shape; an absent field is not stated."""
    at = {f: np.broadcast_to(np.asarray(columns.get(f, np.nan), dtype=np.float64), shape) for f in FIELDS}
    if isinstance(direction, str):
        return np.full(shape, SIDES.get(direction, np.nan)), at
    sides = np.select([direction == name for name in SIDES], list(SIDES.values()), default=np.nan)
    return np.broadcast_to(sides, shape), at
