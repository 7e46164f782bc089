"""Holds the files of a workspace against each other: every name that one file uses must exist in another."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from access.roles import GrantModel, PeopleModel, RolesModel
from data.calendar import stretch_faults
from data.documents import nearest
from data.organisation import Tree
from flows.cascade_faults import cascade_faults
from metrics.definitions.claims import SameAs, SumOf
from metrics.definitions.metric import Metric, TargetStep
from strategy.clock import SYSTEM
from strategy.maps.graph import cycles
from strategy.plan import Link, Plan, Scorecard, Weight

Fault = tuple[str, tuple[str | int, ...], str, str]  # file, path, message, hint


@dataclass(frozen=True)
class Known:
    """The names that exist; None where they are not known: a file is broken, or units are read from a dataset."""

    perspectives: Collection[str]
    levels: Collection[str] | None
    tree: Tree | None
    metrics: Collection[str]
    objectives: Collection[str] | None
    roles: Collection[str] | None


def reference_faults(
    known: Known,
    plan: Plan,
    scorecards: Mapping[str, Scorecard],
    people: PeopleModel,
    roles: RolesModel,
    metrics: Mapping[str, Metric],
) -> Iterator[Fault]:
    """Every name that leads nowhere."""
    yield from _plan_faults(known, plan)
    yield from cascade_faults(known.tree, plan, metrics)
    for key, card in scorecards.items():
        yield from _scorecard_faults(known, f"scorecards/{key}.yaml", card)
    for key, person in people.people.items():
        if key == SYSTEM:
            yield "people.yaml", ("people", key), f"'{key}' is what the clock's own deeds are signed with", "rename it"
        for index, grant in enumerate(person.roles):
            yield from _grant_faults(known, "people.yaml", ("people", key, "roles", index), grant)
    for claim, grant in roles.groups.items():
        yield from _grant_faults(known, "roles.yaml", ("groups", claim), grant)
    for metric in metrics.values():
        steps = metric.target if isinstance(metric.target, tuple) else ()
        for index, step in enumerate(steps):
            yield from _step_faults(known, metric, index, step)
        for index, test in enumerate(metric.tests):
            if test.unit is not None:
                place = f"metrics/{metric.perspective}/{metric.key}.yaml"
                yield from _units(known, place, ("tests", index, "unit"), (test.unit,))
        yield from _claim_faults(known, metric)


def _claim_faults(known: Known, metric: Metric) -> Iterator[Fault]:
    """The roles that alone see a metric; other metrics that it is held against (itself would always agree)."""
    place = f"metrics/{metric.perspective}/{metric.key}.yaml"
    if isinstance(metric.confidential, tuple):
        yield from _names(place, ("confidential",), "role", metric.confidential, known.roles)
    for index, test in enumerate(metric.tests):
        field = "equals" if isinstance(test, SameAs) else "sum_of"
        names = (test.equals,) if isinstance(test, SameAs) else test.sum_of if isinstance(test, SumOf) else ()
        yield from _names(place, ("tests", index, field), "metric", names, known.metrics)
        if metric.key in names:
            yield place, ("tests", index, field), f"'{metric.key}' is held against itself", "name another metric"


def _plan_faults(known: Known, plan: Plan) -> Iterator[Fault]:
    for key, objective in plan.objectives.items():
        at = ("objectives", key)
        yield from _names(
            "strategy.yaml", (*at, "perspective"), "perspective", (objective.perspective,), known.perspectives
        )
        yield from _names("strategy.yaml", (*at, "metrics"), "metric", objective.metrics, known.metrics)
        yield from _weight_faults("strategy.yaml", (*at, "metrics"), objective.metrics)
        if objective.progress:
            yield from _names(
                "strategy.yaml", (*at, "progress", "metric"), "metric", (objective.progress.metric,), known.metrics
            )
            if objective.progress.baseline == objective.progress.target:
                yield (
                    "strategy.yaml",
                    (*at, "progress"),
                    "baseline and target are the same",
                    "progress has no measure then",
                )
            if objective.progress.start >= objective.progress.end:
                yield ("strategy.yaml", (*at, "progress"), "ends before it starts", "swap `start` and `end`")
    for index, link in enumerate(plan.links):
        yield from _names("strategy.yaml", ("links", index), "objective", (link.from_, link.to), known.objectives)
        if link.from_ == link.to:
            yield ("strategy.yaml", ("links", index), f"'{link.to}' leads to itself", "name another objective")
        yield from _hypothesis_faults(known, ("links", index), link)
    for way in cycles((link.from_, link.to) for link in plan.links if link.from_ != link.to):
        index = next(i for i, link in enumerate(plan.links) if (link.from_, link.to) == way[:2])
        yield ("strategy.yaml", ("links", index), f"links lead round: {' > '.join(way)}", "end one of them")
    for key, initiative in plan.initiatives.items():
        yield from _names(
            "strategy.yaml", ("initiatives", key, "objective"), "objective", (initiative.objective,), known.objectives
        )


def _hypothesis_faults(known: Known, path: tuple[str | int, ...], link: Link) -> Iterator[Fault]:
    for field in ("leading", "lagging"):
        named = getattr(link, field)
        if named is not None:
            yield from _names("strategy.yaml", (*path, field), "metric", (named,), known.metrics)
    if (link.leading is None) != (link.lagging is None):
        yield ("strategy.yaml", path, "a hypothesis names two metrics", "give both `leading:` and `lagging:`")
    elif link.leading is not None and link.leading == link.lagging:
        yield ("strategy.yaml", path, f"'{link.leading}' does not lead itself", "name another metric")


def _scorecard_faults(known: Known, place: str, card: Scorecard) -> Iterator[Fault]:
    yield from _names(place, ("perspectives",), "perspective", card.perspectives, known.perspectives)
    yield from _names(place, ("objectives",), "objective", card.objectives, known.objectives)
    yield from _names(place, ("metrics",), "metric", card.metrics, known.metrics)
    yield from _names(place, ("roles",), "role", card.roles, known.roles)
    yield from _names(place, ("levels",), "level", card.levels or (), known.levels)
    for field in ("perspectives", "objectives", "metrics"):
        yield from _weight_faults(place, (field,), getattr(card, field))
    if card.units != "all":
        yield from _units(known, place, ("units",), card.units)
    if not card.objectives and not card.metrics:
        yield (place, (), "names neither objectives nor metrics", "a scorecard without them has nothing to show")


def _weight_faults(place: str, path: tuple[str | int, ...], weights: Mapping[str, Weight]) -> Iterator[Fault]:
    for name, weight in weights.items():
        steps = weight if isinstance(weight, tuple) else ()
        for index, message in stretch_faults([(step.from_, step.to) for step in steps]):
            yield (place, (*path, name, index), f"this weight {message}", "part them by `from:` and `to:`")


def _grant_faults(known: Known, place: str, path: tuple[str | int, ...], grant: GrantModel) -> Iterator[Fault]:
    yield from _names(place, (*path, "role"), "role", (grant.role,), known.roles)
    yield from _units(known, place, (*path, "units"), grant.units)
    yield from _names(place, (*path, "perspectives"), "perspective", grant.perspectives or (), known.perspectives)


def _step_faults(known: Known, metric: Metric, index: int, step: TargetStep) -> Iterator[Fault]:
    if step.unit is not None and step.unit != "each":
        place = f"metrics/{metric.perspective}/{metric.key}.yaml"
        yield from _units(known, place, ("target", index, "unit"), (step.unit,))


def _units(known: Known, place: str, path: tuple[str | int, ...], names: Iterable[str]) -> Iterator[Fault]:
    if known.tree is not None:
        yield from _names(place, path, "unit", names, known.tree.units)


def _names(
    place: str, path: tuple[str | int, ...], what: str, names: Iterable[str], known: Iterable[str] | None
) -> Iterator[Fault]:
    if known is None:
        return
    existing = set(known)
    for name in names:
        if name not in existing:
            yield (
                place,
                path,
                f"'{name}' is not {'an' if what[0] in 'aeiou' and what != 'unit' else 'a'} {what}",
                nearest(name, existing),
            )
