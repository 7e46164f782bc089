"""The tables of reviews: how often a unit meets, each meeting with its people and agenda, its outcomes, the pack."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from strategy.tables import LONGEST_KEY, Record

KEY = String(LONGEST_KEY)


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of a content, written in a fixed order."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Cadence(Record):
    """How often a unit reviews its strategy: each `week` on a weekday (1 is Monday), each `month` on a day of it, or
    each `quarter` on a day of its first month. state: active, retired. `minutes` is how long it may take.
    """

    __tablename__ = "cadence"
    __table_args__ = (Index("ix_cadence_unit", "unit"),)

    unit: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(Text)
    chair: Mapped[str] = mapped_column(String(120))
    every: Mapped[str] = mapped_column(String(20))
    day: Mapped[int]
    minutes: Mapped[int]
    starts: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))


class Review(Record):
    """One meeting. state: planned, open, closed, cancelled, missed.

    Since it was opened: `snapshot` and `period` name the numbers on the table, `facts` holds them. `why` says why it
    was moved or cancelled, `summary` what the chair makes of it.
    """

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_unit", "unit", "state"), Index("ix_review_cadence", "cadence"))

    unit: Mapped[str] = mapped_column(String(120))
    cadence: Mapped[str | None] = mapped_column(ForeignKey("cadence.key"))
    title: Mapped[str] = mapped_column(Text)
    chair: Mapped[str] = mapped_column(String(120))
    due: Mapped[date]
    minutes: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(20))
    snapshot: Mapped[str] = mapped_column(String(80))
    facts: Mapped[dict[str, Any] | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)


class Invitation(Record):
    """A person at a review, and why: what he answers for there. state: invited, accepted, declined, present, absent."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_review", "review"), Index("ix_invitation_person", "person", "state"))

    review: Mapped[str] = mapped_column(ForeignKey("review.key"))
    unit: Mapped[str] = mapped_column(String(120))
    person: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))


class AgendaItem(Record):
    """One thing to talk about, with its number and its story as they were when the review was opened.

    `unit` is the review's, `about` the unit that the item is about. `section` as in `strategy.reviews.agenda`. state:
    open, discussed, left_out (then `why_out` says why). `subject_table` and `subject` name the record behind it.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (Index("ix_agenda_item_review", "review"), Index("ix_agenda_item_metric", "metric", "about"))

    review: Mapped[str] = mapped_column(ForeignKey("review.key"))
    unit: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(120))
    section: Mapped[str] = mapped_column(String(20))
    rank: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    narrative: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(120))
    metric: Mapped[str] = mapped_column(String(120))
    period: Mapped[str] = mapped_column(String(20))
    value: Mapped[float | None]
    target: Mapped[float | None]
    status: Mapped[str] = mapped_column(String(20))
    objective: Mapped[str] = mapped_column(KEY)
    subject_table: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(KEY)
    state: Mapped[str] = mapped_column(String(20))
    minutes: Mapped[str] = mapped_column(Text)
    why_out: Mapped[str] = mapped_column(Text)


class Decision(Record):
    """What was decided, by whom, and on which numbers: `cites` holds them as they were shown then.

    state: in_force, revoked. `verdict` is what looking back at it on `revisit_on` found: worked, failed, too_early, or
    nothing yet; `words` say more of it, or why it was revoked.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_unit", "unit", "state"), Index("ix_decision_review", "review"))

    unit: Mapped[str] = mapped_column(String(120))
    review: Mapped[str | None] = mapped_column(ForeignKey("review.key"))
    item: Mapped[str | None] = mapped_column(ForeignKey("agenda_item.key"))
    issue: Mapped[str | None] = mapped_column(ForeignKey("issue.key"))
    title: Mapped[str] = mapped_column(Text)
    because: Mapped[str] = mapped_column(Text)
    cites: Mapped[list[dict[str, Any]]] = mapped_column(JSON(none_as_null=True))
    owner: Mapped[str] = mapped_column(String(120))
    decided_on: Mapped[date]
    revisit_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)


class Outcome(Record):
    """An action that an item of the agenda led to."""

    __tablename__ = "review_outcome"
    __table_args__ = (Index("ix_review_outcome_review", "review"), Index("ix_review_outcome_action", "action"))

    review: Mapped[str] = mapped_column(ForeignKey("review.key"))
    item: Mapped[str] = mapped_column(ForeignKey("agenda_item.key"))
    unit: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(ForeignKey("action.key"))


class Pack(Record):
    """What a review leaves behind, whole: numbers, reds, minutes, decisions, actions, omissions. Nothing changes it.

    `digest` is the SHA-256 of its content, written in a fixed order.
    """

    __tablename__ = "pack"
    __table_args__ = (Index("ix_pack_unit", "unit"),)

    review: Mapped[str] = mapped_column(ForeignKey("review.key"))
    unit: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(String(20))
    snapshot: Mapped[str] = mapped_column(String(80))
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))

    @property
    def sound(self) -> bool:
        """Whether the content is still what was published (of one that is seen in part: what it was taken from)."""
        return bool(self.__dict__.get("in_part")) or digest_of(self.content) == self.digest
