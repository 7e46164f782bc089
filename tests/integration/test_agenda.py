"""The agenda of a review on the demo company: every exception is on it, in its section, with number and story."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from access.viewer import Grant, Viewer
from flows.acting import door_of
from flows.agenda import MOST, OnTable, on_table, sight
from flows.reviewing import due_deeds, guests
from flows.tick import tick
from strategy.approvals.commands import AskApproval
from strategy.clock import Clock
from strategy.commands import Command
from strategy.duties.disputes import RaiseDispute
from strategy.duties.rights import SetDecisionRight
from strategy.issues.actions import FinishAction, GiveAction, VerifyAction
from strategy.notes import WriteNote
from strategy.reading import read
from strategy.reviews.agenda import SECTIONS, Item
from strategy.reviews.cadences import SetCadence
from strategy.reviews.tables import Review
from tests.golden_files import hold
from views.desk import Desk
from views.entry import open_desk
from views.review_items import line

TODAY = date(2026, 11, 3)
CHIEF = "clara_winther"


@pytest.fixture
def desk(own_demo: Path) -> Desk:
    """The chief executive's desk on the demo without its past: the plan alone, as the clock begins it."""
    for state in own_demo.glob("var/state.sqlite*"):
        state.unlink()
    tick(own_demo)
    return open_desk(own_demo, CHIEF)


