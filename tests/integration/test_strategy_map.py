"""The map on the demo: links drawn and said anew, what was observed, early warnings, what pulls apart, the check."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from access.policy import Refused
from data.errors import CommandError
from flows.door import Door
from flows.first_plan import begin
from flows.workspace import assemble
from strategy.maps.tables import Exemption, Link
from strategy.reading import read
from views import conflicts, map_changes, map_form, map_link, strategy_check, strategymap
from views.desk import Desk
from views.entry import open_desk
from views.map_form import Filled
from views.picks import Picks, picks_of
from views.strategymap import Asked, MapView

BOSS, MANAGER = "clara_winther", "jonas_brandt"  # Jonas has purchasing and logistics
PAIR = ("better_every_day", "loyal_customers")  # no link joins them in strategy.yaml
SAID = Filled("Ideas make better bikes.", "ideas_rate", "return_rate", -1, 6, date(2027, 6, 30))
Desks = Callable[[str], Desk]


def begun(folder: Path) -> Desks:
    """Desks on a demo whose plan has begun as strategy.yaml has it."""
    boss = open_desk(folder, BOSS)
    begin(Door(boss.state, boss.policy, boss.office.clock), assemble(folder), boss.opened.tree.root)
    return lambda person: open_desk(folder, person)


@pytest.fixture(scope="module")
def looking(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """One copy of the demo for all tests that only look."""
    return begun(Path(shutil.copytree(demo, tmp_path_factory.mktemp("map") / "demo")))


@pytest.fixture
def desk(own_demo: Path) -> Desks:
    """A copy of the demo for one test that changes something."""
    return begun(own_demo)


def shown(desk: Desk, asked: Asked = strategymap.NOTHING, **query: str) -> MapView:
    return strategymap.build(desk, picks(desk, **query), asked)


def picks(desk: Desk, **query: str) -> Picks:
    return picks_of(desk, query, "map.view")


def link(desk: Desk, cause: str, effect: str) -> Link:
    (found,) = read(desk.state, Link, Link.cause == cause, Link.effect == effect)
    return found


def drawn(desk: Desk, pair: tuple[str, str] = PAIR, said: Filled = SAID) -> Link:
    map_form.draw(desk, map_form.new_form(desk, *pair), said, "link-new")
    return link(desk, *pair)


# -- the map


def test_links_begin_with_what_drivers_say(looking: Desks) -> None:
    found = link(looking(BOSS), "fast_orders", "keep_promise")
    assert (found.leading, found.lagging, found.sign, found.lag_months) == (
        "order_cycle_time",
        "on_time_delivery",
        -1,
        3,
    )
    assert found.made_by == "fourfold"


def test_every_link_is_an_arrow_with_what_was_observed(looking: Desks) -> None:
    boss = looking(BOSS)
    arrows = {(one.cause, one.effect): one for one in shown(boss).arrows}
    assert {(one.from_, one.to) for one in boss.plan.links} == set(arrows)
    told = arrows["fast_orders", "keep_promise"]
    assert told.verdict == "as_said"
    assert told.says.replace("\u00a0", " ") == "When Order cycle time rises, On-time delivery falls 3 months later."
    assert arrows["loyal_customers", "protect_margin"].verdict == ""


def test_early_warnings_stand_under_what_is_not_red(looking: Desks) -> None:
    view = shown(looking(BOSS))
    bubbles = {one.key: one for lane in view.lanes for one in lane.bubbles}
    told = {omen.metric: omen for omen in bubbles["loyal_customers"].omens}
    assert told["on_time_delivery"].words.replace("\u00a0", " ") == "off target; leads Repeat order rate in 2 months"
    assert bubbles["keep_promise"].status == "red"
    assert bubbles["keep_promise"].omens == ()


def test_links_of_the_file_are_drawn_before_the_state_knows_them(own_demo: Path) -> None:
    boss = open_desk(own_demo, BOSS)
    known = {(one.cause, one.effect) for one in read(boss.state, Link)}
    arrows = {(one.cause, one.effect): one for one in shown(boss).arrows}
    assert ("fast_orders", "keep_promise") in arrows
    assert all(bool(arrow.link) == (pair in known) for pair, arrow in arrows.items())


def test_the_panel_leads_on_to_links(looking: Desks) -> None:
    panel = shown(looking(BOSS), Asked(objective="right_first_time")).panel
    assert panel is not None
    assert panel.draw_href.startswith("map?")
    assert "link=" in panel.drivers[0].link_href


def test_an_earlier_map_is_as_it_was_and_nothing_can_be_done(desk: Desks) -> None:
    boss = desk(BOSS)
    drawn(boss)
    today = shown(boss)
    assert PAIR in {(one.cause, one.effect) for one in today.arrows}
    then = shown(boss, Asked(on=date(2026, 11, 2), objective="keep_promise"))
    assert PAIR not in {(one.cause, one.effect) for one in then.arrows}
    assert then.on == date(2026, 11, 2)
    assert shown(boss, Asked(on=boss.office.today)).arrows


# -- drawing


def test_choosing_shuts_what_cannot_be_led_to(looking: Desks) -> None:
    view = shown(looking(BOSS), Asked(draw="right_first_time"))
    assert "Right the first time" in view.asks
    shut = {one.key: one.shut for lane in view.lanes for one in lane.bubbles}
    assert shut["right_first_time"] == "It does not lead to itself"
    assert shut["fast_orders"] == "It leads there already"
    assert shut["skilled_people"] == "This would close a circle"
    assert shut["protect_margin"] == ""
    jonas = looking(MANAGER)
    for lane in shown(jonas, Asked(draw="right_first_time")).lanes:
        for one in lane.bubbles:
            assert one.shut or jonas.plan.objectives[one.key].unit in ("purchasing", "logistics")


def test_a_form_is_filled_with_what_is_known(looking: Desks) -> None:
    boss = looking(BOSS)
    guess = map_form.new_form(boss, *PAIR)
    assert (guess.leading, guess.lagging, guess.sign) == ("ideas_rate", "repeat_rate", 1)
    assert next(iter(guess.leading_options)) == "ideas_rate"
    declared = map_form.new_form(boss, "fast_orders", "loyal_customers")
    assert declared.leading == "order_cycle_time"
    known = map_form.new_form(boss, "keep_promise", "grow_profitably")
    assert (known.leading, known.lagging_options) != (None, {})


def test_a_link_is_drawn_said_anew_ended_and_taken_up_again(desk: Desks) -> None:
    boss = desk(BOSS)
    key = drawn(boss).key
    view = map_link.build(boss, picks(boss), key)
    assert (view.active, view.editable, view.history[0].who) == (True, True, "Clara Winther")
    map_form.revise(boss, view, replace(SAID, sign=1, lag_months=2))
    view = map_link.build(boss, picks(boss), key)
    assert [d.replace("\u00a0", " ") for d in view.history[0].details] == [
        "effect: falls \u2192 rises",
        "lag: 6 months \u2192 2 months",
    ]
    map_form.end(boss, view, "It never showed.")
    view = map_link.build(boss, picks(boss), key)
    assert not view.active
    assert "It never showed." in view.ended
    assert PAIR not in {(one.cause, one.effect) for one in shown(boss).arrows}
    map_form.restore(boss, view)
    assert PAIR in {(one.cause, one.effect) for one in shown(boss).arrows}
    told = map_changes.changes(boss, picks(boss))
    assert [one.what for one in told[:4]] == ["taken up again", "ended", "said anew", "drawn"]


def test_a_manager_sees_the_way_up_and_changes_nothing_there(looking: Desks) -> None:
    jonas = looking(MANAGER)
    found = link(jonas, "fast_orders", "keep_promise")
    view = map_link.build(jonas, picks(jonas), found.key)
    assert not view.editable
    assert view.history == ()
    with pytest.raises(Refused):
        map_form.end(jonas, view, "No.")
    with pytest.raises(Refused):
        map_form.new_form(jonas, *PAIR)
    with pytest.raises(Refused):
        map_link.build(jonas, picks(jonas), "nowhere")


# -- pulling apart, and the check


def test_what_pulls_apart_names_both_sides(looking: Desks) -> None:
    boss = looking(BOSS)
    view = conflicts.build(boss, picks(boss))
    assert view.looked_at >= 10
    for pull in view.pulls:
        assert pull.better.good and not pull.worse.good
        assert pull.better.owner and pull.worse.owner
        assert pull.why
    seen = conflicts.build(looking(MANAGER), picks(looking(MANAGER)))
    units = {side.unit for pull in seen.pulls for side in (pull.better, pull.worse)}
    assert units <= {"purchasing", "logistics"}


def test_the_check_says_what_to_do_and_may_be_passed_over(desk: Desks) -> None:
    boss = desk(BOSS)
    view = strategy_check.build(boss, picks(boss))
    group = next(one for one in view.groups if one.rule == "link_without_hypothesis")
    title = "Keep customers for life > Protect the margin"
    assert title in {line.title for line in group.lines}
    of = link(boss, "loyal_customers", "protect_margin").key
    with pytest.raises(CommandError, match="the reason is empty"):
        strategy_check.exempt(boss, group.rule, of, "velora", " ", None, "e1")
    strategy_check.exempt(boss, group.rule, of, "velora", "Dealers tell us so.", None, "e1")
    view = strategy_check.build(boss, picks(boss))
    assert [line.excused for one in view.excused for line in one.lines if line.title == title] == [
        "Dealers tell us so."
    ]
    strategy_check.resume(boss, "e1")
    assert [one.state for one in read(boss.state, Exemption, Exemption.key == "e1")] == ["ended"]
    with pytest.raises(Refused):
        strategy_check.exempt(desk(MANAGER), group.rule, of, "velora", "Mine.", None, "e2")
    with pytest.raises(Refused):
        strategy_check.exempt(boss, "no_such_rule", of, "velora", "Mine.", None, "e2")


def test_the_check_of_a_manager_tells_of_his_units_alone(looking: Desks) -> None:
    jonas = looking(MANAGER)
    view = strategy_check.build(jonas, picks(jonas))
    units = {line.unit for group in (*view.groups, *view.excused) for line in group.lines}
    assert units <= {"Purchasing", "Logistics"}
    of = "loyal_customers.protect_margin"
    assert strategy_check.finding_of(jonas, "link_without_hypothesis", of, "velora") is None
