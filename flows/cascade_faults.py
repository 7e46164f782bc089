"""What is wrong with the units, parts and own goals of objectives in strategy.yaml."""

from collections.abc import Iterator, Mapping

from data.documents import nearest
from data.organisation import Tree
from metrics.definitions.metric import Metric
from strategy.goals.reading import path_up
from strategy.plan import Objective, Plan

PLACE = "strategy.yaml"
Fault = tuple[str, tuple[str | int, ...], str, str]  # file, path, message, hint


def cascade_faults(tree: Tree | None, plan: Plan, metrics: Mapping[str, Metric]) -> Iterator[Fault]:
    """Units and parents that there are none of, circles, dates the wrong way round, goals that cannot hold."""
    for key, one in plan.objectives.items():
        at = ("objectives", key)
        if one.unit and tree is not None and one.unit not in tree:
            yield PLACE, (*at, "unit"), f"'{one.unit}' is not a unit", nearest(one.unit, tree.units)
        if one.parent is not None and one.parent not in plan.objectives:
            yield PLACE, (*at, "parent"), f"'{one.parent}' is not an objective", nearest(one.parent, plan.objectives)
        elif one.parent is not None and _in_circle(plan, key):
            yield PLACE, (*at, "parent"), f"'{key}' would serve itself", "name another objective"
        if one.start and one.end and one.start >= one.end:
            yield PLACE, at, "ends before it starts", "swap `start` and `end`"
        yield from _aim_faults(at, one, metrics)


def _in_circle(plan: Plan, key: str) -> bool:
    path = path_up(plan.objectives, key)
    return plan.objectives[path[-1]].parent in path


def _aim_faults(at: tuple[str, str], one: Objective, metrics: Mapping[str, Metric]) -> Iterator[Fault]:
    for name, aim in one.aims.items():
        place = (*at, "aims", name)
        if name not in one.metrics:
            yield PLACE, place, f"'{name}' does not measure this objective", nearest(name, one.metrics)
        elif name in metrics and metrics[name].direction == "band":
            yield (
                PLACE,
                place,
                "a metric that is best in the middle takes no goal of an objective's own",
                "leave it out",
            )
        elif name in metrics and (aim.goal > aim.red_flag) != (metrics[name].direction == "up"):
            yield PLACE, place, "goal and red flag are the wrong way round for this metric", "swap them"
