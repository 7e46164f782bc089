"""Scores from anchors and statuses from scores: golden vectors and laws that hold for every scale."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from data.errors import QueryError
from metrics.scoring.anchors import (
    FIELDS,
    THIRD,
    Anchors,
    Direction,
    anchor_fault,
    fault_mask,
    score,
    score_all,
    score_each,
)
from metrics.scoring.status import PRECEDENCE, TOLERANCE, State, colour_of, status_all, status_of

UP = Anchors("up", goal=700, red=500)
DOWN = Anchors("down", goal=4, red=10)
NARROW = Anchors("up", goal=260_000, red=255_000)
BAND = Anchors("band", goal=95, red=85, goal_high=105, red_high=115)
FLAT_TOP = BAND._replace(best=97, best_high=103)

GOLDEN = [
    *[(UP, v, s) for v, s in ((250, 0), (300, 0), (500, 10 / 3), (600, 5), (700, 20 / 3), (800, 25 / 3), (900, 10))],
    (UP, 950, 10),
    *[(DOWN, v, s) for v, s in ((16, 0), (10, 10 / 3), (7, 5), (4, 20 / 3), (1, 25 / 3), (-2, 10))],
    *[(NARROW, v, s) for v, s in ((252_000, 4 / 3), (257_500, 5), (262_500, 25 / 3))],
    *[(BAND, v, s) for v, s in ((80, 5 / 3), (85, 10 / 3), (90, 5), (95, 20 / 3), (97.5, 25 / 3), (100, 10))],
    *[(BAND, v, s) for v, s in ((105, 20 / 3), (115, 10 / 3))],
    *[(FLAT_TOP, v, s) for v, s in ((96, 25 / 3), (97, 10), (100, 10), (103, 10), (104, 25 / 3))],
]


@pytest.mark.parametrize(("anchors", "value", "expected"), GOLDEN)
def test_golden_scores(anchors: Anchors, value: float, expected: float) -> None:
    assert score(value, anchors) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("value", "expected"), [(950, 10 + 5 / 6), (250, -5 / 6)])
def test_uncapped(value: float, expected: float) -> None:
    assert score(value, UP, capped=False) == pytest.approx(expected)


def test_a_band_never_exceeds_ten_even_uncapped() -> None:
    assert score(100, FLAT_TOP, capped=False) == 10
    below = score(70, BAND, capped=False)
    assert below is not None
    assert below < 0


def test_explicit_ends_make_it_piecewise_linear() -> None:
    anchors = Anchors("up", goal=80, red=60, worst=0, best=100)
    assert [score(v, anchors) for v in (0, 30, 60, 70, 80, 90, 100)] == pytest.approx(
        [0, 5 / 3, 10 / 3, 5, 20 / 3, 25 / 3, 10]
    )


def test_no_division_of_actual_by_target() -> None:
    """3 against a target of -2 is far better than it; a quotient would call it -150 %."""
    assert score(3, Anchors("up", goal=-2, red=-4)) == 10


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_no_number_no_score(value: float | None) -> None:
    assert score(value, UP) is None


def test_one_goal_is_a_target_also_the_upper_one_of_a_band() -> None:
    half = Anchors("band", goal_high=5)
    assert half.stated
    assert anchor_fault(half) == "direction band needs the lower goal, and it is missing"


def test_a_best_interval_may_be_a_point() -> None:
    point = FLAT_TOP._replace(best_high=97)
    assert anchor_fault(point) is None
    assert score(97, point) == 10
    assert score(101, point) == pytest.approx(25 / 3)


def test_many_scores_are_capped_unless_asked() -> None:
    assert score_all([250, 950], "up", {"goal": 700, "red": 500}).tolist() == [0, 10]


def test_no_target_is_neither_a_score_nor_a_fault() -> None:
    every: tuple[Direction, ...] = ("up", "down", "band")
    for direction in every:
        anchors = Anchors(direction, red=3)
        assert not anchors.stated
        assert score(5, anchors) is None
        assert anchor_fault(anchors) is None


FAULTS: list[tuple[Anchors, str]] = [
    (Anchors("up", goal=5, red=5), "goal and red flag are both 5"),
    (Anchors("up", goal=4, red=10), "direction up needs the goal above the red flag (goal 4, red flag 10)"),
    (Anchors("down", goal=10, red=4), "direction down needs the goal below the red flag (goal 10, red flag 4)"),
    (Anchors("up", goal=10), "direction up needs the red flag, and it is missing"),
    (Anchors("up", goal=10, red=5, best=9), "direction up needs the best above the goal (best 9, goal 10)"),
    (Anchors("up", goal=10, red=5, worst=5), "red flag and worst are both 5"),
    (
        Anchors("down", goal=5, red=10, worst=7),
        "direction down needs the red flag below the worst (red flag 10, worst 7)",
    ),
    (Anchors("up", goal=10, red=5, goal_high=12), "direction up takes one goal and one red flag, not pairs"),
    (Anchors("up", goal=float("inf"), red=5), "an anchor is infinite; it must be a number"),
    (Anchors("band", goal=95, red=85), "direction band needs the upper goal, and it is missing"),
    (BAND._replace(goal_high=95), "upper goal and lower goal are both 95"),
    (BAND._replace(red_high=100), "direction band needs the upper red flag above the upper goal"),
    (BAND._replace(best=95), "lower best and lower goal are both 95"),
    (BAND._replace(best_high=99), "the upper best is stated without the lower best"),
    (FLAT_TOP._replace(best_high=96), "direction band needs the upper best above the lower best"),
    (FLAT_TOP._replace(best_high=105), "upper goal and upper best are both 105"),
]


@pytest.mark.parametrize(("anchors", "words"), FAULTS)
def test_faults_are_told_in_words_and_give_no_score(anchors: Anchors, words: str) -> None:
    told = anchor_fault(anchors)
    assert told is not None
    assert told.startswith(words)
    assert score(100, anchors) is None


# Laws. Steps between anchors are bounded, so that floats can tell them apart.
steps = st.floats(0.01, 1000)
places = st.floats(-1e4, 1e4)


@st.composite
def scales(draw: st.DrawFn) -> Anchors:
    """Any valid set of anchors: both directions and bands, with and without explicit ends."""
    sides: list[Direction] = ["up", "down", "band"]
    direction = draw(st.sampled_from(sides))
    worst, red, goal, best, best_high, goal_high, red_high, worst_high = np.cumsum(
        [draw(places), *[draw(steps) for _ in range(7)]]
    ).tolist()
    ends = {name: draw(st.booleans()) for name in ("worst", "worst_high", "best", "best_high")}
    lower = {"worst": worst if ends["worst"] else None, "best": best if ends["best"] else None}
    if direction == "band":
        return Anchors(
            "band",
            goal,
            red,
            goal_high,
            red_high,
            lower["best"],
            best_high if all(ends.values()) else None,
            lower["worst"],
            worst_high if ends["worst_high"] else None,
        )
    sign = 1 if direction == "up" else -1
    pairs = {"goal": goal, "red": red, **lower}
    return Anchors(direction, **{name: None if at is None else sign * at for name, at in pairs.items()})


def transformed(anchors: Anchors, factor: float, shift: float) -> Anchors:
    moved = {f: None if getattr(anchors, f) is None else getattr(anchors, f) * factor + shift for f in FIELDS}
    return Anchors(anchors.direction, **moved)


def near(anchors: Anchors) -> list[float]:
    return [getattr(anchors, field) for field in FIELDS if getattr(anchors, field) is not None]


@given(scales(), places)
def test_valid_scales_score_every_value_within_zero_and_ten(anchors: Anchors, value: float) -> None:
    assert anchor_fault(anchors) is None
    result = score(value, anchors)
    assert result is not None
    assert 0 <= result <= 10


@given(scales(), st.booleans())
def test_anchors_have_their_scores_and_colours(anchors: Anchors, capped: bool) -> None:
    for field, expected in (("red", 10 / 3), ("goal", 20 / 3), ("best", 10), ("worst", 0)):
        for name in (field, f"{field}_high"):
            place = getattr(anchors, name)
            if place is not None:
                assert score(place, anchors, capped) == pytest.approx(expected, abs=1e-9)
    goal, red = score(anchors.goal, anchors), score(anchors.red, anchors)
    assert goal is not None
    assert red is not None
    assert (colour_of(goal), colour_of(red)) == ("green", "amber")


@given(scales(), places, st.floats(0, 1e4), st.booleans())
def test_monotone_in_the_good_direction(anchors: Anchors, value: float, step: float, capped: bool) -> None:
    further = value + step
    one, other = score(value, anchors, capped), score(further, anchors, capped)
    assert one is not None
    assert other is not None
    if anchors.direction == "up":
        assert other >= one - 1e-9
    elif anchors.direction == "down":
        assert other <= one + 1e-9
    else:  # towards the best interval it never falls
        best = anchors.best if anchors.best is not None else (anchors.goal + anchors.goal_high) / 2  # type: ignore[operator]
        best_high = anchors.best_high if anchors.best_high is not None else best
        if further <= best:
            assert other >= one - 1e-9
        if value >= best_high:
            assert other <= one + 1e-9


@given(scales(), places, st.booleans())
def test_continuous_everywhere(anchors: Anchors, value: float, capped: bool) -> None:
    """A tiny step moves the score by at most the steepest slope, also across every anchor."""
    steepest = (10 / 3) / 0.005
    for place in [value, *near(anchors)]:
        around = [score(place + step, anchors, capped) for step in (-1e-6, 0.0, 1e-6)]
        assert None not in around
        assert np.ptp(np.array(around, dtype=float)) <= 2e-6 * steepest + 1e-9


@given(scales(), places, st.floats(1e-3, 1e3), st.booleans())
def test_free_of_scale(anchors: Anchors, value: float, factor: float, capped: bool) -> None:
    expected = score(value, anchors, capped)
    assert score(value * factor, transformed(anchors, factor, 0), capped) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(scales(), places, places, st.booleans())
def test_free_of_shift(anchors: Anchors, value: float, shift: float, capped: bool) -> None:
    moved = score(value + shift, transformed(anchors, 1, shift), capped)
    assert moved == pytest.approx(score(value, anchors, capped), rel=1e-6, abs=1e-5)


@given(scales(), places)
def test_mirror(anchors: Anchors, value: float) -> None:
    """Lower is better is higher is better, seen from the other side."""
    if anchors.direction != "band":
        mirrored = transformed(anchors, -1, 0)
        other = mirrored._replace(direction="down" if anchors.direction == "up" else "up")
        assert score(-value, other) == pytest.approx(score(value, anchors), abs=1e-9)


@given(st.lists(st.tuples(st.none() | places, scales()), min_size=1, max_size=8))
def test_all_at_once_is_each_alone(cells: list[tuple[float | None, Anchors]]) -> None:
    assert score_each(cells) == [score(value, anchors) for value, anchors in cells]


def test_arrays_with_gaps_faults_and_mixed_directions() -> None:
    nan = float("nan")
    values = [600.0, nan, 600.0, 600.0, 7.0]
    columns: dict[str, ArrayLike] = {"goal": [700, 700, nan, 400, 4], "red": [500, 500, 500, 500, 10]}
    directions = np.array(["up", "up", "up", "up", "down"])
    scores = score_all(values, directions, columns)
    assert scores[[0, 4]] == pytest.approx([5, 5])
    assert np.isnan(scores[1:4]).all()
    assert fault_mask(directions, columns, 5).tolist() == [False, False, False, True, False]


@given(st.lists(st.none() | st.floats(-5, 5), min_size=8, max_size=8), st.sampled_from(["up", "down", "band", "left"]))
def test_mask_and_words_of_faults_agree(numbers: list[float | None], direction: Any) -> None:
    anchors = Anchors(direction, *numbers)
    columns = {f: [np.nan if v is None else v] for f, v in zip(FIELDS, numbers, strict=True)}
    told = anchor_fault(anchors)
    assert fault_mask(direction, columns, 1)[0] == (told is not None)
    assert (score(1, anchors) is not None) == (anchors.stated and told is None)


@pytest.mark.parametrize(
    ("points", "colour"),
    [
        (0, "red"),
        (10 / 3 - 1e-6, "red"),
        (10 / 3 - 1e-10, "amber"),
        (10 / 3, "amber"),
        (20 / 3 - 1e-6, "amber"),
        (20 / 3 - 1e-10, "green"),
        (20 / 3, "green"),
    ],
)
def test_colours_compare_with_a_tolerance(points: float, colour: str) -> None:
    assert colour_of(points) == colour
    assert status_all([points], {}).tolist() == [colour]


@given(st.sets(st.sampled_from(PRECEDENCE)), st.none() | st.floats(0, 10))
def test_states_go_by_precedence_and_before_colour(states: set[State], points: float | None) -> None:
    flags: dict[State, list[bool]] = {state: [state in states] for state in PRECEDENCE}
    scores = [np.nan if points is None else points]
    if points is None and not states:
        with pytest.raises(QueryError, match="no score and no state"):
            status_of(points)
        with pytest.raises(QueryError, match="1 of 1 cells"):
            status_all(scores, flags)
        return
    expected = min(states, key=PRECEDENCE.index) if states else colour_of(points or 0.0)
    assert status_of(points, *states) == expected
    assert status_all(scores, flags).tolist() == [expected]


def test_precedence() -> None:
    assert PRECEDENCE == ("withheld", "error", "not_due", "no_data", "stale", "no_target")
    assert status_of(9.0, "no_target") == "no_target"


def test_the_tolerance_belongs_to_the_better_colour() -> None:
    assert (colour_of(2 * THIRD - TOLERANCE), colour_of(THIRD - TOLERANCE)) == ("green", "amber")
    assert (colour_of(2 * THIRD - 2 * TOLERANCE), colour_of(THIRD - 2 * TOLERANCE)) == ("amber", "red")
