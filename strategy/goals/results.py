"""Key results of an objective: set, checked in, scored from 0 to 1, closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import ClassVar

from sqlalchemy import func, select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Deed, OnRecord, put, words
from strategy.goals.rules import MOST_RESULTS, versioned
from strategy.goals.tables import CheckIn, KeyResult, Objective
from strategy.goals.weights import sound

CHECK_IN_DAYS = 30  # after so many days without a word a key result asks for one


@dataclass(frozen=True)
class AddKeyResult(OnRecord[Objective]):
    """Add a key result to an objective: a number that goes from a start to a target. At most five have one objective.

    `metric`: the metric that says the number; without one, people say it in check-ins, in `measured_in`.
    """

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ("draft", "active")
    result: str
    title: str
    start: float
    target: float
    weight: float = 1.0
    owner: str = ""
    metric: str = ""
    measured_in: str = ""
    due: date | None = None
    reason: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Keep it."""
        there = deed.session.scalar(
            select(func.count()).where(KeyResult.objective == record.key, KeyResult.state == "open")
        )
        if (there or 0) >= MOST_RESULTS:
            raise CommandError(f"'{record.title}' has {there} key results; more than {MOST_RESULTS} are no focus")
        if deed.session.get(KeyResult, self.result) is not None:
            raise CommandError(f"there is a key result '{self.result}' already")
        deed.add(
            KeyResult(
                key=self.result,
                objective=record.key,
                unit=record.unit,
                title=words(self.title, "the title", 200),
                owner=self.owner or record.owner,
                state="open",
                metric=self.metric,
                measured_in=self.measured_in.strip(),
                start=_number(self.start, "start"),
                target=_apart(self.start, self.target),
                weight=sound(self.weight, "the key result"),
                due=self.due or record.end,
                value=None,
                confidence=None,
                checks=0,
                checked_on=None,
            )
        )
        record.edits += 1
        if record.state == "active":
            versioned(deed, record, self.reason, {"key result": [None, self.title.strip()]})


@dataclass(frozen=True)
class ChangeKeyResult(OnRecord[KeyResult]):
    """Say a key result otherwise; of an active objective with a reason, as a version of the plan."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ("open",)
    title: str
    start: float
    target: float
    weight: float
    owner: str
    due: date | None
    reason: str = ""

    def change(self, deed: Deed, record: KeyResult) -> None:
        """Change the fields that differ."""
        values = {
            "title": words(self.title, "the title", 200),
            "start": _number(self.start, "start"),
            "target": _apart(self.start, self.target),
            "weight": sound(self.weight, "the key result"),
            "owner": self.owner,
            "due": self.due,
        }
        changes = {n: [getattr(record, n), value] for n, value in values.items() if getattr(record, n) != value}
        put(record, values)
        objective = deed.find(Objective, record.objective)
        if objective.state == "active":
            versioned(deed, objective, self.reason, {"key result": [record.title, None], **changes})


@dataclass(frozen=True)
class CheckInKeyResult(OnRecord[KeyResult]):
    """Say how far a key result is, how sure you are to reach it (0 to 10), and why, in a sentence or none."""

    needs: ClassVar[Permission] = "strategy.plan"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open",)
    value: float
    confidence: int
    words: str = ""

    def change(self, deed: Deed, record: KeyResult) -> None:
        """Keep the check-in, and what it says as the newest."""
        if not 0 <= self.confidence <= 10:
            raise CommandError(f"confidence is a number from 0 to 10, not {self.confidence}")
        record.value, record.confidence = _number(self.value, "value"), self.confidence
        record.checked_on, record.checks = deed.today, record.checks + 1
        deed.add(
            CheckIn(
                key=f"{record.key}.{record.checks}",
                key_result=record.key,
                objective=record.objective,
                unit=record.unit,
                on=deed.today,
                value=record.value,
                confidence=self.confidence,
                words=self.words.strip(),
            )
        )


@dataclass(frozen=True)
class CloseKeyResult(OnRecord[KeyResult]):
    """End a key result: done, or dropped with a reason."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ("open",)
    outcome: str
    reason: str

    def change(self, deed: Deed, record: KeyResult) -> None:
        """Close it."""
        if self.outcome not in ("done", "dropped"):
            raise CommandError(f"a key result ends as done or dropped, not as {self.outcome}")
        record.state = self.outcome
        objective = deed.find(Objective, record.objective)
        if objective.state == "active":
            versioned(deed, objective, self.reason, {"key result": [record.title, self.outcome]})


def _number(number: float, what: str) -> float:
    if not isfinite(number):
        raise CommandError(f"the {what} of a key result is a number, not {number}")
    return float(number)


def _apart(start: float, target: float) -> float:
    if _number(target, "target") == start:
        raise CommandError("start and target are the same; a key result goes from one to the other")
    return float(target)


def grade(value: float | None, start: float, target: float) -> float | None:
    """How much of the way from start to target is done, 0 to 1; None without a value."""
    return None if value is None else min(max((value - start) / (target - start), 0.0), 1.0)


def overall(grades: Iterable[tuple[float | None, float]]) -> float | None:
    """The score of an objective's key results (grade, weight), 0 to 1: a weighted mean, one without a word counts 0.

    None where there are no key results, or none with a weight, or nobody has said a word yet.
    """
    known = list(grades)
    total = sum(weight for _, weight in known)
    if not total or all(grade is None for grade, _ in known):
        return None
    return sum((grade or 0.0) * weight for grade, weight in known) / total
