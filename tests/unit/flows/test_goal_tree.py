"""One roll-up: parts count in the objective above with their weight, goals of their own, from their month on."""

from dataclasses import replace
from datetime import date

import pytest

from data.calendar import Period
from data.organisation import Membership, Tree, Unit
from flows.goal_tree import judged, metric_of, objective_score, places, rules_of, standing
from flows.plan_in_force import plan_in
from flows.workspace import Workspace
from metrics.values.reading import Value
from strategy.plan import Aim, Objective, Plan, WeightStep
from tests.unit.views.conftest import OCTOBER, Maker, value_of, workspace
from views.scorecard import find, objectives_on, sheet, units_of

__all__ = ["value_of", "workspace"]  # fixtures of the views' tests

TOP = Objective(title="Promise", perspective="customer", metrics={"on_time_delivery": 1.0}, unit="velora")
PART = TOP.model_copy(update={"title": "Ship", "unit": "operations", "parent": "top", "weight": 3.0})
DEPOT = PART.model_copy(update={"title": "Depot", "unit": "logistics", "parent": "part", "weight": 1.0})
MONTH = 2026 * 12 + 9


def planned(workspace: Workspace, **objectives: Objective) -> Workspace:
    """The demo's definitions with a plan of these objectives, `top` alone on the corporate scorecard."""
    card = workspace.scorecards["corporate"].model_copy(update={"objectives": {"top": 1.0}, "metrics": {}})
    return replace(workspace, plan=Plan(objectives=objectives), scorecards={"corporate": card})


def at(value: Value, unit: str) -> Value:
    """The same value of another unit."""
    return value._replace(unit=unit)


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    return planned(workspace, top=TOP, part=PART, depot=DEPOT)


@pytest.fixture
def values(value_of: Maker) -> list[Value]:
    """The top at 4, operations at 8, logistics at 2: scores 4.67, 6, 4."""
    numbers = {"velora": 4.0, "operations": 8.0, "logistics": 2.0}
    return [at(value_of("on_time_delivery", number), unit) for unit, number in numbers.items()]


def score_of(workspace: Workspace, key: str, unit: str, values: list[Value]) -> float | None:
    found = objective_score(workspace, key, unit, OCTOBER, values)
    return found[0].score if found else None


def test_an_objective_is_the_weighted_mean_of_its_metrics_and_parts(three: Workspace, values: list[Value]) -> None:
    own = {value.unit: value.score for value in values}
    depot = score_of(three, "depot", "logistics", values)
    part = score_of(three, "part", "operations", values)
    top = score_of(three, "top", "velora", values)
    assert depot == pytest.approx(own["logistics"])
    assert part == pytest.approx((own["operations"] or 0) / 2 + (depot or 0) / 2)
    assert top == pytest.approx((own["velora"] or 0) / 4 + (part or 0) * 3 / 4)


def test_scorecard_and_objective_say_the_same_number(three: Workspace, values: list[Value]) -> None:
    card = three.scorecards["corporate"]
    made = sheet(three, card, OCTOBER, values, "velora")
    assert made is not None
    branch = find(made.rolled, "top", 2)
    assert branch is not None
    assert branch.score == score_of(three, "top", "velora", values)
    assert set(made.values) == {"on_time_delivery"}  # of the unit itself; parts are told by spots
    assert {(spot.unit, metric_of(key)) for key, spot in made.spots.items()} == {
        (unit, "on_time_delivery") for unit in ("velora", "operations", "logistics")
    }
    assert units_of(three, card, "velora") == ("velora", "operations", "logistics")


def test_a_unit_that_took_a_part_on_sees_its_own_objective_on_the_scorecard(
    three: Workspace, values: list[Value]
) -> None:
    card = three.scorecards["corporate"]
    made = sheet(three, card, OCTOBER, values, "operations")
    assert made is not None
    branch = find(made.rolled, "part", 2)
    assert branch is not None
    assert branch.score == score_of(three, "part", "operations", values)
    assert find(made.rolled, "top", 2) is None
    assert objectives_on(three, card, "operations", MONTH) == {"part": 1.0}
    assert objectives_on(three, card, "finance", MONTH) == {"top": 1.0}  # seen through its own figures


