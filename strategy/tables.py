"""The ground of the state database: audit rows, and what every record that people change is made of. Times are UTC."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from access.roles import Permission

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
LONGEST_KEY = 120


def utc_now() -> datetime:
    """The present moment, with its zone."""
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, with its zone on every database (SQLite keeps none)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a column of this type holds."""
        return datetime

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC; ValueError for a moment without a zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give it one")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """From what the database keeps."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of all tables, with names for every constraint, so that migrations can address them on every database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
    }


class Audit(Base):
    """One carried-out command: who did what to what, when. Written in the command's own transaction, never changed.

    `origin` is from where the command came: "page", "command line", "clock", with the address where there is one.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    who: Mapped[str] = mapped_column(String(120))
    command: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    origin: Mapped[str | None] = mapped_column(String(120))


class AuditSeal(Base):
    """The seal of one audit row: a hash of it, its changes, and the seal before; see `strategy.seals`."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    seal: Mapped[str] = mapped_column(String(64), unique=True)


class AuditChange(Base):
    """What one command changed in one row: the fields before and after; from these alone the state can be rebuilt.

    `before` is None for a row that was made, `after` for one that was removed. `version` is the row's after the change.
    """

    __tablename__ = "audit_change"
    __table_args__ = (Index("ix_audit_change_subject", "kind", "key"), Index("ix_audit_change_audit_id", "audit_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Record(Base):
    """What every table that people change has: a key, a version that counts its changes, and who made and changed it.

    A table also has `unit`, the scope of its rows, or says `WHOLE = True`: they concern the whole organisation. `READ`
    is the permission with which they are read.
    """

    __abstract__ = True
    WHOLE: ClassVar[bool] = False
    READ: ClassVar[Permission] = "strategy.view"

    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    version: Mapped[int] = mapped_column()
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime] = mapped_column(Moment)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  SQLAlchemy gives the class
        return {"version_id_col": cls.version}

    @property
    def scope(self) -> str | None:
        """The unit that it belongs to; None where it concerns the whole organisation."""
        return None if type(self).WHOLE else str(getattr(self, "unit"))  # noqa: B009  each table has its own column


class Note(Base):
    """What a person says about a metric of a unit in a period."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_subject", "metric", "unit", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=utc_now)
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
    at: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=utc_now)
    author: Mapped[str] = mapped_column(String(120))
    metric: Mapped[str] = mapped_column(String(120))
    perspective: Mapped[str] = mapped_column(String(120))
    base: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    comment: Mapped[str | None] = mapped_column(Text)
