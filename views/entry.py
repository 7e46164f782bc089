"""Lets a person in: from a key of people.yaml to the desk that is his."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine

from access.policy import Policy, Refused
from access.viewer import Grant, Viewer
from flows.acting import door_of
from flows.first_plan import begin
from flows.opened import Opened, open_current
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


def open_desk(folder: Path, person: str) -> Desk:
    """The desk of a person on the current snapshot; `Refused` for a person whom people.yaml does not know."""
    opened = open_current(folder)
    known = opened.workspace.people.get(person)
    if known is None:
        raise Refused(f"'{person}' is not in people.yaml")
    grants = tuple(Grant(grant.role, grant.units) for grant in known.roles)
    viewer = Viewer(person, known.name, known.title, grants)
    state = _state(state_url(folder / "var"))
    _begun(opened.id, state, opened)
    return Desk(viewer, opened, _policy(opened), folder, state)


_known: set[tuple[str, str]] = set()


def _begun(snapshot: str, state: Engine, opened: Opened) -> None:
    """Let the plan of a snapshot begin, once in each process."""
    if (snapshot, str(state.url)) not in _known:
        begin(door_of(opened, state), opened.workspace, opened.tree.root)
        _known.add((snapshot, str(state.url)))


def _policy(opened: Opened) -> Policy:
    return Policy(opened.workspace.roles, lambda key: below(opened.tree, opened.manifest.as_of, key), opened.tree.root)


@lru_cache(maxsize=4)
def _state(url: str) -> Engine:
    return open_state(url)
