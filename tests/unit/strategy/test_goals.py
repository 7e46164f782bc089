"""Rules of objectives without a database: SMART, alignment, dated weights."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import CommandError
from strategy.goals.alignment import alignment
from strategy.goals.reading import below, path_up
from strategy.goals.smart import Facts, smart
from strategy.goals.weights import EVER, kept, newest, since, stated
from strategy.plan import Objective, holds_in, weight_on

GOOD = Facts(
    "Keep the delivery promise",
    "The bike is there on the day we named.",
    "mira",
    1,
    targeted=True,
    baseline=True,
    start=date(2026, 1, 1),
    end=date(2026, 12, 31),
)


def fails(**change: object) -> str:
    from dataclasses import replace

    return "".join(letter.letter for letter in smart(replace(GOOD, **change)) if letter.fails)  # type: ignore[arg-type]


def test_a_good_objective_is_smart() -> None:
    assert [letter.letter for letter in smart(GOOD)] == list("SMART")
    assert fails() == ""


@pytest.mark.parametrize(
    ("change", "letter"),
    [
        ({"title": "Delivery"}, "S"),
        ({"title": "Be the best"}, "S"),
        ({"description": "Soon."}, "S"),
        ({"metrics": 0}, "M"),
        ({"targeted": False}, "M"),
        ({"baseline": False}, "A"),
        ({"owner": ""}, "R"),
        ({"end": None}, "T"),
        ({"end": None, "owner": ""}, "RT"),
    ],
)
def test_the_letter_that_fails_says_why(change: dict[str, object], letter: str) -> None:
    assert fails(**change) == letter


def goal(unit: str, parent: str | None = None) -> Objective:
    return Objective(title=unit, perspective="customer", unit=unit, parent=parent)


PLAN = {
    "top": goal("company"),
    "other": goal("company"),
    "east": goal("east", "top"),
    "shop": goal("shop", "east"),
    "lost": goal("shop"),
}


def test_the_path_leads_up_and_a_circle_ends() -> None:
    assert path_up(PLAN, "shop") == ("shop", "east", "top")
    assert below(PLAN, "top") == ("east", "shop")
    circle = {"a": goal("x", "b"), "b": goal("x", "a")}
    assert path_up(circle, "a") == ("a", "b")
    assert below(circle, "a") == ("b",)


def test_alignment_tells_orphans_and_gaps() -> None:
    shop = alignment(PLAN, "shop", ("east", "company"))
    assert (shop.objectives, shop.share, shop.orphans, shop.gaps) == (2, 0.5, ("lost",), ())
    east = alignment(PLAN, "east", ("company",))
    assert (east.share, east.orphans, east.gaps) == (1.0, (), ("other",))
    west = alignment(PLAN, "west", ("company",))
    assert (west.share, west.gaps) == (None, ("top", "other"))
    yard = alignment(PLAN, "yard", ("west", "company"))  # nobody between has objectives: the next above counts
    assert yard.gaps == ("top", "other")
    top = alignment(PLAN, "company", ())
    assert (top.share, top.gaps) == (1.0, ())


MONTHS = st.integers(2024 * 12, 2027 * 12 - 1)


def name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@given(st.lists(st.tuples(MONTHS, st.none() | st.floats(0, 10)), max_size=6), MONTHS)
def test_a_change_from_a_month_on_leaves_the_months_before(changes: list[tuple[int, float | None]], asked: int) -> None:
    """After any sequence of changes a month has the weight of the last change that reaches it."""
    weights, expected = kept(1.0), 1.0
    for month, weight in changes:
        weights = since(weights, weight, name(month))
        expected = (weight or 0.0) if asked >= month else expected
    assert weight_on(stated(weights), asked) == expected
    assert newest(weights) == (changes[-1][1] if changes else 1.0)
    starts = [step["from"] for step in weights["steps"] if step["from"]]
    assert starts == sorted(starts)
    for one, other in zip(weights["steps"], weights["steps"][1:], strict=False):
        assert one["to"] is not None
        assert other["from"] is not None
        assert one["to"] < other["from"]


def test_weights_for_all_months() -> None:
    assert stated(since(since(kept(1.0), 2.0, "2026-03"), 5.0, EVER)) == 5.0
    assert since(kept(1.0), None, EVER) == {"steps": []}
    assert not holds_in(stated({"steps": []}), 2026 * 12)
    with pytest.raises(CommandError, match="not a month"):
        since(kept(1.0), 2.0, "March")
