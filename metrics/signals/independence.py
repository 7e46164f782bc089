"""Whether a short series is independent noise: tests for a season by calendar month and for lag-1 correlation.

A process behaviour chart of a series that is not flags ordinary movement as a signal, up to every second month.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEASON_POINTS = 24  # two years of months
LAG_POINTS = 4
LEVEL = 0.05
NORMAL = 1.96  # two-sided 5 % of the normal distribution


def season_of(residuals: Floats, months: Sequence[int], means_taken: int = 1) -> Floats | None:
    """Effect of its calendar month on each of n residuals, when a season is significant at 5 %; else None.

    One-way analysis of variance by month (1 to 12). None also when there is too little to tell: fewer than 24 points,
    or a month that was seen only once. `means_taken` means were subtracted to get the residuals.
    """
    _, group, sizes = np.unique(np.asarray(months), return_inverse=True, return_counts=True)
    free = len(residuals) - len(sizes) - (means_taken - 1)
    if len(residuals) < SEASON_POINTS or len(sizes) < 2 or sizes.min() < 2 or free < 1:
        return None
    effects: Floats = (np.bincount(group, weights=residuals) / sizes)[group]
    between, within = float(np.sum(effects**2)), float(np.sum((residuals - effects) ** 2))
    if between <= 1e-18 * float(np.sum(residuals**2)) or between == 0:
        return None
    if within <= 1e-18 * between:
        return effects
    return effects if _f_tail(len(sizes) - 1, free, between * free / within / (len(sizes) - 1)) < LEVEL else None


def _f_tail(above: int, below: int, ratio: float) -> float:
    """Chance of an F ratio at least that large under no effect."""
    from scipy.special import fdtrc  # noqa: PLC0415  most charts are too short for it

    return float(fdtrc(above, below, ratio))


def lag_one(segments: Sequence[Floats]) -> float:
    """Correlation of neighbours, over pairs within segments of residuals; 0 where nothing varies."""
    spread = sum(float(np.sum(part**2)) for part in segments)
    together = sum(float(np.sum(part[1:] * part[:-1])) for part in segments)
    return together / spread if spread > 0 else 0.0


def is_dependent(correlation: float, points: int, normal: float = NORMAL) -> bool:
    """Whether a lag-1 correlation of n points is significant (5 % by default), either way, allowing for its bias -1/n.

    Points from which a season was taken count less the effects that were estimated.
    """
    return points >= LAG_POINTS and abs(correlation + 1 / points) * sqrt(points) > normal
