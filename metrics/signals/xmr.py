"""Signal or noise: XmR charts (process behaviour charts) with screening, four rules, and independence tested first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.errors import QueryError
from metrics.signals.independence import is_dependent, lag_one, season_of

Floats = NDArray[np.float64]
Rule = Literal["outside", "trend", "shift", "two_of_three"]
Where = Literal["high", "low"]
Assurance = Literal["consistently passes", "consistently fails", "hit and miss"]
Variation = Literal["improving", "worsening", "special", "common"]

RULES: dict[Rule, str] = {
    "outside": "a point outside the limits",
    "trend": "7 in a row rising or falling",
    "shift": "7 in a row on one side of the mean",
    "two_of_three": "2 of 3 beyond two thirds of the limit, all three on one side",
}
LIMIT = 2.66  # limits lie this many mean moving ranges from the mean
SCREEN = 3.267  # moving ranges beyond this many means are left out before the limits are set
RUN = 7
FEW = 12
LEAST = 3
RECENT = 12  # latest points that may have drifted while the limits of those before still hold
STEADY = 30  # that many first points are needed: with 24, correlation is missed too often
STRICT = 1.28  # the first points must look independent even at 20 %: a drift is claimed on their word
DUST = 1e-12  # share of the largest value below which a difference is rounding


@dataclass(frozen=True, slots=True)
class Rebase:
    """From `on` the process is known to be another one: mean and limits start anew; the reason is shown."""

    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule that fired at a point, on which side (rising is high), in words for a tile."""

    rule: Rule
    where: Where
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """One period. value None is a gap. mean and limits are those in force there, with the season if there is one."""

    on: date
    value: float | None
    mean: float | None
    lower: float | None
    upper: float | None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Signals:
    """An XmR chart. Numbers are in the metric's unit and of the latest stretch, without season; None: not to be had.

    applicable: whether limits mean anything; if not, `why_not` says it in words, and there are no limits and no flags.
    seasonal: a season by calendar month was significant and taken out. few: the latest stretch has under 12 points.
    until: where the limits were set by the first points alone, the last of those; the process has drifted since.
    """

    points: tuple[Point, ...]
    mean: float | None
    lower: float | None
    upper: float | None
    moving_range: float | None
    applicable: bool
    why_not: str | None = None
    seasonal: bool = False
    few: bool = False
    count: int = 0
    until: date | None = None

    @property
    def latest(self) -> Point | None:
        """The latest point that was reported."""
        return next((point for point in reversed(self.points) if point.value is not None), None)

    @property
    def warning(self) -> str | None:
        """Words when the limits are rough, or those of an earlier time."""
        if self.until is not None:
            return f"limits of the steady time up to {self.until:%b %Y}; the process has moved since"
        return f"only {self.count} points: limits from fewer than {FEW} are rough" if self.few else None

    @property
    def verdict(self) -> str:
        """Words on the latest point: special cause and which rules fired, common cause, or not applicable and why."""
        if not self.applicable:
            return f"not applicable: {self.why_not}"
        flags = self.latest.flags if self.latest else ()
        return "special cause: " + ", ".join(flag.words for flag in flags) if flags else "common cause"


def xmr(series: Sequence[tuple[date, float | None]], rebases: Sequence[Rebase] = ()) -> Signals:
    """Chart a series of (first day of period, value), oldest first.

    A gap (None) is passed over: its neighbours are neighbours. A season is taken out when it is significant and there
    are 24 points. If neighbours still move together, the limits of the points before the latest 12 are tried; if those
    move together too, or fewer than 3 points are there, the chart is not applicable.
    Raises QueryError when dates do not ascend.
    """
    days = [day for day, _ in series]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise QueryError("the periods of a chart must ascend and differ; sort them by date")
    known = [index for index, (_, value) in enumerate(series) if value is not None and np.isfinite(value)]
    values = np.array([series[index][1] for index in known], dtype=np.float64)
    stretches = _stretches([days[index] for index in known], rebases)
    count = stretches[-1].stop - stretches[-1].start if stretches else 0
    if count < LEAST:
        return _blank(series, None, count, f"{_points(count)}, and limits need at least {LEAST}")
    residuals = np.concatenate(_residuals(values, stretches))
    months = [days[index].month for index in known]
    effects = season_of(residuals, months, len(stretches))
    season = np.zeros_like(values) if effects is None else effects
    plain = values - season
    correlation = lag_one(_residuals(plain, stretches))
    free = len(plain) if effects is None else len(plain) - len(set(months)) + 1
    if is_dependent(correlation, free):
        if not rebases and (before := _baseline(values, months)) is not None:
            steady, season = before
            return _charted(series, known, values - season, season, stretches, bool(season.any()), steady)
        mean = float(plain[stretches[-1]].mean())
        return _blank(series, mean, count, _dependence(correlation, len(plain)), effects is not None)
    return _charted(series, known, plain, season, stretches, effects is not None)


