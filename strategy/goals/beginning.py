"""How a plan begins: objectives and scorecards that strategy.yaml and scorecards/ name, and the state does not know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Command, Creating, Deed
from strategy.goals.rules import versioned
from strategy.goals.tables import Objective, ObjectiveMetric


@dataclass(frozen=True)
class BeginObjective(Creating):
    """Take an objective over from the files as they say it. `measures`: {metric: kept weights}.

    `aims`: {metric: [goal, red flag]} of the objective's own; `targeted`: metrics whose definition has a target.
    """

    needs: ClassVar[Permission] = "clock.run"
    title: str
    perspective: str
    description: str = ""
    theme: str = ""
    owner: str = ""
    priority: bool = False
    place: int = 0
    parent: str | None = None
    weights: Mapping[str, Any] = field(default_factory=dict)
    scorecards: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)
    aims: Mapping[str, Any] = field(default_factory=dict)
    targeted: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    progress_metric: str = ""
    progress_span: str = "r12"
    baseline: float | None = None
    target: float | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep it as active: what a file says has been in force already."""
        if self.parent == self.key:
            raise CommandError(f"'{self.title}' would serve itself; choose another objective")
        made = Objective(
            key=self.free(deed, Objective),
            unit=self.unit,
            perspective=self.perspective,
            theme=self.theme,
            title=self.title,
            description=self.description,
            owner=self.owner,
            priority=self.priority,
            state="active",
            place=self.place,
            parent=self.parent,
            cascade="accepted" if self.parent else "",
            offered_by="",
            waits_for="",
            words="",
            weights=dict(self.weights) or {"steps": []},
            scorecards=dict(self.scorecards),
            edits=0,
            start=self.start,
            end=self.end,
            progress_metric=self.progress_metric,
            progress_span=self.progress_span,
            baseline=self.baseline,
            target=self.target,
        )
        deed.add(made)
        for metric, weights in self.measures.items():
            goal, red_flag = self.aims.get(metric, (None, None))
            deed.add(
                ObjectiveMetric(
                    key=f"{self.key}:{metric}",
                    objective=self.key,
                    unit=self.unit,
                    metric=metric,
                    weights=dict(weights),
                    goal=goal,
                    red_flag=red_flag,
                    targeted=metric in self.targeted,
                )
            )
        versioned(deed, made, "as strategy.yaml begins it", {}, "begun")


@dataclass(frozen=True)
class BeginScorecard(Command):
    """Put the objectives that a new scorecard's file names on it. `weights`: {objective: kept weights}."""

    needs: ClassVar[Permission] = "clock.run"
    whole: ClassVar[bool] = True
    scorecard: str
    weights: Mapping[str, Any]

    def carry_out(self, deed: Deed) -> None:
        """Set the weights; an objective that is on it already stays as it is."""
        for key in sorted(self.weights):
            record = deed.find(Objective, key)
            if self.scorecard not in record.scorecards:
                record.scorecards = {**record.scorecards, self.scorecard: dict(self.weights[key])}
