"""The workbench: previews are exact and stay within the viewer's units; plans and drafts are his to see, or not."""

from dataclasses import replace
from pathlib import Path

import pytest

from access.policy import Policy, Refused
from access.roles import BUILT_IN, Role
from access.viewer import Grant, Viewer
from data.calendar import Period
from data.errors import CommandError, FourfoldError
from flows.refresh import refresh
from metrics.values.reading import Value
from strategy.drafts import Drafted
from tests.contracts.test_pages import drawn
from views import definition_preview, definitions
from views.desk import Desk, below
from views.entry import open_desk
from views.picks import picks_of

NAME = "metrics/customer/on_time_delivery.yaml"


@pytest.fixture
def desk(own_demo: Path) -> Desk:
    """The desk of an analyst on a workspace of his own."""
    return open_desk(own_demo, "david_lindqvist")


def as_(desk: Desk, person: str) -> Desk:
    return open_desk(desk.folder, person)


def begun(desk: Desk, old: str = "value: 95 %, from", new: str = "value: 97 %, from") -> Drafted:
    text = desk.workbench.text("on_time_delivery")
    return desk.workbench.start("on_time_delivery", "customer", text.replace(old, new))


def clerk(desk: Desk) -> Desk:
    """An analyst of one department, who may draft and decide there, and sees no other unit."""
    role = Role("clerk", "Clerk", BUILT_IN["analyst"].may, "catalog")
    policy = Policy({"clerk": role}, lambda key: below(desk.opened.tree, desk.as_of, key), desk.opened.tree.root)
    return replace(desk, viewer=Viewer("cleo", "Cleo", "Clerk", (Grant("clerk", ("logistics",)),)), policy=policy)


def test_a_preview_is_what_a_refresh_would_bring(desk: Desk) -> None:
    one = begun(desk, 'expr: "delivered_on <= promised_on"', 'expr: "delivered_on < promised_on"')
    tried = desk.workbench.try_out(one, one.text)
    shown = {unit: desk.workbench.values(tried, one.metric, unit, "month").values for unit in ("velora", "logistics")}
    assert desk.workbench.values(tried, one.metric, "velora", "month").rows > 100_000
    (desk.folder / NAME).write_text(one.text, encoding="utf-8")
    refresh(desk.folder)
    after = as_(desk, "david_lindqvist")
    period: Period = shown["velora"][-1].period
    for unit, values in shown.items():
        real: list[Value] = after.values([one.metric], [unit], "month", period, 600)
        assert [(v.period, v.status, v.rows) for v in values] == [(v.period, v.status, v.rows) for v in real]
        assert [v.value for v in values] == pytest.approx([v.value for v in real], nan_ok=True)


def test_a_preview_stays_within_the_viewers_units(desk: Desk) -> None:
    one = begun(desk)
    own = clerk(desk)
    tried = own.workbench.try_out(one, one.text)
    assert {value.unit for value in own.workbench.values(tried, one.metric, "logistics", "month").values} == {
        "logistics"
    }
    for unit in ("velora", "service", "nowhere"):
        with pytest.raises(Refused):
            own.workbench.values(tried, one.metric, unit, "month")


def test_a_plan_stays_within_the_viewers_units(desk: Desk) -> None:
    one = begun(desk)
    _, metrics, parents = clerk(desk).workbench.plan(one, one.text)
    assert {unit for line in metrics for unit in line.units} == {"logistics"}
    assert {parent.unit for parent in parents} == {"logistics"}
    _, metrics, parents = desk.workbench.plan(one, one.text)
    assert {"velora", "operations"} <= {unit for line in metrics for unit in line.units}
    assert {"velora"} <= {parent.unit for parent in parents}


def test_who_decides_for_a_part_cannot_publish_for_the_whole(desk: Desk) -> None:
    one = desk.workbench.offer(begun(desk))
    own = clerk(desk)
    assert not own.workbench.may_decide
    with pytest.raises(Refused):
        own.workbench.publish(one)


