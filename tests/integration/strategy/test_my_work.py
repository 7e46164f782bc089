"""Issues and My work on the demo company: what the system knows is filled in, what waits is found, scope holds."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from access.policy import Refused
from data.errors import CommandError
from flows.door import Door
from strategy.clock import Clock
from strategy.duties.reading import accountability
from strategy.issues.actions import GiveAction
from strategy.issues.commands import OpenIssue
from strategy.issues.tables import Action, Issue
from views import acting, issues
from views.actions import ActionLine, lines
from views.desk import Desk
from views.entry import open_desk
from views.issue import issue_view
from views.mine import mine
from views.opening import able, effect_by, giving, opening
from views.picks import picks_of
from views.waiting import Waiting, waiting_for

BOSS, MANAGER, OTHER = "mira_solberg", "jonas_brandt", "henrik_maas"  # operations; purchasing and logistics; assembly
METRIC, UNIT = "supplier_defect_rate", "purchasing"
TODAY = date(2026, 11, 3)


@pytest.fixture
def folder(own_demo: Path) -> Path:
    """The demo without any issue yet."""
    (own_demo / "var" / "state.sqlite").unlink(missing_ok=True)
    for more in own_demo.glob("var/state.sqlite-*"):
        more.unlink()
    return own_demo


@pytest.fixture
def boss(folder: Path) -> Desk:
    return open_desk(folder, BOSS)


@pytest.fixture
def manager(folder: Path) -> Desk:
    return open_desk(folder, MANAGER)


def opened(desk: Desk) -> str:
    found = opening(desk, METRIC, UNIT)
    assert found is not None
    return acting.open_issue(desk, found)


def given(desk: Desk, issue: str, due: date = date(2026, 12, 1), by: date | None = None) -> str:
    return acting.give(
        desk, issue, "Test each lot at the gate", MANAGER, due, metric=METRIC, change=-0.008, by=by or effect_by(due)
    )


def line(desk: Desk, key: str) -> ActionLine:
    return lines(desk, desk.office.read(Action, Action.key == key), "mine", UTC)[0]


def waits(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.kind, one.title, one.why.replace("\u00a0", " ")) for one in waiting_for(desk.office) if _ours(one)]


def _ours(one: Waiting) -> bool:
    return one.kind in ("update", "verify", "plan", "close")


def test_an_issue_on_a_metric_needs_one_click(boss: Desk) -> None:
    found = opening(boss, METRIC, UNIT)
    assert found is not None
    assert found.title == "Supplier defects off target in Purchasing"
    assert (found.owner, found.since, found.may, found.there) == (MANAGER, "2026-05", True, "")
    assert found.value == pytest.approx(0.0230, abs=1e-4)
    assert found.target == pytest.approx(0.012)
    assert found.objective == "reliable_suppliers"
    key = acting.open_issue(boss, found)
    again = opening(boss, METRIC, UNIT)
    assert again is not None
    assert again.there == f"issues?issue={key}"
    with pytest.raises(CommandError, match="open issue on this already"):
        acting.open_issue(boss, found)


def test_an_action_is_offered_with_all_that_is_known(boss: Desk) -> None:
    form = giving(boss, issue_view(boss, opened(boss), UTC))
    assert form.owner == MANAGER
    assert form.due == date(2026, 12, 1)
    own = form.offers[0]
    assert (own.metric, own.unit, own.factor, own.change) == (METRIC, "pp", 0.01, -1.1)
    assert OTHER not in form.owners
    assert {"clara_winther", BOSS, MANAGER} <= set(form.owners)


def test_only_who_may_look_can_be_asked(boss: Desk) -> None:
    assert OTHER in able(boss, "assembly")
    assert OTHER not in able(boss, "velora")


def test_an_action_waits_for_its_owner_until_he_has_said_something(boss: Desk, manager: Desk) -> None:
    issue = opened(boss)
    assert waits(manager) == [
        ("plan", "Supplier defects off target in Purchasing", "no action yet, open since 3 Nov 2026")
    ]
    key = given(boss, issue)
    assert waits(manager) == [("update", "Test each lot at the gate", "new, given by Mira Solberg, due 1 Dec 2026")]
    acting.update(manager, line(manager, key), "on_track", "")
    assert waits(manager) == []


def test_done_waits_for_who_gave_it_and_then_for_the_issues_owner(boss: Desk, manager: Desk) -> None:
    issue = opened(boss)
    key = given(boss, issue, TODAY, by=TODAY)
    acting.finish(manager, line(manager, key), "Since Monday.")
    assert waits(manager) == []
    assert waits(boss) == [("verify", "Test each lot at the gate", "Jonas Brandt says it is done")]
    acting.verify(boss, line(boss, key), "yes", "")
    assert waits(boss) == []
    assert waits(manager) == [
        ("close", "Supplier defects off target in Purchasing", "'Test each lot at the gate' worked")
    ]
    verified = boss.office.one(Action, key)
    assert verified.value_before == verified.value_after == pytest.approx(0.0230, abs=1e-4)
    assert (verified.period_before, verified.period_after) == ("2026-10", "2026-10")
    acting.decide(boss, issue_view(boss, issue, UTC), "The gate test stays", "")
    (decision,) = issue_view(boss, issue, UTC).decisions
    assert [each.replace("\u00a0", " ") for each in decision.cites] == [
        "Supplier defects of Purchasing, Oct 2026: 2.30 %, target 1.20 %"
    ]
    acting.close(manager, issue_view(manager, issue, UTC), "partly", "")
    closed = boss.office.one(Issue, issue)
    assert (closed.outcome, closed.period_after) == ("partly", "2026-10")


def test_what_is_overdue_comes_first(boss: Desk, manager: Desk) -> None:
    issue = opened(boss)
    given(boss, issue)
    early = Door(boss.state, boss.policy, Clock(fixed=datetime(2026, 9, 1, 8, tzinfo=UTC)))
    early.do(boss.viewer, GiveAction("fair", UNIT, "Prepare the fair", MANAGER, date(2026, 10, 20)))
    first = next(one for one in waiting_for(manager.office) if _ours(one))
    assert (first.title, first.late(TODAY)) == ("Prepare the fair", True)
    assert first.why.replace("\u00a0", " ") == "14 days overdue, due 20 Oct 2026"


def test_nobody_sees_issues_of_other_units(boss: Desk, folder: Path) -> None:
    issue = opened(boss)
    key = given(boss, issue)
    other = open_desk(folder, OTHER)
    assert issues.listing(other, picks_of(other, {}, "strategy.view"), "open", UTC).issues == ()
    with pytest.raises(Refused):
        issue_view(other, issue, UTC)
    assert mine(other, key, UTC).chosen is None
    assert opening(other, METRIC, UNIT) is None
    with pytest.raises(Refused):
        acting.update(other, line(boss, key), "blocked", "No.")


def test_the_lists_count_what_has_no_answer(boss: Desk) -> None:
    picks = picks_of(boss, {}, "strategy.view")
    before = issues.listing(boss, picks, "reds", UTC)
    issue = opened(boss)
    view = issues.listing(boss, picks, "open", UTC)
    assert view.subtitle.replace("\u00a0", " ") == "1 issue open, 1 without an action"
    assert [one.stand.word for one in view.issues] == ["No action"]
    given(boss, issue)
    view = issues.listing(boss, picks, "open", UTC)
    assert [(one.stand.word, one.action) for one in view.issues] == [("In hand", "Test each lot at the gate")]
    assert [one.title for one in issues.listing(boss, picks, "actions", UTC).actions] == ["Test each lot at the gate"]
    after = issues.listing(boss, picks, "reds", UTC)
    assert {one.about for one in after.reds} <= {one.about for one in before.reds}


def test_my_work_leads_up_to_the_vision(boss: Desk, manager: Desk) -> None:
    given(boss, opened(boss))
    view = mine(manager, "", UTC)
    path = next(one for one in view.supports if one.kind == "Action")
    assert path.steps[0][0] == "Reliable suppliers"
    assert path.perspective == "Internal process"
    assert "promised day" in view.vision
    assert view.orphans == 0


def test_my_responsibilities_are_the_union_of_the_raci_rows(manager: Desk) -> None:
    shown = [one.title for _, rows in mine(manager, "", UTC).duties for one in rows]
    rows = accountability(manager.state).responsibilities(MANAGER)
    assert len(rows) > 0
    initiatives = [one for one in manager.workspace.plan.initiatives.values() if one.owner == MANAGER]
    assert len(shown) == len(rows) + len(initiatives)


def test_what_is_ones_own_is_seen_in_any_unit(folder: Path, manager: Desk) -> None:
    chief = open_desk(folder, "clara_winther")
    chief.do(OpenIssue("whole", "velora", METRIC, "Defects everywhere", MANAGER, "2026-05"))
    chief.do(
        GiveAction(
            "tool",
            "velora",
            "Repair the tool",
            MANAGER,
            TODAY,
            issue="whole",
            expected_metric=METRIC,
            expected_change=-0.01,
        )
    )
    assert ("update", "Repair the tool", "new, given by Clara Winther, due 3 Nov 2026") in waits(manager)
    view = mine(manager, "tool", UTC)
    assert view.chosen is not None
    assert view.chosen.issue_title == "Defects everywhere"
    seen = issue_view(manager, "whole", UTC)
    assert (seen.status, seen.metric_href, len(seen.actions)) == ("", "", 1)
    acting.update(manager, view.chosen, "at_risk", "The tool maker is closed.")
    assert chief.office.one(Action, "tool").health == "at_risk"
    with pytest.raises(Refused):
        issue_view(open_desk(folder, OTHER), "whole", UTC)
