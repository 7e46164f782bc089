"""What is done about people: invited, given roles, stood in for, signed in and out, deactivated."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError, Conflict
from data.organisation import KEY
from strategy.commands import Command, Deed, OnRecord, put, words
from strategy.members.tables import Delegation, Member, Membership, Revoked
from strategy.tables import utc_now

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST_STAND_IN = timedelta(days=92)


@dataclass(frozen=True)
class AboutPeople(Command, abstract=True):
    """Root of commands that make a record about people: they concern the whole organisation."""

    whole: ClassVar[bool] = True
    watched: ClassVar[bool] = True
    key: str


@dataclass(frozen=True)
class InvitePerson(AboutPeople):
    """Let somebody sign in: whoever proves this address to the identity provider, for the first time."""

    needs: ClassVar[Permission] = "people.manage"
    name: str
    email: str
    title: str = ""

    def carry_out(self, deed: Deed) -> None:
        """Keep the person, without any role yet."""
        email = address(self.email)
        other = deed.session.scalar(select(Member).where(Member.email == email))
        if other is not None:
            raise Conflict(f"{email} is the address of {other.name} ({other.key}) already")
        if not re.fullmatch(KEY, self.key):
            raise CommandError(f"'{self.key}' is not a key of a person: small letters, digits, underscores")
        known = deed.session.get(Member, self.key)
        if known is not None:
            raise Conflict(f"there is a person '{self.key}' already: {known.name}")
        name = words(self.name, "the name", 200)
        deed.add(_member(self.key, name, self.title.strip(), email, None))


@dataclass(frozen=True)
class WelcomePerson(AboutPeople):
    """Keep who signs in for the first time: one of people.yaml, or one whom a group of the provider gives a role."""

    needs: ClassVar[Permission] = "clock.run"
    name: str
    title: str
    email: str
    account: str

    def carry_out(self, deed: Deed) -> None:
        """Keep the person with the account that proved the address."""
        deed.add(_member(self.key, self.name, self.title, self.email or None, self.account))


@dataclass(frozen=True)
class BindAccount(OnRecord[Member]):
    """The first sign-in of an invited person: from now on this account and no other."""

    needs: ClassVar[Permission] = "clock.run"
    account: str = ""

    def change(self, deed: Deed, record: Member) -> None:
        """Keep the account."""
        if record.account is not None:
            raise CommandError(f"{record.name} has signed in with another account before; an administrator can free it")
        put(record, {"account": self.account})


@dataclass(frozen=True)
class FreeAccount(OnRecord[Member]):
    """Let another account take the place: somebody got a new one at the provider."""

    needs: ClassVar[Permission] = "people.manage"
    watched: ClassVar[bool] = True

    def change(self, deed: Deed, record: Member) -> None:
        """Forget the account; every sign-in until now is void."""
        put(record, {"account": None, "valid_after": utc_now()})


@dataclass(frozen=True)
class ChangePerson(OnRecord[Member]):
    """Another name, title or address."""

    needs: ClassVar[Permission] = "people.manage"
    name: str = ""
    title: str = ""
    email: str = ""

    def change(self, deed: Deed, record: Member) -> None:
        """Set what differs."""
        email = address(self.email) if self.email else record.email
        put(record, {"name": words(self.name, "the name", 200), "title": self.title.strip(), "email": email})


@dataclass(frozen=True)
class DeactivatePerson(OnRecord[Member]):
    """Let somebody in no more; counts from the next click."""

    needs: ClassVar[Permission] = "people.manage"
    watched: ClassVar[bool] = True

    def change(self, deed: Deed, record: Member) -> None:
        """Set inactive."""
        if record.key == deed.viewer.key:
            raise CommandError("nobody deactivates himself; another administrator can")
        put(record, {"active": False, "valid_after": utc_now()})


@dataclass(frozen=True)
class ReactivatePerson(OnRecord[Member]):
    """Let somebody in again; sign-ins from before stay void."""

    needs: ClassVar[Permission] = "people.manage"
    watched: ClassVar[bool] = True

    def change(self, deed: Deed, record: Member) -> None:
        """Set active."""
        put(record, {"active": True})


@dataclass(frozen=True)
class GiveRole(AboutPeople):
    """Give somebody a role over units (of some perspectives), from a day, with or without an end."""

    needs: ClassVar[Permission] = "people.manage"
    person: str
    role: str
    units: tuple[str, ...]
    starts: date
    ends: date | None = None
    why: str = ""
    perspectives: tuple[str, ...] | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep the membership; nobody gives himself one."""
        if self.person == deed.viewer.key:
            raise CommandError("nobody gives himself a role; another administrator can")
        if not self.units:
            raise CommandError("name at least one unit; the role holds there and below")
        if self.perspectives is not None and not self.perspectives:
            raise CommandError("name at least one perspective, or none at all for every one of them")
        if self.ends is not None and self.ends < self.starts:
            raise CommandError(f"it would end on {self.ends}, before it starts on {self.starts}")
        if deed.session.get(Membership, self.key) is not None:
            raise Conflict(f"there is a membership '{self.key}' already")
        deed.add(
            Membership(
                key=self.key,
                person=self.person,
                role=self.role,
                units=list(self.units),
                perspectives=None if self.perspectives is None else list(self.perspectives),
                starts=self.starts,
                ends=self.ends,
                why=self.why.strip(),
            )
        )