def test_a_manager_sees_no_draft(desk: Desk) -> None:
    one = begun(desk)
    bench = as_(desk, "jonas_brandt").workbench
    deeds = (bench.drafts, lambda: bench.draft(one.id), lambda: bench.text("revenue"), lambda: bench.try_out(one, "a"))
    for deed in (*deeds, lambda: bench.start("a", "customer", "title: A"), lambda: bench.plan(one, one.text)):
        with pytest.raises(Refused):
            deed()


def test_a_draft_is_offered_only_when_it_is_sound(desk: Desk) -> None:
    one = begun(desk, "delivered_on <=", "delivred_on <=")
    with pytest.raises(CommandError, match="not sound yet"):
        desk.workbench.offer(one)


def test_keys_and_perspectives_of_others_are_not_taken(desk: Desk) -> None:
    bench = desk.workbench
    with pytest.raises(CommandError, match="choose another key"):
        bench.clone("on_time_delivery", "revenue", "customer", "Mine")
    with pytest.raises(CommandError, match="a metric of the perspective"):
        bench.start("revenue", "customer", "title: A")
    with pytest.raises(CommandError, match="is not a perspective"):
        bench.start("mine", "nowhere", "title: A")
    cloned = bench.clone("on_time_delivery", "punctual", "customer", "Punctual")
    assert "title: Punctual" in cloned.text
    assert "tests" not in cloned.text


def test_the_page_shows_a_draft_as_it_is_for_its_author_and_for_others(desk: Desk) -> None:
    one = begun(desk)
    mine = drawn(desk.folder, "david_lindqvist", "definitions", draft=str(one.id))
    assert not mine.exception
    assert {"Save", "Hand over for publishing", "Give it up"} <= {button.label for button in mine.button}
    assert mine.text_input(key="definition.field.title").value == "On-time delivery"
    other = drawn(desk.folder, "nora_haddad", "definitions", draft=str(one.id))
    assert not other.text_area
    assert not {"Save", "Publish"} & {button.label for button in other.button}
    desk.workbench.offer(one)
    for person, may in (("nora_haddad", True), ("clara_winther", True), ("david_lindqvist", False)):
        test = drawn(desk.folder, person, "definitions", draft=str(one.id))
        assert not test.exception
        assert ("Publish" in {button.label for button in test.button}) == may


def test_form_and_yaml_follow_each_other(desk: Desk) -> None:
    one = begun(desk)
    test = drawn(desk.folder, "david_lindqvist", "definitions", draft=str(one.id))
    test.text_input(key="definition.field.title").set_value("Punctual").run()
    text = test.text_area(key="definition.yaml").value or ""
    assert "title: Punctual" in text
    text = text.replace("title: Punctual", "title: On the day")
    test.text_area(key="definition.yaml").set_value(text).run()
    assert test.text_input(key="definition.field.title").value == "On the day"
    test.text_input(key="definition.field.target").set_value("[{value: 3").run()
    assert not test.exception
    assert test.text_input(key="definition.field.target").value == "[{value: 3", "what was typed is not lost"
    assert any("not valid YAML" in word.value for word in test.markdown)
    test.text_area(key="definition.yaml").set_value("title: [").run()
    assert not test.exception


def test_a_draft_whose_file_has_moved_on_says_so_and_is_based_anew(desk: Desk) -> None:
    one = begun(desk)
    path = desk.folder / NAME
    path.write_text(path.read_text(encoding="utf-8") + "tags: [new]\n", encoding="utf-8")
    told = definitions.draft_head(desk, one, one.text)
    assert told.moved_on == ("+tags: [new]",)
    assert not told.may_offer
    anew = desk.workbench.rebase(one)
    assert "-tags: [new]" in definitions.draft_head(desk, anew, anew.text).changed


def test_a_preview_that_cannot_be_computed_says_why(desk: Desk) -> None:
    one = begun(desk)
    picks = picks_of(desk, {"unit": "people"}, "definition.view")
    shown = definition_preview.preview(desk, picks, one, desk.workbench.try_out(one, one.text))
    assert "has no rows for it" in shown.fault
    with pytest.raises(FourfoldError, match="there is no draft"):
        desk.workbench.draft(99)
