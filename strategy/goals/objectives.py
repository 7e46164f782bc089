"""The life of an objective: written, changed with a reason, measured, put in force, ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import func, select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put, words
from strategy.goals.rules import (
    Measure,
    children_of,
    measured,
    month_from,
    require_dates,
    require_ready,
    require_span,
    versioned,
)
from strategy.goals.tables import Objective, PlanVersion
from strategy.goals.weights import EVER, newest, since, sound

ALIVE = ("draft", "active")


def next_place(deed: Deed) -> int:
    """Where a new objective stands: after all others."""
    return int(deed.session.scalar(select(func.count()).select_from(Objective)) or 0)


@dataclass(frozen=True)
class WriteObjective(Creating):
    """Write down what a unit wants; a draft until it is put in force."""

    needs: ClassVar[Permission] = "strategy.plan"
    title: str
    perspective: str
    description: str = ""
    theme: str = ""
    owner: str = ""
    priority: bool = False
    start: date | None = None
    end: date | None = None
    measures: tuple[Measure, ...] = ()

    def carry_out(self, deed: Deed) -> None:
        """Keep it."""
        require_dates(self.start, self.end)
        made = Objective(
            key=self.free(deed, Objective),
            unit=self.unit,
            perspective=self.perspective,
            theme=self.theme.strip(),
            title=words(self.title, "the title", 200),
            description=self.description.strip(),
            owner=self.owner,
            priority=self.priority,
            state="draft",
            place=next_place(deed),
            parent=None,
            cascade="",
            offered_by="",
            waits_for="",
            words="",
            weights={"steps": []},
            scorecards={},
            edits=0,
            start=self.start,
            end=self.end,
            progress_metric="",
            progress_span="r12",
            baseline=None,
            target=None,
        )
        deed.add(made)
        measured(deed, made, self.measures, EVER)


@dataclass(frozen=True)
class ChangeObjective(OnRecord[Objective]):
    """Say an objective otherwise. An active one asks for a reason, and the change becomes a version of the plan."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ALIVE
    title: str
    description: str
    theme: str
    perspective: str
    owner: str
    priority: bool
    start: date | None
    end: date | None
    reason: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Change the fields that differ."""
        require_dates(self.start, self.end)
        values = {
            "title": words(self.title, "the title", 200),
            "description": self.description.strip(),
            "theme": self.theme.strip(),
            "perspective": self.perspective,
            "owner": self.owner,
            "priority": self.priority,
            "start": self.start,
            "end": self.end,
        }
        change(deed, record, values, self.reason)


@dataclass(frozen=True)
class SetWay(OnRecord[Objective]):
    """Lay out an objective's way: a metric at a span, from a baseline to a target, between its start and end."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ALIVE
    metric: str
    span: str
    baseline: float
    target: float
    start: date
    end: date
    reason: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Keep the way; a way without length is refused."""
        if self.baseline == self.target:
            raise CommandError("baseline and target are the same; progress has no measure then")
        require_dates(self.start, self.end)
        values = {
            "progress_metric": words(self.metric, "the metric", 120),
            "progress_span": require_span(self.span),
            "baseline": float(self.baseline),
            "target": float(self.target),
            "start": self.start,
            "end": self.end,
        }
        change(deed, record, values, self.reason)


def change(deed: Deed, record: Objective, values: Mapping[str, Any], reason: str) -> None:
    """Change fields of an objective; of an active one with a reason, and so that it keeps what it needs."""
    changes = {name: [getattr(record, name), value] for name, value in values.items() if getattr(record, name) != value}
    put(record, values)
    deed.session.flush()
    if record.state == "active":
        require_ready(deed, record)
        versioned(deed, record, reason, changes)


@dataclass(frozen=True)
class SetMeasures(OnRecord[Objective]):
    """Say by which metrics an objective is measured from a month on, how heavy each is, and its own goals.

    `measures` is the whole list: what is not in it is no longer measured. `since`: see `rules.month_from`.
    """

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ALIVE
    measures: tuple[Measure, ...]
    since: str = ""
    reason: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Renew the list."""
        told = measured(deed, record, self.measures, month_from(deed, self.since))
        if not told:
            raise CommandError("nothing is different from what is kept already")
        if record.state == "active":
            require_ready(deed, record)
            versioned(deed, record, self.reason, told)
        record.edits += 1


@dataclass(frozen=True)
class PlaceOnScorecards(OnRecord[Objective]):
    """Say how heavy an objective is on scorecards, from a month on; a weight of None takes it off."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ALIVE
    weights: Mapping[str, float | None] = field(default_factory=dict)
    since: str = ""
    reason: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Set the weights that are named; others stay."""
        cards, told = dict(record.scorecards), {}
        month = month_from(deed, self.since)
        for card, weight in self.weights.items():
            before = cards.get(card, {"steps": []})
            after = since(before, None if weight is None else sound(weight, card), month)
            if before != after:
                told[card], cards[card] = [newest(before), weight], after
        if not told:
            raise CommandError("nothing is different from what is kept already")
        record.scorecards = cards
        if record.state == "active":
            versioned(deed, record, self.reason, told)


@dataclass(frozen=True)
class ActivateObjective(OnRecord[Objective]):
    """Put a draft in force; only with a metric, a target and an owner (checklist 27)."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ("draft",)
    reason: str

    def change(self, deed: Deed, record: Objective) -> None:
        """Put it in force."""
        if record.cascade in ("offered", "returned"):
            raise CommandError("it is offered as a part of another objective; it is put in force when it is accepted")
        activate(deed, record, self.reason)


def activate(deed: Deed, record: Objective, reason: str) -> None:
    """Put an objective in force, as a version of the plan; CommandError with what it lacks."""
    require_ready(deed, record)
    record.state = "active"
    versioned(deed, record, reason, {"state": ["draft", "active"]})


@dataclass(frozen=True)
class RetireObjective(OnRecord[Objective]):
    """End an objective. Months before keep it on their scorecards; `since` is the first without it."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ALIVE
    reason: str
    since: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """End it; refused while other objectives hang on it."""
        below = [one.title for one in children_of(deed, record.key)]
        if below:
            raise CommandError(f"{len(below)} objectives hang on it ({', '.join(below[:3])}); end or move them first")
        if record.state == "active":
            versioned(deed, record, self.reason, {"state": ["active", "retired"]})
        month = month_from(deed, self.since)
        record.scorecards = {card: since(kept, None, month) for card, kept in record.scorecards.items()}
        record.weights = since(record.weights, None, month)
        record.state, record.waits_for = "retired", ""


@dataclass(frozen=True)
class NamePlan(Creating):
    """Give the plan of a unit as it stands today a name, such as `Plan 2027`, and say what it is for."""

    needs: ClassVar[Permission] = "strategy.plan"
    title: str
    reason: str

    def carry_out(self, deed: Deed) -> None:
        """Keep the version."""
        made = PlanVersion(
            key=self.free(deed, PlanVersion),
            objective=None,
            unit=self.unit,
            kind="named",
            title=words(self.title, "the name", 200),
            reason=words(self.reason, "the reason"),
            on=deed.today,
            changes={},
        )
        deed.add(made)
