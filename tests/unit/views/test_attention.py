"""What needs attention comes in an order that a reader can trust."""

from flows.workspace import Workspace
from metrics.values.reading import Value
from tests.unit.views.conftest import Maker, month
from views.attention import gaps, strengths, troubled, warnings
from views.reading import Reading, read


def reading(
    workspace: Workspace, now: Value, before: Value | None = None, months: list[Value] | None = None
) -> Reading:
    return read(workspace.metrics[now.metric], now, before, months or [])


def test_red_before_amber_newly_turned_first_then_the_largest_fall(workspace: Workspace, value_of: Maker) -> None:
    september = month(2026, 9)
    old_red = reading(workspace, value_of("on_time_delivery", -1.0), value_of("on_time_delivery", -1.0, september))
    new_red = reading(workspace, value_of("satisfaction", -1.0), value_of("satisfaction", 5.0, september))
    falling = reading(workspace, value_of("nps", 2.0), value_of("nps", 9.0, september))
    flat = reading(workspace, value_of("repeat_rate", 2.0), value_of("repeat_rate", 2.0, september))
    new_amber = reading(workspace, value_of("new_customers", 9.0), value_of("new_customers", 11.0, september))
    green = reading(workspace, value_of("orders", 12.0))
    found = troubled([flat, green, new_amber, falling, old_red, new_red])
    assert [one.metric.key for one in found] == [
        "satisfaction",
        "on_time_delivery",
        "new_customers",
        "nps",
        "repeat_rate",
    ]
    assert [one.turned for one in found] == ["newly red", "", "newly amber", "", ""]


def test_what_has_no_score_is_told_with_no_data_before_not_due(workspace: Workspace, value_of: Maker) -> None:
    found = gaps(
        reading(workspace, value)
        for value in (
            value_of("engagement", None, state="not_due"),
            value_of("new_model_share", 5.0, state="no_target"),
            value_of("nps", None),
            value_of("training_hours", 5.0, state="stale"),
            value_of("orders", 12.0),
        )
    )
    assert [one.now.status for one in found] == ["no_data", "stale", "no_target", "not_due"]


def test_strengths_are_green_and_rising_ones_lead(workspace: Workspace, value_of: Maker) -> None:
    september = month(2026, 9)
    flat = reading(workspace, value_of("orders", 11.0), value_of("orders", 11.0, september))
    rising = reading(workspace, value_of("nps", 11.0), value_of("nps", 10.2, september))
    red = reading(workspace, value_of("satisfaction", -1.0))
    assert [one.metric.key for one in strengths([flat, red, rising])] == ["nps", "orders"]


def test_a_red_cause_warns_of_effects_that_are_not_red_yet(workspace: Workspace, value_of: Maker) -> None:
    known = {
        "on_time_delivery": reading(workspace, value_of("on_time_delivery", -1.0)),
        "satisfaction": reading(workspace, value_of("satisfaction", 12.0)),
        "repeat_rate": reading(workspace, value_of("repeat_rate", -1.0)),
    }
    (omen,) = warnings(workspace, known)
    assert omen.cause.metric.key == "on_time_delivery"
    assert [(effect.metric.key, months) for effect, months in omen.effects] == [("satisfaction", 1)]


def test_months_in_a_row_are_told_where_no_limits_apply(workspace: Workspace, value_of: Maker) -> None:
    months = [value_of("orders", float(i), month(2025 + i // 12, i % 12 + 1)) for i in range(20)]
    found = reading(workspace, months[-1], months[-2], months)
    assert found.signal in ("Rising 19 months in a row", "Special cause: 20 rising in a row")
    assert reading(workspace, months[0], None, months[:2]).signal == "Too few months"
