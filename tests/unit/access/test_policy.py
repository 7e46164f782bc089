"""Who may do what over which units: scope, refusals, own roles; and that nothing is granted by a typing error."""

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from access.policy import Policy, Refused
from access.roles import BUILT_IN, PERMISSIONS, Permission, RolesModel, roles_of
from access.viewer import Grant, Viewer

BELOW = {
    "company": ("company", "east", "west", "shop", "web", "works"),
    "east": ("east", "shop", "web"),
    "west": ("west", "works"),
    "shop": ("shop",),
    "web": ("web",),
    "works": ("works",),
}


def below(unit: str) -> tuple[str, ...]:
    return BELOW.get(unit, ())


POLICY = Policy(BUILT_IN, below)


def viewer(*grants: tuple[str, tuple[str, ...]]) -> Viewer:
    return Viewer("vi", "Vi Viewer", "", tuple(Grant(role, units) for role, units in grants))


MANAGER = viewer(("manager", ("east",)))


def test_scope_is_what_was_granted_and_all_below() -> None:
    assert POLICY.scope(MANAGER, "metric.view") == {"east", "shop", "web"}
    assert POLICY.scope(viewer(("executive", ("company",))), "metric.view") == set(BELOW)


def test_scope_of_several_grants_is_their_union_by_permission() -> None:
    both = viewer(("manager", ("shop",)), ("analyst", ("west",)))
    assert POLICY.scope(both, "metric.view") == {"shop", "west", "works"}
    assert POLICY.scope(both, "note.write") == {"shop"}
    assert POLICY.scope(both, "health.view") == {"west", "works"}
    assert both.roles == ("manager", "analyst")


@pytest.mark.parametrize(
    ("permission", "unit", "may"),
    [
        ("metric.view", "shop", True),
        ("metric.view", "east", True),
        ("metric.view", "company", False),
        ("metric.view", "works", False),
        ("metric.view", "nowhere", False),
        ("metric.view", None, True),
        ("refresh.run", None, False),
        ("refresh.run", "shop", False),
    ],
)
def test_may(permission: Permission, unit: str | None, may: bool) -> None:
    assert POLICY.may(MANAGER, permission, unit) is may


def test_refusal_names_the_viewer_the_permission_the_units_and_the_place() -> None:
    with pytest.raises(Refused) as refused:
        POLICY.require(MANAGER, "rows.view", ["shop", "works", "company"])
    assert str(refused.value) == "Vi Viewer may not rows.view over company, works; roles are given in people.yaml"


def test_permission_that_is_not_held_at_all_is_refused_without_units_too() -> None:
    with pytest.raises(Refused, match=r"Vi Viewer may not refresh\.run; roles are given in people\.yaml"):
        POLICY.require(MANAGER, "refresh.run")
    with pytest.raises(Refused):
        POLICY.require(MANAGER, "refresh.run", [])


def test_what_is_held_is_not_refused() -> None:
    POLICY.require(MANAGER, "metric.view")
    POLICY.require(MANAGER, "metric.view", [])
    POLICY.require(MANAGER, "metric.view", ["east", "web"])


def test_a_permission_that_does_not_exist_is_refused_and_not_granted() -> None:
    unknown = cast("Permission", "metric.veiw")
    for ask in (POLICY.scope, POLICY.may, POLICY.require):
        asked = cast("Callable[[Viewer, Permission], object]", ask)
        with pytest.raises(Refused, match=r"'metric\.veiw' is not a permission; known: scorecard\.view"):
            asked(MANAGER, unknown)


def test_a_role_that_does_not_exist_gives_nothing() -> None:
    assert POLICY.scope(viewer(("boss", ("company",))), "metric.view") == frozenset()


def test_a_unit_that_does_not_exist_gives_nothing() -> None:
    assert POLICY.scope(viewer(("executive", ("nowhere",))), "metric.view") == frozenset()


def test_nobody_may_nothing() -> None:
    nobody = viewer()
    assert not any(POLICY.may(nobody, permission) for permission in PERMISSIONS)
    assert POLICY.home(nobody) is None


def test_home_is_that_of_the_first_role_that_exists() -> None:
    assert POLICY.home(viewer(("analyst", ("shop",)), ("executive", ("company",)))) == BUILT_IN["analyst"].home
    assert POLICY.home(viewer(("boss", ("shop",)), ("manager", ("shop",)))) == "departments"


def test_built_in_roles() -> None:
    may = {key: role.may for key, role in BUILT_IN.items()}
    assert may["executive"] == set(PERMISSIONS) - {"refresh.run", "definition.draft", "people.manage", "clock.run"}
    assert "scorecard.view" not in may["manager"]
    assert {"note.write", "rows.view", "department.view"} <= may["manager"]
    assert {"refresh.run", "health.view", "definition.draft", "definition.publish"} <= may["analyst"]
    assert not {"definition.view", "definition.publish"} & may["manager"]
    assert "note.write" not in may["analyst"]


def test_own_roles_add_to_the_built_in_ones_and_may_replace_them() -> None:
    own = {
        "auditor": {"title": "Auditor", "may": ["metric.view", "rows.view"], "home": "catalog"},
        "manager": {"title": "Lead", "may": ["metric.view"], "home": "departments"},
    }
    roles = roles_of(RolesModel.model_validate({"roles": own}))
    assert set(roles) == {*BUILT_IN, "auditor"}
    policy = Policy(roles, below)
    assert policy.scope(viewer(("auditor", ("west",))), "rows.view") == {"west", "works"}
    assert policy.scope(MANAGER, "rows.view") == frozenset()
    assert POLICY.scope(MANAGER, "rows.view") == {"east", "shop", "web"}


def test_own_role_with_an_unknown_permission_is_refused() -> None:
    own = {"auditor": {"title": "Auditor", "may": ["metric.veiw"], "home": "catalog"}}
    with pytest.raises(ValidationError, match=r"auditor\.may\.0"):
        RolesModel.model_validate({"roles": own})


grants = st.lists(
    st.tuples(
        st.sampled_from([*BUILT_IN, "boss"]), st.lists(st.sampled_from([*BELOW, "nowhere"]), max_size=3).map(tuple)
    ),
    max_size=4,
)


@given(grants, st.sampled_from(PERMISSIONS), st.sampled_from(sorted(BELOW)))
def test_one_may_over_a_unit_what_some_grant_at_or_above_it_gives(
    given_: list[tuple[str, tuple[str, ...]]], permission: Permission, unit: str
) -> None:
    expected = any(
        role in BUILT_IN and permission in BUILT_IN[role].may and any(unit in BELOW.get(top, ()) for top in tops)
        for role, tops in given_
    )
    someone = viewer(*given_)
    assert POLICY.may(someone, permission, unit) is expected
    if expected:
        POLICY.require(someone, permission, [unit])
    else:
        with pytest.raises(Refused):
            POLICY.require(someone, permission, [unit])