def _charted(
    series: Sequence[tuple[date, float | None]],
    known: Sequence[int],
    plain: Floats,
    season: Floats,
    stretches: Sequence[slice],
    seasonal: bool,
    steady: int | None = None,
) -> Signals:
    points = [Point(day, value, None, None, None) for day, value in series]
    mean, width = 0.0, 0.0
    for part in stretches:
        mean, width = _limits(plain[part][:steady])
        if part.stop - part.start < LEAST:
            continue
        flags = _flags(plain[part], mean, LIMIT * width)
        for index, shift, found in zip(known[part], season[part], flags, strict=True):
            day, value = series[index]
            centre = mean + float(shift)
            points[index] = Point(day, value, centre, centre - LIMIT * width, centre + LIMIT * width, found)
    count = stretches[-1].stop - stretches[-1].start
    lower, upper = mean - LIMIT * width, mean + LIMIT * width
    until = None if steady is None else series[known[steady - 1]][0]
    return Signals(tuple(points), mean, lower, upper, width, True, None, seasonal, count < FEW, count, until)


def _baseline(values: Floats, months: Sequence[int]) -> tuple[int, Floats] | None:
    """How many first points were steady, and the season of all points as those knew it; None when they were not.

    A process that has begun to drift correlates because of its drift. If all but the latest 12 points (30 at least) are
    independent noise, their limits hold, and the drift is held against them: limits are frozen at the change.
    """
    steady = len(values) - RECENT
    if steady < STEADY:
        return None
    first = values[:steady] - values[:steady].mean()
    effects = season_of(first, months[:steady])
    season = np.zeros_like(values)
    if effects is not None:
        known = dict(zip(months[:steady], effects.tolist(), strict=True))
        season = np.array([known.get(month, 0.0) for month in months])
    free = steady if effects is None else steady - len(set(months[:steady])) + 1
    left = first - season[:steady]
    correlation = lag_one([left])  # against each other they would only widen the limits, which is the safe side
    return None if correlation > 0 and is_dependent(correlation, free, STRICT) else (steady, season)


def _stretches(days: Sequence[date], rebases: Sequence[Rebase]) -> list[slice]:
    """Runs of points between rebases; one without any point is left out."""
    cuts = sorted({sum(day < rebase.on for day in days) for rebase in rebases} | {0, len(days)})
    return [slice(start, stop) for start, stop in pairwise(cuts)]


def _residuals(values: Floats, stretches: Sequence[slice]) -> list[Floats]:
    """Distances from the mean of each stretch; rounding of floats is no distance."""
    away = [values[part] - values[part].mean() for part in stretches]
    return [np.where(np.abs(part) <= DUST * np.abs(values).max(), 0.0, part) for part in away]


def _limits(values: Floats) -> tuple[float, float]:
    """Mean, and mean moving range after screening; where screening would leave no variation at all, before it."""
    ranges = np.abs(np.diff(values))
    if not len(ranges):
        return float(values.mean()), 0.0
    kept = ranges[ranges <= SCREEN * ranges.mean()]
    return float(values.mean()), float(kept.mean() if kept.any() else ranges.mean())


def _blank(
    series: Sequence[tuple[date, float | None]], mean: float | None, count: int, why_not: str, seasonal: bool = False
) -> Signals:
    points = tuple(Point(day, value, mean, None, None) for day, value in series)
    return Signals(points, mean, None, None, None, False, why_not, seasonal, count < FEW, count)


def _points(count: int) -> str:
    return {0: "no points", 1: "only 1 point"}.get(count, f"only {count} points")


def _dependence(correlation: float, count: int) -> str:
    how = "move together" if correlation > 0 else "move against each other"
    return f"neighbouring periods {how} (correlation {correlation:.2f} over {count} points), so limits would mislead"


