"""The one place that answers: may this viewer do this, over which units?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from access.roles import PERMISSIONS, Permission, Role
from access.viewer import Viewer

Below = Callable[[str], Iterable[str]]  # a unit > itself and everything below it


class Refused(PermissionError):
    """A viewer asked for what is not his; the text says what and who may grant it."""


@dataclass(frozen=True)
class Reach:
    """How far one role of a viewer goes: over which units, of which perspectives (None: all), confidential or not."""

    role: str
    units: frozenset[str]
    perspectives: frozenset[str] | None
    confidential: bool

    def shows(self, perspective: str, closed: Iterable[bool | tuple[str, ...]] = ()) -> bool:
        """Whether it shows a metric of this perspective; `closed`: True, or the roles that alone may see it."""
        if self.perspectives is not None and perspective not in self.perspectives:
            return False
        return all(self.confidential if isinstance(one, bool) else self.role in one for one in closed if one)


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

    def reaches(self, viewer: Viewer, permission: Permission) -> tuple[Reach, ...]:
        """Each role by which the viewer holds a permission, with how far it goes: what `scope` adds up, kept apart."""
        return tuple(
            Reach(
                grant.role,
                frozenset(unit for top in grant.units for unit in self.below(top)),
                None if grant.perspectives is None else frozenset(grant.perspectives),
                "metric.confidential" in self.roles[grant.role].may,
            )
            for grant in viewer.grants
            if grant.role in self.roles and permission in self.roles[grant.role].may
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
