"""Who may come in: invites people, gives and ends roles, lets nobody in any more. So the first administrator begins."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold, show
from cli.telling import failing_in_words, tell, tell_json
from data.errors import CommandError
from flows.acting import clock_of, door_of
from flows.opened import open_current
from flows.people import people as everybody
from flows.people import require_known
from strategy.commands import Command, new_key
from strategy.members.commands import (
    DeactivatePerson,
    EndRole,
    FreeAccount,
    GiveRole,
    InvitePerson,
    ReactivatePerson,
    SignOutEverywhere,
)
from strategy.members.tables import Member, Membership
from strategy.reading import read
from strategy.state import open_state, state_url

people = typer.Typer(help="Who may come in, and as what.", no_args_is_help=True)
fourfold.add_typer(people, name="people")

Key = Annotated[str, typer.Argument(help="The person's key, as in people.yaml: ada_lovelace.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, 2026-11-03.")]


Perspectives = Annotated[list[str] | None, typer.Option(help="Of which perspectives; none: all. Repeat for more.")]


def _shown(perspective: list[str] | None) -> tuple[str, ...] | None:
    return tuple(perspective) if perspective else None


def _over(role: str, units: Sequence[str], perspectives: Sequence[str] | None) -> str:
    only = f", {' and '.join(perspectives)} only" if perspectives is not None else ""
    return f"{role} over {', '.join(units)}{only}"


class _Desk:
    """The state of a workspace, and the door to it."""

    def __init__(self, workspace: Workspace) -> None:
        folder = existing(workspace)
        self.opened = open_current(folder)
        self.engine = open_state(state_url(folder / "var"))
        self.clock = clock_of(self.opened)
        self.door = door_of(self.opened, self.engine, origin="command line")

    def do(self, command: Command) -> None:
        """Carry out a command as Fourfold: who holds the state's password needs no role."""
        self.door.by_clock(command)

    def member(self, key: str) -> Member:
        """Somebody whom the state knows."""
        found = read(self.engine, Member, Member.key == key)
        if not found:
            raise CommandError(
                f"nobody called '{key}' was invited or has signed in; `people list` tells who. Whoever stands in "
                "people.yaml alone loses the roles there"
            )
        return found[0]


@people.command("list")
def everyone(workspace: Workspace = DEMO, as_json: AsJson = False) -> None:
    """List everybody who may come in, with the roles that hold today and where they come from."""
    with failing_in_words(as_json):
        desk = _Desk(workspace)
        found = everybody(desk.opened.workspace, desk.engine, desk.clock.today())
    if as_json:
        tell_json(
            [
                {
                    "key": one.key,
                    "name": one.name,
                    "email": one.email,
                    "active": one.active,
                    "signed_in_before": bool(one.member and one.member.account),
                    "roles": [{**asdict(h.grant), "why": h.why} for h in one.roles],
                    "memberships": [
                        {
                            **{name: getattr(m, name) for name in ("key", "role", "units", "perspectives")},
                            "starts": str(m.starts),
                            "ends": str(m.ends),
                        }
                        for m in one.memberships
                    ],
                }
                for one in found
            ]
        )
        return
    table = Table("Key", "Name", "Address", "Comes in", "Roles", box=None, pad_edge=False)
    for one in found:
        comes = "no: deactivated" if not one.active else "yes" if one.email or one.member else "no address yet"
        roles = "\n".join(f"{_over(h.grant.role, h.grant.units, h.grant.perspectives)} ({h.why})" for h in one.roles)
        table.add_row(one.key, one.name, one.email, comes, roles)
    show(table)


