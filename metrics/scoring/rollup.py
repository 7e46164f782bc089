"""Roll-up of scores through a tree of any depth, with coverage, worst leaf and counts beside the mean.

A mean alone hides reds and gaps; therefore no score leaves here without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from data.errors import QueryError
from metrics.scoring.anchors import Anchors
from metrics.scoring.status import COLOURS, TOLERANCE, Status, colour_of

Indicator = Literal["leading", "lagging"]
IDLE: tuple[Status, ...] = ("not_due", "withheld")  # what leaves no gap in a score
Missing = Literal["ignore", "strict", "zero", "worst", "best"]


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a scorecard: a leaf (a metric) without children, else a branch; weights are relative to siblings.

    A branch without any leaf below it (an objective without metrics) is left out of the tree by who builds it.
    """

    key: str
    weight: float = 1.0
    children: tuple["Node", ...] = ()
    indicator: Indicator | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.weight) and self.weight >= 0):
            raise QueryError(f"{self.key}: a weight is a number from 0 upwards, not {self.weight}")
        if self.children and len({child.key for child in self.children}) < len(self.children):
            raise QueryError(f"{self.key}: a child is named twice; name it once and add its weights")


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a metric brings: score (0 to 10; counts only with a colour), status, and what the score was made of."""

    score: float | None
    status: Status
    value: float | None = None
    anchors: Anchors | None = None

    def __post_init__(self) -> None:
        if self.status in COLOURS and (self.score is None or not isfinite(self.score)):
            raise QueryError(f"status {self.status} needs a score; without one say no_data, no_target or error")


@dataclass(frozen=True, slots=True)
class Rolled:
    """A node with its result.

    score: weighted mean, None when it may not be shown. coverage: 0 to 1, effective leaf weight scored / due (1 when
    nothing is due). due: share of the node's leaf weight that is due, 0 to 1. worst: key of the lowest scored leaf.
    counts: metrics by status; a metric that stands in two places counts once. veiled: children, counts and worst are
    those that one viewer sees, the score is of all.
    """

    key: str
    weight: float
    score: float | None
    status: Status
    coverage: float
    due: float
    worst: str | None
    counts: Mapping[Status, int]
    children: tuple["Rolled", ...] = field(default=(), repr=False)
    veiled: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    leaves: Mapping[str, Leaf]
    missing: Missing
    minimum_coverage: float


def roll_up(
    node: Node,
    leaves: Mapping[str, Leaf],
    missing: Missing = "ignore",
    minimum_coverage: float = 0.5,
    indicator: Indicator | None = None,
) -> Rolled:
    """Roll the leaves up through the tree, every level by the same rule.

    missing: what a due child without score does: `ignore` it (weights are renormalised), `strict` (blank the parent),
    `zero` (count as 0); or take the `worst` or `best` child's score instead of the mean. Minimum coverage always holds.
    indicator: only leaves of that kind, then the same tree; when none is left, status no_data and no counts.
    Raises QueryError when the tree names a metric that `leaves` lacks.
    """
    kept = keep(node, indicator) if indicator else node
    if kept is None:
        return Rolled(node.key, node.weight, None, "no_data", 0.0, 0.0, None, {})
    return _roll(kept, _Rules(leaves, missing, minimum_coverage))[0]


def keep(node: Node, indicator: Indicator) -> Node | None:
    """The same tree with leaves of one kind only; a branch whose leaves all vanish vanishes, None if all do."""
    if not node.children:
        return node if node.indicator == indicator else None
    children = tuple(kept for child in node.children if (kept := keep(child, indicator)) is not None)
    return Node(node.key, node.weight, children, node.indicator) if children else None


def shares(children: Sequence[Rolled], missing: Missing = "ignore") -> tuple[float, ...]:
    """Effective weights of children in their parent's mean: renormalised over those that count; sum 1, or all 0."""
    weights = [child.weight if takes_part(child, missing) else 0.0 for child in children]
    total = sum(weights)
    return tuple(weight / total if total else 0.0 for weight in weights)


def takes_part(child: Rolled, missing: Missing) -> bool:
    """Whether a child enters its parent's mean: it scores, or its gap is filled with zero."""
    return child.score is not None or (missing == "zero" and child.due > 0)


# What travels upwards beside a Rolled: statuses by leaf key, the worst score, and the leaf weight scored.
_Below = tuple[Rolled, dict[str, Status], float, float]
_NOTHING = float("inf")


def _roll(node: Node, rules: _Rules) -> _Below:
    if not node.children:
        return _roll_leaf(node, rules)
    below = [_roll(child, rules) for child in node.children]
    children = tuple(part[0] for part in below)
    statuses: dict[str, Status] = {}
    total = sum([child.weight for child in children])
    scored = due = 0.0
    worst, lowest = None, _NOTHING
    for child, names, low, done in below:
        statuses.update(names)
        share = child.weight / total if total else 0.0
        scored += share * done
        due += share * child.due
        if low < lowest:
            worst, lowest = child.worst, low
    tally: dict[Status, int] = {}
    for status in statuses.values():
        tally[status] = tally.get(status, 0) + 1
    idle = due <= 0 and (_weighs(node) or _all_idle(node, rules.leaves))
    coverage = min(scored / due, 1.0) if due > 0 else float(idle)
    score = _score(children, rules.missing) if due > 0 and coverage >= rules.minimum_coverage - TOLERANCE else None
    state: Status = colour_of(score) if score is not None else "not_due" if idle else "insufficient"
    rolled = Rolled(node.key, node.weight, score, state, coverage, min(due, 1.0), worst, tally, children)
    return rolled, statuses, lowest, scored


def _roll_leaf(node: Node, rules: _Rules) -> _Below:
    leaf = rules.leaves.get(node.key)
    if leaf is None:
        raise QueryError(f"{node.key}: has no children and no Leaf was given for it; give one or leave it out")
    status, due = leaf.status, 0.0 if leaf.status in IDLE else 1.0
    if leaf.score is None or status not in COLOURS:
        rolled = Rolled(node.key, node.weight, None, status, 1.0 - due, due, None, {status: 1})
        return rolled, {node.key: status}, _NOTHING, 0.0
    rolled = Rolled(node.key, node.weight, leaf.score, status, 1.0, 1.0, node.key, {status: 1})
    return rolled, {node.key: status}, leaf.score, 1.0


def _score(children: Sequence[Rolled], missing: Missing) -> float | None:
    """Score of a parent from its children; a child of weight 0 is shown and does not take part."""
    weighing = [child for child in children if child.weight > 0 and child.due > 0]
    scores = [child.score for child in weighing if child.score is not None]
    if (missing == "strict" and len(scores) < len(weighing)) or (not scores and missing != "zero"):
        return None
    if missing in ("worst", "best"):
        return min(scores) if missing == "worst" else max(scores)
    return sum(share * (child.score or 0.0) for share, child in zip(shares(weighing, missing), weighing, strict=True))


def _weighs(node: Node) -> bool:
    """Whether any leaf below has a weight above 0 all the way up to this node."""
    return not node.children or any(child.weight > 0 and _weighs(child) for child in node.children)


def _all_idle(node: Node, leaves: Mapping[str, Leaf]) -> bool:
    """Whether every leaf is not due, or withheld."""
    if not node.children:
        return leaves[node.key].status in IDLE
    return all(_all_idle(child, leaves) for child in node.children)
