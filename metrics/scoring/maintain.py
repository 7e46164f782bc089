"""Service levels: where a target was met (scoring, clause 3)."""

import numpy as np
from numpy.typing import ArrayLike

from data.errors import QueryError
from metrics.scoring.anchors import Direction, Mask
from metrics.scoring.status import TOLERANCE

DEFAULT_TOLERANCE = 0.05


def met_all(values: ArrayLike, targets: ArrayLike, direction: Direction, tolerance: float = DEFAULT_TOLERANCE) -> Mask:
    """Where n values met their n targets; False where either is missing (NaN): a gap counts as not met.

    The tolerance band is target +/- |target| * tolerance: for `up` its lower end is enough, for `down` its upper end,
    for `band` the value lies inside. Ends count as met, to 1e-9 of the target's size. QueryError for a negative share.
    """
    if tolerance < 0:
        raise QueryError(f"a tolerance is a share from 0 upwards, not {tolerance}")
    value, target = np.asarray(values, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    margin = np.abs(target) * (tolerance + TOLERANCE)
    high_enough, low_enough = value >= target - margin, value <= target + margin
    return np.asarray({"up": high_enough, "down": low_enough, "band": high_enough & low_enough}[direction])