def test_seen_through_another_unit_an_objective_has_neither_parts_nor_goals_of_its_own(
    workspace: Workspace, values: list[Value]
) -> None:
    aimed = TOP.model_copy(update={"aims": {"on_time_delivery": Aim(goal=4.0, red_flag=1.0)}})
    made = planned(workspace, top=aimed, part=PART)
    other = [at(values[0], "finance")]
    assert score_of(made, "top", "finance", other) == pytest.approx(values[0].score)
    assert places(made.plan, "top", "finance").__next__() == ("finance", "on_time_delivery")


def test_a_goal_of_its_own_judges_the_value_anew(workspace: Workspace, values: list[Value]) -> None:
    aimed = TOP.model_copy(update={"aims": {"on_time_delivery": Aim(goal=4.0, red_flag=1.0)}})
    made = planned(workspace, top=aimed)
    assert score_of(made, "top", "velora", values) == pytest.approx(20 / 3)  # at the goal
    shown = sheet(made, made.scorecards["corporate"], OCTOBER, values, "velora")
    assert shown is not None
    assert (shown.values["on_time_delivery"].target, shown.values["on_time_delivery"].status) == (4.0, "green")


def test_a_goal_of_its_own_is_stated_for_a_month(workspace: Workspace, value_of: Maker) -> None:
    year = Period("year", date(2026, 1, 1), date(2026, 12, 31))
    aim = Aim(goal=4.0, red_flag=1.0)
    share, total = value_of("on_time_delivery", 4.0, year), value_of("revenue", 4.0, year)
    assert judged(workspace, share, aim).status == "green"  # a share is the same over a year
    assert judged(workspace, total, aim).status == "no_target"  # a sum is not
    gone = value_of("on_time_delivery", None)
    assert judged(workspace, gone, aim) is gone
    wrong = judged(workspace, value_of("on_time_delivery", 4.0), Aim(goal=1.0, red_flag=4.0))
    assert (wrong.status, bool(wrong.reason)) == ("error", True)


def test_a_part_counts_from_its_month_on(workspace: Workspace, values: list[Value]) -> None:
    later = PART.model_copy(update={"weight": (WeightStep.model_validate({"value": 3, "from": "2026-11"}),)})
    made = planned(workspace, top=TOP, part=later)
    assert score_of(made, "top", "velora", values) == pytest.approx(values[0].score)
    assert standing(made.plan, "top", "operations", MONTH) == ("top",)
    assert standing(made.plan, "top", "operations", MONTH + 1) == ("part",)


def test_two_parts_in_a_unit_share_the_place_of_the_one_above(workspace: Workspace) -> None:
    other = PART.model_copy(update={"title": "Pack", "weight": 1.0})
    made = planned(workspace, top=TOP, part=PART, pack=other)
    assert objectives_on(made, made.scorecards["corporate"], "operations", MONTH) == {"part": 0.75, "pack": 0.25}


def test_a_part_without_weight_above_stands_at_its_unit_all_the_same(workspace: Workspace, values: list[Value]) -> None:
    light = PART.model_copy(update={"weight": 0.0})
    made = planned(workspace, top=TOP, part=light, other=light)
    card = made.scorecards["corporate"]
    assert objectives_on(made, card, "operations", MONTH) == {"part": 0.5, "other": 0.5}
    assert score_of(made, "top", "velora", values) == pytest.approx(values[0].score)


def test_what_was_never_reported_is_no_objective_here(three: Workspace) -> None:
    assert objective_score(three, "top", "velora", OCTOBER, []) is None
    assert rules_of(three, "depot") == ("ignore", 0.5)


def test_a_part_outside_of_the_unit_above_does_not_count() -> None:
    units = {
        "velora": Unit("velora", "Velora", "company"),
        "operations": Unit("operations", "Operations", "division", (Membership("velora"),)),
        "commercial": Unit("commercial", "Commercial", "division", (Membership("velora"),)),
    }
    tree = Tree(units, ("company", "division"))
    outside = PART.model_copy(update={"unit": "commercial", "parent": "part"})
    plan = plan_in(Plan(objectives={"top": TOP, "part": PART, "outside": outside}), tree, date(2026, 10, 31))
    assert [plan.objectives[key].weight for key in ("part", "outside")] == [3.0, 0.0]
    bare = plan_in(Plan(objectives={"top": TOP.model_copy(update={"unit": ""})}), tree, date(2026, 10, 31))
    assert bare.objectives["top"].unit == "velora"
