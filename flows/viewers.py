"""From a person to a viewer: the roles that hold today, each with where it comes from. Asked anew on every run."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from access.identity import Identity, require_fresh
from access.policy import Refused
from access.roles import PersonModel
from access.viewer import Grant, Viewer
from data.errors import Conflict
from data.same import Same
from flows.door import Door
from flows.workspace import Workspace
from strategy.glance import once
from strategy.members.commands import BindAccount, SignIn, SignOut, WelcomePerson
from strategy.members.tables import Delegation, Member, Membership, Revoked
from strategy.state import reading

ATTEMPTS = 3  # at the first sign-in, where two tabs of one person come at once


@dataclass(frozen=True)
class Held:
    """A role that somebody holds today, and why; `lent` is one of somebody else, for whom he stands in."""

    grant: Grant
    why: str
    lent: bool = False


@dataclass(frozen=True)
class Given:
    """What the state gives on a day: memberships by person, delegations by taker, and who is let in no more."""

    memberships: Mapping[str, Sequence[Membership]]
    delegations: Mapping[str, Sequence[Delegation]]
    gone: frozenset[str]


def given(session: Session, today: date, person: str | None = None) -> Given:
    """What holds on a day, for everybody or for one person and those he stands in for."""
    lent = select(Delegation).where(Delegation.starts <= today, Delegation.ends >= today).order_by(Delegation.key)
    roles = select(Membership).where(Membership.starts <= today).order_by(Membership.key)
    gone = select(Member.key).where(Member.active.is_(False))
    if person is not None:
        lent = lent.where(Delegation.taker == person)
    delegations: dict[str, list[Delegation]] = {}
    for one in session.scalars(lent):
        delegations.setdefault(one.taker, []).append(one)
    if person is not None:
        about = {person, *(one.owner for one in delegations.get(person, ()))}
        roles, gone = roles.where(Membership.person.in_(about)), gone.where(Member.key.in_(about))
    memberships: dict[str, list[Membership]] = {}
    for each in session.scalars(roles):
        if each.ends is None or each.ends >= today:
            memberships.setdefault(each.person, []).append(each)
    return Given(memberships, delegations, frozenset(session.scalars(gone)))


def held(workspace: Workspace, state: Given, person: str, groups: Sequence[str] = ()) -> list[Held]:
    """The roles of a person on a day: people.yaml, the state, groups of the provider, people he stands in for."""
    own = list(_own(workspace, state, person))
    own += [
        Held(found.grant, f"group {group} of the identity provider, by roles.yaml")
        for group in groups
        if (found := workspace.access.groups.get(group)) is not None
    ]
    for one in state.delegations.get(person, ()):
        if one.owner not in state.gone:
            own += [
                Held(each.grant, f"stands in for {one.owner} until {one.ends}: {each.why}", lent=True)
                for each in _own(workspace, state, one.owner)
            ]
    return own


def _own(workspace: Workspace, state: Given, person: str) -> Iterator[Held]:
    known = workspace.people.get(person)
    for role in known.roles if known else ():
        yield Held(role.grant, "people.yaml")
    for one in state.memberships.get(person, ()):
        until = f" until {one.ends}" if one.ends else ""
        yield Held(_granted(one), f"given by {one.made_by} from {one.starts}{until}")


def _granted(one: Membership) -> Grant:
    return Grant(one.role, tuple(one.units), None if one.perspectives is None else tuple(one.perspectives))


def sample_viewer(workspace: Workspace, engine: Engine, person: str, today: date) -> Viewer:
    """A person of people.yaml or of the state, where no provider says who is here; `Refused` for nobody's key."""
    return once(engine, ("viewer", Same(workspace), person, today), partial(_sample, workspace, engine, person, today))


def _sample(workspace: Workspace, engine: Engine, person: str, today: date) -> Viewer:
    known: PersonModel | Member | None = workspace.people.get(person)
    with reading(engine) as session:
        member = session.get(Member, person)
        known = known or member
        if known is None:
            raise Refused(f"'{person}' is not in people.yaml")
        if member is not None and not member.active:
            raise Refused(f"{known.name} is deactivated; an administrator can change that")
        grants = tuple(one.grant for one in held(workspace, given(session, today, person), person))
    return Viewer(person, known.name, known.title, grants)


