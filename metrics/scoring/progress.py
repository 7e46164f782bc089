"""Progress of an objective from its baseline to its target, and its pace against what was to be expected by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Milestone:
    """By the end of `on`, `share` of the way (0 to 1) is to be done."""

    on: date
    share: float


@dataclass(frozen=True, slots=True)
class JointProgress:
    """Weighted mean progress (1 = target reached; None without any), and the share of weight that has one, 0 to 1."""

    progress: float | None
    coverage: float


def progress(value: float | None, baseline: float | None, target: float | None) -> float | None:
    """Share of the way done: (value - baseline) / (target - baseline); below 0 and above 1 are told as they are.

    None when one of the three is missing, or when target and baseline are equal and there is no way to go.
    """
    if value is None or baseline is None or target is None or target == baseline:
        return None
    return (value - baseline) / (target - baseline)


def expected_linear(start: date, end: date, on: date) -> float:
    """Share of the way to be done by the end of day `on`, 0 to 1, when every day counts the same; `end` is included."""
    days = (end - start).days + 1
    return 1.0 if days <= 0 else min(max(((on - start).days + 1) / days, 0.0), 1.0)


def expected_steps(milestones: Sequence[Milestone], on: date) -> float:
    """Share of the way to be done by the end of day `on`: that of the latest milestone reached, 0 before the first."""
    reached = [milestone for milestone in milestones if milestone.on <= on]
    return max(reached, key=lambda milestone: milestone.on).share if reached else 0.0


def expected_seasonal(cycles: Sequence[Sequence[float]], elapsed: float) -> float | None:
    """Share of the way to be done after `elapsed` periods, by what earlier cycles had done by then (mean of them).

    cycles: whole earlier cycles (years), each its amounts period by period. A part of a period counts in proportion.
    A cycle that sums to 0 or less tells nothing and is left out; None when none is left.
    """
    shares = [_share_done(amounts, elapsed) for amounts in cycles if sum(amounts) > 0]
    return sum(shares) / len(shares) if shares else None


def _share_done(amounts: Sequence[float], elapsed: float) -> float:
    done = [0.0, *accumulate(amounts)]
    position = min(max(elapsed, 0.0), float(len(amounts)))
    whole = min(int(position), len(amounts) - 1)
    return (done[whole] + (position - whole) * amounts[whole]) / done[-1]


def pace(done: float | None, expected: float | None) -> float | None:
    """Progress against expected progress (1 = on pace); None without both, and while nothing is expected yet."""
    if done is None or expected is None or expected <= 0:
        return None
    return done / expected


def roll_up_progress(children: Sequence[tuple[float, float | None]]) -> JointProgress:
    """Weighted mean of (weight, progress) pairs; weights are renormalised over those that have progress."""
    total = sum(weight for weight, _ in children)
    known = [(weight, done) for weight, done in children if done is not None and weight > 0]
    weight_known = sum(weight for weight, _ in known)
    if not known:
        return JointProgress(None, 0.0)
    return JointProgress(sum(weight / weight_known * done for weight, done in known), weight_known / total)
