"""What is to be done about an item of the agenda: an action, on the item's issue where it has a number."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Deed, OnRecord
from strategy.issues.actions import GiveAction
from strategy.issues.commands import OpenIssue
from strategy.issues.tables import Issue
from strategy.reviews.planning import found_review
from strategy.reviews.tables import AgendaItem, Outcome, Review


@dataclass(frozen=True)
class ActOnItem(OnRecord[AgendaItem]):
    """Ask a person to do something about an item until a day; `made` is the key of the new action.

    On an item with a number the action hangs on an issue: the one that is open, else a new one, which the same person
    answers for. `expected_change` is what it should do to the metric, signed, in the metric's own unit. `unit` is where
    it is done: the item's, or one below the review's, whose own number is `value` against `target` then.
    """

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("open", "discussed")
    made: str
    title: str
    owner: str
    due: date
    words: str = ""
    expected_change: float | None = None
    expected_by: date | None = None
    unit: str = ""
    value: float | None = None
    target: float | None = None

    def change(self, deed: Deed, record: AgendaItem) -> None:
        """An action, and an issue where there is none yet."""
        review = found_review(deed, record.review, "open")
        here = self._place(deed, record, review)
        issue = None
        if record.metric and record.section != "win":
            issue = _open_issue(deed, record.metric, here.unit) or self._opened(deed, record, review, here)
        measured = record.metric if issue or self.expected_change is not None else ""
        deed.do(
            deed.viewer,
            GiveAction(
                key=self.made,
                unit=here.unit,
                title=self.title,
                owner=self.owner,
                due=self.due,
                issue=issue,
                objective=record.objective or None,
                review=review.key,
                words=self.words,
                expected_metric=measured or None,
                expected_change=self.expected_change,
                expected_by=self.expected_by,
                value_before=here.value if measured else None,
                period_before=record.period or None if measured else None,
            ),
        )
        key = f"outcome:{deed.audit.id}"
        deed.add(Outcome(key=key, review=review.key, item=record.key, unit=record.unit, action=self.made))
        if record.state == "open":
            record.state = "discussed"

    def _place(self, deed: Deed, item: AgendaItem, review: Review) -> "_Place":
        if self.unit in ("", item.about):
            return _Place(item.about, item.value, item.target)
        if self.unit not in deed.policy.below(review.unit):
            raise CommandError(f"this review is about {review.unit}; {self.unit} does not lie below it")
        return _Place(self.unit, self.value, self.target)

    def _opened(self, deed: Deed, item: AgendaItem, review: Review, here: "_Place") -> str:
        key = f"{item.key}.{here.unit}"
        deed.do(
            deed.viewer,
            OpenIssue(
                key=key,
                unit=here.unit,
                metric=item.metric,
                title=item.title,
                owner=item.owner if here.unit == item.about and item.owner else self.owner,
                since_period=item.period,
                value=here.value,
                target=here.target,
                objective=item.objective or None,
                review=review.key,
            ),
        )
        return key


@dataclass(frozen=True)
class _Place:
    unit: str
    value: float | None
    target: float | None


def _open_issue(deed: Deed, metric: str, unit: str) -> str | None:
    return deed.session.scalar(
        select(Issue.key).where(Issue.metric == metric, Issue.unit == unit, Issue.state == "open")
    )
