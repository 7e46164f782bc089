"""Whether a metric has moved of late, beyond its noise, and whether two that are linked moved as their link says.

What moved together proves nothing about causes: these are observations, told as such.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from data.calendar import Calendar, Period
from metrics.signals.independence import season_of
from metrics.values.reading import Value

WINDOW = 3  # reported months whose mean is compared with that of as many before
LEAST = 12  # reported months from which noise can be judged
RANGE_TO_SPREAD = 1.128  # mean moving range of independent points, in standard deviations
BEYOND = 2.0  # standard errors of the difference of two means: 5 % of steady series "move"

Verdict = Literal["as_said", "against", "no_effect", "still", "unknown"]


@dataclass(frozen=True)
class Move:
    """How the latest months compare with those before, season taken out. `way`: +1 risen, -1 fallen, 0 within noise.

    `good`: for the better, for the worse, or None where it did not move or its direction is a band.
    """

    way: int
    good: bool | None
    now: float
    before: float
    last: Period


def moved(values: Sequence[Value], direction: str, calendar: Calendar, back: int = 0) -> Move | None:
    """The move of a metric's months (oldest first) up to `back` months before the last; None with too few to judge."""
    if not values:
        return None
    end = calendar.number("month", values[-1].period.end) - back
    known = [v for v in values if v.value is not None and calendar.number("month", v.period.end) <= end]
    if len(known) < LEAST:
        return None
    series = np.array([v.value for v in known], dtype=np.float64)
    season = season_of(series - series.mean(), [v.period.start.month for v in known])
    plain = series if season is None else series - season
    now, before = float(plain[-WINDOW:].mean()), float(plain[-2 * WINDOW : -WINDOW].mean())
    error = float(np.abs(np.diff(plain)).mean()) / RANGE_TO_SPREAD * sqrt(2 / WINDOW)
    way = 0 if abs(now - before) <= BEYOND * error else 1 if now > before else -1
    good = None if way == 0 or direction == "band" else (way > 0) == (direction == "up")
    return Move(way, good, now, before, known[-1].period)


def verdict(leading: Move | None, lagging: Move | None, sign: int) -> Verdict:
    """What both moves say of a link with this sign; the leading one is looked at earlier, by the link's lag."""
    if leading is None or lagging is None:
        return "unknown"
    if leading.way == 0:
        return "still"
    if lagging.way == 0:
        return "no_effect"
    return "as_said" if lagging.way == leading.way * sign else "against"


def opposite(one: Move | None, other: Move | None) -> bool:
    """Whether one became better while the other became worse."""
    return one is not None and other is not None and {one.good, other.good} == {True, False}
