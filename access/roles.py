"""The permissions that exist, and the roles that come with Fourfold; a workspace may add roles, never permissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from access.viewer import Grant

Permission = Literal[
    "scorecard.view",
    "map.view",
    "department.view",
    "metric.view",
    "metric.confidential",
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
    "audit.view",
    "people.manage",
    "session.own",
    "clock.run",
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
MEANING: Mapping[Permission, str] = {
    "scorecard.view": "open the executive's scorecard",
    "map.view": "open the strategy map",
    "department.view": "open the scorecards of departments",
    "metric.view": "see a metric's values in the units of the scope",
    "metric.confidential": "see metrics that are marked confidential, where the role shows metrics at all",
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
    "audit.view": "look the audit through",
    "people.manage": "invite people, give and end roles, let nobody in any more",
    "session.own": "sign out everywhere",
    "clock.run": "what the clock does by itself; given to no person",
}
OF_ANALYSTS: frozenset[Permission] = frozenset({"refresh.run", "definition.draft"})  # an executive decides, and asks
OF_ADMINISTRATORS: frozenset[Permission] = frozenset({"people.manage"})
OF_NOBODY: frozenset[Permission] = frozenset({"clock.run"})
LOOKS: frozenset[Permission] = frozenset(
    {"map.view", "department.view", "metric.view", "catalog.view", "strategy.view", "session.own"}
)
TAKES_PART: frozenset[Permission] = LOOKS | frozenset[Permission]({"note.write", "action.own"})


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
        Role(
            "executive",
            "Executive",
            frozenset(PERMISSIONS) - OF_ANALYSTS - OF_ADMINISTRATORS - OF_NOBODY,
            "executive",
        ),
        Role(
            "manager",
            "Manager",
            TAKES_PART
            | frozenset[Permission]({"rows.view", "strategy.plan", "action.manage", "review.hold", "approval.decide"}),
            "departments",
        ),
        Role(
            "analyst",
            "Analyst",
            (TAKES_PART - {"note.write"})
            | frozenset[Permission]({"rows.view", "health.view", "refresh.run"})
            | frozenset[Permission]({"definition.view", "definition.draft", "definition.publish"}),
            "catalog",
        ),
        Role("contributor", "Contributor", TAKES_PART, "departments"),
        Role("viewer", "Viewer", LOOKS, "departments"),
        Role(
            "administrator",
            "Administrator",
            frozenset({"people.manage", "audit.view", "health.view", "refresh.run", "governance.edit", "session.own"}),
            "people",
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
    """A role over units, as people.yaml and roles.yaml write it; without `perspectives` it shows all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: str
    units: tuple[str, ...]
    perspectives: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    @property
    def grant(self) -> Grant:
        """As the policy takes it."""
        return Grant(self.role, self.units, self.perspectives)


class SignInModel(BaseModel):
    """roles.yaml, `sign_in`: how many hours a sign-in lasts, and which claim of the provider names groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    hours: Annotated[float, Field(gt=0, le=720)] = 12
    groups_claim: str = "groups"


class RolesModel(BaseModel):
    """roles.yaml: own roles, which group claim of the identity provider gives which role, how long a sign-in lasts."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    roles: dict[str, RoleModel] = {}
    groups: dict[str, GrantModel] = {}
    sign_in: SignInModel = SignInModel()


class PersonModel(BaseModel):
    """A person in people.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str = ""
    email: str = ""
    roles: tuple[GrantModel, ...] = ()


class PeopleModel(BaseModel):
    """people.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    people: dict[str, PersonModel] = {}


def roles_of(model: RolesModel) -> dict[str, Role]:
    """The built-in roles and the workspace's own; an own role of the same name takes the built-in's place."""
    own = {key: Role(key, r.title, frozenset(r.may), r.home) for key, r in model.roles.items()}
    return {**BUILT_IN, **own}
