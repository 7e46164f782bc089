"""Progress, pace, service levels and labels: golden vectors and edges."""

from datetime import date

import pytest

from data.errors import QueryError
from metrics.scoring.labels import label_fault, label_score
from metrics.scoring.maintain import met_all
from metrics.scoring.progress import (
    Milestone,
    expected_linear,
    expected_seasonal,
    expected_steps,
    pace,
    progress,
    roll_up_progress,
)


@pytest.mark.parametrize(
    ("value", "baseline", "target", "expected"),
    [(1.35, 1.0, 1.5, 0.7), (420, 500, 400, 0.8), (0.5, 1.0, 1.5, -1), (2.0, 1.0, 1.5, 2)],
)
def test_progress(value: float, baseline: float, target: float, expected: float) -> None:
    assert progress(value, baseline, target) == pytest.approx(expected)


def test_no_way_to_go_no_progress() -> None:
    assert progress(1, 5, 5) is None
    assert progress(None, 1, 2) is None
    assert progress(1, None, 2) is None
    assert progress(1, 1, None) is None


@pytest.mark.parametrize(
    ("children", "expected", "coverage"),
    [
        ([(2, 0.4), (3, 0.2)], 0.28, 1),
        ([(2, 0.4), (3, None), (0, 9.0)], 0.4, 0.4),
        ([(2, None)], None, 0),
        ([(0, 0.5)], None, 0),
        ([(0.5, 0.2), (0.25, 0.8), (0.25, None)], 0.4, 0.75),
        ([], None, 0),
    ],
    ids=["golden", "a gap", "no progress", "no weight", "shares as weights", "no children"],
)
def test_roll_up_of_progress(
    children: list[tuple[float, float | None]], expected: float | None, coverage: float
) -> None:
    joint = roll_up_progress(children)
    assert joint.progress == (None if expected is None else pytest.approx(expected))
    assert joint.coverage == pytest.approx(coverage)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 12, 31), 0),
        (date(2026, 1, 1), 1 / 365),
        (date(2026, 3, 31), 90 / 365),
        (date(2026, 12, 31), 1),
        (date(2027, 5, 1), 1),
    ],
)
def test_linear_expectation(day: date, expected: float) -> None:
    assert expected_linear(date(2026, 1, 1), date(2026, 12, 31), day) == pytest.approx(expected)


def test_a_way_of_one_day_and_of_none() -> None:
    first, second = date(2026, 3, 1), date(2026, 3, 2)
    assert [expected_linear(second, second, day) for day in (first, second)] == [0, 1]
    assert expected_linear(second, first, first) == 1


def test_steps_by_milestone_in_any_order() -> None:
    steps = [Milestone(date(2026, 9, 30), 0.8), Milestone(date(2026, 3, 31), 0.1)]
    days = (date(2026, 3, 30), date(2026, 3, 31), date(2026, 9, 29), date(2026, 12, 1))
    assert [expected_steps(steps, day) for day in days] == [0, 0.1, 0.1, 0.8]
    assert expected_steps([], date(2026, 1, 1)) == 0


def test_seasonal_profile_of_own_history() -> None:
    cycles = [[1, 1, 2, 4], [0, 2, 2, 4]]
    assert [expected_seasonal(cycles, elapsed) for elapsed in (0, 1, 2, 2.5, 4, 9)] == pytest.approx(
        [0, 0.0625, 0.25, 0.375, 1, 1]
    )
    assert expected_seasonal([[0, 0], [-1, 0]], 1) is None
    assert expected_seasonal([[-3, 1], [1, 1]], 1) == 0.5
    assert expected_seasonal([[0.1, 0.3]], 1) == pytest.approx(0.25)


def test_pace() -> None:
    assert pace(0.3, 0.5) == pytest.approx(0.6)
    assert pace(0.3, 0.0) is None
    assert pace(0.3, -0.1) is None
    assert pace(None, 0.5) is None
    assert pace(0.3, None) is None


@pytest.mark.parametrize(
    ("value", "up", "down", "band"),
    [
        (94.9, False, True, False),
        (95, True, True, True),
        (100, True, True, True),
        (105, True, True, True),
        (105.1, True, False, False),
    ],
)
def test_tolerance_of_five_percent(value: float, up: bool, down: bool, band: bool) -> None:
    assert [bool(met_all([value], [100.0], way)[0]) for way in ("up", "down", "band")] == [up, down, band]


def test_met_with_negative_target_zero_tolerance_and_gaps() -> None:
    nan = float("nan")
    assert met_all([-104, -106, nan, 100], [-100, -100, 100, nan], "up").tolist() == [True, False, False, False]
    assert met_all([0.1 + 0.2], [0.3], "down", tolerance=0).tolist() == [True]
    assert [met_all([0], [0], way)[0] for way in ("up", "down", "band")] == [True, True, True]
    with pytest.raises(QueryError, match="tolerance"):
        met_all([1], [1], "up", tolerance=-0.1)


LEVELS = {"Low": 10.0, "medium": 5.0, "high": 0.0}


def test_labels() -> None:
    assert [label_score(word, LEVELS) for word in ("low", " Medium", "HIGH", None)] == [10, 5, 0, None]
    assert [label_score(answer, {"true": 10, "false": 0}) for answer in (True, False)] == [10, 0]
    assert label_fault("low", LEVELS) is None
    assert label_fault(None, LEVELS) is None


@pytest.mark.parametrize(
    ("label", "scores", "words"),
    [
        ("extreme", LEVELS, "the label 'extreme' has no score; known are Low, medium, high"),
        ("low", {}, "no label has a score"),
        ("low", {"low": 11}, "the label 'low' scores 11; a score is from 0 to 10"),
        ("low", {"low": 1, "Low ": 2}, "two labels differ only in case or spaces"),
    ],
    ids=["unknown", "none", "too high", "twice"],
)
def test_faulty_labels_are_told(label: str, scores: dict[str, float], words: str) -> None:
    told = label_fault(label, scores)
    assert told is not None
    assert told.startswith(words)
    if label == "extreme":
        assert label_score(label, scores) is None
