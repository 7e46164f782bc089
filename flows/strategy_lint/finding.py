"""What the lint of the strategy finds, what it looks at, and the table of its rules."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from data.organisation import Tree
from flows.lint.finding import LEVELS, Level
from flows.roster import Roster
from flows.trial import below
from flows.workspace import Workspace
from metrics.definitions.metric import Metric
from metrics.scoring.status import Status
from strategy.duties.tables import Champion, DecisionRight, Duty
from strategy.goals.tables import KeyResult, Objective, ObjectiveMetric
from strategy.maps.tables import Exemption, Link

Kind = Literal["objective", "link", "unit", "person", "metric", "initiative", "decision"]


@dataclass(frozen=True)
class Numbers:
    """What the newest closed month, named `period`, says: the status of each (metric, unit) that has values."""

    period: str
    statuses: Mapping[tuple[str, str], Status]


@dataclass(frozen=True)
class Case:
    """A strategy with what it is held against. Objectives are the active ones, links, duties and so on those in force.

    `measures` by objective, the heaviest first.
    """

    workspace: Workspace
    tree: Tree
    people: Roster
    today: date
    objectives: Mapping[str, Objective]
    measures: Mapping[str, tuple[ObjectiveMetric, ...]]
    results: tuple[KeyResult, ...]
    links: tuple[Link, ...]
    duties: tuple[Duty, ...]
    champions: tuple[Champion, ...]
    rights: tuple[DecisionRight, ...]
    exemptions: tuple[Exemption, ...]
    numbers: Numbers

    def metrics_of(self, objective: str) -> tuple[Metric, ...]:
        """The metrics of an objective that a definition stands behind."""
        found = (self.workspace.metrics.get(one.metric) for one in self.measures.get(objective, ()))
        return tuple(metric for metric in found if metric is not None)

    @cached_property
    def by_unit(self) -> Mapping[str, tuple[Objective, ...]]:
        """Active objectives by unit, units in the order of the tree."""
        order = self.tree.descendants(self.tree.root, self.today)
        found = {unit: tuple(o for o in self.objectives.values() if o.unit == unit) for unit in order}
        return {unit: objectives for unit, objectives in found.items() if objectives}

    @cached_property
    def led(self) -> frozenset[str]:
        """Metrics that something is declared to lead: by drivers.yaml, or by the hypothesis of a link.

        What is computed from a led metric is led, too: who moves the order intake moves the revenue.
        """
        direct = {one.to for one in self.workspace.catalog.drivers if one.kind == "influence"}
        direct |= {link.lagging for link in self.links if link.lagging}
        catalog = self.workspace.catalog
        parts = {one.to: one.from_ for one in catalog.drivers if one.kind == "component"}
        return frozenset(
            key for key in catalog.metrics if direct & {*below(catalog, [key]), *parts.get(key, ())} or key in direct
        )

    def title(self, unit: str) -> str:
        """What a unit is called."""
        return self.tree.units[unit].title if unit in self.tree else unit

    def person(self, key: str) -> str:
        """What a person is called."""
        return self.people.name(key)


@dataclass(frozen=True)
class Hint:
    """Where a rule does not hold: which thing of which unit, what is wrong, what to do. `of` is its key."""

    kind: Kind
    of: str
    unit: str
    title: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """A hint with the rule that gave it. `excused`: the reason for which it is passed over, empty where it is not."""

    rule: str
    level: Level
    kind: Kind
    of: str
    unit: str
    title: str
    message: str
    remedy: str
    excused: str = ""
    exemption: str = ""

    def __str__(self) -> str:
        return f"{self.level} {self.rule}: {self.unit}: {self.title}: {self.message} ({self.remedy})"


Rule = Callable[[Case], Iterable[Hint]]


@dataclass(frozen=True)
class Ruled:
    """A rule of the table: its code, how grave it is, the words of its docstring."""

    code: str
    level: Level
    says: str
    find: Rule


RULES: dict[str, Ruled] = {}


def rule(level: Level) -> Callable[[Rule], Rule]:
    """Enter a function into the table of rules; its name is the code, its docstring what the rule wants."""

    def enter(find: Rule) -> Rule:
        code = find.__name__
        RULES[code] = Ruled(code, level, (find.__doc__ or "").strip(), find)
        return find

    return enter


def on(objective: Objective, message: str, remedy: str) -> Hint:
    """A hint about an objective."""
    return Hint("objective", objective.key, objective.unit, objective.title, message, remedy)


__all__ = ["LEVELS", "RULES", "Case", "Finding", "Hint", "Kind", "Level", "Numbers", "Ruled", "on", "rule"]
