"""Tables of the strategy map: links with their hypothesis, and exemptions from the lint's rules."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from strategy.tables import LONGEST_KEY, Record

ACTIVE, ENDED = "active", "ended"


class Link(Record):
    """One objective leads to another. `unit` is the one of the objective that is the effect.

    The hypothesis: `leading` should move `lagging` (keys of metrics) `lag_months` later; `by` a day that should show.
    `sign` is +1 where both rise together, -1 where one falls as the other rises; about values, not about good and bad.
    """

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_unit", "unit"), Index("ix_link_cause", "cause"), Index("ix_link_effect", "effect"))

    unit: Mapped[str] = mapped_column(String(120))
    cause: Mapped[str] = mapped_column(String(LONGEST_KEY), ForeignKey("objective.key"))
    effect: Mapped[str] = mapped_column(String(LONGEST_KEY), ForeignKey("objective.key"))
    because: Mapped[str] = mapped_column(Text)
    leading: Mapped[str | None] = mapped_column(String(120))
    lagging: Mapped[str | None] = mapped_column(String(120))
    sign: Mapped[int]
    lag_months: Mapped[int | None]
    by: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None] = mapped_column(Text)


class Exemption(Record):
    """A rule of the strategy's lint is passed over for one subject, with a reason, until a day (None: for good)."""

    __tablename__ = "exemption"
    __table_args__ = (Index("ix_exemption_subject", "rule", "subject"),)

    unit: Mapped[str] = mapped_column(String(120))
    rule: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(LONGEST_KEY))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20))
