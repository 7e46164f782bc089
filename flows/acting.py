"""The door of a workspace: its roles over its tree of units, its state, its clock."""

from datetime import date

from sqlalchemy import Engine

from access.policy import Policy
from flows.door import Door
from flows.opened import Opened
from strategy.clock import Clock


def clock_of(opened: Opened) -> Clock:
    """The clock of a workspace: where its `today` stands still, so does the day here."""
    return Clock(standing=opened.workspace.settings.today)


def policy_of(opened: Opened, on: date) -> Policy:
    """Who may, with units as they stand on a day."""
    tree = opened.tree
    return Policy(opened.workspace.roles, lambda key: tree.descendants(key, on) if key in tree else (), tree.root)


def door_of(opened: Opened, state: Engine, clock: Clock | None = None, origin: str | None = None) -> Door:
    """The door on a workspace's state, at the time of its clock (or of the one given)."""
    clock = clock or clock_of(opened)
    return Door(state, policy_of(opened, min(clock.today(), opened.manifest.as_of)), clock, origin)
