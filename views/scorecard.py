"""A scorecard of one unit in one period: strategy's tree of perspectives and objectives meets the values of metrics.

The only place where both are joined, by metric key. A metric of which the unit has never reported anything is not
part of the unit's tree; one that is due and missing is, and lowers the coverage.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from data.calendar import MonthIndex, Period, month_of
from data.same import Same
from flows.goal_tree import Grove, Spot, judged_all, leaf_of, places, standing
from flows.workspace import Workspace
from metrics.scoring.rollup import Indicator, Leaf, Node, Rolled, roll_up
from metrics.scoring.status import COLOURS, Status
from metrics.scoring.waterfall import Side
from metrics.values.reading import Value
from strategy.goals.reading import below
from strategy.plan import Scorecard, holds_in, weight_on


@dataclass(frozen=True)
class Sheet:
    """One scorecard, rolled up: whole, and leading and lagging apart.

    `values` are the unit's own by metric; `spots` say what the leaves are, of which some are parts handed down.
    `veil` is there where not all of it is the viewer's to see: the scores are those that everybody sees.
    """

    period: Period
    side: Side
    values: Mapping[str, Value]
    rolled: Rolled
    spots: Mapping[str, Spot]
    veil: "Shown | None" = None

    @cached_property
    def halves(self) -> tuple[Rolled, Rolled]:
        """Leading and lagging, each rolled up apart."""
        return self.half("leading"), self.half("lagging")

    def half(self, indicator: Indicator) -> Rolled:
        """The same tree with the leaves of one kind only."""
        side = self.side
        rolled = roll_up(side.tree, side.leaves, side.missing, side.minimum_coverage, indicator)
        return rolled if self.veil is None else self.veil.rolled(rolled, side.leaves)


@dataclass(frozen=True)
class Shown:
    """What of a roll-up a viewer sees: leaves that are not `hidden`, branches that are among `branches`."""

    hidden: Collection[str]
    branches: Collection[str]

    def rolled(self, whole: Rolled, leaves: Mapping[str, Leaf]) -> Rolled:
        """The same scores without what is hidden; a score that rests on hidden leaves alone is withheld."""
        return self._seen(whole, leaves) or replace(
            whole, score=None, status="withheld", worst=None, counts={}, children=(), veiled=True
        )

    def _seen(self, one: Rolled, leaves: Mapping[str, Leaf]) -> Rolled | None:
        if not one.children:
            return None if one.key in self.hidden else one
        if self._open(one):
            return one
        children = tuple(
            seen
            for child in one.children
            if (not child.children or child.key in self.branches) and (seen := self._seen(child, leaves)) is not None
        )
        open_ = sorted({leaf for child in children for leaf in _leaves(child) if leaf in leaves} - set(self.hidden))
        scored = [key for key in open_ if leaves[key].status in COLOURS]
        counts: dict[Status, int] = {}
        for key in open_:
            counts[leaves[key].status] = counts.get(leaves[key].status, 0) + 1
        worst = min(scored, key=lambda key: leaves[key].score or 0.0, default=None)
        told = replace(one, worst=worst, counts=counts, children=children, veiled=True)
        return told if scored or one.score is None else replace(told, score=None, status="withheld")

    def _open(self, one: Rolled) -> bool:
        """Whether nothing below a branch is hidden."""
        if not one.children:
            return one.key not in self.hidden
        return all((not child.children or child.key in self.branches) and self._open(child) for child in one.children)


def _leaves(one: Rolled) -> Iterator[str]:
    if not one.children:
        yield one.key
    for child in one.children:
        yield from _leaves(child)


def veiled(whole: Sheet, workspace: Workspace, sees: Callable[[str, str], bool]) -> Sheet:
    """A sheet as one viewer sees it, whose workspace this is: scores stay, hidden metrics and what tells them go."""
    hidden = {key for key, spot in whole.spots.items() if not sees(spot.metric, spot.unit)}
    shown = Shown(frozenset(hidden), {*workspace.perspectives, *workspace.plan.known})
    rolled = shown.rolled(whole.rolled, whole.side.leaves)
    if rolled is whole.rolled:
        return whole
    values = {key: value for key, value in whole.values.items() if sees(key, value.unit)}
    spots = {key: spot for key, spot in whole.spots.items() if key not in hidden}
    return replace(whole, values=values, spots=spots, rolled=rolled, veil=shown)


def in_view_of(
    whole: Workspace,
    made: tuple[Rolled, dict[str, Spot]],
    values: Iterable[Value],
    workspace: Workspace,
    sees: Callable[[str, str], bool],
) -> tuple[Rolled, dict[str, Spot]]:
    """The score of an objective as one viewer sees it, whose workspace this is; see `veiled`."""
    rolled, spots = made
    hidden = {key for key, spot in spots.items() if not sees(spot.metric, spot.unit)}
    judged = judged_all(whole, spots, {(value.unit, value.metric): value for value in values})
    leaves = {key: leaf_of(value) for key, value in judged.items()}
    shown = Shown(frozenset(hidden), {*workspace.perspectives, *workspace.plan.known})
    return shown.rolled(rolled, leaves), {key: spot for key, spot in spots.items() if key not in hidden}


def measured(sheet: Sheet, branch: Rolled) -> Iterator[str]:
    """The metrics that a branch rests on, in the order of its leaves."""
    if branch.key in sheet.spots and not branch.children:
        yield sheet.spots[branch.key].metric
    for child in branch.children:
        yield from measured(sheet, child)


def find(rolled: Rolled, key: str, depth: int = 1) -> Rolled | None:
    """The branch or leaf with this key at a depth below the root (1 perspectives, 2 objectives); None if not there."""
    if depth == 1:
        return next((child for child in rolled.children if child.key == key), None)
    return next((hit for child in rolled.children if (hit := find(child, key, depth - 1)) is not None), None)


def metric_keys(workspace: Workspace, card: Scorecard) -> tuple[str, ...]:
    """Every metric on a scorecard, also of parts handed down, in the order of its perspectives, each once."""
    plan = workspace.plan
    keys = [key for name in card.objectives if name in plan.known for key in plan.known[name].metrics]
    keys += [key for name in card.objectives for part in below(plan.known, name) for key in plan.known[part].metrics]
    order = list(workspace.perspectives)
    ranked = sorted(dict.fromkeys([*keys, *card.metrics]), key=lambda k: order.index(workspace.metrics[k].perspective))
    return tuple(ranked)


def units_of(workspace: Workspace, card: Scorecard, unit: str) -> tuple[str, ...]:
    """The units whose values a unit's scorecard rests on: itself, and those that took parts of its objectives on."""
    found = [
        at for key in card.objectives if key in workspace.plan.known for at, _ in places(workspace.plan, key, unit)
    ]
    return tuple(dict.fromkeys([unit, *found]))


