"""A scorecard of one unit in one period: strategy's tree of perspectives and objectives meets the values of metrics.

The only place where both are joined, by metric key. A metric of which the unit has never reported anything is not
part of the unit's tree; one that is due and missing is, and lowers the coverage.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from data.calendar import MonthIndex, Period, month_of
from flows.workspace import Workspace
from metrics.scoring.rollup import Indicator, Leaf, Node, Rolled, roll_up
from metrics.scoring.waterfall import Side
from metrics.values.reading import Value
from strategy.plan import Scorecard, weight_on


@dataclass(frozen=True)
class Sheet:
    """One scorecard, rolled up: whole, and leading and lagging apart. `values` by metric key."""

    period: Period
    side: Side
    values: Mapping[str, Value]
    rolled: Rolled

    @cached_property
    def halves(self) -> tuple[Rolled, Rolled]:
        """Leading and lagging, each rolled up apart."""
        return self.half("leading"), self.half("lagging")

    def half(self, indicator: Indicator) -> Rolled:
        """The same tree with the leaves of one kind only."""
        return roll_up(self.side.tree, self.side.leaves, self.side.missing, self.side.minimum_coverage, indicator)


def find(rolled: Rolled, key: str, depth: int = 1) -> Rolled | None:
    """The branch or leaf with this key at a depth below the root (1 perspectives, 2 objectives); None if not there."""
    if depth == 1:
        return next((child for child in rolled.children if child.key == key), None)
    return next((hit for child in rolled.children if (hit := find(child, key, depth - 1)) is not None), None)


def metric_keys(workspace: Workspace, card: Scorecard) -> tuple[str, ...]:
    """Every metric on a scorecard, in the order of its perspectives and objectives, each once."""
    keys = [
        key
        for name in card.objectives
        if name in workspace.plan.objectives
        for key in workspace.plan.objectives[name].metrics
    ]
    order = list(workspace.perspectives)
    ranked = sorted(dict.fromkeys([*keys, *card.metrics]), key=lambda k: order.index(workspace.metrics[k].perspective))
    return tuple(ranked)


def tree_of(workspace: Workspace, card: Scorecard, month: MonthIndex, known: Iterable[str]) -> Node:
    """Scorecard > perspective > objective > metric with the weights of a month, of the metrics in `known` alone.

    A metric without objective stands directly under the perspective of its folder. Empty branches are left out.
    """
    have = frozenset(known)
    branches: list[Node] = []
    for perspective in workspace.perspectives:
        children = [
            Node(key, weight_on(weight, month), leaves)
            for key, weight in card.objectives.items()
            if workspace.plan.objectives[key].perspective == perspective
            and (leaves := _leaves(workspace, workspace.plan.objectives[key].metrics, month, have))
        ]
        own = {k: w for k, w in card.metrics.items() if workspace.metrics[k].perspective == perspective}
        children += _leaves(workspace, own, month, have)
        if children:
            weight = weight_on(card.perspectives.get(perspective, 1.0 if not card.perspectives else 0.0), month)
            branches.append(Node(perspective, weight, tuple(children)))
    return Node("scorecard", 1.0, tuple(branches))


def _leaves(
    workspace: Workspace, weights: Mapping[str, object], month: MonthIndex, have: frozenset[str]
) -> tuple[Node, ...]:
    return tuple(
        Node(key, weight_on(weight, month), indicator=workspace.metrics[key].indicator)  # type: ignore[arg-type]
        for key, weight in weights.items()
        if key in have
    )


def sheet(workspace: Workspace, card: Scorecard, period: Period, values: Iterable[Value]) -> Sheet | None:
    """The scorecard from the values of one unit and one period; None when the unit has none of its metrics."""
    by_key = {value.metric: value for value in values}
    tree = tree_of(workspace, card, month_of(period.end), by_key)
    if not tree.children:
        return None
    leaves = {key: Leaf(v.score, v.status, v.value, v.anchors) for key, v in by_key.items()}
    side = Side(tree, leaves, card.missing, card.minimum_coverage)
    return Sheet(period, side, by_key, side.roll_up())


def sheets(workspace: Workspace, card: Scorecard, values: Sequence[Value]) -> tuple[Sheet, ...]:
    """One sheet for each period that the values of one unit hold, oldest first; empty ones are left out."""
    periods: dict[Period, list[Value]] = {}
    for value in values:
        periods.setdefault(value.period, []).append(value)
    made = [sheet(workspace, card, period, found) for period, found in sorted(periods.items(), key=lambda p: p[0].end)]
    return tuple(one for one in made if one is not None)


def offered(workspace: Workspace, roles: Iterable[str], unit: str, level: str) -> tuple[str, ...]:
    """The keys of the scorecards that exist for a unit and any of these roles, in the order of their files."""
    held = set(roles)
    return tuple(
        key
        for key, card in workspace.scorecards.items()
        if held & set(card.roles)
        and (card.units == "all" or unit in card.units)
        and (not card.levels or level in card.levels)
    )
