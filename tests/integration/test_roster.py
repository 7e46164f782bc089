"""People whom only the state knows, on the demo company: they head, decide, are asked and named like all others."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.heads import heads_of
from flows.strategy_lint import checked
from strategy.members.commands import DeactivatePerson, GiveRole, InvitePerson, StandIn
from strategy.members.tables import Member
from strategy.reading import read
from views.desk import Desk
from views.entry import open_desk
from views.governance import people
from views.objective_forms import people as answerable
from views.opening import able
from views.review import holders

UNIT = "service"


@pytest.fixture
def folder(own_demo: Path) -> Path:
    """The demo, with Nadia who was invited and heads the service today."""
    desk = open_desk(own_demo, "oskar_lind")
    today = desk.office.today
    desk.do(InvitePerson("nadia_kern", "Nadia Kern", "nadia@velora.example", "Head of service"))
    desk.do(GiveRole("r1", "nadia_kern", "manager", (UNIT,), today, today + timedelta(days=30)))
    return own_demo


def chief(folder: Path) -> Desk:
    return open_desk(folder, "clara_winther")


def test_who_was_given_a_unit_heads_it_and_is_named_and_asked(folder: Path) -> None:
    desk = chief(folder)
    assert "nadia_kern" in heads_of(UNIT, desk.office.roster, desk.workspace.roles)
    assert desk.office.name("nadia_kern") == "Nadia Kern"
    assert able(desk, UNIT)["nadia_kern"] == holders(desk, UNIT)["nadia_kern"] == "Nadia Kern, Head of service"
    assert {"nadia_kern"} <= people(desk).keys() & answerable(desk).keys()
    assert "nadia_kern" not in able(desk, "purchasing")


def test_who_may_come_in_no_more_is_asked_for_nothing_and_still_named(folder: Path) -> None:
    admin = open_desk(folder, "oskar_lind")
    (member,) = read(admin.state, Member, Member.key == "nadia_kern")
    admin.do(DeactivatePerson(member.key, member.version))
    desk = chief(folder)
    assert "nadia_kern" not in heads_of(UNIT, desk.office.roster, desk.workspace.roles)
    assert "nadia_kern" not in able(desk, UNIT)
    assert desk.office.name("nadia_kern") == "Nadia Kern"


def test_who_stands_in_may_decide_and_does_not_head(folder: Path) -> None:
    jonas = open_desk(folder, "jonas_brandt")
    before = heads_of("purchasing", jonas.office.roster, jonas.workspace.roles)
    today = jonas.office.today
    jonas.do(StandIn("s1", "nadia_kern", today, today + timedelta(days=3)))
    after = open_desk(folder, "jonas_brandt")
    assert heads_of("purchasing", after.office.roster, after.workspace.roles) == before
    known = after.office.roster.known["nadia_kern"]
    assert {grant.units for grant in known.viewer.grants} > {grant.units for grant in known.own}


def test_the_check_of_the_strategy_knows_them(folder: Path) -> None:
    case, _ = checked(folder)
    assert case.person("nadia_kern") == "Nadia Kern"
    assert "nadia_kern" in {one.viewer.key for one in case.people.here()}
