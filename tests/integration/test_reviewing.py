"""The page of reviews on the demo company: prepared, held live and closed by its viewers; packs; who sees what."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import text

from access.policy import Refused
from data.errors import FourfoldError
from flows.tick import tick
from strategy.issues.tables import Action, Issue
from strategy.reviews.tables import Decision, Pack
from tests.contracts.test_pages import drawn
from views import review, reviewing, reviews
from views.desk import Desk
from views.entry import open_desk
from views.localtime import zone_of
from views.pack import PackView, pack_view
from views.pack_files import file_name, html, markdown
from views.picks import picks_of
from views.review import ReviewView
from views.review_items import ItemLine
from views.waiting import waiting_for

TODAY, ZONE = date(2026, 11, 3), zone_of(None)
CHIEF, MANAGER, OUTSIDER = "clara_winther", "jonas_brandt", "lea_okafor"
HOSTILE = "<script>alert(1)</script> | *bold* [x](y) & # 1. `code`"


@pytest.fixture
def folder(own_demo: Path) -> Path:
    """The demo without its past."""
    for state in own_demo.glob("var/state.sqlite*"):
        state.unlink()
    tick(own_demo)
    return own_demo


@pytest.fixture
def chief(folder: Path) -> Desk:
    return open_desk(folder, CHIEF)


@pytest.fixture
def key(chief: Desk) -> str:
    """A review of the company, planned for today."""
    return reviewing.plan(chief, "velora", "November review", CHIEF, TODAY, 30)


def seen(desk: Desk, key: str, item: str = "") -> ReviewView:
    return review.review_view(desk, key, item, ZONE)


def red(view: ReviewView, title: str = "Supplier defects") -> ItemLine:
    return next(one for one in view.items if one.section == "red" and one.title == title)


def given(desk: Desk, item: ItemLine, person: str) -> None:
    """An action on an item, filled in as the form proposes it."""
    doer = next(one for one in reviewing.doers(desk, item) if one.person == person)
    moved = reviewing.move_of(desk, item, doer.unit)
    assert moved is not None
    reviewing.act_on(desk, item, doer, "Release the second foundry", date(2026, 12, 18), moved, moved.change)


def held(desk: Desk, key: str, words: str = "The castings come late.") -> PackView:
    """The review opened, one red talked about, decided and acted on, another left out, and closed."""
    reviewing.begin(desk, seen(desk, key))
    item = red(seen(desk, key))
    reviewing.write(desk, item, words)
    reviewing.decide(desk, seen(desk, key), red(seen(desk, key)), words[:150], words, date(2027, 2, 1))
    given(desk, red(seen(desk, key)), MANAGER)
    reviewing.leave_out(desk, red(seen(desk, key), "Suppliers on time"), "The same cause.")
    reviewing.close(desk, seen(desk, key), [CHIEF, MANAGER], words)
    pack = seen(desk, key).pack
    assert pack is not None
    return pack_view(desk, pack)


def test_planning_invites_by_itself_and_shows_the_agenda_as_it_would_be(chief: Desk, key: str) -> None:
    view = seen(chief, key)
    assert (view.state, view.holds, view.whole) == ("planned", True, True)
    assert {guest.person for guest in view.guests} >= {CHIEF, MANAGER, "mira_solberg"}
    assert red(view).number == "2.30\u00a0%"
    assert red(view).key == ""


def test_the_agenda_stays_as_it_was_when_it_was_opened(chief: Desk, key: str) -> None:
    before = [(one.title, one.number) for one in seen(chief, key).items]
    reviewing.begin(chief, seen(chief, key))
    view = seen(chief, key)
    assert [(one.title, one.number) for one in view.items] == before
    assert view.snapshot == chief.snapshot
    assert view.chosen is not None
    assert view.chosen.key == view.items[0].key
    assert view.next == view.items[1].key


def test_an_action_lies_where_its_owner_can_see_it(chief: Desk, key: str, folder: Path) -> None:
    reviewing.begin(chief, seen(chief, key))
    given(chief, red(seen(chief, key)), MANAGER)
    (action,), (issue,) = chief.office.read(Action), chief.office.read(Issue)
    assert (action.unit, action.owner, action.issue, issue.unit) == ("purchasing", MANAGER, issue.key, "purchasing")
    assert action.expected_change is not None
    assert action.expected_change < 0
    asked = [one for one in waiting_for(open_desk(folder, MANAGER).office) if one.kind == "update"]
    assert [one.title for one in asked] == ["Release the second foundry"]
    again = review.table_of(chief, "velora").items
    assert "1 action" in next(one for one in again if one.title == "Supplier defects").narrative


def test_a_pack_shows_reds_decisions_actions_and_what_was_left_out(chief: Desk, key: str) -> None:
    view = held(chief, key)
    assert {row.title for row in view.reds} >= {"Supplier defects", "Suppliers on time", "Accidents at work"}
    (decision,), (action,) = view.decisions, view.actions
    assert decision[2] == ("Supplier defects of Velora Cycles, October 2026: 2.30\u00a0%, target 1.20\u00a0%",)
    assert action[1].startswith("Jonas Brandt, due 18\u00a0Dec\u00a02026; should move Supplier defects by \u2212")
    assert view.omissions[0] == ("Suppliers on time, Velora Cycles", "Left out: The same cause.")
    assert dict(view.omissions)["Not reached"].startswith("Order cycle time")
    assert "Jonas Brandt, was there" in view.people
    assert chief.snapshot in view.foot


def test_what_was_held_and_decided_is_listed(chief: Desk, key: str) -> None:
    held(chief, key)
    found = reviews.listing(chief, picks_of(chief, {}, "strategy.view"))
    (line,) = found.held
    assert line.came.startswith("1\u00a0decision, 1\u00a0action, ")
    (decision,) = found.decisions
    assert (found.cited, decision.review, decision.asked) == (1, "November review", False)
    follow = next(one for one in review.table_of(chief, "velora").items if one.section == "follow_up")
    assert "Release the second foundry" in follow.narrative


class Tags(HTMLParser):
    """Counts what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Each element by its name."""
        self.seen.append(tag)


def test_words_stay_words_in_both_files(chief: Desk, key: str) -> None:
    view = held(chief, key, HOSTILE)
    page, plain = html(view), markdown(view)
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in plain
    assert "\\<script\\>" in plain
    assert "\\[x\\]" in plain
    assert len([one for one in plain.splitlines() if one.startswith("| ")]) > 10
    assert file_name(view, "md") == "november-review.md"


def test_a_pack_that_somebody_changed_is_not_shown(chief: Desk, key: str) -> None:
    held(chief, key)
    with chief.state.begin() as connection:
        connection.execute(text("UPDATE pack SET digest = :other"), {"other": "0" * 64})
    (pack,) = chief.office.read(Pack)
    with pytest.raises(FourfoldError, match="is not as it was published"):
        pack_view(chief, pack)


def test_who_is_invited_from_elsewhere_sees_what_is_his_and_no_number(chief: Desk, key: str, folder: Path) -> None:
    manager = open_desk(folder, MANAGER)
    before = seen(manager, key)
    assert (before.whole, before.holds, before.items, before.guests) == (False, False, (), ())
    assert before.mine is not None
    assert "November review" in [one.title for one in waiting_for(manager.office)]
    reviewing.answer(manager, before.mine, comes=True)
    mine = seen(manager, key).mine
    assert mine is not None
    reviewing.bring(manager, mine, "A second shift", "Ten people would come.")
    assert "November review" not in [one.title for one in waiting_for(manager.office)]
    reviewing.begin(chief, seen(chief, key))
    after = seen(manager, key)
    assert {one.title for one in after.items} >= {"Supplier defects", "A second shift"}
    assert {(one.number, one.narrative, one.behind) for one in after.items} == {("", "", "")}
    listed = reviews.listing(manager, picks_of(manager, {}, "strategy.view"))
    assert [one.title for one in listed.open] == ["November review"]


def test_who_is_neither_invited_nor_of_the_unit_sees_nothing(chief: Desk, folder: Path) -> None:
    own = reviewing.plan(chief, "finance", "Close of the year", "tomas_arendt", TODAY, 30)
    outsider = open_desk(folder, OUTSIDER)
    with pytest.raises(Refused, match="not yours to see, or does not exist"):
        seen(outsider, own)
    with pytest.raises(Refused, match="not yours to see, or does not exist"):
        seen(outsider, "nowhere")
    with pytest.raises(Refused):
        review.table_of(outsider, "finance")
    assert reviews.listing(outsider, picks_of(outsider, {}, "strategy.view")).coming == ()


def test_a_cadence_plans_its_first_review_at_once(chief: Desk) -> None:
    key = reviewing.set_cadence(chief, "operations", "Weekly review", "mira_solberg", "week", 1, 30)
    found = reviews.listing(chief, picks_of(chief, {}, "strategy.view"))
    assert [(one.key, one.when) for one in found.coming] == [(key, "Mon, 9\u00a0Nov\u00a02026")]
    assert [(one.unit, one.rule, one.kept) for one in found.cadences] == [
        ("Operations", "each week on Monday, 30 min", "none due yet")
    ]
    assert "Velora Cycles" in found.without
    assert "Operations" not in found.without


@pytest.mark.parametrize("state", ["planned", "open", "closed"])
@pytest.mark.parametrize("person", [CHIEF, MANAGER, "david_lindqvist"])
def test_a_review_draws_in_each_state_for_each_role(
    state: str, person: str, chief: Desk, key: str, folder: Path
) -> None:
    if state == "open":
        reviewing.begin(chief, seen(chief, key))
    if state == "closed":
        held(chief, key)
    test = drawn(folder, person, "reviews", review=key)
    assert not test.exception, [error.message for error in test.exception]
    buttons = {button.label for button in test.button}
    assert ("Open the review" in buttons) == (state == "planned" and person == CHIEF)
    assert ("Close it and publish the pack" in buttons) == (state == "open" and person == CHIEF)


def test_decisions_are_looked_back_at_on_their_day(chief: Desk, key: str, folder: Path) -> None:
    reviewing.begin(chief, seen(chief, key))
    reviewing.decide(chief, seen(chief, key), red(seen(chief, key)), "Buy elsewhere", "", date(2026, 11, 4))
    (line,) = reviews.listing(chief, picks_of(chief, {}, "strategy.view")).decisions
    reviewing.look_back(chief, line, "worked", "Defects are halved.", None)
    (decision,) = chief.office.read(Decision)
    assert (decision.verdict, decision.revisit_on) == ("worked", None)
    test = drawn(folder, CHIEF, "reviews", show="decisions")
    assert not test.exception
