"""The tables of people: accounts, roles from a day to a day, stand-ins, revoked sign-ins."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from access.roles import Permission
from strategy.tables import Record


class Member(Record):
    """A person who may sign in. `account` is empty until the first time; then no other account takes the place.

    `key` is the one of people.yaml, where the person stands there, too. Sign-ins up to `valid_after` (UTC, of the real
    world) are void.
    """

    __tablename__ = "member"
    WHOLE: ClassVar[bool] = True
    READ: ClassVar[Permission] = "people.manage"

    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    account: Mapped[str | None] = mapped_column(String(500), unique=True)
    active: Mapped[bool]
    valid_after: Mapped[datetime | None]


class Membership(Record):
    """A role over units and all below them, from a day to a day (both inclusive; None: without end).

    `perspectives`: those whose metrics it shows; None: all of them.
    """

    __tablename__ = "membership"
    WHOLE: ClassVar[bool] = True
    READ: ClassVar[Permission] = "people.manage"

    person: Mapped[str] = mapped_column(String(120), index=True)
    role: Mapped[str] = mapped_column(String(120))
    units: Mapped[list[str]]
    perspectives: Mapped[list[str] | None]
    starts: Mapped[date]
    ends: Mapped[date | None]
    why: Mapped[str] = mapped_column(Text)


class Delegation(Record):
    """Somebody stands in for another, with all his roles, for some days (both inclusive); it always ends."""

    __tablename__ = "delegation"
    WHOLE: ClassVar[bool] = True
    READ: ClassVar[Permission] = "people.manage"

    owner: Mapped[str] = mapped_column(String(120), index=True)
    taker: Mapped[str] = mapped_column(String(120), index=True)
    starts: Mapped[date]
    ends: Mapped[date]
    why: Mapped[str] = mapped_column(Text)


class Revoked(Record):
    """One sign-in that counts no more, by the name that gives nothing away (`Identity.session` is its key)."""

    __tablename__ = "revoked"
    WHOLE: ClassVar[bool] = True
    READ: ClassVar[Permission] = "people.manage"

    person: Mapped[str] = mapped_column(String(120), ForeignKey("member.key"))
