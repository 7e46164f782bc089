"""What waits for a decision, the clocks that move things up, and what they have moved."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from strategy.tables import Record

IN_FORCE = text("ended_at IS NULL")


class Request(Record):
    """What somebody asks to be decided. `decides` and `decider` are the decision right that it fell under (`right`).

    `command` and `payload` are what is carried out when it is approved; without one, the decision is the deed.
    `carried` is the number of that deed's audit row.
    """

    __tablename__ = "request"
    __table_args__ = (Index("ix_request_state", "state"),)

    unit: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    amount: Mapped[float | None]
    subject_table: Mapped[str | None] = mapped_column(String(60))
    subject_key: Mapped[str | None] = mapped_column(String(120))
    command: Mapped[str | None] = mapped_column(String(80))
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    right: Mapped[str] = mapped_column(String(120))
    decides: Mapped[str] = mapped_column(String(20))
    decider: Mapped[str] = mapped_column(String(120))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    comment: Mapped[str | None] = mapped_column(Text)
    carried: Mapped[int | None]


class WaitingClock(Record):
    """After how long (`after`, in the measure of what it watches) a thing moves up a level, in a unit and below it."""

    __tablename__ = "waiting_clock"
    __table_args__ = (
        Index(
            "uq_waiting_clock_watches", "unit", "watches", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE
        ),
    )

    unit: Mapped[str] = mapped_column(String(120))
    watches: Mapped[str] = mapped_column(String(40))
    after: Mapped[int]
    ended_at: Mapped[datetime | None]


class Escalation(Record):
    """A thing that the clock moved up: from whom, to whom, for the how-manieth time, and why.

    state: open (nobody has answered), taken (`answer` says what is done), settled (its cause is gone).
    """

    __tablename__ = "escalation"
    __table_args__ = (Index("ix_escalation_subject", "subject_table", "subject_key"),)

    unit: Mapped[str] = mapped_column(String(120))
    watches: Mapped[str] = mapped_column(String(40))
    subject_table: Mapped[str] = mapped_column(String(60))
    subject_key: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(300))
    why: Mapped[str] = mapped_column(Text)
    from_person: Mapped[str | None] = mapped_column(String(120))
    to_person: Mapped[str] = mapped_column(String(120))
    level: Mapped[int]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None]
