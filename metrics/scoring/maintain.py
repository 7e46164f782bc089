"""Service levels: in what share of periods a target was met."""

from collections.abc import Sequence

from data.errors import QueryError
from metrics.scoring.anchors import Direction
from metrics.scoring.status import TOLERANCE

DEFAULT_TOLERANCE = 0.05


def met(
    value: float | None, target: float | None, direction: Direction, tolerance: float = DEFAULT_TOLERANCE
) -> bool | None:
    """Whether a value met its target; None when either is missing.

    The tolerance band is target +/- |target| * tolerance: for `up` its lower end is enough, for `down` its upper end,
    for `band` the value lies inside. Ends count as met, to 1e-9 of the target's size.
    """
    if tolerance < 0:
        raise QueryError(f"a tolerance is a share from 0 upwards, not {tolerance}")
    if value is None or target is None:
        return None
    margin = abs(target) * tolerance + TOLERANCE * abs(target)
    high_enough, low_enough = value >= target - margin, value <= target + margin
    return {"up": high_enough, "down": low_enough, "band": high_enough and low_enough}[direction]


def maintain_share(periods: Sequence[bool | None]) -> float | None:
    """Share of periods in which the target was met, 0 to 1, oldest period first; None when there is no actual at all.

    None is a gap: before the latest actual it counts as not met, after it the period is still open and does not count.
    Periods that were not due are left out by the caller.
    """
    actual = [index for index, outcome in enumerate(periods) if outcome is not None]
    if not actual:
        return None
    closed = periods[: actual[-1] + 1]
    return sum(outcome is True for outcome in closed) / len(closed)
