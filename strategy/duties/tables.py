"""Who answers for what (RACI), champions, decision rights, and conflicts between units."""

from datetime import date, datetime

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from strategy.tables import Record

IN_FORCE = text("ended_at IS NULL")


class Duty(Record):
    """One person's part in an objective, a metric or an initiative of a unit: (R)esponsible, (A)ccountable, and so on.

    The accountable of an objective or an initiative is its owner and stands there alone, never here: one truth.
    """

    __tablename__ = "duty"
    __table_args__ = (
        Index(
            "uq_duty_person",
            *("subject_kind", "subject", "unit", "person"),
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        Index(
            "uq_duty_accountable",
            *("subject_kind", "subject", "unit"),
            unique=True,
            sqlite_where=text("role = 'A' AND ended_at IS NULL"),
            postgresql_where=text("role = 'A' AND ended_at IS NULL"),
        ),
    )

    unit: Mapped[str] = mapped_column(String(120))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(120))
    person: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(1))
    ended_at: Mapped[datetime | None]


class Champion(Record):
    """A person who keeps the execution of the strategy going in a unit."""

    __tablename__ = "champion"
    __table_args__ = (
        Index("uq_champion_person", "unit", "person", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
    )

    unit: Mapped[str] = mapped_column(String(120))
    person: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]


class DecisionRight(Record):
    """A line of the table of decision rights: who decides on a kind of request, up to an amount, in a unit and below.

    `decides` is one of `strategy.duties.kinds.DECIDES`; `decider` the key of the role or person, empty for `self`.
    `up_to` is inclusive, in the kind's measure; None: any amount.
    """

    __tablename__ = "decision_right"

    unit: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    up_to: Mapped[float | None]
    decides: Mapped[str] = mapped_column(String(20))
    decider: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]


class Dispute(Record):
    """A conflict between two units: what about, who settles it, and what was decided. `metrics` are keys."""

    __tablename__ = "dispute"

    unit: Mapped[str] = mapped_column(String(120))
    other: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(Text)
    metrics: Mapped[list[str]] = mapped_column(JSON)
    raised_by: Mapped[str] = mapped_column(String(120))
    arbiter: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20))
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_on: Mapped[date | None]
