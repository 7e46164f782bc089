"""What is to be done about an item of the agenda: an action, on the item's issue where it has a number."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import select

from access.roles import Permission
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
    answers for. `expected_change` is what it should do to the metric, signed, in the metric's own unit.
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

    def change(self, deed: Deed, record: AgendaItem) -> None:
        """An action, and an issue where there is none yet."""
        review = found_review(deed, record.review, "open")
        if record.metric and record.section != "win":
            issue = _open_issue(deed, record)
            on = issue.key if issue is not None else self._opened(deed, record, review)
        else:
            on = None
        measured = record.metric if self.expected_change is not None or on else None
        deed.do(
            deed.viewer,
            GiveAction(
                key=self.made,
                unit=record.about,
                title=self.title,
                owner=self.owner,
                due=self.due,
                issue=on,
                objective=record.objective or None,
                review=review.key,
                words=self.words,
                expected_metric=measured or None,
                expected_change=self.expected_change,
                expected_by=self.expected_by,
                value_before=record.value if measured else None,
                period_before=record.period or None if measured else None,
            ),
        )
        deed.add(
            Outcome(key=f"outcome:{self.made}", review=review.key, item=record.key, unit=record.unit, action=self.made)
        )
        if record.state == "open":
            record.state = "discussed"

    def _opened(self, deed: Deed, item: AgendaItem, review: Review) -> str:
        key = f"{item.key}.issue"
        deed.do(
            deed.viewer,
            OpenIssue(
                key=key,
                unit=item.about,
                metric=item.metric,
                title=item.title,
                owner=item.owner or self.owner,
                since_period=item.period,
                value=item.value,
                target=item.target,
                objective=item.objective or None,
                review=review.key,
            ),
        )
        return key


def _open_issue(deed: Deed, item: AgendaItem) -> Issue | None:
    if not item.metric:
        return None
    here = Issue.metric == item.metric, Issue.unit == item.about, Issue.state == "open"
    return deed.session.scalar(select(Issue).where(*here))
