"""The permissions that exist, and the roles that come with Fourfold; a workspace may add roles, never permissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

Permission = Literal[
    "scorecard.view",
    "map.view",
    "department.view",
    "metric.view",
    "rows.view",
    "catalog.view",
    "health.view",
    "note.write",
    "refresh.run",
    "definition.view",
    "definition.draft",
    "definition.publish",
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
OF_ANALYSTS: frozenset[Permission] = frozenset({"refresh.run", "definition.draft"})  # an executive decides, and asks


@dataclass(frozen=True)
class Role:
    """A set of permissions with a name; `home` is the path of the page that opens first."""

    key: str
    title: str
    may: frozenset[Permission]
    home: str


BUILT_IN: Mapping[str, Role] = {
    role.key: role
    for role in (
        Role("executive", "Executive", frozenset(PERMISSIONS) - OF_ANALYSTS, "executive"),
        Role(
            "manager",
            "Manager",
            frozenset({"map.view", "department.view", "metric.view", "rows.view", "catalog.view", "note.write"}),
            "departments",
        ),
        Role(
            "analyst",
            "Analyst",
            frozenset(
                {
                    "map.view",
                    "department.view",
                    "metric.view",
                    "rows.view",
                    "catalog.view",
                    "health.view",
                    "refresh.run",
                    "definition.view",
                    "definition.draft",
                    "definition.publish",
                }
            ),
            "catalog",
        ),
    )
}


class RoleModel(BaseModel):
    """A role of the workspace's own, in roles.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    may: tuple[Permission, ...]
    home: str


class GrantModel(BaseModel):
    """A role over units, as people.yaml and roles.yaml write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: str
    units: tuple[str, ...]


class RolesModel(BaseModel):
    """roles.yaml: own roles, and which group claim of the identity provider gives which role."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    roles: dict[str, RoleModel] = {}
    groups: dict[str, GrantModel] = {}


class PersonModel(BaseModel):
    """A person in people.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str = ""
    roles: tuple[GrantModel, ...] = ()


class PeopleModel(BaseModel):
    """people.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    people: dict[str, PersonModel] = {}


def roles_of(model: RolesModel) -> dict[str, Role]:
    """The built-in roles and the workspace's own; an own role of the same name takes the built-in's place."""
    own = {key: Role(key, r.title, frozenset(r.may), r.home) for key, r in model.roles.items()}
    return {**BUILT_IN, **own}