def _flags(values: Floats, mean: float, limit: float) -> list[tuple[Flag, ...]]:
    """Flags of each of n points; every point of a run carries the run's flag. Order of rules as in RULES."""
    dust = DUST * float(np.abs(values).max())
    away = values - mean
    side = np.where(np.abs(away) <= dust, 0, np.sign(away)).astype(int)
    found: list[dict[Rule, Flag]] = [{} for _ in values]
    for index in np.flatnonzero(np.abs(away) > limit + dust).tolist():
        high = side[index] > 0
        words = "above the upper limit" if high else "below the lower limit"
        found[index]["outside"] = Flag("outside", "high" if high else "low", words)
    for rule, where, covered in [*_trends(values, dust), *_shifts(side), *_pairs(away, side, limit, dust)]:
        flag = Flag(rule, where, WORDS[rule, where].format(len(covered)))
        for index in covered:
            found[index].setdefault(rule, flag)
    return [tuple(flags[rule] for rule in RULES if rule in flags) for flags in found]


WORDS: dict[tuple[Rule, Where], str] = {
    ("trend", "high"): "{} rising in a row",
    ("trend", "low"): "{} falling in a row",
    ("shift", "high"): "{} in a row above the mean",
    ("shift", "low"): "{} in a row below the mean",
    ("two_of_three", "high"): "2 of 3 close to the upper limit",
    ("two_of_three", "low"): "2 of 3 close to the lower limit",
}
Fired = Iterator[tuple[Rule, Where, range]]


def _trends(values: Floats, dust: float) -> Fired:
    """Points, each above (or each below) the one before, 7 of them at least; n points have n - 1 steps."""
    steps = np.diff(values)
    for sign, start, stop in _runs(np.where(np.abs(steps) <= dust, 0, np.sign(steps)).astype(int)):
        if stop - start >= RUN - 1:
            yield "trend", _where(sign), range(start, stop + 1)


def _shifts(side: NDArray[np.int_]) -> Fired:
    for sign, start, stop in _runs(side):
        if stop - start >= RUN:
            yield "shift", _where(sign), range(start, stop)


def _pairs(away: Floats, side: NDArray[np.int_], limit: float, dust: float) -> Fired:
    beyond = np.abs(away) > limit * 2 / 3 + dust
    for start in range(len(away) - 2):
        three = slice(start, start + 3)
        if side[start] and (side[three] == side[start]).all() and beyond[three].sum() >= 2:
            yield "two_of_three", _where(int(side[start])), range(start, start + 3)


def _runs(signs: NDArray[np.int_]) -> Iterator[tuple[int, int, int]]:
    """Maximal runs of one sign that is not 0, as (sign, start, stop)."""
    edges = [0, *(np.flatnonzero(np.diff(signs)) + 1).tolist(), len(signs)]
    for start, stop in pairwise(edges):
        if stop > start and signs[start]:
            yield int(signs[start]), start, stop


def _where(sign: int) -> Where:
    return "high" if sign > 0 else "low"


def assurance(
    signals: Signals, target: float | None, direction: str, target_high: float | None = None
) -> Assurance | None:
    """Whether the process, left as it is, meets its target: always, never, or by chance; None if that cannot be said.

    direction: up, down, or band (then target and target_high are its ends). With a season the limits of all months of
    the latest stretch count. A target on a limit is hit and miss.
    """
    if not signals.applicable or target is None:
        return None
    stretch = [point for point in signals.points if point.value is not None][-signals.count :]
    lower = min(point.lower for point in stretch if point.lower is not None)
    upper = max(point.upper for point in stretch if point.upper is not None)
    if direction == "band":
        if target_high is None:
            return None
        passes, fails = target < lower and upper < target_high, upper < target or target_high < lower
    elif direction == "down":
        passes, fails = target > upper, target < lower
    else:
        passes, fails = target < lower, target > upper
    return "consistently passes" if passes else "consistently fails" if fails else "hit and miss"


def variation(signals: Signals, direction: str) -> Variation | None:
    """What the latest point's first flag means: for the better, for the worse (for a band just special), or common."""
    if not signals.applicable or signals.latest is None:
        return None
    if not signals.latest.flags:
        return "common"
    if direction == "band":
        return "special"
    good = "high" if direction == "up" else "low"
    return "improving" if signals.latest.flags[0].where == good else "worsening"
