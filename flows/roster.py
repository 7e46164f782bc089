"""Everybody whom people.yaml or the state knows, as the policy sees them today: who may be named and asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import Engine

from access.policy import Policy
from access.roles import Permission
from access.viewer import Grant, Viewer
from data.same import Same
from flows.people import people
from flows.workspace import Workspace
from strategy.clock import SYSTEM
from strategy.glance import once


@dataclass(frozen=True)
class Known:
    """Somebody: with every role that holds today, `own` without those of people he stands in for.

    Roles that only a group of the identity provider gives are not among them: they are told at sign-in alone.
    """

    viewer: Viewer
    own: tuple[Grant, ...]
    active: bool

    @property
    def words(self) -> str:
        """Name and title."""
        return f"{self.viewer.name}, {self.viewer.title}" if self.viewer.title else self.viewer.name


@dataclass(frozen=True)
class Roster:
    """People by key: those of people.yaml first, in the order of the file, then by name."""

    known: Mapping[str, Known]

    def __contains__(self, key: object) -> bool:
        return key in self.known

    def name(self, key: str) -> str:
        """What somebody is called; the key of one whom nobody knows (any more)."""
        if key == SYSTEM:
            return "Fourfold"
        return self.known[key].viewer.name if key in self.known else key

    def here(self) -> Iterator[Known]:
        """Those who would be let in today, with a role."""
        return (one for one in self.known.values() if one.active and one.viewer.grants)

    def able(self, policy: Policy, permission: Permission, unit: str | None = None) -> Iterator[Known]:
        """Those of them who hold a permission (over a unit)."""
        return (one for one in self.here() if policy.may(one.viewer, permission, unit))


def roster(workspace: Workspace, engine: Engine, today: date) -> Roster:
    """Everybody, as of a day."""
    return once(
        engine,
        ("roster", Same(workspace.people), Same(workspace.roles), today),
        partial(_roster, workspace, engine, today),
    )


def _roster(workspace: Workspace, engine: Engine, today: date) -> Roster:
    found = {
        one.key: Known(
            Viewer(one.key, one.name, one.title, tuple(role.grant for role in one.roles)),
            tuple(role.grant for role in one.roles if not role.lent),
            one.active,
        )
        for one in people(workspace, engine, today)
    }
    return Roster({key: found[key] for key in dict.fromkeys((*workspace.people, *found))})