@people.command()
def invite(  # noqa: PLR0913, PLR0917  a command line names every side of a person
    key: Key,
    name: Annotated[str, typer.Option(help="What the person is called.")],
    email: Annotated[str, typer.Option(help="The address that the identity provider must have verified.")],
    title: Annotated[str, typer.Option(help="What the person is: Head of sales.")] = "",
    role: Annotated[str | None, typer.Option(help="A role to give at once.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="Over which units; none: the whole organisation.")] = None,
    perspective: Perspectives = None,
    workspace: Workspace = DEMO,
) -> None:
    """Let somebody sign in, with a role at once: so the first administrator comes in."""
    with failing_in_words(as_json=False):
        desk = _Desk(workspace)
        units = tuple(unit or (desk.opened.tree.root,))
        if role:
            require_known(desk.opened.workspace, desk.opened.tree, role, units, perspective or ())
        desk.do(InvitePerson(key, name, email, title))
        if role:
            shown = _shown(perspective)
            why = "with the invitation"
            desk.do(GiveRole(new_key("role"), key, role, units, desk.clock.today(), None, why, shown))
    said = f", as {_over(role, units, _shown(perspective))}." if role else "; no role yet."
    tell(f"{name} may sign in with {email}{said}")


@people.command()
def give(  # noqa: PLR0913, PLR0917  as above
    key: Key,
    role: Annotated[str, typer.Argument(help="viewer, contributor, manager, executive, analyst, administrator.")],
    unit: Annotated[list[str] | None, typer.Option(help="Over which units; none: the whole organisation.")] = None,
    perspective: Perspectives = None,
    starts: Day = None,
    ends: Day = None,
    why: Annotated[str, typer.Option(help="A word for the record.")] = "",
    workspace: Workspace = DEMO,
) -> None:
    """Give somebody a role over units and all below, from a day, with or without an end."""
    with failing_in_words(as_json=False):
        desk = _Desk(workspace)
        units = tuple(unit or (desk.opened.tree.root,))
        require_known(desk.opened.workspace, desk.opened.tree, role, units, perspective or ())
        begin = starts.date() if starts else desk.clock.today()
        last, shown = ends.date() if ends else None, _shown(perspective)
        desk.do(GiveRole(new_key("role"), key, role, units, begin, last, why, shown))
    tell(f"{key} is {_over(role, units, shown)} from {begin}.")


@people.command()
def end(
    membership: Annotated[str, typer.Argument(help="The membership's key, as `people list --json` tells it.")],
    on: Day = None,
    workspace: Workspace = DEMO,
) -> None:
    """Let a role end, today or on a day."""
    with failing_in_words(as_json=False):
        desk = _Desk(workspace)
        found = read(desk.engine, Membership, Membership.key == membership)
        if not found:
            raise CommandError(f"there is no membership '{membership}'; roles of people.yaml end in that file")
        day = on.date() if on else desk.clock.today()
        desk.do(EndRole(membership, found[0].version, day))
    tell(f"{found[0].person} is {found[0].role} until {day}.")


@people.command()
def deactivate(key: Key, workspace: Workspace = DEMO) -> None:
    """Let somebody in no more, from the next click on."""
    with failing_in_words(as_json=False):
        desk = _Desk(workspace)
        desk.do(DeactivatePerson(key, desk.member(key).version))
    tell(f"{key} is let in no more.")


@people.command()
def activate(key: Key, workspace: Workspace = DEMO) -> None:
    """Let somebody in again."""
    with failing_in_words(as_json=False):
        desk = _Desk(workspace)
        desk.do(ReactivatePerson(key, desk.member(key).version))
    tell(f"{key} may sign in again.")


@people.command("sign-out")
def sign_out(key: Key, workspace: Workspace = DEMO) -> None:
    """Sign somebody out on every device."""
    with failing_in_words(as_json=False):
        desk = _Desk(workspace)
        desk.do(SignOutEverywhere(key, desk.member(key).version))
    tell(f"{key} is signed out everywhere.")


@people.command()
def free(key: Key, workspace: Workspace = DEMO) -> None:
    """Let another account of the provider take the person's place."""
    with failing_in_words(as_json=False):
        desk = _Desk(workspace)
        desk.do(FreeAccount(key, desk.member(key).version))
    tell(f"The next account that proves {key}'s address is {key}.")
