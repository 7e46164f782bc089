"""The clock's tick on the demo's numbers: what is due is done once, whatever becomes of the tick."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from access.viewer import Grant, Viewer
from flows.acting import door_of
from flows.opened import Opened, open_current
from flows.readings import Months, readings, watches
from flows.tick import Ticked, tick_on
from strategy.approvals.clocks import ChangeWaitingClock, SetWaitingClock
from strategy.approvals.commands import ApproveRequest, AskApproval
from strategy.approvals.tables import Escalation
from strategy.clock import Clock
from strategy.commands import Command
from strategy.duties.commands import GiveDuty
from strategy.duties.rights import SetDecisionRight
from strategy.issues.actions import GiveAction, MoveAction
from strategy.issues.commands import CloseIssue
from strategy.issues.tables import Action, Issue
from strategy.state import reading
from strategy.tables import Audit
from tests.integration.strategy.killed_tick import NOON
from tests.strategy_rooms import Books

ROOT = Path(__file__).resolve().parents[3]
CLARA = Viewer("clara_winther", "Clara Winther", "", (Grant("executive", ("velora",)),))
HENRIK = Viewer("henrik_maas", "Henrik Maas", "", (Grant("manager", ("assembly",)),))


@pytest.fixture(scope="module")
def opened(demo: Path) -> Opened:
    """The demo's snapshot."""
    return open_current(demo)


@pytest.fixture
def velora(books: Books, opened: Opened) -> Books:
    """The demo's plan as its files begin it, and clocks."""
    assert ticked(books, opened).done["BeginObjective"] == 16
    for watched, after in (("red", 2), ("action_overdue", 7), ("approval_waiting", 3), ("issue_idle", 14)):
        do(books, opened, CLARA, SetWaitingClock(f"clock.{watched}", "velora", watched, after))
    return books


def do(books: Books, opened: Opened, who: Viewer, command: Command, at: datetime = NOON) -> None:
    door_of(opened, books.engine, Clock(fixed=at)).do(who, command)


def ticked(books: Books, opened: Opened, at: datetime = NOON) -> Ticked:
    return tick_on(opened, books.engine, Clock(fixed=at))


def ups(books: Books) -> list[tuple[str, str | None, str, int, str]]:
    """What was moved up: subject, from, to, level, state."""
    found = books.all(Escalation)
    return [(one.subject_key, one.from_person, one.to_person, one.level, one.state) for one in found]


def test_a_red_beyond_its_clock_is_an_issue_of_who_answers_for_it(velora: Books, opened: Opened) -> None:
    assert ticked(velora, opened).done == {"Escalate": 2, "RaiseIssue": 4}
    issues = {one.metric: one for one in velora.all(Issue)}
    assert {metric: one.owner for metric, one in issues.items()} == {
        "supplier_defect_rate": "jonas_brandt",
        "supplier_on_time": "jonas_brandt",
        "order_cycle_time": "mira_solberg",
        "on_time_delivery": "mira_solberg",
    }
    defects = issues["supplier_defect_rate"]
    assert (defects.origin, defects.made_by) == ("clock", "fourfold")
    assert (defects.since_period, defects.key) == ("2026-05", "red.supplier_defect_rate.velora.2026-05")
    assert ups(velora) == [
        ("red.supplier_defect_rate.velora.2026-05", "jonas_brandt", "clara_winther", 1, "open"),
        ("red.supplier_on_time.velora.2026-05", "jonas_brandt", "clara_winther", 1, "open"),
    ]


def test_a_second_tick_finds_nothing_to_do(velora: Books, opened: Opened) -> None:
    ticked(velora, opened)
    before = counted(velora)
    assert ticked(velora, opened).done == {}
    assert ticked(velora, opened, NOON + timedelta(hours=3)).done == {}
    assert counted(velora) == before


def test_a_tick_of_the_past_sees_only_what_had_ended(velora: Books, opened: Opened) -> None:
    months = Months(opened)
    told = [
        tick_on(opened, velora.engine, Clock(fixed=datetime(2026, month, 3, 6, tzinfo=UTC)), months).done
        for month in range(5, 10)
    ]
    assert told[:2] == [{}, {}], "May ended in June: one red month is not two"
    assert told[2] == {"RaiseIssue": 2}
    issue = velora.one(Issue, "red.supplier_defect_rate.velora.2026-05")
    assert (issue.opened_on, issue.since_period) == (date(2026, 7, 3), "2026-05")


def test_who_is_accountable_in_the_unit_gets_the_issue(velora: Books, opened: Opened) -> None:
    do(velora, opened, CLARA, GiveDuty("d1", "velora", "metric", "supplier_on_time", "tomas_arendt", "A"))
    ticked(velora, opened)
    assert {one.metric: one.owner for one in velora.all(Issue)}["supplier_on_time"] == "tomas_arendt"


def test_what_was_closed_is_not_opened_again_for_the_same_stretch(velora: Books, opened: Opened) -> None:
    ticked(velora, opened)
    key = "red.supplier_on_time.velora.2026-05"
    do(velora, opened, CLARA, CloseIssue(key, 1, "failed", "We live with it until spring."))
    done = ticked(velora, opened).done
    assert "RaiseIssue" not in done
    assert [up[-1] for up in ups(velora) if up[0] == key] == ["settled"]


