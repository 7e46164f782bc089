"""The tables of the state database: what people said and did. Times are UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> datetime:
    """The present moment, with its zone."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Root of all tables, with names for every constraint, so that migrations can address them on every database."""

    metadata = MetaData(naming_convention=NAMES)


class Audit(Base):
    """One carried-out command: who did what to what, when. Written in the command's own transaction, never changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    who: Mapped[str] = mapped_column(String(120))
    command: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)


class Note(Base):
    """What a person says about a metric of a unit in a period."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_subject", "metric", "unit", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    author: Mapped[str] = mapped_column(String(120))
    metric: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(120))
    period: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)


class Draft(Base):
    """A definition that somebody writes: the text of one metric's file, beside the text that it was based on.

    `base` is empty for a metric that is new. `version` counts what was saved: who saves over a newer one is refused.
    """

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    author: Mapped[str] = mapped_column(String(120))
    metric: Mapped[str] = mapped_column(String(120))
    perspective: Mapped[str] = mapped_column(String(120))
    base: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    comment: Mapped[str | None] = mapped_column(Text)
