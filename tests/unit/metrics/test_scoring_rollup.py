"""Roll-up of scores: golden vectors, settings, and laws that hold for every tree."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import QueryError
from metrics.scoring.rollup import Indicator, Leaf, Missing, Node, Rolled, keep, roll_up, shares
from metrics.scoring.status import COLOURS, STATUSES, Status, colour_of

NO_DATA = Leaf(None, "no_data")
NOT_DUE = Leaf(None, "not_due")


def at(points: float) -> Leaf:
    return Leaf(points, colour_of(points))


THREE = Node("root", 1, (Node("a", 2), Node("b", 1), Node("c", 1)))
EIGHT_NONE_THREE = {"a": at(8), "b": NO_DATA, "c": at(3)}


@pytest.mark.parametrize(
    ("missing", "expected"), [("ignore", 19 / 3), ("zero", 4.75), ("strict", None), ("worst", 3), ("best", 8)]
)
def test_golden_and_settings(missing: Missing, expected: float | None) -> None:
    rolled = roll_up(THREE, EIGHT_NONE_THREE, missing)
    assert rolled.score == (None if expected is None else pytest.approx(expected))
    assert rolled.coverage == pytest.approx(0.75)
    assert rolled.status == ("insufficient" if expected is None else colour_of(expected))


def test_never_hide_a_red() -> None:
    rolled = roll_up(THREE, EIGHT_NONE_THREE)
    assert (rolled.status, rolled.worst) == ("amber", "c")
    assert rolled.counts == {"green": 1, "no_data": 1, "red": 1}


def test_weights_count_at_every_level() -> None:
    tree = Node("root", 1, (Node("p", 3, (Node("a", 1), Node("b", 3))), Node("q", 1, (Node("c", 7),))))
    rolled = roll_up(tree, {"a": at(8), "b": at(4), "c": at(1)})
    assert rolled.score == pytest.approx(0.75 * 5 + 0.25 * 1)
    assert shares(rolled.children) == (0.75, 0.25)


def test_coverage_is_of_leaf_weight_not_of_branches() -> None:
    tree = Node("root", 1, (Node("p", 1, (Node("a", 3), Node("b", 1))), Node("q", 1, (Node("c"),))))
    rolled = roll_up(tree, {"a": at(8), "b": NO_DATA, "c": at(5)})
    assert [child.coverage for child in rolled.children] == [0.75, 1]
    assert rolled.coverage == pytest.approx(0.875)
    assert rolled.score == pytest.approx(6.5)


def test_not_due_leaves_the_denominator() -> None:
    tree = Node("root", 1, (Node("p", 1, (Node("a"), Node("b"))), Node("q", 1, (Node("c"),))))
    rolled = roll_up(tree, {"a": at(6), "b": NOT_DUE, "c": NO_DATA}, minimum_coverage=0)
    assert [child.coverage for child in rolled.children] == [1, 0]
    assert rolled.coverage == pytest.approx(0.25 / 0.75)
    assert rolled.due == pytest.approx(0.75)


@pytest.mark.parametrize("status", ["no_target", "no_data", "stale", "error", "insufficient"])
def test_other_states_stay_in_the_denominator_and_never_score(status: Status) -> None:
    rolled = roll_up(THREE, {"a": Leaf(9.0, status), "b": at(4), "c": at(4)})
    assert (rolled.score, rolled.coverage) == (4, 0.5)
    assert roll_up(THREE, {"a": Leaf(9.0, status), "b": NO_DATA, "c": at(4)}).status == "insufficient"


def test_minimum_coverage_holds_at_every_level_and_compares_with_a_tolerance() -> None:
    tree = Node("root", 1, (Node("p", 1, (Node("a"), Node("b"), Node("c"))), Node("q", 1, (Node("d"),))))
    leaves = {"a": at(2), "b": NO_DATA, "c": NO_DATA, "d": at(8)}
    rolled = roll_up(tree, leaves)
    assert [child.status for child in rolled.children] == ["insufficient", "green"]
    assert rolled.score == 8, "a branch without score leaves the mean"
    assert rolled.coverage == pytest.approx(2 / 3), "its scored leaf stays in the coverage"
    assert rolled.worst == "a"
    assert roll_up(tree, leaves, minimum_coverage=0.3).score == 5
    tenths = Node("root", 1, tuple(Node(str(i), 0.1) for i in range(10)))
    seven = {str(i): at(5) if i < 7 else NO_DATA for i in range(10)}
    assert roll_up(tenths, seven, minimum_coverage=0.7).status == "amber"


def test_strict_blanks_every_parent_of_a_gap_but_not_for_what_is_not_due() -> None:
    tree = Node("root", 1, (Node("p", 1, (Node("a"), Node("b"))), Node("q", 1, (Node("c"),))))
    rolled = roll_up(tree, {"a": at(6), "b": NO_DATA, "c": at(9)}, "strict")
    assert (rolled.score, rolled.children[0].score, rolled.children[1].score) == (None, None, 9)
    assert roll_up(tree, {"a": at(6), "b": NOT_DUE, "c": at(9)}, "strict").score == 7.5


def test_zero_fill_counts_a_branch_without_data_as_zero() -> None:
    tree = Node("root", 1, (Node("p", 1, (Node("a"), Node("b"))), Node("q", 1, (Node("c"),))))
    leaves = {"a": NO_DATA, "b": NOT_DUE, "c": at(8)}
    assert roll_up(tree, leaves, "zero").score == 4
    assert roll_up(tree, leaves, "ignore").score == 8


def test_of_equal_scores_the_first_is_the_worst() -> None:
    assert roll_up(THREE, {"a": at(5), "b": at(2), "c": at(2)}).worst == "b"


def test_without_any_weight_all_must_wait_for_it_to_be_not_due() -> None:
    shown = Node("root", 1, (Node("a", 0), Node("b", 0)))
    assert roll_up(shown, {"a": NOT_DUE, "b": NOT_DUE}).status == "not_due"
    half = roll_up(shown, {"a": NOT_DUE, "b": NO_DATA})
    assert (half.status, half.coverage) == ("insufficient", 0)


def test_all_not_due() -> None:
    rolled = roll_up(THREE, dict.fromkeys("abc", NOT_DUE))
    assert (rolled.score, rolled.status, rolled.coverage, rolled.due) == (None, "not_due", 1, 0)
    assert rolled.counts == {"not_due": 3}
    assert rolled.worst is None


def test_zero_weights() -> None:
    shown_only = Node("root", 1, (Node("a", 1), Node("b", 0)))
    rolled = roll_up(shown_only, {"a": at(9), "b": at(1)})
    assert (rolled.score, rolled.coverage, rolled.worst) == (9, 1, "b"), "a red that weighs nothing is not hidden"
    assert rolled.counts == {"green": 1, "red": 1}
    for missing in ("worst", "strict", "zero"):
        assert roll_up(shown_only, {"a": at(9), "b": NO_DATA}, missing).score == 9
    nothing = Node("root", 1, (Node("a", 0), Node("b", 0)))
    assert roll_up(nothing, {"a": at(9), "b": NO_DATA}).status == "insufficient"
    assert roll_up(nothing, {"a": at(9), "b": NO_DATA}).coverage == 0
    assert roll_up(nothing, {"a": NOT_DUE, "b": NOT_DUE}).status == "not_due"
    assert roll_up(shown_only, {"a": NOT_DUE, "b": at(9)}).status == "not_due"


def test_single_child_and_bare_leaf() -> None:
    assert roll_up(Node("root", 1, (Node("a", 5),)), {"a": at(4)}).score == 4
    assert roll_up(Node("a"), {"a": at(4)}).score == 4


def test_a_metric_in_two_places_counts_once() -> None:
    tree = Node("root", 1, (Node("p", 1, (Node("a"), Node("b"))), Node("q", 1, (Node("a"),))))
    rolled = roll_up(tree, {"a": at(2), "b": at(8)})
    assert rolled.counts == {"red": 1, "green": 1}
    assert rolled.score == 3.5


LEADING_AND_LAGGING = Node(
    "root",
    1,
    (
        Node("p", 1, (Node("a", 1, (), "leading"), Node("b", 3, (), "lagging"))),
        Node("q", 1, (Node("c", 1, (), "lagging"),)),
    ),
)


@pytest.mark.parametrize(("indicator", "expected"), [("leading", 8), ("lagging", 3), (None, 3.5)])
def test_the_filter_takes_leaves_then_the_same_tree(indicator: Indicator | None, expected: float) -> None:
    rolled = roll_up(LEADING_AND_LAGGING, {"a": at(8), "b": at(4), "c": at(2)}, indicator=indicator)
    assert rolled.score == expected
    assert [child.key for child in rolled.children] == (["p"] if indicator == "leading" else ["p", "q"])


def test_a_filter_that_leaves_nothing() -> None:
    tree = Node("root", 1, (Node("a", 1, (), "lagging"),))
    rolled = roll_up(tree, {"a": at(3)}, indicator="leading")
    assert (rolled.score, rolled.status, dict(rolled.counts)) == (None, "no_data", {})


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(QueryError, match="b: has no children and no Leaf"):
        roll_up(THREE, {"a": at(1)})
    with pytest.raises(QueryError, match="a number from 0 upwards"):
        Node("a", -1)
    with pytest.raises(QueryError, match="named twice"):
        Node("root", 1, (Node("a"), Node("a")))
    with pytest.raises(QueryError, match="needs a score"):
        Leaf(None, "green")


def leaves_of(node: Node) -> Iterator[Node]:
    if not node.children:
        yield node
    for child in node.children:
        yield from leaves_of(child)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Node:
    """Trees of any shape; leaf keys are unique, about one weight in ten is zero."""
    names = iter(range(1000))

    def node(level: int) -> Node:
        weight = draw(st.sampled_from([0.0, 0.5, 1, 1, 1, 2, 2, 3, 7.3, 100]))
        key = f"n{next(names)}"
        size = draw(st.integers(1, 4)) if level and draw(st.integers(0, 4)) else 0
        if not size:
            return Node(key, weight, (), draw(st.sampled_from(["leading", "lagging"])))
        return Node(key, weight, tuple(node(level - 1) for _ in range(size)))

    return Node("root", 1, tuple(node(depth - 1) for _ in range(draw(st.integers(1, 4)))))


any_leaf = st.floats(0, 10).map(at) | st.sampled_from([s for s in STATUSES if s not in COLOURS]).map(
    lambda status: Leaf(None, status)
)


@st.composite
def cards(draw: st.DrawFn) -> tuple[Node, dict[str, Leaf]]:
    tree = draw(trees())
    return tree, {leaf.key: draw(any_leaf) for leaf in leaves_of(tree)}


def leaf_weights(node: Node, weight: float = 1.0) -> dict[str, float]:
    """Effective weight of every leaf below a node: its share at each level, multiplied. Written anew, not reused."""
    if not node.children:
        return {node.key: weight}
    total = sum(child.weight for child in node.children)
    found: dict[str, float] = {}
    for child in node.children:
        found |= leaf_weights(child, weight * child.weight / total if total else 0.0)
    return found


def check_coverage(node: Node, rolled: Rolled, leaves: Mapping[str, Leaf]) -> None:
    weights = leaf_weights(node)
    due = sum(weight for key, weight in weights.items() if leaves[key].status not in ("not_due", "withheld"))
    scored = sum(weight for key, weight in weights.items() if leaves[key].status in COLOURS)
    assert 0 <= rolled.coverage <= 1
    assert 0 <= rolled.due <= 1
    if due:
        assert rolled.coverage == pytest.approx(scored / due, abs=1e-9)
    for child, result in zip(node.children, rolled.children, strict=True):
        check_coverage(child, result, leaves)


@given(cards(), st.sampled_from([None, "leading", "lagging"]))
def test_coverage_is_leaf_weight_scored_over_due_at_every_level(
    card: tuple[Node, dict[str, Leaf]], indicator: Indicator | None
) -> None:
    tree, leaves = card
    kept = keep(tree, indicator) if indicator else tree
    rolled = roll_up(tree, leaves, indicator=indicator)
    if kept is not None:
        check_coverage(kept, rolled, leaves)


def every(rolled: Rolled) -> Iterator[Rolled]:
    yield rolled
    for child in rolled.children:
        yield from every(child)


@given(cards(), st.sampled_from(["ignore", "strict", "zero", "worst", "best"]), st.sampled_from([0, 0.5, 1]))
def test_laws_of_a_roll_up(card: tuple[Node, dict[str, Leaf]], missing: Missing, minimum: float) -> None:
    tree, leaves = card
    for rolled in every(roll_up(tree, leaves, missing, minimum)):
        assert (rolled.score is not None) == (rolled.status in COLOURS)
        keys = {part.key for part in every(rolled) if not part.children}
        assert sum(rolled.counts.values()) == len(keys)
        scored = {key: points for key in keys if (points := leaves[key].score) is not None}
        assert (rolled.worst is None) == (not scored)
        if rolled.worst is not None:
            assert scored[rolled.worst] == min(scored.values())
        if rolled.score is None or not rolled.children:
            continue
        assert rolled.coverage >= minimum - 1e-9
        inside = [child.score for child in rolled.children if child.score is not None]
        low = 0.0 if missing == "zero" else min(inside)
        assert low - 1e-9 <= rolled.score <= max(inside, default=0.0) + 1e-9
        if missing != "zero":
            weights = shares(rolled.children)
            assert sum(weights) == pytest.approx(1)


@given(cards(), st.floats(0.01, 100))
def test_weights_are_relative(card: tuple[Node, dict[str, Leaf]], factor: float) -> None:
    tree, leaves = card

    def heavier(node: Node) -> Node:
        return Node(node.key, node.weight * factor, tuple(heavier(child) for child in node.children), node.indicator)

    one, other = roll_up(tree, leaves), roll_up(heavier(tree), leaves)
    assert other.score == (None if one.score is None else pytest.approx(one.score))
    assert other.coverage == pytest.approx(one.coverage)


@given(cards())
def test_with_nothing_missing_all_settings_of_the_mean_agree(card: tuple[Node, dict[str, Leaf]]) -> None:
    tree, leaves = card
    whole = {key: leaf if leaf.status in COLOURS else at(5) for key, leaf in leaves.items()}
    scores = {roll_up(tree, whole, missing).score for missing in ("ignore", "strict", "zero")}
    assert len(scores) == 1
