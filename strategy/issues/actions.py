"""What is done to actions: given, told about, moved, finished, and verified: did it work?"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put
from strategy.issues import sound
from strategy.issues.commands import issue_of, objective_of
from strategy.issues.tables import HEALTHS, WORKED, Action, ActionNews


def tell(deed: Deed, action: Action, about: str, said: str) -> None:
    """Keep what was told of an action, as it stands now."""
    deed.add(
        ActionNews(
            key=f"news:{deed.audit.id}",
            unit=action.unit,
            action=action.key,
            about=about,
            health=action.health,
            words=said,
        )
    )


@dataclass(frozen=True)
class GiveAction(Creating):
    """Ask a person to do something until a day, on an issue, in a review, or for an objective.

    `expected_change` is what it should do to `expected_metric` of the unit by `expected_by`: signed, in the metric's
    own unit. `value_before` is that metric's at the end of `period_before`. An action on an issue says what it should
    do: without that nobody could tell afterwards whether it worked.
    """

    needs: ClassVar[Permission] = "action.manage"
    title: str
    owner: str
    due: date
    issue: str | None = None
    objective: str | None = None
    review: str | None = None
    words: str = ""
    expected_metric: str | None = None
    expected_change: float | None = None
    expected_by: date | None = None
    value_before: float | None = None
    period_before: str | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep the action, given by the viewer."""
        key = self.free(deed, Action)
        if self.due < deed.today:
            raise CommandError(f"{self.due} has passed; an action is due today or later")
        self._expects()
        action = deed.add(
            Action(
                key=key,
                unit=self.unit,
                issue=self.issue,
                objective=self._objective(deed),
                review=sound.named(self.review, "the review"),
                title=sound.title(self.title, "action"),
                words=sound.some(self.words, "the text"),
                owner=sound.name(self.owner, "the owner"),
                given_by=deed.viewer.key,
                given_on=deed.today,
                due=self.due,
                first_due=self.due,
                state="open",
                health="on_track",
                told_on=deed.today,
                expected_metric=sound.named(self.expected_metric, "the metric"),
                expected_change=sound.number(self.expected_change, "the expected change"),
                expected_by=self.expected_by,
                value_before=sound.number(self.value_before, "the value"),
                period_before=sound.period(self.period_before),
                verdict="",
            )
        )
        tell(deed, action, "given", action.words)

    def _expects(self) -> None:
        if self.expected_metric is None and (self.issue or self.expected_change is not None):
            raise CommandError("name the metric that the action should move")
        if self.issue and not self.expected_change:
            raise CommandError("say how much the action should change the metric, up (+) or down (-)")
        if self.expected_by is not None and self.expected_by < self.due:
            raise CommandError("the effect cannot be due before the action is")

    def _objective(self, deed: Deed) -> str | None:
        if self.issue is None:
            return objective_of(deed, self.objective)
        issue = issue_of(deed, self.issue, self.unit)
        if issue.state != "open":
            raise CommandError("this issue is closed; reopen it first")
        return objective_of(deed, self.objective) or issue.objective


@dataclass(frozen=True)
class UpdateAction(OnRecord[Action]):
    """Say how it stands: on_track, at_risk or blocked, with words where there is something to say."""

    needs: ClassVar[Permission] = "action.manage"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open",)
    health: str
    words: str = ""

    def change(self, deed: Deed, record: Action) -> None:
        """How it stands, and when that was last told."""
        record.health = sound.one_of(self.health, HEALTHS, "how it stands")
        record.told_on = deed.today
        said = sound.some(self.words, "the text")
        if record.health == "blocked" and not said:
            raise CommandError("say in a sentence what blocks it, so that somebody can help")
        tell(deed, record, "update", said)


@dataclass(frozen=True)
class FinishAction(OnRecord[Action]):
    """Say that it is done; whether it worked is asked next."""

    needs: ClassVar[Permission] = "action.manage"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open",)
    words: str = ""

    def change(self, deed: Deed, record: Action) -> None:
        """From open to done."""
        record.state, record.health, record.done_on, record.told_on = "done", "on_track", deed.today, deed.today
        tell(deed, record, "done", sound.some(self.words, "the text"))


@dataclass(frozen=True)
class ReturnAction(OnRecord[Action]):
    """Send what was called done back to its owner, saying what is missing."""

    needs: ClassVar[Permission] = "action.manage"
    states: ClassVar[tuple[str, ...]] = ("done",)
    words: str

    def change(self, deed: Deed, record: Action) -> None:
        """From done to open."""
        said = sound.said(self.words, "what is missing")
        record.state, record.health, record.done_on = "open", "at_risk", None
        tell(deed, record, "returned", said)


@dataclass(frozen=True)
class VerifyAction(OnRecord[Action]):
    """Answer whether it worked: yes, partly or no, beside the metric's value at the end of `period_after`."""

    needs: ClassVar[Permission] = "action.manage"
    states: ClassVar[tuple[str, ...]] = ("done",)
    worked: str
    words: str = ""
    value_after: float | None = None
    period_after: str | None = None

    def change(self, deed: Deed, record: Action) -> None:
        """From done to verified; a no says why, for those who try next."""
        worked = sound.one_of(self.worked, WORKED, "the answer")
        said = sound.some(self.words, "the answer")
        if worked == "no" and not said:
            raise CommandError("say in a sentence why it did not work; whoever tries next will be glad of it")
        record.state, record.worked, record.verdict = "verified", worked, said
        record.value_after = sound.number(self.value_after, "the value")
        record.period_after = sound.period(self.period_after)
        record.verified_by, record.verified_on = deed.viewer.key, deed.today
        tell(deed, record, "verified", said)


@dataclass(frozen=True)
class MoveAction(OnRecord[Action]):
    """Give it another day, saying why; the day that was promised at first stays beside it."""

    needs: ClassVar[Permission] = "action.manage"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open",)
    due: date
    words: str

    def change(self, deed: Deed, record: Action) -> None:
        """The new day; the day of the expected effect moves along where it would come before it."""
        said = sound.said(self.words, "the reason")
        if self.due < deed.today:
            raise CommandError(f"{self.due} has passed; an action is due today or later")
        put(record, {"due": self.due})
        if record.expected_by is not None and record.expected_by < self.due:
            record.expected_by = self.due
        tell(deed, record, "moved", said)


@dataclass(frozen=True)
class HandOverAction(OnRecord[Action]):
    """Ask another person to do it."""

    needs: ClassVar[Permission] = "action.manage"
    states: ClassVar[tuple[str, ...]] = ("open", "done")
    owner: str
    words: str = ""

    def change(self, deed: Deed, record: Action) -> None:
        """The new owner."""
        put(record, {"owner": sound.name(self.owner, "the owner")})
        tell(deed, record, "handed over", sound.some(self.words, "the text"))


@dataclass(frozen=True)
class WithdrawAction(OnRecord[Action]):
    """Take it back, saying why: it is not to be done any more."""

    needs: ClassVar[Permission] = "action.manage"
    states: ClassVar[tuple[str, ...]] = ("open", "done")
    words: str

    def change(self, deed: Deed, record: Action) -> None:
        """To withdrawn."""
        said = sound.said(self.words, "the reason")
        record.state = "withdrawn"
        tell(deed, record, "withdrawn", said)
