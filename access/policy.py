"""The one place that answers: may this viewer do this, over which units?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from access.roles import PERMISSIONS, Permission, Role
from access.viewer import Viewer

Below = Callable[[str], Iterable[str]]  # a unit > itself and everything below it


class Refused(PermissionError):
    """A viewer asked for what is not his; the text says what and who may grant it."""


@dataclass(frozen=True)
class Policy:
    """The roles in force, and how to walk down the tree of units; `root` is its top, where there is one."""

    roles: Mapping[str, Role]
    below: Below
    root: str = ""

    def scope(self, viewer: Viewer, permission: Permission) -> frozenset[str]:
        """The units over which the viewer holds this permission: those granted and all below them."""
        if permission not in PERMISSIONS:
            raise Refused(f"'{permission}' is not a permission; known: {', '.join(PERMISSIONS)}")
        return frozenset(
            unit
            for grant in viewer.grants
            if grant.role in self.roles and permission in self.roles[grant.role].may
            for top in grant.units
            for unit in self.below(top)
        )

    def may(self, viewer: Viewer, permission: Permission, unit: str | None = None) -> bool:
        """Whether the viewer holds the permission over this unit (None: over any unit at all)."""
        scope = self.scope(viewer, permission)
        return bool(scope) if unit is None else unit in scope

    def require(self, viewer: Viewer, permission: Permission, units: Iterable[str] | None = None) -> None:
        """Raise `Refused` unless the viewer holds the permission over every one of these units."""
        scope = self.scope(viewer, permission)
        outside = sorted(set(units) - scope) if units is not None else []
        if not scope or outside:
            over = f" over {', '.join(outside)}" if outside else ""
            raise Refused(f"{viewer.name} may not {permission}{over}; roles are given in people.yaml")

    def home(self, viewer: Viewer) -> str | None:
        """The path of the page that this viewer's first role opens with; None without a role."""
        return next((self.roles[role].home for role in viewer.roles if role in self.roles), None)
