"""Where strategy's tree meets the values of metrics."""

from dataclasses import replace

from flows.goal_tree import Grove
from flows.workspace import Workspace
from metrics.scoring.rollup import Node
from strategy.plan import Scorecard
from tests.unit.views.conftest import Maker, month
from views.scorecard import find, metric_keys, offered, sheet, sheets, tree_of


def tree(workspace: Workspace, card: Scorecard, month_index: int) -> Node:
    have = {("velora", key) for key in metric_keys(workspace, card)}
    return tree_of(workspace, card, Grove(workspace, "velora", month_index, have, {}))


def leaves(node: object) -> set[str]:
    children = getattr(node, "children", ())
    return {key for child in children for key in leaves(child)} if children else {node.key}  # type: ignore[attr-defined]


def test_the_tree_holds_every_metric_of_the_scorecard_in_its_perspective(workspace: Workspace) -> None:
    card = workspace.scorecards["corporate"]
    keys = metric_keys(workspace, card)
    made = tree(workspace, card, 2026 * 12 + 9)
    assert leaves(made) == set(keys)
    assert [branch.key for branch in made.children] == list(workspace.perspectives)
    direct = {leaf.key for leaf in next(b for b in made.children if b.key == "process").children if not leaf.children}
    assert direct == {"new_model_share"}  # belongs to no objective, so it stands directly under its perspective


def test_weights_follow_the_month(workspace: Workspace) -> None:
    card = workspace.scorecards["operations"]
    weights = {year: {b.key: b.weight for b in tree(workspace, card, year * 12 + 11).children} for year in (2025, 2026)}
    assert (weights[2025]["process"], weights[2026]["process"]) == (1.0, 2.0)


def test_a_metric_never_reported_is_left_out_and_one_that_is_missing_lowers_coverage(
    workspace: Workspace, value_of: Maker
) -> None:
    card = workspace.scorecards["corporate"]
    values = [value_of("on_time_delivery", 10.0), value_of("satisfaction", None)]
    made = sheet(workspace, card, values[0].period, values)
    assert made is not None
    assert leaves(made.side.tree) == {"on_time_delivery", "satisfaction"}
    customer = find(made.rolled, "customer")
    assert customer is not None
    assert 0 < customer.coverage < 1
    assert find(made.rolled, "keep_promise", 2) is not None
    assert find(made.rolled, "financial") is None
    assert sheet(workspace, card, values[0].period, []) is None


def test_leading_and_lagging_roll_up_apart(workspace: Workspace, value_of: Maker) -> None:
    values = [value_of("on_time_delivery", 0.0), value_of("first_response_time", 10.0)]
    made = sheet(workspace, workspace.scorecards["corporate"], values[0].period, values)
    assert made is not None
    lagging, leading = made.half("lagging").score, made.half("leading").score
    assert lagging is not None
    assert leading is not None
    assert lagging < leading


def test_one_sheet_for_each_period_oldest_first(workspace: Workspace, value_of: Maker) -> None:
    values = [value_of("on_time_delivery", 5.0, month(2026, number)) for number in (3, 1, 2)]
    made = sheets(workspace, workspace.scorecards["corporate"], values)
    assert [one.period.start.month for one in made] == [1, 2, 3]


def test_scorecards_are_offered_by_role_unit_and_level(workspace: Workspace) -> None:
    assert offered(workspace, ["executive"], "operations", "division") == ("corporate", "operations")
    assert offered(workspace, ["executive"], "finance", "department") == ("corporate",)
    assert offered(workspace, [], "operations", "division") == ()
    narrow = {key: card.model_copy(update={"levels": ("company",)}) for key, card in workspace.scorecards.items()}
    assert offered(replace(workspace, scorecards=narrow), ["executive"], "operations", "division") == ()
