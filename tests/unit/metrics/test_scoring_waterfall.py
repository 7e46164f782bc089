"""Waterfalls of scores: the golden vector, each cause alone, and parts that always sum to the change."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.anchors import Anchors, score
from metrics.scoring.rollup import Leaf, Missing, Node, shares
from metrics.scoring.status import PRECEDENCE, colour_of
from metrics.scoring.waterfall import Cause, Side, Waterfall, waterfall

TENS = Anchors("up", goal=20 / 3, red=10 / 3)  # on this scale the value is the score
NO_DATA = Leaf(None, "no_data")


def scored(value: float, anchors: Anchors = TENS) -> Leaf:
    points = score(value, anchors)
    assert points is not None
    return Leaf(points, colour_of(points), value, anchors)


def side(weights: dict[str, float], leaves: dict[str, Leaf], missing: Missing = "ignore", minimum: float = 0.5) -> Side:
    return Side(Node("root", 1, tuple(Node(key, weight) for key, weight in weights.items())), leaves, missing, minimum)


def causes(result: Waterfall) -> dict[Cause, object]:
    assert result.change is not None
    assert result.after is not None
    assert result.before is not None
    assert sum(part.amount for part in result.parts) == pytest.approx(result.change, abs=1e-9)
    assert result.change == result.after - result.before
    return {cause: pytest.approx(amount, abs=1e-9) for cause, amount in result.by_cause().items()}


def only(**amounts: float) -> dict[str, float]:
    """Amounts by cause, 0 for those not named."""
    return {"value": 0.0, "anchor": 0.0, "weight": 0.0, "coverage": 0.0, **amounts}


WEIGHTS = {"a": 2.0, "b": 1.0, "c": 1.0}


def test_golden() -> None:
    before = side(WEIGHTS, {"a": scored(8), "b": NO_DATA, "c": scored(3)})
    after = side(WEIGHTS, {"a": scored(7), "b": scored(2), "c": scored(3)})
    result = waterfall(before, after)
    assert result.change == pytest.approx(-19 / 12)
    assert causes(result) == only(value=-7 / 12, coverage=-1.0)
    amounts = {(part.path, part.cause): pytest.approx(part.amount) for part in result.parts}
    assert amounts == {
        (("a",), "value"): -7 / 12,
        (("a",), "coverage"): -1.25,
        (("b",), "coverage"): 0.5,
        (("c",), "coverage"): -0.25,
    }


def test_moving_the_goal_is_visible() -> None:
    old, new = Anchors("up", goal=700, red=500), Anchors("up", goal=600, red=400)
    result = waterfall(side({"a": 1}, {"a": scored(500, old)}), side({"a": 1}, {"a": scored(500, new)}))
    assert causes(result) == only(anchor=5 / 3)


def test_value_and_anchor_are_parted_by_the_mean_of_both_orders() -> None:
    old, new = Anchors("up", goal=20, red=10), Anchors("up", goal=50, red=10)
    result = waterfall(side({"a": 1}, {"a": scored(10, old)}), side({"a": 1}, {"a": scored(20, new)}))
    value = ((20 / 3 - 10 / 3) + (25 / 6 - 10 / 3)) / 2
    assert causes(result) == only(value=value, anchor=(25 / 6 - 10 / 3) - value)


def test_scores_between_are_capped_as_the_scores_were() -> None:
    old, new = Anchors("up", goal=20, red=10), Anchors("up", goal=50, red=10)
    one, other = side({"a": 1}, {"a": scored(10, old)}), side({"a": 1}, {"a": scored(40, new)})
    capped = ((10 - 10 / 3) + (35 / 6 - 10 / 3)) / 2
    assert causes(waterfall(one, other)) == only(value=capped, anchor=35 / 6 - 10 / 3 - capped)
    free = ((40 / 3 - 10 / 3) + (35 / 6 - 10 / 3)) / 2
    assert causes(waterfall(one, other, capped=False)) == only(value=free, anchor=35 / 6 - 10 / 3 - free)


def test_a_score_without_a_value_moves_as_a_value() -> None:
    old, new = Anchors("up", goal=20, red=10), Anchors("up", goal=50, red=10)
    unknown, known = Leaf(5, "amber", None, old), scored(30, new)
    assert causes(waterfall(side({"a": 1}, {"a": unknown}), side({"a": 1}, {"a": known}))) == only(value=0)
    assert causes(waterfall(side({"a": 1}, {"a": known}), side({"a": 1}, {"a": replace(unknown, score=9)}))) == only(
        value=4
    )


def test_a_label_that_moved_is_a_move_of_the_value() -> None:
    result = waterfall(side({"a": 1}, {"a": Leaf(2, "red")}), side({"a": 1}, {"a": Leaf(9, "green")}))
    assert causes(result) == only(value=7)


def test_weights_alone() -> None:
    leaves = {"a": scored(8), "b": scored(2), "c": scored(5)}
    result = waterfall(side(WEIGHTS, leaves), side({"a": 1, "b": 1, "c": 2}, leaves))
    assert causes(result) == only(weight=5 - 23 / 4)


def test_proportional_weights_change_nothing() -> None:
    leaves = {"a": scored(8), "b": scored(2), "c": scored(5)}
    assert waterfall(side(WEIGHTS, leaves), side({"a": 0.6, "b": 0.3, "c": 0.3}, leaves)).parts == ()


def test_a_metric_added_to_the_scorecard_is_weight_and_one_that_falls_due_is_coverage() -> None:
    both = {"a": scored(8), "b": scored(2)}
    added = waterfall(side({"a": 1}, both), side({"a": 1, "b": 1}, both))
    assert causes(added) == only(weight=-3)
    for state in PRECEDENCE:
        waiting = {"a": scored(8), "b": Leaf(None, state)}
        came = waterfall(side({"a": 1, "b": 1}, waiting), side({"a": 1, "b": 1}, both))
        assert causes(came) == only(coverage=-3)


def test_weight_and_coverage_by_the_mean_of_both_orders() -> None:
    """Weights 1:1 to 3:1 while a third metric, of weight 1, comes in."""
    before = side({"a": 1, "b": 1, "c": 1}, {"a": scored(9), "b": scored(1), "c": NO_DATA})
    after = side({"a": 3, "b": 1, "c": 1}, {"a": scored(9), "b": scored(1), "c": scored(4)})
    result = waterfall(before, after)
    weights_first, coverage_first = (7 - 5, 6.4 - 7), (6.4 - 14 / 3, 14 / 3 - 5)
    expected = {
        "weight": (weights_first[0] + coverage_first[0]) / 2,
        "coverage": (weights_first[1] + coverage_first[1]) / 2,
    }
    assert causes(result) == only(**expected)


def test_no_halfway_house() -> None:
    """All weight moves to a metric that was missing while the other one goes missing: no order says which it was."""
    before = side({"a": 1, "b": 0}, {"a": scored(8), "b": NO_DATA})
    after = side({"a": 0, "b": 1}, {"a": NO_DATA, "b": scored(2)})
    assert causes(waterfall(before, after)) == only(weight=-3, coverage=-3)


def test_recursive_through_objectives_and_perspectives() -> None:
    def card(first: float, second: Leaf) -> Side:
        objective = Node("objective", 1, (Node("a", 1), Node("b", 3)))
        tree = Node("root", 1, (Node("financial", 1, (objective,)), Node("customer", 1, (Node("c"),))))
        return Side(tree, {"a": scored(first), "b": second, "c": scored(4)})

    result = waterfall(card(2, scored(6)), card(8, scored(6)))
    assert [(part.path, part.cause) for part in result.parts] == [(("financial", "objective", "a"), "value")]
    assert result.parts[0].amount == pytest.approx(0.5 * 0.25 * 6)
    lost = waterfall(card(2, scored(6)), card(8, NO_DATA))
    assert lost.change == pytest.approx(4 - (5 + 4) / 2), "under the minimum coverage, financial has no score"
    assert causes(lost) == only(coverage=-0.5)


def test_zero_fill_counts_arriving_data_as_coverage() -> None:
    before = side({"a": 1, "b": 1}, {"a": scored(8), "b": NO_DATA}, "zero")
    after = side({"a": 1, "b": 1}, {"a": scored(9), "b": scored(6)}, "zero")
    assert causes(waterfall(before, after)) == only(value=0.5, coverage=3)


def test_a_side_without_score_gives_words_not_numbers() -> None:
    gap = side(WEIGHTS, {"a": NO_DATA, "b": NO_DATA, "c": scored(3)})
    full = side(WEIGHTS, {"a": scored(7), "b": scored(2), "c": scored(3)})
    result = waterfall(gap, full)
    assert (result.before, result.change, result.parts) == (None, None, ())
    assert result.after == pytest.approx(4.75)
    assert result.why_not == "there is no score before: insufficient, coverage 25%"
    assert waterfall(full, gap).why_not == "there is no score after: insufficient, coverage 25%"


def test_the_worst_child_is_no_mean() -> None:
    one = side({"a": 1}, {"a": scored(7)}, "worst")
    result = waterfall(one, one)
    assert result.change is None
    assert result.why_not is not None
    assert "worst child" in result.why_not


@st.composite
def leaves(draw: st.DrawFn) -> Leaf:
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return Leaf(None, draw(st.sampled_from(PRECEDENCE)))
    if kind == 1:
        points = draw(st.floats(0, 10))
        return Leaf(points, colour_of(points))  # a label: no value, no anchors
    red = draw(st.sampled_from([0.0, 10.0, -3.5]))
    step = draw(st.sampled_from([1.0, 2.5, 40.0]))
    anchors = draw(
        st.sampled_from(
            [
                Anchors("up", red + step, red),
                Anchors("down", red - step, red, worst=red + 7 * step),
                Anchors("band", red + step, red, red + 2 * step, red + 5 * step),
            ]
        )
    )
    return scored(draw(st.floats(-30, 30)), anchors)


@st.composite
def sides(draw: st.DrawFn, missing: Missing) -> Side:
    """Trees over a common stock of keys, so that two of them share much and differ in anything."""

    def node(key: str, depth: int) -> Node:
        weight = draw(st.sampled_from([0, 0.5, 1, 1, 2, 5]))
        kept = [f"{key}{i}" for i in range(3) if draw(st.integers(0, 3))]
        if depth == 0 or not kept:
            return Node(key, weight)
        return Node(key, weight, tuple(node(child, depth - 1) for child in kept))

    def ends(place: Node) -> list[str]:
        return [key for child in place.children for key in ends(child)] if place.children else [place.key]

    tree = Node("r", 1, tuple(node(key, 2) for key in "abc" if draw(st.integers(0, 4))) or (Node("a"),))
    return Side(tree, {key: draw(leaves()) for key in ends(tree)}, missing, draw(st.sampled_from([0.0, 0.3, 0.5])))


@given(st.data(), st.sampled_from(["ignore", "strict", "zero"]))
def test_parts_sum_to_the_change(data: st.DataObject, missing: Missing) -> None:
    before, after = data.draw(sides(missing)), data.draw(sides(missing))
    result = waterfall(before, after)
    first, last = before.roll_up(), after.roll_up()
    if first.score is None or last.score is None:
        assert (result.change, result.parts) == (None, ())
        assert result.why_not
        return
    assert result.change == pytest.approx(last.score - first.score, abs=1e-12)
    assert sum(part.amount for part in result.parts) == pytest.approx(result.change, abs=1e-9)
    assert sum(result.by_cause().values()) == pytest.approx(result.change, abs=1e-9)
    back = waterfall(after, before).by_cause()
    assert {cause: pytest.approx(-amount, abs=1e-9) for cause, amount in back.items()} == result.by_cause()


@given(st.data())
def test_parts_below_a_branch_are_its_own_waterfall(data: st.DataObject) -> None:
    """Recursively: what a branch gives the root is its own waterfall, times the mean of its effective weights."""
    before, after = data.draw(sides("ignore")), data.draw(sides("ignore"))
    result = waterfall(before, after)
    first, last = before.roll_up(), after.roll_up()
    for one in before.tree.children if result.change is not None else ():
        other = next((node for node in after.tree.children if node.key == one.key), None)
        if other is None or not (one.children and other.children):
            continue
        own = waterfall(
            Side(one, before.leaves, "ignore", before.minimum_coverage),
            Side(other, after.leaves, "ignore", after.minimum_coverage),
        )
        weights = [
            share
            for rolled in (first, last)
            for child, share in zip(rolled.children, shares(rolled.children), strict=True)
            if child.key == one.key
        ]
        below = sum(part.amount for part in result.parts if part.path[0] == one.key and len(part.path) > 1)
        assert below == pytest.approx((own.change or 0.0) * sum(weights) / 2, abs=1e-9)


@given(st.data())
def test_nothing_moved_no_parts(data: st.DataObject) -> None:
    same = data.draw(sides("ignore"))
    assert waterfall(same, same).parts == ()