def signed_in(workspace: Workspace, door: Door, identity: Identity, now: datetime) -> Viewer:
    """The viewer behind a sign-in at this moment (UTC); `Refused`, with what to do, where he may not come in."""
    require_fresh(identity, now, workspace.access.sign_in.hours)
    for attempt in range(1, ATTEMPTS + 1):
        with reading(door.engine) as session:
            member = _member(workspace, session, identity)
            if member is not None and member.account == identity.account:
                return _admitted(workspace, session, member, identity, door.clock.today())
        try:
            _first_time(workspace, door, member, identity)
        except Conflict:
            if attempt == ATTEMPTS:
                raise
    raise Refused("your first sign-in could not be kept; try again")


def sign_in_told(door: Door, identity: Identity, viewer: Viewer | None, refused: str = "") -> None:
    """Write a sign-in, or its refusal, into the audit."""
    who = viewer.key if viewer else "nobody"
    door.by_clock(SignIn(identity.account, identity.name, refused), who)


def signed_out(door: Door, identity: Identity, viewer: Viewer) -> None:
    """This one sign-in counts no more, wherever its cookie was copied to."""
    door.by_clock(SignOut(identity.session, viewer.key), viewer.key)


def _admitted(workspace: Workspace, session: Session, member: Member, identity: Identity, today: date) -> Viewer:
    if not member.active:
        raise Refused(f"{member.name} is deactivated; an administrator can change that")
    if member.valid_after is not None and identity.since <= member.valid_after:
        raise Refused("you were signed out everywhere; sign in again")
    if session.get(Revoked, identity.session) is not None:
        raise Refused("you have signed out; sign in again")
    grants = tuple(one.grant for one in held(workspace, given(session, today, member.key), member.key, identity.groups))
    if not grants:
        raise Refused(f"{member.name} holds no role today; an administrator can give one")
    return Viewer(member.key, member.name, member.title, grants)


def _member(workspace: Workspace, session: Session, identity: Identity) -> Member | None:
    """The person of this account; else the one whose address it has proved, if no other account took the place."""
    found = session.scalar(select(Member).where(Member.account == identity.account))
    if found is not None or not identity.email:
        return found
    known = next((key for key, one in workspace.people.items() if one.email.lower() == identity.email), None)
    by_address = session.scalar(select(Member).where(Member.email == identity.email))
    found = by_address or (session.get(Member, known) if known else None)
    if found is not None and found.account is not None:
        raise Refused(
            f"{identity.email} belongs to {found.name}, who signs in with another account; an administrator can free it"
        )
    return found


def _first_time(workspace: Workspace, door: Door, member: Member | None, identity: Identity) -> None:
    if member is not None:
        door.by_clock(BindAccount(member.key, member.version, identity.account), member.key)
        return
    known = [
        (key, one) for key, one in workspace.people.items() if identity.email and one.email.lower() == identity.email
    ]
    if known:
        ((key, person),) = known
        welcome = WelcomePerson(key, person.name, person.title, identity.email, identity.account)
    elif any(group in workspace.access.groups for group in identity.groups):
        welcome = WelcomePerson(
            _free_key(workspace, door, identity), identity.name, "", identity.email, identity.account
        )
    else:
        raise Refused(
            f"{identity.name} ({identity.email or 'no verified address'}) is not known here; an administrator can "
            "invite you: fourfold people invite"
        )
    door.by_clock(welcome, welcome.key)


def _free_key(workspace: Workspace, door: Door, identity: Identity) -> str:
    plain = unicodedata.normalize("NFKD", identity.name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "person"
    base = base if base[0].isalpha() else f"p_{base}"
    with reading(door.engine) as session:
        number, key = 1, base
        while key in workspace.people or session.get(Member, key) is not None:
            number += 1
            key = f"{base}_{number}"
    return key


def moment() -> datetime:
    """Now, for sign-ins: they are of the real world, also where a workspace's day stands still."""
    return datetime.now(UTC)
