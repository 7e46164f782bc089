"""Who may come in, and as what: people of people.yaml and of the state together, each role with where it comes from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select

from access.roles import PersonModel
from data.documents import nearest
from data.errors import CommandError
from data.organisation import Tree
from flows.viewers import Held, given, held
from flows.workspace import Workspace
from strategy.members.tables import Delegation, Member, Membership
from strategy.state import reading


@dataclass(frozen=True)
class Person:
    """Somebody who may come in: `member` is None for one of people.yaml who never signed in."""

    key: str
    name: str
    title: str
    email: str
    member: Member | None
    roles: tuple[Held, ...]
    memberships: tuple[Membership, ...]

    @property
    def active(self) -> bool:
        """Whether he would be let in."""
        return self.member is None or self.member.active


def people(workspace: Workspace, engine: Engine, today: date) -> list[Person]:
    """Everybody whom people.yaml or the state knows, by name, with the roles that hold today (groups apart)."""
    with reading(engine) as session:
        members = {one.key: one for one in session.scalars(select(Member))}
        every: dict[str, list[Membership]] = {}
        for one in session.scalars(select(Membership).order_by(Membership.starts, Membership.key)):
            every.setdefault(one.person, []).append(one)
        taken = {one.taker for one in session.scalars(select(Delegation))}
        state = given(session, today)
    keys = {*workspace.people, *members, *every, *taken}
    found = [
        _person(key, workspace.people.get(key), members.get(key), held(workspace, state, key), every) for key in keys
    ]
    return sorted(found, key=lambda one: (one.name, one.key))


def _person(
    key: str,
    known: PersonModel | None,
    member: Member | None,
    roles: list[Held],
    given: dict[str, list[Membership]],
) -> Person:
    name = member.name if member else known.name if known else key
    title = member.title if member else known.title if known else ""
    email = (member.email if member else None) or (known.email if known else "")
    return Person(key, name, title, email, member, tuple(roles), tuple(given.get(key, ())))


def require_known(
    workspace: Workspace, tree: Tree, role: str, units: Collection[str], perspectives: Collection[str] = ()
) -> None:
    """CommandError for a role, a unit or a perspective that does not exist, with the nearest right name."""
    for what, name, known in [
        ("role", role, workspace.roles),
        *(("unit", unit, tree.units) for unit in units),
        *(("perspective", one, workspace.perspectives) for one in perspectives),
    ]:
        if name not in known:
            raise CommandError(f"'{name}' is not a {what}; {nearest(name, known) or 'known: ' + ', '.join(known)}")
