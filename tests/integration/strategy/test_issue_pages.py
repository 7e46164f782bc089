"""The pages of issues and of one's own work without a browser: for each role, in each state, buttons pressed."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from strategy.issues.actions import FinishAction, GiveAction, UpdateAction, VerifyAction
from strategy.issues.commands import CloseIssue, OpenIssue
from strategy.issues.tables import Action, ActionNews, Issue
from tests.contracts.test_pages import SAMPLES, drawn
from views.desk import Desk
from views.entry import open_desk

BOSS, OWNER = "mira_solberg", "jonas_brandt"
UNIT = "logistics"
TODAY = date(2026, 11, 3)
OPENED = OpenIssue("pages", UNIT, "on_time_delivery", "Parcels late", OWNER, "2026-08", 0.88, 0.95)
GIVEN = GiveAction(
    "pages-a",
    UNIT,
    "A second packer",
    OWNER,
    TODAY + timedelta(days=20),
    issue="pages",
    expected_metric="on_time_delivery",
    expected_change=0.05,
    value_before=0.88,
    period_before="2026-09",
)


@pytest.fixture
def boss(own_demo: Path) -> Desk:
    """The head of operations, with an issue and an action on it."""
    desk = open_desk(own_demo, BOSS)
    for open_one in desk.office.read(Issue, Issue.metric == OPENED.metric, Issue.unit == UNIT, Issue.state == "open"):
        desk.do(CloseIssue(open_one.key, open_one.version, "passed", "Makes room for the test."))
    desk.do(OPENED)
    desk.do(GIVEN)
    return desk


def fine(test: AppTest) -> AppTest:
    assert not test.exception, [error.message for error in test.exception]
    return test


@pytest.mark.parametrize("person", SAMPLES.values())
def test_pages_draw_in_every_state(person: str, boss: Desk) -> None:
    def look() -> None:
        fine(drawn(boss.folder, person, "issues", issue="pages"))
        fine(drawn(boss.folder, person, "issues", issue="pages", action="pages-a"))
        fine(drawn(boss.folder, person, "mine", action="pages-a"))

    look()
    open_desk(boss.folder, OWNER).do(FinishAction("pages-a", 1))
    look()
    boss.do(VerifyAction("pages-a", 2, "yes", "", 0.95, "2026-10"))
    look()
    boss.do(CloseIssue("pages", 1, "worked", "", 0.95, "2026-10"))
    look()


@pytest.mark.parametrize("show", ["open", "closed", "actions", "reds", "nonsense"])
def test_every_list_draws(show: str, demo: Path) -> None:
    fine(drawn(demo, SAMPLES["executive"], "issues", show=show))


def press(test: AppTest, label: str) -> AppTest:
    """The page after a click."""
    return fine(next(one for one in test.button if one.label == label).click().run())


def test_an_owner_saves_how_it_stands(boss: Desk) -> None:
    test = fine(drawn(boss.folder, OWNER, "mine", action="pages-a"))
    next(one for one in test.text_area if one.label == "What is there to say?").set_value("The hall is full.")
    press(test, "Save")
    news = boss.office.read(ActionNews, ActionNews.action == "pages-a", ActionNews.about == "update")
    assert [(one.made_by, one.words) for one in news] == [(OWNER, "The hall is full.")]
    assert "action" not in test.query_params


def test_the_second_writer_is_told_what_changed_and_keeps_his_words(boss: Desk) -> None:
    test = fine(drawn(boss.folder, OWNER, "mine", action="pages-a"))
    next(one for one in test.text_area if one.label == "What is there to say?").set_value("All is well.")
    boss.do(UpdateAction("pages-a", 1, "blocked", "No packer to be had."))
    press(test, "Save")
    (error,) = test.error
    assert "changed health from on_track to blocked" in error.value
    assert boss.office.one(Action, "pages-a").health == "blocked"
    assert next(one for one in test.text_area if one.label == "What is there to say?").value == "All is well."
    press(test, "Save")
    assert not test.error


def test_what_is_done_already_is_said(boss: Desk) -> None:
    test = fine(drawn(boss.folder, OWNER, "mine", action="pages-a"))
    open_desk(boss.folder, OWNER).do(FinishAction("pages-a", 1))
    press(test, "Done")
    (error,) = test.error
    assert "changed state from open to done" in error.value


def test_an_action_is_given_with_its_title_alone(boss: Desk) -> None:
    test = fine(drawn(boss.folder, BOSS, "issues", issue="pages"))
    press(test, "Give it")
    (error,) = test.error
    assert "title of the action is empty" in error.value
    next(one for one in test.text_input if one.label == "What is to be done?").set_value("A third packer")
    press(test, "Give it")
    (made,) = boss.office.read(Action, Action.title == "A third packer")
    assert (made.owner, made.issue, made.expected_metric) == (OWNER, "pages", "on_time_delivery")
    assert made.expected_change == pytest.approx(0.081, abs=0.001)
    assert made.value_before is not None


def test_a_viewer_is_offered_only_what_he_may_do(boss: Desk) -> None:
    analyst = fine(drawn(boss.folder, "david_lindqvist", "issues", issue="pages", action="pages-a"))
    assert {one.label for one in analyst.button} <= {"All issues"}
    owner = fine(drawn(boss.folder, OWNER, "issues", issue="pages", action="pages-a"))
    assert {"Save", "Done", "Give it"} <= {one.label for one in owner.button}


def test_an_issue_of_another_unit_is_not_there(boss: Desk) -> None:
    test = fine(drawn(boss.folder, "henrik_maas", "issues", issue="pages"))
    assert {one.label for one in test.button} == {"All issues"}
