"""What the page of people shows: who may come in, and what one of them sees and does, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from access.policy import Policy
from access.roles import MEANING
from access.viewer import Grant, Viewer
from data.errors import CommandError
from flows.lens import closed_of, lens_of
from flows.opened import Opened
from flows.people import Person, people, require_known
from metrics.language.crowds import least_of
from strategy.commands import new_key
from strategy.members.commands import (
    DeactivatePerson,
    EndRole,
    FreeAccount,
    GiveRole,
    InvitePerson,
    ReactivatePerson,
    SignOutEverywhere,
)
from strategy.members.tables import Membership
from views.desk import Desk
from views.wording import counted, day, listed


@dataclass(frozen=True)
class PersonRow:
    """One person in the list; `comes` says whether and how he comes in."""

    key: str
    name: str
    title: str
    email: str
    comes: str
    status: str
    roles: str
    href: str


@dataclass(frozen=True)
class Right:
    """A permission that somebody holds: its meaning, the units it reaches, and from which roles it comes."""

    permission: str
    meaning: str
    units: str
    why: str


@dataclass(frozen=True)
class Sight:
    """What of the metrics somebody sees in a stretch of units: how many, of which perspectives, what is confidential.

    `hidden` names what is not shown there and why; empty where nothing is.
    """

    units: str
    metrics: str
    perspectives: str
    confidential: str
    hidden: str


@dataclass(frozen=True)
class PersonView:
    """One person: roles with where they come from, what they show of the metrics, and every right with its reach.

    `small` says which figures nobody sees, since too few people stand behind them.
    """

    row: PersonRow
    person: Person
    roles: tuple[tuple[str, str, str, str], ...]
    sight: tuple[Sight, ...]
    small: str
    rights: tuple[Right, ...]
    given: tuple[Membership, ...]


@dataclass(frozen=True)
class PeopleView:
    """Everybody, and the one who was chosen."""

    rows: tuple[PersonRow, ...]
    chosen: PersonView | None
    says: str


def build(desk: Desk, query: Mapping[str, str]) -> PeopleView:
    """Everybody whom people.yaml or the state knows; `Refused` without the right to manage people."""
    desk.policy.require(desk.viewer, "people.manage", (desk.opened.tree.root,))
    found = people(desk.workspace, desk.state, desk.office.today)
    rows = tuple(_row(desk, one) for one in found)
    chosen = next((one for one in found if one.key == query.get("person")), None)
    active = sum(one.active for one in found)
    return PeopleView(
        rows,
        _chosen(desk, chosen) if chosen else None,
        f"{counted(active, 'person', 'people')} may come in; roles hold over their units and all below",
    )


def _row(desk: Desk, one: Person) -> PersonRow:
    comes, status = (
        ("let in no more", "red")
        if not one.active
        else ("has signed in", "green")
        if one.member and one.member.account
        else ("may sign in", "amber")
        if one.email
        else ("no address yet", "no_data")
    )
    titles = [
        desk.workspace.roles[held.grant.role].title for held in one.roles if held.grant.role in desk.workspace.roles
    ]
    roles = listed(dict.fromkeys(titles)) if titles else "no role today"
    return PersonRow(one.key, one.name, one.title, one.email, comes, status, roles, f"people?person={one.key}")


def _chosen(desk: Desk, one: Person) -> PersonView:
    roles = tuple(
        (
            desk.workspace.roles[held.grant.role].title if held.grant.role in desk.workspace.roles else held.grant.role,
            listed([_unit(desk, unit) for unit in held.grant.units]),
            _perspectives(desk, held.grant),
            held.why,
        )
        for held in one.roles
    )
    return PersonView(
        _row(desk, one), one, roles, tuple(sight_of(desk, one)), _small(desk), tuple(rights(desk, one)), one.memberships
    )


def _perspectives(desk: Desk, grant: Grant) -> str:
    known = desk.opened.all.workspace.perspectives
    return "all" if grant.perspectives is None else listed([known.get(key, key) for key in grant.perspectives])


def sight_of(desk: Desk, one: Person) -> Iterator[Sight]:
    """What a person sees of the metrics, by units that show the same: the administrator reads counts and reasons."""
    every = desk.opened.all
    lens = lens_of(every, desk.policy, Viewer(one.key, one.name, one.title, tuple(held.grant for held in one.roles)))
    closed = closed_of(every.catalog)
    alike: dict[frozenset[str], list[str]] = {}
    for unit in every.tree.descendants(every.tree.root, desk.as_of):
        if unit in lens.by_unit:
            alike.setdefault(lens.by_unit[unit], []).append(unit)
    for seen, units in alike.items():
        tops = [unit for unit in units if every.tree.units[unit].parent(desk.as_of) not in units]
        shown = [title for key, title in every.workspace.perspectives.items() if _any_of(every, seen, key)]
        shut = [title for key, title in every.workspace.perspectives.items() if not _any_of(every, seen, key)]
        secret = [key for key in closed if key in seen]
        missing = [
            key for key in closed if key not in seen and _any_of(every, seen, every.workspace.metrics[key].perspective)
        ]
        hidden = [f"not shown: {listed(shut)}, of which no role tells"] if shut else []
        hidden += [f"not shown: {counted(len(missing), 'confidential metric')}, for other roles"] if missing else []
        yield Sight(
            f"{listed([_unit(desk, unit) for unit in tops])}{' and all below' if len(units) > len(tops) else ''}",
            f"{len(seen)} of {counted(len(every.workspace.metrics), 'metric')}",
            listed(shown) if shut else "all",
            f"{len(secret)} of {len(closed)}" if closed else "none is marked",
            "; ".join(hidden),
        )


def _any_of(opened: Opened, seen: frozenset[str], perspective: str) -> bool:
    return any(opened.workspace.metrics[key].perspective == perspective for key in seen)


def _small(desk: Desk) -> str:
    known = desk.opened.all.catalog
    about = [least for key in known.metrics if (least := least_of(known, key)) > 1]
    if not about:
        return "No metric is about people: no model names the column that says who a row is about (people:)."
    fewest = f"{min(about)}" if min(about) == max(about) else f"{min(about)} to {max(about)}"
    return (
        f"{counted(len(about), 'metric')} about people: figures over fewer than {fewest} of them are withheld from "
        "everybody, and so is what would tell them; single rows are shown to nobody."
    )


def rights(desk: Desk, one: Person) -> Sequence[Right]:
    """Every permission that a person holds today, with the top units that it reaches and the roles that give it."""
    viewer = Viewer(one.key, one.name, one.title, tuple(held.grant for held in one.roles))
    policy: Policy = desk.policy
    found = []
    for permission, meaning in MEANING.items():
        if not policy.scope(viewer, permission):
            continue
        giving = [
            held.grant
            for held in one.roles
            if held.grant.role in policy.roles and permission in policy.roles[held.grant.role].may
        ]
        units = dict.fromkeys(unit for grant in giving for unit in grant.units)
        why = dict.fromkeys(policy.roles[grant.role].title for grant in giving)
        found.append(Right(permission, meaning, listed([_unit(desk, u) for u in units]), listed(why)))
    return found


def _unit(desk: Desk, key: str) -> str:
    unit = desk.opened.tree.units.get(key)
    return unit.title if unit else key


def until(one: Membership) -> str:
    """From when to when a role holds."""
    return f"{day(one.starts)} to {day(one.ends)}" if one.ends else f"from {day(one.starts)}"


# -- what an administrator does


def invite(desk: Desk, key: str, name: str, email: str, title: str) -> None:
    """Let somebody sign in."""
    desk.do(InvitePerson(key.strip(), name, email, title))


def give(desk: Desk, person: str, role: str, units: Sequence[str], perspectives: Sequence[str] = ()) -> None:
    """Give a role from today on; without perspectives it shows all of them."""
    require_known(desk.opened.all.workspace, desk.opened.tree, role, units, perspectives)
    shown = tuple(perspectives) or None
    desk.do(GiveRole(new_key("role"), person, role, tuple(units), desk.office.today, perspectives=shown))


def end(desk: Desk, one: Membership) -> None:
    """End a role today."""
    desk.do(EndRole(one.key, one.version, desk.office.today))


def deactivate(desk: Desk, one: Person) -> None:
    """Let somebody in no more."""
    desk.do(DeactivatePerson(one.key, _version(one)))


def activate(desk: Desk, one: Person) -> None:
    """Let somebody in again."""
    desk.do(ReactivatePerson(one.key, _version(one)))


def sign_out(desk: Desk, one: Person) -> None:
    """Sign somebody out everywhere."""
    desk.do(SignOutEverywhere(one.key, _version(one)))


def free(desk: Desk, one: Person) -> None:
    """Let another account take the place."""
    desk.do(FreeAccount(one.key, _version(one)))


def _version(one: Person) -> int:
    """The version that was looked at; CommandError for somebody whom only people.yaml knows."""
    if one.member is None:
        raise CommandError(f"{one.name} has never signed in; take the roles out of people.yaml, or invite first")
    return one.member.version


def perspectives(desk: Desk) -> Mapping[str, str]:
    """Titles by key of every perspective, which an administrator gives without seeing its figures; `Refused` else."""
    desk.policy.require(desk.viewer, "people.manage", (desk.opened.tree.root,))
    return desk.opened.all.workspace.perspectives