def test_an_overdue_action_climbs_level_by_level_and_settles_when_it_is_moved(velora: Books, opened: Opened) -> None:
    action = GiveAction("a1", "assembly", "Train the cell", "henrik_maas", date(2026, 11, 10))
    do(velora, opened, HENRIK, action)
    for days, expected in ((13, []), (14, [("henrik_maas", "mira_solberg", 1)]), (20, [])):
        before = {one.key for one in velora.all(Escalation)}
        ticked(velora, opened, NOON + timedelta(days=days))
        new = [one for one in velora.all(Escalation) if one.key not in before and one.subject_key == "a1"]
        assert [(one.from_person, one.to_person, one.level) for one in new] == expected
    ticked(velora, opened, NOON + timedelta(days=21))
    climbed = [up for up in ups(velora) if up[0] == "a1"]
    assert climbed == [
        ("a1", "henrik_maas", "mira_solberg", 1, "open"),
        ("a1", "mira_solberg", "clara_winther", 2, "open"),
    ]
    later = NOON + timedelta(days=22)
    version = velora.one(Action, "a1").version
    do(velora, opened, HENRIK, MoveAction("a1", version, date(2026, 12, 10), "The trainer was ill."), later)
    ticked(velora, opened, later)
    assert [up[-1] for up in ups(velora) if up[0] == "a1"] == ["settled", "settled"]
    ticked(velora, opened, datetime(2026, 12, 17, 8, tzinfo=UTC))
    assert [up[-1] for up in ups(velora) if up[0] == "a1"].count("open") == 1, "a new stretch is a new escalation"


def test_a_request_moves_up_past_those_who_may_decide_and_never_below(velora: Books, opened: Opened) -> None:
    do(velora, opened, CLARA, SetDecisionRight("r1", "velora", "spending", "role", "manager", 50_000.0))
    do(velora, opened, CLARA, SetDecisionRight("r2", "velora", "spending", "role", "executive"))
    do(velora, opened, HENRIK, AskApproval("q1", "assembly", "spending", "A jig", "Less rework.", 20_000.0))
    do(velora, opened, HENRIK, AskApproval("q2", "assembly", "spending", "A line", "More bikes.", 200_000.0))
    ticked(velora, opened, NOON + timedelta(days=2))
    assert not [up for up in ups(velora) if up[0].startswith("q")]
    ticked(velora, opened, NOON + timedelta(days=9))
    assert [up[:4] for up in ups(velora) if up[0].startswith("q")] == [("q1", "mira_solberg", "clara_winther", 1)]
    do(velora, opened, CLARA, ApproveRequest("q1", 1), NOON + timedelta(days=9))
    ticked(velora, opened, NOON + timedelta(days=9))
    assert [up[-1] for up in ups(velora) if up[0] == "q1"] == ["settled"]


def test_without_a_clock_nothing_moves(books: Books, opened: Opened) -> None:
    ticked(books, opened)
    assert books.all(Issue) == []
    assert ticked(books, opened).done == {}


def test_a_slower_clock_leaves_alone_what_it_has_moved(velora: Books, opened: Opened) -> None:
    ticked(velora, opened)
    before = ups(velora)
    do(velora, opened, CLARA, ChangeWaitingClock("clock.red", 1, 40))
    assert ticked(velora, opened).done == {}
    assert ups(velora) == before


def test_many_ticks_at_once_do_everything_once(velora: Books, opened: Opened) -> None:
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: ticked(velora, opened), range(4)))
    assert not [words for one in told for words in one.refused if "open issue on this already" not in words]
    ticked(velora, opened)
    assert len(velora.all(Issue)) == 4
    assert len({(one.subject_key, one.level) for one in velora.all(Escalation)}) == len(velora.all(Escalation))
    assert ticked(velora, opened).done == {}


@pytest.mark.parametrize("commit", [1, 2, 4])
def test_a_tick_that_is_killed_is_finished_by_the_next(velora: Books, opened: Opened, demo: Path, commit: int) -> None:
    url = velora.engine.url.render_as_string(hide_password=False)
    before = counted(velora)
    command = [sys.executable, "-m", "tests.integration.strategy.killed_tick", str(demo), url, str(commit)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert counted(velora) == before + commit - 1, "what was committed before it died, and nothing else, is there"
    ticked(velora, opened)
    assert ticked(velora, opened).done == {}
    assert len(velora.all(Issue)) == 4
    assert counted(velora) == before + 6, "a killed tick and its successor did more, or less, than one whole tick"


def test_readings_tell_reds_signals_and_wins(velora: Books, opened: Opened) -> None:
    found = readings(Months(opened), watches(velora.engine))
    assert found.period == "2026-10"
    assert (found.reds[0].metric, found.reds[0].periods) == ("supplier_defect_rate", 6)
    assert all(red.periods >= 1 and red.target is not None and red.value is not None for red in found.reds)
    assert {one.metric for one in found.moved} >= {"supplier_defect_rate"}
    assert found.statuses["service_revenue", "velora"] == "green"
    earlier = readings(Months(opened), watches(velora.engine), date(2026, 4, 30))
    assert earlier.period == "2026-04"
    assert "supplier_defect_rate" not in {red.metric for red in earlier.reds}


def counted(books: Books) -> int:
    """How many commands were carried out."""
    with reading(books.engine) as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0
