"""Why a score changed: an exact split into moves of values, of anchors, of weights, and of coverage.

"Improved by moving the goal" is thereby visible; nothing is left over and nothing is estimated.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from metrics.scoring.anchors import score_each
from metrics.scoring.rollup import Indicator, Leaf, Missing, Node, Rolled, roll_up, takes_part

Cause = Literal["value", "anchor", "weight", "coverage"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
DUST = 1e-13  # parts below this are rounding of floats, not a cause


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two states that are compared: a tree, what its metrics brought, and the rules of its roll-up."""

    tree: Node
    leaves: Mapping[str, Leaf]
    missing: Missing = "ignore"
    minimum_coverage: float = 0.5
    indicator: Indicator | None = None

    def roll_up(self) -> Rolled:
        """Roll this side up by its own rules."""
        return roll_up(self.tree, self.leaves, self.missing, self.minimum_coverage, self.indicator)


@dataclass(frozen=True, slots=True)
class Part:
    """One move: `path` of keys from below the root to where it happened, `amount` in points of the root's score."""

    path: tuple[str, ...]
    cause: Cause
    amount: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The change between two scores and its parts, which sum to it to 1e-9; or in `why_not` why there are none."""

    before: float | None
    after: float | None
    change: float | None
    parts: tuple[Part, ...]
    why_not: str | None = None

    def by_cause(self) -> dict[Cause, float]:
        """Sum of the parts of each cause, 0.0 where it has none."""
        return {cause: sum([part.amount for part in self.parts if part.cause == cause], 0.0) for cause in CAUSES}


@dataclass(frozen=True, slots=True)
class _Move:
    """A child of one parent on both sides; `s`: its score, None when it takes no part; `gap`: filled with zero."""

    key: str
    before: Rolled | None
    after: Rolled | None
    weights: tuple[float, float]
    takes: tuple[bool, bool]
    s: tuple[float | None, float | None]
    gap: tuple[bool, bool]


def waterfall(before: Side, after: Side, capped: bool = True) -> Waterfall:
    """Split the change of a score between two sides, whose leaves, weights, anchors and trees may all differ.

    Of a child that scores on both sides: mean weight times its move (split below it, at a leaf into value and anchor by
    the mean of both orders), and mean score times the move of its effective weight (weight and coverage, likewise). A
    child on one side only keeps its score, and all its effect is weight (not in the other tree) or coverage (there
    without score). `capped` as the scores were made. Score and anchors without a value count as moves of the value.
    """
    first, last = before.roll_up(), after.roll_up()
    why_not = _why_not(before, first, "before") or _why_not(after, last, "after")
    if why_not or first.score is None or last.score is None:
        return Waterfall(first.score, last.score, None, (), why_not)
    split = _Split((before, after), _crossed(before.leaves, after.leaves, capped))
    parts = tuple(part for part in split.parts(first, last, (), 1.0) if abs(part.amount) > DUST)
    return Waterfall(first.score, last.score, last.score - first.score, parts)


def _why_not(side: Side, rolled: Rolled, name: str) -> str | None:
    if side.missing in ("worst", "best"):
        return f"the score {name} is that of the {side.missing} child, not a mean, so it has no parts"
    if rolled.score is None:
        return f"there is no score {name}: {rolled.status.replace('_', ' ')}, coverage {rolled.coverage:.0%}"
    return None


Crossed = Mapping[str, tuple[float | None, float | None]]


def _crossed(before: Mapping[str, Leaf], after: Mapping[str, Leaf], capped: bool) -> Crossed:
    """Score of each metric whose value and anchors both moved: new value on old anchors, old value on new anchors."""
    keys, cells = [], []
    for key, old in before.items():
        new = after.get(key)
        if new is None or old.anchors is None or new.anchors is None or old.anchors == new.anchors:
            continue
        keys.append(key)
        cells += [(new.value, old.anchors), (old.value, new.anchors)]
    scores = score_each(cells, capped)
    return dict(zip(keys, zip(scores[::2], scores[1::2], strict=True), strict=True))


@dataclass(frozen=True, slots=True)
class _Split:
    sides: tuple[Side, Side]
    crossed: Crossed

    def parts(self, before: Rolled, after: Rolled, path: tuple[str, ...], scale: float) -> Iterator[Part]:
        """Parts of one parent that scores on both sides, in points of the root (`scale` = mean weights above it)."""
        moves = self.moves(before, after)
        old, new, weight, coverage = _weight_moves(moves)
        for index, move in enumerate(moves):
            here = (*path, move.key)
            one = move.s[0] if move.s[0] is not None else move.s[1]
            other = move.s[1] if move.s[1] is not None else move.s[0]
            if one is None or other is None:
                continue
            mean = (one + other) / 2
            yield Part(here, "weight", scale * mean * weight[index])
            yield Part(here, "coverage", scale * mean * coverage[index])
            yield from self.below(move, here, scale * (old[index] + new[index]) / 2)

    def below(self, move: _Move, path: tuple[str, ...], scale: float) -> Iterator[Part]:
        """Parts of the move of one child's score."""
        before, after, (old, new) = move.before, move.after, move.s
        if before is None or after is None or old is None or new is None:
            return
        if any(move.gap):
            yield Part(path, "coverage", scale * (new - old))
        elif before.children:
            yield from self.parts(before, after, path, scale)
        else:
            value, anchor = self.value_and_anchor(move.key, old, new)
            yield Part(path, "value", scale * value)
            yield Part(path, "anchor", scale * anchor)

    def value_and_anchor(self, key: str, old: float, new: float) -> tuple[float, float]:
        """Part the move of a metric's score by the mean of both orders."""
        if self.sides[0].leaves[key].value == self.sides[1].leaves[key].value and key in self.crossed:
            return 0.0, new - old
        new_on_old, old_on_new = self.crossed.get(key, (None, None))
        if new_on_old is None or old_on_new is None:
            return new - old, 0.0
        value = ((new_on_old - old) + (new - old_on_new)) / 2
        return value, new - old - value

    def moves(self, before: Rolled, after: Rolled) -> list[_Move]:
        """Children of both sides by key; one that is a leaf here and a branch there is two children."""
        one = {(child.key, bool(child.children)): child for child in before.children}
        other = {(child.key, bool(child.children)): child for child in after.children}
        return [self.move(one.get(name), other.get(name)) for name in {**one, **other}]

    def move(self, before: Rolled | None, after: Rolled | None) -> _Move:
        """Pair a child; where it is not in the tree its weight is 0, and it takes part as on the other side."""
        pair = (before, after)
        takes = [
            child is not None and takes_part(child, side.missing) for child, side in zip(pair, self.sides, strict=True)
        ]
        gap = [take and child is not None and child.score is None for take, child in zip(takes, pair, strict=True)]
        scores = [
            (child.score if child.score is not None else 0.0) if take and child is not None else None
            for take, child in zip(takes, pair, strict=True)
        ]
        key = (before or after).key  # type: ignore[union-attr]  # one of them is a child
        return _Move(
            key,
            before,
            after,
            (before.weight if before else 0.0, after.weight if after else 0.0),
            (takes[0] if before else takes[1], takes[1] if after else takes[0]),
            (scores[0], scores[1]),
            (gap[0], gap[1]),
        )


def _weight_moves(moves: Sequence[_Move]) -> tuple[list[float], list[float], list[float], list[float]]:
    """Effective weights before and after, and their difference parted into weight and coverage by mean of both orders.

    An order whose halfway house has no weight at all is left out; when both have none, the difference is halved.
    """
    old, new = _effective(moves, 0, 0), _effective(moves, 1, 1)
    weights_first, coverage_first = _effective(moves, 1, 0), _effective(moves, 0, 1)
    weight = []
    for index in range(len(moves)):
        orders = [half[index] - old[index] for half in (weights_first,) if any(half)]
        orders += [new[index] - half[index] for half in (coverage_first,) if any(half)]
        weight.append(sum(orders) / len(orders) if orders else (new[index] - old[index]) / 2)
    coverage = [new[index] - old[index] - part for index, part in enumerate(weight)]
    return old, new, weight, coverage


def _effective(moves: Sequence[_Move], weights: int, takes: int) -> list[float]:
    """Renormalised weights, taking the weights of one side and who takes part from one side; all 0 when none does."""
    kept = [move.weights[weights] if move.takes[takes] else 0.0 for move in moves]
    total = sum(kept)
    return [weight / total if total else 0.0 for weight in kept]