@dataclass(frozen=True)
class EndRole(OnRecord[Membership]):
    """Let a role end on a day; it stays on record."""

    needs: ClassVar[Permission] = "people.manage"
    watched: ClassVar[bool] = True
    ends: date = date.max

    def change(self, deed: Deed, record: Membership) -> None:
        """Set the last day."""
        if self.ends < record.starts - timedelta(days=1):
            raise CommandError(f"it starts on {record.starts}; the earliest end is the day before, as if never given")
        put(record, {"ends": self.ends})


@dataclass(frozen=True)
class StandIn(Command):
    """Let somebody stand in for oneself, with all of one's roles, for a time that ends."""

    needs: ClassVar[Permission] = "action.own"
    watched: ClassVar[bool] = True
    key: str
    taker: str
    starts: date
    ends: date
    why: str = ""

    def carry_out(self, deed: Deed) -> None:
        """Keep the delegation under the viewer's name."""
        if self.taker == deed.viewer.key:
            raise CommandError("choose somebody else to stand in for you")
        if not self.starts <= self.ends <= self.starts + LONGEST_STAND_IN:
            raise CommandError(f"a stand-in is for at most {LONGEST_STAND_IN.days} days, and ends after it starts")
        if self.ends < deed.today:
            raise CommandError(f"it would have ended on {self.ends} already")
        if deed.session.get(Delegation, self.key) is not None:
            raise Conflict(f"there is a stand-in '{self.key}' already")
        deed.add(
            Delegation(
                key=self.key,
                owner=deed.viewer.key,
                taker=self.taker,
                starts=self.starts,
                ends=self.ends,
                why=self.why.strip(),
            )
        )


@dataclass(frozen=True)
class EndStandIn(OnRecord[Delegation]):
    """Back early: the stand-in ends yesterday."""

    needs: ClassVar[Permission] = "people.manage"
    own: ClassVar[Permission | None] = "action.own"

    def change(self, deed: Deed, record: Delegation) -> None:
        """Set the last day to the day before."""
        put(record, {"ends": max(deed.today - timedelta(days=1), record.starts - timedelta(days=1))})


@dataclass(frozen=True)
class SignIn(Command):
    """Somebody signed in; or tried to, and was refused."""

    needs: ClassVar[Permission] = "clock.run"
    account: str
    name: str
    refused: str = ""

    def carry_out(self, deed: Deed) -> None:
        """Nothing beyond the audit row."""


@dataclass(frozen=True)
class SignOut(Command):
    """Sign out: this one sign-in counts no more, wherever its cookie was copied to."""

    needs: ClassVar[Permission] = "clock.run"
    session: str
    person: str

    def carry_out(self, deed: Deed) -> None:
        """Keep what is revoked."""
        if deed.session.get(Revoked, self.session) is None:
            deed.add(Revoked(key=self.session, person=self.person))


@dataclass(frozen=True)
class SignOutEverywhere(OnRecord[Member]):
    """Sign somebody out on every device: each sign-in until now is void."""

    needs: ClassVar[Permission] = "people.manage"
    own: ClassVar[Permission | None] = "session.own"

    def owners(self, record: Member) -> tuple[str, ...]:  # type: ignore[override]  # a member owns himself
        """The person."""
        return (record.key,)

    def change(self, deed: Deed, record: Member) -> None:
        """Move the moment before which sign-ins are void."""
        put(record, {"valid_after": utc_now()})


def address(email: str) -> str:
    """An e-mail address in lower case; CommandError for what is none."""
    given = email.strip().lower()
    if not EMAIL.fullmatch(given):
        raise CommandError(f"'{email}' is no e-mail address")
    return given


def _member(key: str, name: str, title: str, email: str | None, account: str | None) -> Member:
    return Member(key=key, name=name, title=title, email=email, account=account, active=True, valid_after=None)
