"""Why the score moved: bars that hang together and add up, a moved goal told from a moved value."""

import itertools

import pytest

from flows.workspace import Workspace
from tests.unit.views.conftest import OCTOBER, Maker, month
from views.picks import Picks
from views.reading import readings
from views.scorecard import sheet
from views.why import Why, why

SEPTEMBER = month(2026, 9)


@pytest.fixture
def picks() -> Picks:
    return Picks("velora", "Velora", OCTOBER, "2026-10", "October 2026", "corporate", (), (), (), (), ())


def told(workspace: Workspace, picks: Picks, before: list[object], now: list[object]) -> Why:
    card = workspace.scorecards["corporate"]
    one = sheet(workspace, card, SEPTEMBER, before)  # type: ignore[arg-type]
    other = sheet(workspace, card, OCTOBER, now)  # type: ignore[arg-type]
    known = readings(workspace, other.values, one.values if one else {}, []) if other else {}
    return why(workspace, one, other, known, picks, ("Sep 2026", "Oct 2026"))


def test_bars_hang_together_from_the_old_score_to_the_new(workspace: Workspace, value_of: Maker, picks: Picks) -> None:
    keys = [k for o in workspace.plan.objectives.values() for k in o.metrics]
    before = [value_of(key, 3.0 + i % 5, SEPTEMBER) for i, key in enumerate(keys)]
    now = [value_of(key, 2.0 + i % 7, goal=10.0 + i % 2) for i, key in enumerate(keys)]
    found = told(workspace, picks, list(before), list(now))
    first, *parts, last = found.steps
    assert (first.kind, last.kind) == ("total", "total")
    assert parts[0].start == pytest.approx(first.end)
    for one, other in itertools.pairwise(parts):
        assert one.end == pytest.approx(other.start)
    assert parts[-1].end == pytest.approx(last.end, abs=1e-9)
    assert len(found.steps) <= 13  # fits its card


def test_a_moved_goal_is_hatched_and_a_plan_is_not_called_a_moved_goal(
    workspace: Workspace, value_of: Maker, picks: Picks
) -> None:
    before = [value_of("on_time_delivery", 5.0, SEPTEMBER), value_of("revenue", 5.0, SEPTEMBER)]
    now = [value_of("on_time_delivery", 5.0, goal=7.0), value_of("revenue", 5.0, goal=7.0)]
    found = told(workspace, picks, list(before), list(now))
    moved = {step.label for step in found.steps if step.kind == "moved"}
    assert moved == {"New goal: On-time delivery", "Plan: Revenue"}
    assert found.says[0][0] == "The ruler moved, too."


def test_without_an_earlier_score_it_says_so(workspace: Workspace, value_of: Maker, picks: Picks) -> None:
    found = told(workspace, picks, [], [value_of("revenue", 5.0)])
    assert not found.steps
    assert "Sep 2026" in found.remedy
    blank = told(workspace, picks, [value_of("revenue", None, SEPTEMBER)], [value_of("revenue", 5.0)])
    assert not blank.steps
    assert blank.remedy.endswith(".")
