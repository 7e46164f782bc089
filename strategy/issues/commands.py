"""What is done to issues: opened by people or by the clock, explained, handed over, closed with an answer, reopened."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put
from strategy.goals.tables import Objective
from strategy.issues import sound
from strategy.issues.tables import ALIVE, OUTCOMES, Action, Issue, Origin

HELPED = ("yes", "partly")  # verdicts on an action that let an issue end as mended


def issue_of(deed: Deed, key: str, unit: str) -> Issue:
    """An issue of a unit, locked until the end; one of another unit is as good as none."""
    known = sound.name(key, "the issue")
    found = deed.session.scalar(select(Issue).where(Issue.key == known, Issue.unit == unit).with_for_update())
    if found is None:
        raise CommandError(f"there is no issue '{key}' in {unit}; what hangs on an issue belongs to the issue's unit")
    return found


def objective_of(deed: Deed, key: str | None) -> str | None:
    """The key of an objective; CommandError where there is none of that key."""
    if key is not None and deed.session.get(Objective, sound.name(key, "the objective")) is None:
        raise CommandError(f"there is no objective '{key}'")
    return key


def the_only_one(deed: Deed, metric: str, unit: str) -> None:
    """CommandError where an issue is open on a metric of a unit already."""
    other = deed.session.scalar(select(Issue).where(Issue.metric == metric, Issue.unit == unit, Issue.state == "open"))
    if other is not None:
        raise CommandError(f"there is an open issue on this already, '{other.title}'; go on with that one")


@dataclass(frozen=True)
class Opening(Creating, abstract=True):
    """Root of what opens an issue: a metric of a unit that is off, since when, by how much, and who answers for it.

    `value` and `target` are those of the newest period, in the metric's own unit.
    """

    metric: str
    title: str
    owner: str
    since_period: str
    value: float | None = None
    target: float | None = None
    objective: str | None = None

    def opened(self, deed: Deed, origin: Origin, cause: str = "", review: str | None = None) -> Issue:
        """The issue, open; CommandError where there is one already."""
        key, metric = self.free(deed, Issue), sound.name(self.metric, "the metric")
        the_only_one(deed, metric, self.unit)
        return deed.add(
            Issue(
                key=key,
                unit=self.unit,
                metric=metric,
                objective=objective_of(deed, self.objective),
                review=sound.named(review, "the review"),
                title=sound.title(self.title, "issue"),
                owner=sound.name(self.owner, "the owner"),
                origin=origin,
                state="open",
                since_period=sound.period(self.since_period),
                value=sound.number(self.value, "the value"),
                target=sound.number(self.target, "the target"),
                cause=sound.some(cause, "the cause"),
                opened_on=deed.today,
                closing="",
            )
        )


@dataclass(frozen=True)
class OpenIssue(Opening):
    """Say that a metric of a unit needs an answer, and whose."""

    needs: ClassVar[Permission] = "action.manage"
    cause: str = ""
    review: str | None = None

    def carry_out(self, deed: Deed) -> None:
        """Open, by a person or in a review."""
        self.opened(deed, "person" if self.review is None else "review", self.cause, self.review)


@dataclass(frozen=True)
class RaiseIssue(Opening):
    """The clock's own: a metric has been red for longer than its clock allows."""

    needs: ClassVar[Permission] = "clock.run"

    def carry_out(self, deed: Deed) -> None:
        """Open, by the clock."""
        self.opened(deed, "clock")


@dataclass(frozen=True)
class ExplainIssue(OnRecord[Issue]):
    """Say what is behind it, as far as is known by now."""

    needs: ClassVar[Permission] = "action.manage"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open",)
    cause: str

    def change(self, deed: Deed, record: Issue) -> None:
        """The new words in the place of the old ones; history keeps those."""
        put(record, {"cause": sound.said(self.cause, "the cause")})


@dataclass(frozen=True)
class HandOverIssue(OnRecord[Issue]):
    """Make another person answer for it."""

    needs: ClassVar[Permission] = "action.manage"
    states: ClassVar[tuple[str, ...]] = ("open",)
    owner: str

    def change(self, deed: Deed, record: Issue) -> None:
        """The new owner."""
        put(record, {"owner": sound.name(self.owner, "the owner")})


@dataclass(frozen=True)
class CloseIssue(OnRecord[Issue]):
    """End it with an answer to: did it work?

    `outcome`: worked, partly (both rest on an action that was found to help), failed (it stays as it is, and why),
    passed (it went away without us). `value_after` is the metric's at the end of `period_after`.
    """

    needs: ClassVar[Permission] = "action.manage"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open",)
    outcome: str
    words: str = ""
    value_after: float | None = None
    period_after: str | None = None

    def change(self, deed: Deed, record: Issue) -> None:
        """To closed, once no action is left to do or to look at."""
        outcome = sound.one_of(self.outcome, OUTCOMES, "the answer")
        actions = deed.session.scalars(select(Action).where(Action.issue == record.key)).all()
        if alive := [action.title for action in actions if action.state in ALIVE]:
            raise CommandError(f"'{alive[0]}' is not settled yet; verify or withdraw each action, then close the issue")
        if outcome in ("worked", "partly") and not any(action.worked in HELPED for action in actions):
            raise CommandError(
                "no action on it was found to help; say that it failed or that it passed by itself, and why"
            )
        closing = sound.some(self.words, "the answer")
        if outcome in ("failed", "passed") and not closing:
            raise CommandError("say in a sentence why it is closed without an action that worked")
        record.state, record.outcome, record.closing, record.closed_on = "closed", outcome, closing, deed.today
        record.value_after = sound.number(self.value_after, "the value")
        record.period_after = sound.period(self.period_after)


@dataclass(frozen=True)
class ReopenIssue(OnRecord[Issue]):
    """Go on with an issue that was closed too early, saying why."""

    needs: ClassVar[Permission] = "action.manage"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("closed",)
    words: str

    def change(self, deed: Deed, record: Issue) -> None:
        """Open again, with the reason in the cause; the earlier answer stays in its history."""
        why = sound.said(self.words, "the reason")
        the_only_one(deed, record.metric, record.unit)
        record.state, record.outcome, record.closing = "open", None, ""
        record.value_after, record.period_after, record.closed_on = None, None, None
        record.cause = sound.said(f"{record.cause}\n{why}", "the cause")
