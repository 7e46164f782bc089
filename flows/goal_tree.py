"""The one roll-up of an objective: its metrics at its unit, its own goals, and the parts that were handed down.

Scorecards, map and objectives all build their trees here, so that an objective has one number everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from data.calendar import MonthIndex, Period, month_of
from flows.workspace import Workspace
from metrics.scoring.anchors import Anchors, anchor_fault, score
from metrics.scoring.rollup import Leaf, Missing, Node, Rolled, roll_up
from metrics.scoring.status import colour_of
from metrics.values.reading import Value
from strategy.goals.reading import below, parts_of, path_up
from strategy.plan import Aim, Objective, Plan, holds_in, weight_on

APART = "@"  # between a metric and where it is measured, in the key of a leaf that is not the plain metric
At = tuple[str, str]  # unit, metric


@dataclass(frozen=True)
class Spot:
    """What a leaf stands for: a metric of a unit, with a goal of the objective's own or none."""

    metric: str
    unit: str
    aim: Aim | None = None


def metric_of(leaf: str) -> str:
    """The metric that the key of a leaf is about."""
    return leaf.split(APART, 1)[0]


def standing(plan: Plan, key: str, unit: str, month: MonthIndex | None = None) -> tuple[str, ...]:
    """Which objectives stand for one at a unit: its parts that this unit has taken on; without any it stands itself.

    They do so whatever their weight above is. `month`: only parts that are there in it; None: in whatever month.
    """
    known = plan.known
    if known[key].unit in ("", unit):
        return (key,)
    parts = [
        k for k in below(known, key) if known[k].unit == unit and (month is None or holds_in(known[k].weight, month))
    ]
    return tuple(k for k in parts if known[k].parent not in parts) or (key,)


def places(plan: Plan, key: str, unit: str) -> Iterator[At]:
    """Every unit and metric that the score of an objective at a unit may rest on."""
    known = plan.known
    for name in dict.fromkeys((key, *standing(plan, key, unit))):
        yield from ((unit, metric) for metric in known[name].metrics)
        if known[name].unit in ("", unit):
            yield from ((known[part].unit or unit, m) for part in below(known, name) for m in known[part].metrics)


@dataclass(frozen=True)
class Grove:
    """Builds trees for one unit and month from what has been reported (`have`); `spots` says what the leaves are."""

    workspace: Workspace
    unit: str
    month: MonthIndex
    have: Set[At]
    spots: dict[str, Spot]

    def leaf(self, metric: str, weight: float, spot: Spot, key: str = "") -> Node:
        """A metric as a leaf."""
        name = key or metric
        self.spots[name] = spot
        return Node(name, weight, indicator=self.workspace.metrics[metric].indicator)

    def objective(self, key: str, weight: float, unit: str | None = None) -> Node | None:
        """An objective at a unit (by default the grove's), with its parts where it is that unit's own; None if empty.

        An objective of another unit is seen through this one's figures: its metrics here, without its goals and parts.
        """
        at = self.unit if unit is None else unit
        one = self.workspace.plan.known[key]
        own = one.unit in ("", at)
        children = [*self._leaves(key, one, at, own)]
        if own:
            for part in parts_of(self.workspace.plan.known, key):
                below_it = self.workspace.plan.known[part]
                share = weight_on(below_it.weight, self.month)
                branch = self.objective(part, share, below_it.unit or at) if share > 0 else None
                children += [branch] if branch else []
        return Node(key, weight, tuple(children)) if children else None

    def _leaves(self, key: str, one: Objective, at: str, own: bool) -> Iterator[Node]:
        for metric, weight in one.metrics.items():
            if (at, metric) in self.have and holds_in(weight, self.month):
                aim = one.aims.get(metric) if own else None
                name = f"{metric}{APART}{key}" if aim else metric if at == self.unit else f"{metric}{APART}{at}"
                yield self.leaf(metric, weight_on(weight, self.month), Spot(metric, at, aim), name)


def judged(workspace: Workspace, value: Value, aim: Aim | None) -> Value:
    """A value as an objective judges it: by its own goal and red flag where it has them.

    They are stated for a month; a ratio's and an average's hold for every span, a level's too, others' for months only.
    """
    if aim is None or value.status in ("withheld", "error", "not_due", "no_data", "stale"):
        return value
    metric = workspace.metrics[value.metric]
    if value.period.span != "month" and workspace.catalog.additivity(value.metric) not in ("intensive", "level"):
        says = "the objective's own goal is stated for a month"
        return value._replace(
            target=None, anchors=Anchors(metric.direction), score=None, status="no_target", reason=says
        )
    anchors = Anchors(metric.direction, goal=aim.goal, red=aim.red_flag)
    fault = anchor_fault(anchors)
    if fault is not None:
        return value._replace(target=aim.goal, anchors=anchors, score=None, status="error", reason=fault)
    points = score(value.value, anchors)
    if points is None:
        return value
    return value._replace(target=aim.goal, anchors=anchors, score=points, status=colour_of(points), reason="")


def judged_all(workspace: Workspace, spots: Mapping[str, Spot], values: Mapping[At, Value]) -> dict[str, Value]:
    """The values of all leaves by their keys."""
    return {key: judged(workspace, values[spot.unit, spot.metric], spot.aim) for key, spot in spots.items()}


def leaf_of(value: Value) -> Leaf:
    """What a value brings to a roll-up."""
    return Leaf(value.score, value.status, value.value, value.anchors)


def objective_score(
    workspace: Workspace, key: str, unit: str, period: Period, values: Iterable[Value]
) -> tuple[Rolled, dict[str, Spot]] | None:
    """An objective at a unit in a period, rolled up as on its scorecard; None where nothing of it was ever reported.

    `values`: of that period, of all `places(plan, key, unit)`; more do no harm.
    """
    known = {(value.unit, value.metric): value for value in values}
    grove = Grove(workspace, unit, month_of(period.end), known.keys(), {})
    node = grove.objective(key, 1.0)
    if node is None:
        return None
    leaves = {name: leaf_of(value) for name, value in judged_all(workspace, grove.spots, known).items()}
    missing, coverage = rules_of(workspace, key)
    return roll_up(node, leaves, missing, coverage), grove.spots


def rules_of(workspace: Workspace, key: str) -> tuple[Missing, float]:
    """How gaps count in an objective: as on the first scorecard that holds it or an objective above it."""
    above = path_up(workspace.plan.known, key)
    card = next((card for card in workspace.scorecards.values() if not {*above}.isdisjoint(card.objectives)), None)
    return (card.missing, card.minimum_coverage) if card else ("ignore", 0.5)
