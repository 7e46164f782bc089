"""People: invited, bound to an account at the first sign-in, given roles for a time, stood in for, let in no more."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from access.identity import Identity
from access.policy import Policy, Refused
from access.roles import BUILT_IN, PeopleModel, PersonModel, RolesModel
from access.viewer import Grant, Viewer
from data.errors import CommandError, Conflict
from flows.door import Door
from flows.viewers import given, held, sample_viewer, sign_in_told, signed_in, signed_out
from flows.workspace import Workspace
from strategy.clock import Clock
from strategy.commands import Command
from strategy.members.commands import (
    BindAccount,
    ChangePerson,
    DeactivatePerson,
    EndRole,
    EndStandIn,
    FreeAccount,
    GiveRole,
    InvitePerson,
    ReactivatePerson,
    SignIn,
    SignOut,
    SignOutEverywhere,
    StandIn,
    WelcomePerson,
)
from strategy.members.tables import Delegation, Member, Membership, Revoked
from strategy.reading import read
from strategy.state import reading
from strategy.tables import Audit
from tests.strategy_rooms import POLICY, Books, below

NOW = datetime.now(UTC)
TODAY = NOW.date()
ADA = Viewer("ada", "Ada Min", "Administrator", (Grant("administrator", ("company",)),))
BEN = Viewer("ben", "Ben Min", "Administrator", (Grant("administrator", ("company",)),))
PEOPLE = PeopleModel.model_validate(
    {
        "people": {
            "mira": {
                "name": "Mira East",
                "title": "Head",
                "email": "Mira@x.example",
                "roles": [{"role": "manager", "units": ["east"]}],
            },
            "wil": {"name": "Wil West", "roles": [{"role": "manager", "units": ["west"]}]},
        }
    }
)
ROLES = RolesModel.model_validate({"groups": {"controlling": {"role": "analyst", "units": ["company"]}}})


@dataclass(frozen=True)
class Definitions:
    """The two parts of a workspace that say who is who."""

    people: dict[str, PersonModel] = field(default_factory=lambda: dict(PEOPLE.people))
    access: RolesModel = ROLES


WORKSPACE = cast("Workspace", Definitions())
IDENTITY = Identity("https://id.example", "m-1", "Mira East", "mira@x.example", (), NOW - timedelta(minutes=5), "n")


def do(books: Books, command: Command, viewer: Viewer = ADA, at: datetime = NOW) -> int:
    """Carry out a command as an administrator."""
    return Door(books.engine, POLICY, Clock(fixed=at)).do(viewer, command)


def enter(books: Books, identity: Identity = IDENTITY, now: datetime = NOW) -> Viewer:
    """Come in with a sign-in."""
    return signed_in(WORKSPACE, Door(books.engine, POLICY, Clock(fixed=now)), identity, now)


def test_a_person_of_people_yaml_is_known_by_a_proven_address_and_bound_to_the_account(books: Books) -> None:
    assert enter(books) == Viewer("mira", "Mira East", "Head", (Grant("manager", ("east",)),))
    assert books.one(Member, "mira").account == IDENTITY.account
    assert enter(books, replace(IDENTITY, email="new@x.example")).key == "mira"
    with pytest.raises(Refused, match="belongs to Mira East, who signs in with another account"):
        enter(books, replace(IDENTITY, subject="m-2"))


def test_an_invited_person_comes_in_once_a_role_is_given(books: Books) -> None:
    do(books, InvitePerson("zoe", "Zoe New", "Zoe@x.example", "Trainee"))
    zoe = replace(IDENTITY, subject="z", name="Zoe", email="zoe@x.example")
    with pytest.raises(Refused, match="holds no role today"):
        enter(books, zoe)
    do(books, GiveRole("zoe-1", "zoe", "viewer", ("shop",), TODAY, TODAY + timedelta(days=9)))
    assert enter(books, zoe).grants == (Grant("viewer", ("shop",)),)
    later = NOW + timedelta(days=10)
    with pytest.raises(Refused, match="holds no role today"):
        enter(books, replace(zoe, since=later), later)
    with pytest.raises(Conflict, match="is the address of Zoe New"):
        do(books, InvitePerson("zoe_b", "Zoe Two", "zoe@x.example"))
    with pytest.raises(CommandError, match="is no e-mail address"):
        do(books, InvitePerson("yan", "Yan", "yan at home"))


def test_a_group_alone_brings_a_person_in_under_a_key_of_his_own(books: Books) -> None:
    nora = Identity("https://id.example", "n-1", "Nora Häd", "", ("controlling",), NOW, "n")
    assert (enter(books, nora).key, enter(books, nora).grants) == ("nora_had", (Grant("analyst", ("company",)),))
    assert enter(books, replace(nora, subject="n-2")).key == "nora_had_2"
    with pytest.raises(Refused, match=r"no verified address.* is not known here"):
        enter(books, replace(nora, subject="n-3", groups=("others",)))


def test_sign_ins_are_void_after_signing_out_here_or_everywhere(books: Books) -> None:
    mira = enter(books)
    door = Door(books.engine, POLICY, Clock(fixed=NOW))
    other = replace(IDENTITY, nonce="other")
    signed_out(door, IDENTITY, mira)
    signed_out(door, IDENTITY, mira)
    with pytest.raises(Refused, match="you have signed out; sign in again"):
        enter(books)
    assert enter(books, other) == mira
    do(books, SignOutEverywhere("mira", books.one(Member, "mira").version), mira)
    with pytest.raises(Refused, match="you were signed out everywhere"):
        enter(books, other)
    later = datetime.now(UTC) + timedelta(seconds=2)
    assert enter(books, replace(other, since=later), later) == mira
    assert len(books.all(Revoked)) == 1


def test_nobody_else_signs_one_out_but_an_administrator(books: Books) -> None:
    enter(books)
    version = books.one(Member, "mira").version
    wil = Viewer("wil", "Wil West", "", (Grant("manager", ("west",)),))
    with pytest.raises(Refused, match=r"may not people\.manage"):
        do(books, SignOutEverywhere("mira", version), wil)
    do(books, SignOutEverywhere("mira", version))


def test_who_is_deactivated_is_out_at_once_and_his_stand_in_with_him(books: Books) -> None:
    mira = enter(books)
    do(books, StandIn("s1", "wil", TODAY, TODAY + timedelta(days=5), "holiday"), mira)
    assert sample_viewer(WORKSPACE, books.engine, "wil", TODAY).grants == (
        Grant("manager", ("west",)),
        Grant("manager", ("east",)),
    )
    do(books, DeactivatePerson("mira", books.one(Member, "mira").version))
    with pytest.raises(Refused, match="Mira East is deactivated"):
        enter(books)
    with pytest.raises(Refused, match="Mira East is deactivated"):
        sample_viewer(WORKSPACE, books.engine, "mira", TODAY)
    assert sample_viewer(WORKSPACE, books.engine, "wil", TODAY).grants == (Grant("manager", ("west",)),)
    do(books, ReactivatePerson("mira", books.one(Member, "mira").version))
    with pytest.raises(Refused, match="you were signed out everywhere"):
        enter(books)


def test_a_stand_in_ends_by_itself_or_early_and_never_stands_in_for_others(books: Books) -> None:
    mira = enter(books)
    do(books, StandIn("s1", "wil", TODAY, TODAY + timedelta(days=5)), mira)
    wil = sample_viewer(WORKSPACE, books.engine, "wil", TODAY)
    do(books, StandIn("s2", "sam", TODAY, TODAY + timedelta(days=5)), wil)
    with reading(books.engine) as session:
        assert [one.grant.units for one in held(WORKSPACE, given(session, TODAY, "sam"), "sam")] == [("west",)]
        assert len(held(WORKSPACE, given(session, TODAY + timedelta(days=6), "wil"), "wil")) == 1
    do(books, EndStandIn("s1", books.one(Delegation, "s1").version), mira)
    assert len(sample_viewer(WORKSPACE, books.engine, "wil", TODAY).grants) == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (StandIn("s", "mira", TODAY, TODAY), "choose somebody else"),
        (StandIn("s", "wil", TODAY, TODAY + timedelta(days=200)), "at most 92 days"),
        (StandIn("s", "wil", TODAY, TODAY - timedelta(days=1)), "at most 92 days"),
        (StandIn("s", "wil", TODAY - timedelta(days=9), TODAY - timedelta(days=2)), "ended on .* already"),
    ],
)
def test_what_is_no_stand_in(books: Books, command: StandIn, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        do(books, command, enter(books))


def test_roles_are_given_by_others_and_ended_on_a_day(books: Books) -> None:
    with pytest.raises(CommandError, match="nobody gives himself a role"):
        do(books, GiveRole("g", "ada", "executive", ("company",), TODAY))
    with pytest.raises(CommandError, match="name at least one unit"):
        do(books, GiveRole("g", "ben", "executive", (), TODAY))
    with pytest.raises(CommandError, match="before it starts"):
        do(books, GiveRole("g", "ben", "viewer", ("east",), TODAY, TODAY - timedelta(days=1)))
    with pytest.raises(Refused, match=r"may not people\.manage"):
        do(books, GiveRole("g", "ben", "viewer", ("east",), TODAY), enter(books))
    do(books, GiveRole("g", "ben", "viewer", ("east",), TODAY))
    with pytest.raises(Conflict, match="already"):
        do(books, GiveRole("g", "ben", "viewer", ("east",), TODAY))
    with pytest.raises(CommandError, match="the earliest end is the day before"):
        do(books, EndRole("g", 1, TODAY - timedelta(days=9)))
    do(books, EndRole("g", 1, TODAY - timedelta(days=1)))
    with reading(books.engine) as session:
        assert held(WORKSPACE, given(session, TODAY, "ben"), "ben") == []
    assert books.one(Membership, "g").ends == TODAY - timedelta(days=1)


def test_an_administrator_over_a_part_manages_nobody(books: Books) -> None:
    part = Viewer("pat", "Pat Part", "", (Grant("administrator", ("east",)),))
    with pytest.raises(Refused, match="over company"):
        do(books, GiveRole("g", "ben", "viewer", ("east",), TODAY), part)
    do(books, InvitePerson("ada", "Ada Min", "ada@x.example"), BEN)
    with pytest.raises(CommandError, match="nobody deactivates himself"):
        do(books, DeactivatePerson("ada", 1))


def test_an_account_can_be_freed_for_another_and_a_person_renamed(books: Books) -> None:
    enter(books)
    do(books, FreeAccount("mira", books.one(Member, "mira").version))
    new = replace(IDENTITY, subject="m-2", since=datetime.now(UTC) + timedelta(seconds=1))
    assert enter(books, new, new.since).key == "mira"
    do(books, ChangePerson("mira", books.one(Member, "mira").version, "Mira North", "Head of north", "north@x.example"))
    one = books.one(Member, "mira")
    assert (one.name, one.title, one.email) == ("Mira North", "Head of north", "north@x.example")


@pytest.mark.parametrize(
    "command",
    [
        WelcomePerson("eve", "Eve", "", "eve@x.example", "id|eve"),
        BindAccount("mira", 1, "id|eve"),
        SignIn("id|eve", "Eve"),
        SignOut("0" * 64, "mira"),
    ],
)
def test_what_happens_by_itself_is_done_by_nobody(books: Books, command: Command) -> None:
    enter(books)
    with pytest.raises(Refused, match=r"may not clock\.run"):
        do(books, command, ADA)


def test_sign_ins_and_refusals_stand_in_the_audit(books: Books) -> None:
    mira = enter(books)
    door = Door(books.engine, POLICY, Clock(fixed=NOW), "page 10.0.0.7")
    sign_in_told(door, IDENTITY, mira)
    sign_in_told(door, replace(IDENTITY, name="Eve"), None, "not known here")
    one, other = [row for row in read(books.engine, Audit, order_by=[Audit.id]) if row.command == "SignIn"]
    assert (one.who, one.origin, one.payload["refused"]) == ("mira", "page 10.0.0.7", "")
    assert (other.who, other.payload["refused"]) == ("nobody", "not known here")


def test_only_administrators_read_who_has_which_account() -> None:
    assert {kind.READ for kind in (Member, Membership, Delegation, Revoked)} == {"people.manage"}
    assert Policy(BUILT_IN, below, "company").may(ADA, "people.manage", "company")
