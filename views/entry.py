"""Lets a person in: from a key of people.yaml to the desk that is his."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from access.identity import identity_of
from access.policy import Policy, Refused
from flows.acting import clock_of, door_of
from flows.first_plan import begin
from flows.opened import Opened, open_current
from flows.viewers import moment, sample_viewer, sign_in_told, signed_in, signed_out
from strategy.glance import glanced
from strategy.members.commands import SignOutEverywhere
from strategy.members.tables import Member
from strategy.reading import read
from strategy.state import open_state, state_url
from views.desk import Desk, below

DEMO = Path(__file__).parent.parent / "data" / "demo"


@dataclass(frozen=True)
class SamplePerson:
    """Someone whose eyes a visitor of the demo may borrow."""

    key: str
    name: str
    title: str
    roles: tuple[str, ...]


def workspace_folder() -> Path:
    """The workspace that is served: FOURFOLD_WORKSPACE, else the demo."""
    return Path(os.environ.get("FOURFOLD_WORKSPACE") or DEMO).resolve()


def sample_people_open(folder: Path, address: str | None) -> bool:
    """Whether visitors may pick a sample person: on loopback only, on the demo or with FOURFOLD_SAMPLE_PEOPLE=1."""
    demo = folder == DEMO.resolve() or os.environ.get("FOURFOLD_SAMPLE_PEOPLE") == "1"
    return demo and address in ("localhost", "127.0.0.1", "::1")


def sample_people(folder: Path) -> list[SamplePerson]:
    """The people of the workspace with their roles, in the order of the file."""
    opened = open_current(folder)
    return [
        SamplePerson(key, p.name, p.title, tuple(dict.fromkeys(opened.workspace.roles[g.role].title for g in p.roles)))
        for key, p in opened.workspace.people.items()
        if p.roles
    ]


_known: set[tuple[str, str]] = set()


def _begun(snapshot: str, state: Engine, opened: Opened) -> None:
    """Let the plan of a snapshot begin, once in each process."""
    if (snapshot, str(state.url)) not in _known:
        begin(door_of(opened, state), opened.workspace, opened.tree.root)
        _known.add((snapshot, str(state.url)))


def open_desk(folder: Path, person: str, origin: str = "page") -> Desk:
    """The desk of a sample person on the current snapshot; `Refused` for one whom people.yaml does not know."""
    opened, state = open_current(folder), _state(state_url(folder / "var"))
    _begun(opened.id, state, opened)
    look = glanced(state)
    viewer = sample_viewer(opened.workspace, look, person, clock_of(opened).today())
    return Desk(viewer, opened, _policy(opened), folder, look, origin)


def open_signed_in(folder: Path, claims: Mapping[str, Any], *, first: bool, origin: str = "page") -> Desk:
    """The desk of who is signed in, as his roles are at this moment; `Refused`, with what to do, where he has none.

    `claims` are those of the ID token. The `first` run of a session writes the sign-in, or its refusal, into the audit.
    """
    opened, state = open_current(folder), _state(state_url(folder / "var"))
    _begun(opened.id, state, opened)
    door = door_of(opened, state, origin=origin)
    identity = identity_of(claims, opened.workspace.access.sign_in.groups_claim)
    try:
        viewer = signed_in(opened.workspace, door, identity, moment())
    except Refused as refusal:
        if first:
            sign_in_told(door, identity, None, str(refusal))
        raise
    if first:
        sign_in_told(door, identity, viewer)
    return Desk(viewer, opened, _policy(opened), folder, state, origin)


def sign_out(desk: Desk, claims: Mapping[str, Any], *, everywhere: bool) -> None:
    """This sign-in counts no more, wherever its cookie was copied to; `everywhere`: nor any other one until now."""
    door = door_of(desk.opened, desk.state, origin=desk.origin)
    identity = identity_of(claims, desk.workspace.access.sign_in.groups_claim)
    if everywhere:
        (member,) = read(desk.state, Member, Member.key == desk.viewer.key)
        door.do(desk.viewer, SignOutEverywhere(member.key, member.version))
    signed_out(door, identity, desk.viewer)


def _policy(opened: Opened) -> Policy:
    return Policy(opened.workspace.roles, lambda key: below(opened.tree, opened.manifest.as_of, key), opened.tree.root)


@lru_cache(maxsize=4)
def _state(url: str) -> Engine:
    return open_state(url)