def do(desk: Desk, command: Command, on: date = TODAY, who: str = CHIEF) -> None:
    """Carry out a command as somebody on a day."""
    person = desk.workspace.people[who]
    viewer = Viewer(who, person.name, person.title, tuple(Grant(g.role, g.units) for g in person.roles))
    clock = Clock(fixed=datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
    door_of(desk.opened, desk.state, clock).do(viewer, command)


def table(desk: Desk, unit: str = "velora", on: date = TODAY) -> OnTable:
    """What lies on the table of a unit on a day."""
    return on_table(sight(desk.opened, desk.state, unit, on))


def of(found: OnTable, section: str) -> list[Item]:
    """The items of a section."""
    return [item for item in found.items if item.section == section]


def test_the_agenda_of_the_demo_is_as_written_down(own_demo: Path) -> None:
    tick(own_demo)
    desk = open_desk(own_demo, CHIEF)
    found = table(desk)
    lines = [f"Agenda of Velora Cycles on {TODAY}, numbers of {found.period}", ""]
    for key, title in SECTIONS.items():
        mine = [line(desk, item) for item in of(found, key)]
        if not mine:
            continue
        lines += [f"{title}"]
        for one in mine:
            number = f"{one.number} against {one.target}" if one.target else one.number
            lines += [f"  {one.title} ({one.where}): {number}", f"    {one.narrative}", f"    {one.owner}"]
        lines += [f"  no room: {', '.join(found.cut[key])}"] if key in found.cut else []
        lines += [""]
    counts = ", ".join(f"{count} {status}" for status, count in found.facts["counts"].items())
    lines += [f"Numbers on the table: {counts}"]
    hold("agenda.txt", "\n".join(lines).replace("\u00a0", " ") + "\n")


def test_every_red_is_on_the_agenda_or_told_to_have_no_room(desk: Desk) -> None:
    found = table(desk)
    on_it = {item.title for item in of(found, "red")} | set(found.cut.get("red", ()))
    reds = {row["title"] for row in found.facts["metrics"] if row["status"] == "red"}
    assert reds
    assert reds == on_it
    assert all(len(of(found, section)) <= most for section, most in MOST.items())


def test_an_agenda_knows_its_unit_and_what_lies_below(desk: Desk) -> None:
    below = set(desk.opened.tree.descendants("operations", TODAY))
    found = table(desk, "operations")
    assert {item.about for item in found.items} <= below
    assert {row["unit"] for row in found.facts["metrics"]} <= below


def test_a_red_tells_what_people_say_and_do(desk: Desk) -> None:
    do(desk, WriteNote("supplier_defect_rate", "velora", "2026-10", "The castings\ncome late."))
    red = next(item for item in of(table(desk), "red") if item.metric == "supplier_defect_rate")
    assert red.owner == "jonas_brandt"
    assert red.target is not None
    assert "Clara Winther, 3 Nov 2026: \u201cThe castings come late.\u201d" in red.narrative
    assert "since" in red.narrative


def test_what_is_overdue_stands_on_it_with_its_owner(desk: Desk) -> None:
    give = GiveAction("a1", "purchasing", "Audit the foundry", "jonas_brandt", date(2026, 10, 20))
    do(desk, give, date(2026, 10, 1))
    late = next(item for item in of(table(desk), "overdue") if item.subject == "a1")
    assert (late.number, late.owner, late.about) == ("14 days overdue", "jonas_brandt", "purchasing")
    assert not [item for item in of(table(desk, "commercial"), "overdue") if item.subject == "a1"]


def test_what_waits_for_a_word_stands_on_it(desk: Desk) -> None:
    do(desk, SetDecisionRight("right", "operations", "posts", "person", CHIEF))
    do(desk, AskApproval("ask", "assembly", "posts", "Two fitters", "The line waits.", 2.0), who="henrik_maas")
    do(
        desk,
        RaiseDispute("war", "logistics", "assembly", "Who books the ramp?", "Both need it at six.", CHIEF),
        who="jonas_brandt",
    )
    waiting = {item.subject: item for item in of(table(desk), "waiting")}
    assert waiting["ask"].number == "new today"
    assert "Asked by Henrik Maas" in waiting["ask"].narrative
    assert waiting["war"].number == "Logistics and Assembly"


def test_an_action_that_worked_is_a_win(desk: Desk) -> None:
    do(desk, GiveAction("a1", "purchasing", "Audit the foundry", "jonas_brandt", date(2026, 10, 20)), date(2026, 10, 1))
    do(desk, FinishAction("a1", 1), date(2026, 10, 15), "jonas_brandt")
    do(desk, VerifyAction("a1", 2, "yes", "Half the defects."), date(2026, 10, 30))
    win = of(table(desk), "win")[0]
    assert (win.title, win.number, win.owner) == ("Audit the foundry", "it worked", "jonas_brandt")


def test_the_clock_plans_the_next_review_once_and_finds_it_missed(desk: Desk, own_demo: Path) -> None:
    do(desk, SetCadence("velora-monthly", "velora", "Monthly review", CHIEF, "month", 5, 30, date(2026, 11, 1)))
    assert "PlanByCadence" in tick(own_demo).done
    assert "PlanByCadence" not in tick(own_demo).done
    key = "velora-monthly.2026-11-05"
    (review,) = read(desk.state, Review, Review.cadence == "velora-monthly")
    assert (review.key, review.state, review.made_by) == (key, "planned", "fourfold")
    late = list(due_deeds(desk.opened.tree, desk.state, date(2026, 11, 13)))
    assert [(type(one).__name__, getattr(one, "key", "")) for one in late] == [
        ("MissReview", key),
        ("PlanByCadence", "velora-monthly.2026-12-05"),
    ]


def test_those_who_answer_for_objectives_are_invited_first(desk: Desk) -> None:
    found = guests(desk.opened.tree, desk.state, "velora", TODAY)
    people = [guest.person for guest in found]
    assert len(people) == len(set(people))
    assert "jonas_brandt" in people
    assert "answers for Reliable suppliers" in next(g.why for g in found if g.person == "jonas_brandt")


def test_old_notes_tell_no_story(desk: Desk) -> None:
    do(desk, WriteNote("supplier_defect_rate", "velora", "2026-06", "Old news."), TODAY - timedelta(days=90))
    red = next(item for item in of(table(desk), "red") if item.metric == "supplier_defect_rate")
    assert "Old news" not in red.narrative
