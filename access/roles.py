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
    "strategy.view",
    "strategy.plan",
    "action.own",
    "action.manage",
    "review.hold",
    "approval.decide",
    "governance.edit",
    "clock.run",
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
MEANING: Mapping[Permission, str] = {
    "scorecard.view": "open the executive's scorecard",
    "map.view": "open the strategy map",
    "department.view": "open the scorecards of departments",
    "metric.view": "see a metric's values in the units of the scope",
    "rows.view": "see the rows behind a number",
    "catalog.view": "open the catalog of metrics",
    "health.view": "see how the data came in, and what did not",
    "note.write": "say something about a number",
    "refresh.run": "start a refresh",
    "definition.view": "see definitions and their drafts",
    "definition.draft": "write a draft of a definition",
    "definition.publish": "put another person's draft in force",
    "strategy.view": "see objectives, issues, actions and reviews of the units of the scope",
    "strategy.plan": "write objectives, key results, links and duties",
    "action.own": "update what one owns or is asked for",
    "action.manage": "open issues and give actions to people",
    "review.hold": "prepare, hold and close reviews",
    "approval.decide": "decide on what waits for approval, within the decision rights",
    "governance.edit": "set decision rights, clocks, cadences and champions",
    "clock.run": "what the clock does by itself; given to no person",
}
OF_ANALYSTS: frozenset[Permission] = frozenset({"refresh.run", "definition.draft"})  # an executive decides, and asks
OF_NOBODY: frozenset[Permission] = frozenset({"clock.run"})


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
        Role("executive", "Executive", frozenset(PERMISSIONS) - OF_ANALYSTS - OF_NOBODY, "executive"),
        Role(
            "manager",
            "Manager",
            frozenset(
                {
                    "map.view",
                    "department.view",
                    "metric.view",
                    "rows.view",
                    "catalog.view",
                    "note.write",
                    "strategy.view",
                    "strategy.plan",
                    "action.own",
                    "action.manage",
                    "review.hold",
                    "approval.decide",
                }
            ),
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
                    "strategy.view",
                    "action.own",
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