def objectives_on(workspace: Workspace, card: Scorecard, unit: str, month: MonthIndex) -> dict[str, float]:
    """The objectives on a unit's scorecard in a month with their weights: its own parts stand for those above."""
    plan, found = workspace.plan, dict[str, float]()
    for key, dated in card.objectives.items():
        if key in plan.known and holds_in(dated, month):
            names = standing(plan, key, unit, month)
            shares = [weight_on(plan.known[name].weight, month) for name in names] if len(names) > 1 else [1.0]
            shares = shares if sum(shares) else [1.0 for _ in names]
            for name, share in zip(names, shares, strict=True):
                found[name] = found.get(name, 0.0) + weight_on(dated, month) * share / sum(shares)
    return found


def tree_of(workspace: Workspace, card: Scorecard, grove: Grove) -> Node:
    """Scorecard > perspective > objective > metric (and parts handed down) with the weights of a month.

    A metric without objective stands directly under the perspective of its folder. Empty branches are left out.
    """
    branches: list[Node] = []
    goals = objectives_on(workspace, card, grove.unit, grove.month)
    for perspective in workspace.perspectives:
        mine = {key: w for key, w in goals.items() if workspace.plan.known[key].perspective == perspective}
        children = [node for key, weight in mine.items() if (node := grove.objective(key, weight)) is not None]
        children += [
            grove.leaf(key, weight_on(weight, grove.month), Spot(key, grove.unit))
            for key, weight in card.metrics.items()
            if workspace.metrics[key].perspective == perspective and (grove.unit, key) in grove.have
        ]
        if children:
            weight = weight_on(card.perspectives.get(perspective, 1.0 if not card.perspectives else 0.0), grove.month)
            branches.append(Node(perspective, weight, tuple(children)))
    return Node("scorecard", 1.0, tuple(branches))


def sheet(
    workspace: Workspace, card: Scorecard, period: Period, values: Iterable[Value], unit: str | None = None
) -> Sheet | None:
    """The scorecard of a unit in one period; None when the unit has none of its metrics.

    `values`: of the unit (by default that of the first), and of the units that took parts of its objectives on.
    """
    known = {(value.unit, value.metric): value for value in values}
    at = unit or next((value_unit for value_unit, _ in known), "")
    grove = Grove(workspace, at, month_of(period.end), known.keys(), {})
    tree = tree_of(workspace, card, grove)
    if not tree.children:
        return None
    judged = judged_all(workspace, grove.spots, known)
    leaves = {key: leaf_of(value) for key, value in judged.items()}
    side = Side(tree, leaves, card.missing, card.minimum_coverage)
    return Sheet(period, side, _own(grove, judged, known), side.roll_up(), grove.spots)


def _own(grove: Grove, judged: Mapping[str, Value], known: Mapping[tuple[str, str], Value]) -> dict[str, Value]:
    """The unit's own values by metric: as the one objective judges it that has a goal for it, else as the metric."""
    found: dict[str, dict[str, Value]] = {}
    for key, spot in grove.spots.items():
        if spot.unit == grove.unit:
            found.setdefault(spot.metric, {})[key] = judged[key]
    order = [metric for at, metric in known if at == grove.unit and metric in found]
    one = {
        metric: next(iter(of.values())) if len(of) == 1 else known[grove.unit, metric] for metric, of in found.items()
    }
    return {metric: one[metric] for metric in order}


def sheets(
    workspace: Workspace,
    card: Scorecard,
    values: Sequence[Value],
    unit: str | None = None,
    keep: Callable[[Hashable, Callable[[], Sequence[Sheet]]], list[Sheet]] = lambda _, made: list(made()),
) -> tuple[Sheet, ...]:
    """One sheet for each period that the values hold, oldest first; empty ones are left out. See `sheet`.

    `keep` (of the snapshot, whose values never change) spares the same roll-up twice: by the workspace, which is a
    viewer's own or the whole one, and by which metrics of which units it rests on.
    """
    periods: dict[Period, list[Value]] = {}
    for value in values:
        periods.setdefault(value.period, []).append(value)
    at = unit or (values[0].unit if values else None)
    made: list[Sheet] = []
    for period, found in sorted(periods.items(), key=lambda p: p[0].end):
        which = frozenset([(value.unit, value.metric) for value in found])
        asked = (Same(workspace), Same(card), at, period, which)
        made += keep(asked, partial(_one, workspace, card, period, found, at))
    return tuple(made)


def _one(
    workspace: Workspace, card: Scorecard, period: Period, values: Sequence[Value], unit: str | None
) -> list[Sheet]:
    one = sheet(workspace, card, period, values, unit)
    return [] if one is None else [one]


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
