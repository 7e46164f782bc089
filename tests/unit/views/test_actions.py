"""How an action reads: how it stands, how much of the expected change has come, what that suggests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.workspace import Workspace
from strategy.issues.tables import Action, Issue
from views.actions import STANDS, ActionLine, Stand, change_share, slip_words, stand_of
from views.issues import ISSUE_STANDS, stand_of_issue
from views.localtime import local, zone_of
from views.reading import Reading, read

TODAY = date(2026, 11, 3)


def action(**fields: Any) -> Action:
    """An open action, due tomorrow, that should bring a number from 10 to 6."""
    usual: dict[str, Any] = {
        "state": "open",
        "health": "on_track",
        "due": date(2026, 11, 4),
        "first_due": date(2026, 11, 4),
        "value_before": 10.0,
        "expected_change": -4.0,
        "worked": None,
    }
    return Action(**{**usual, **fields})


@pytest.fixture
def reading(workspace: Workspace, value_of: Callable[..., Any]) -> Callable[[float], Reading]:
    """A metric's number as it is now."""

    def made(number: float) -> Reading:
        value = value_of("order_cycle_time", number)
        return read(workspace.metrics["order_cycle_time"], value, None, [value])

    return made


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "on_track"),
        ({"health": "at_risk"}, "at_risk"),
        ({"due": TODAY}, "on_track"),
        ({"due": date(2026, 11, 2)}, "overdue"),
        ({"due": date(2026, 11, 2), "health": "blocked"}, "blocked"),
        ({"state": "done"}, "done"),
        ({"state": "done", "expected_by": TODAY}, "done"),
        ({"state": "done", "expected_by": date(2026, 11, 4)}, "awaited"),
        ({"state": "verified", "worked": "partly"}, "partly"),
        ({"state": "withdrawn"}, "withdrawn"),
    ],
)
def test_an_action_stands_at_one_word(fields: dict[str, Any], key: str) -> None:
    assert stand_of(action(**fields), TODAY) == key
    assert STANDS[key].word


@pytest.mark.parametrize(
    ("now", "share", "suggested"),
    [
        (6.0, 1.0, "yes"),
        (6.4, 0.9, "yes"),
        (6.5, 0.875, "partly"),
        (8.5, 0.375, "partly"),
        (9.0, 0.25, "no"),
        (11.0, -0.25, "no"),
    ],
)
def test_the_number_suggests_whether_it_worked(
    reading: Callable[[float], Reading], now: float, share: float, suggested: str
) -> None:
    found = change_share(action(), reading(now))
    assert found == pytest.approx(share)
    assert replace(LINE, share=found).suggested == suggested


def test_before_the_effect_is_due_only_success_is_suggested() -> None:
    assert replace(LINE, share=0.5, early=True).suggested is None
    assert replace(LINE, share=1.0, early=True).suggested == "yes"


@pytest.mark.parametrize("fields", [{"value_before": None}, {"expected_change": None}, {"expected_change": 0.0}])
def test_without_a_number_nothing_is_suggested(reading: Callable[[float], Reading], fields: dict[str, Any]) -> None:
    assert change_share(action(**fields), reading(6.0)) is None
    assert change_share(action(), None) is None
    assert replace(LINE, share=None).suggested is None


def test_a_verified_action_keeps_the_number_it_was_judged_by(reading: Callable[[float], Reading]) -> None:
    assert change_share(action(state="verified", value_after=8.0), reading(6.0)) == pytest.approx(0.5)


def test_a_day_that_moved_is_told() -> None:
    assert slip_words(action()) == ""
    moved = slip_words(action(due=date(2026, 11, 14))).replace("\u00a0", " ")
    assert moved == "10 days later than first promised (4 Nov 2026)"


@pytest.mark.parametrize(
    ("actions", "key"),
    [
        ((), "none"),
        (({"state": "withdrawn"},), "none"),
        (({"state": "verified", "worked": "no"},), "none"),
        (({"state": "verified", "worked": "partly"},), "ready"),
        (({}, {"health": "at_risk"}), "at_risk"),
        (({}, {"due": date(2026, 11, 1)}), "overdue"),
        (({"state": "done"}, {}), "done"),
        (({"state": "verified", "worked": "yes"}, {"health": "blocked"}), "blocked"),
    ],
)
def test_an_issue_stands_as_the_worst_of_its_actions(actions: tuple[dict[str, Any], ...], key: str) -> None:
    assert stand_of_issue(Issue(state="open"), [action(**one) for one in actions], TODAY) == key
    assert ISSUE_STANDS[key].word


@pytest.mark.parametrize("outcome", ["worked", "partly", "failed", "passed"])
def test_a_closed_issue_stands_at_its_answer(outcome: str) -> None:
    assert stand_of_issue(Issue(state="closed", outcome=outcome), [], TODAY) == outcome


def test_moments_are_shown_where_the_viewer_is() -> None:
    at = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    assert local(at, ZoneInfo("Europe/Berlin")).replace("\u00a0", " ") == "4 Nov 2026, 00:30"
    assert local(at, UTC).replace("\u00a0", " ") == "3 Nov 2026, 23:30 UTC"
    assert zone_of("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert zone_of(None) is UTC
    assert zone_of("Nowhere/City") is UTC
    assert zone_of("../../etc/passwd") is UTC


LINE = ActionLine(
    key="a",
    version=1,
    title="",
    words="",
    href="",
    stand=Stand("green", "On track"),
    state="open",
    health="on_track",
    owner="",
    owner_name="",
    verifier="",
    verifier_name="",
    unit="",
    unit_title="",
    metric="",
    issue="",
    issue_title="",
    due="",
    due_on=TODAY,
    late=False,
    slip="",
    expects="",
    effect="",
    share=None,
    early=False,
    verdict="",
    told=(),
)
