"""What the lint finds, and the table of its rules."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flows.files import Files
from flows.trial import rests_on
from flows.workspace import Workspace
from metrics.definitions.metric import Metric

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Hint:
    """Where a rule does not hold: the file, the field in it, what is wrong, what to do.

    `of` is the key of what is meant: a metric, table, dataset, or scorecard.
    """

    of: str
    file: str
    path: Path_
    message: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """A hint at its place, with the rule that gave it. `line` and `column` count from 1."""

    rule: str
    level: Level
    of: str
    file: str
    line: int
    column: int
    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}:{self.column}: {self.level} {self.rule}: {field}{self.message} ({self.remedy})"


@dataclass(frozen=True)
class Case:
    """A sound workspace with what several rules ask of it."""

    workspace: Workspace
    files: Files

    @cached_property
    def carded(self) -> Mapping[str, str]:
        """Metrics on a scorecard, with the title of the first one."""
        found: dict[str, str] = {}
        for card in self.workspace.scorecards.values():
            plan = self.workspace.plan.objectives
            for keys in (*(plan[name].metrics for name in card.objectives if name in plan), card.metrics):
                for key in keys:
                    found.setdefault(key, card.title)
        return found

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """By metric: which other metrics are computed from it."""
        found: dict[str, list[str]] = {}
        for key in self.workspace.metrics:
            for part in rests_on(self.workspace.catalog, key):
                found.setdefault(part, []).append(key)
        return {key: tuple(users) for key, users in found.items()}

    @cached_property
    def on_cards(self) -> tuple[Metric, ...]:
        """The metrics on scorecards, in the order of files."""
        return tuple(metric for key, metric in self.workspace.metrics.items() if key in self.carded)


Rule = Callable[[Case], Iterable[Hint]]


@dataclass(frozen=True)
class Ruled:
    """A rule of the table: its code, how grave it is, and the words of its docstring."""

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


def at(metric: Metric, path: Path_, message: str, remedy: str) -> Hint:
    """A hint in a metric's file."""
    return Hint(metric.key, f"metrics/{metric.perspective}/{metric.key}.yaml", path, message, remedy)
