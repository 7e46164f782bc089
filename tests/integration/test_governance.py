"""The governance page on the demo: what each sees and may do, proposals, decisions, coverage, conflicts."""

from datetime import UTC
from pathlib import Path

import pytest

from access.policy import Refused
from data.errors import CommandError
from flows.tick import tick
from strategy.approvals.tables import Request
from strategy.duties.tables import Champion
from views.desk import Desk
from views.draw import governance as draw
from views.entry import open_desk
from views.governance import answers, decisions, disputes, rules, within
from views.picks import Picks, picks_of
from views.waiting.governance import waiting


@pytest.fixture
def folder(own_demo: Path) -> Path:
    """The demo with its plan begun and the usual rules set."""
    for file in (own_demo / "var").glob("state.sqlite*"):
        file.unlink()
    tick(own_demo)
    clara = open_desk(own_demo, "clara_winther")
    rules.begin_usual(clara, "velora")
    return own_demo


def seen(folder: Path, person: str, unit: str = "") -> tuple[Desk, Picks]:
    desk = open_desk(folder, person)
    return desk, picks_of(desk, {"unit": unit} if unit else {}, "strategy.view")


def test_a_request_goes_from_who_asks_to_who_decides(folder: Path) -> None:
    henrik, _ = seen(folder, "henrik_maas")
    assert decisions.foretold(henrik, "spending", "assembly", 12_000.0) == "Mira Solberg decides."
    assert "decided at once" in decisions.foretold(henrik, "spending", "assembly", 500.0)
    assert decisions.foretold(henrik, "spending", "assembly", 1e6) == "Clara Winther and Tomas Arendt decide."
    key = decisions.ask(henrik, "spending", "assembly", "A jig", "Less rework.", 12_000.0)
    own = decisions.request_view(henrik, key, UTC)
    assert (own.own, own.may_decide, own.may_withdraw) == (True, False, True)
    with pytest.raises(CommandError, match="a second person has to decide"):
        decisions.approve(henrik, own, "")
    mira, picks = seen(folder, "mira_solberg")
    assert [one.title for one in waiting(mira.office)] == ["A jig"]
    view = decisions.build(mira, picks, UTC)
    assert [(line.title, line.turn, line.deciders) for line in view.waiting] == [("A jig", True, "Mira Solberg")]
    assert view.turns == 1
    decisions.approve(mira, decisions.request_view(mira, key, UTC), "Go on.")
    view = decisions.build(mira, picks, UTC)
    assert [(line.word, line.answer) for line in view.decided] == [("Approved", "Mira Solberg · Go on.")]
    assert "A jig" in draw.decisions(view)
    assert list(waiting(mira.office)) == []


def test_who_asks_as_the_only_manager_asks_who_decides_on_more(folder: Path) -> None:
    pavel, _ = seen(folder, "pavel_novak")
    decisions.ask(pavel, "posts", "commercial", "A coach", "The north is far.", 1.0)
    tomas, picks = seen(folder, "tomas_arendt")
    (line,) = decisions.build(tomas, picks, UTC).waiting
    assert (line.turn, line.deciders) == (True, "Clara Winther and Tomas Arendt")


def test_a_request_of_another_unit_is_not_in_sight(folder: Path) -> None:
    henrik, _ = seen(folder, "henrik_maas")
    key = decisions.ask(henrik, "spending", "assembly", "A jig", "Less rework.", 12_000.0)
    pavel, picks = seen(folder, "pavel_novak")
    assert decisions.build(pavel, picks, UTC).waiting == ()
    with pytest.raises(Refused, match="in your units"):
        decisions.request_view(pavel, key, UTC)


def test_a_champion_is_proposed_and_named_when_it_is_approved(folder: Path) -> None:
    mira, picks = seen(folder, "mira_solberg")
    assert answers.giving(mira, picks).may_name is False
    assert answers.name_champion(mira, "logistics", "jonas_brandt").startswith("Proposed")
    assert mira.office.read(Champion) == []
    clara, picks = seen(folder, "clara_winther")
    (line,) = decisions.build(clara, picks, UTC).waiting
    view = decisions.request_view(clara, line.key, UTC)
    assert view.carries.endswith("Unit: Logistics · Person: Jonas Brandt")
    assert "When approved, this is done" in draw.request(view)
    decisions.approve(clara, view, "")
    assert [(one.unit, one.person) for one in mira.office.read(Champion)] == [("logistics", "jonas_brandt")]
    assert mira.office.one(Request, line.key).state == "approved"


def test_coverage_names_what_is_missing(folder: Path) -> None:
    clara, picks = seen(folder, "clara_winther")
    before = answers.build(clara, picks)
    assert (before.covered, before.complete) == (0, 0)
    velora = before.units[0]
    assert velora.owned == "4 initiatives and 16 objectives".replace(" initiatives", "\u00a0initiatives").replace(
        " objectives", "\u00a0objectives"
    )
    assert velora.gaps == ("no champion", "16\u00a0objectives with nobody responsible")
    form = answers.giving(clara, picks)
    subject = next(one for one in form.subjects if one[:2] == ("objective", "reliable_suppliers"))
    answers.give(clara, subject, "nora_haddad", "R")
    answers.name_champion(clara, "velora", "david_lindqvist")
    after = answers.build(clara, picks)
    assert (after.covered, after.complete) == (1, 1)
    line = next(one for one in after.lines if one.title == "Reliable suppliers")
    assert (line.accountable, line.responsible, line.missing) == ("Jonas Brandt", "Nora Haddad", "")
    assert "Nora Haddad" in draw.answers(after)
    nora = [(part.subject, title) for part, title, _ in answers.responsibilities(clara, "nora_haddad")]
    assert nora == [("reliable_suppliers", "Reliable suppliers")]


def test_rules_are_set_changed_and_ended(folder: Path) -> None:
    clara, picks = seen(folder, "clara_winther")
    view = rules.build(clara, picks)
    assert (view.unruled, view.unwatched, len(view.clocks)) == ((), (), len(rules.USUAL_CLOCKS))
    rules.set_right(clara, "operations", "spending", ("person", "mira_solberg"), 20_000.0)
    rules.set_right(clara, "operations", "spending", ("role", "manager"), 20_000.0)
    rules.set_clock(clara, "velora", "red", 3)
    view = rules.build(clara, picks)
    own = next(line for line in view.rights if line.unit == "Operations")
    assert (own.reach, own.decides) == ("up to €20,000", "Manager")
    assert view.clocks[0].after == "3\u00a0periods"
    form = rules.ruling(clara, picks)
    assert form is not None
    right = next(key for key, words in form.rights.items() if "Operations" in words)
    rules.end_right(clara, right)
    assert all(line.unit != "Operations" for line in rules.build(clara, picks).rights)
    henrik, own_picks = seen(folder, "henrik_maas")
    assert rules.ruling(henrik, own_picks) is None
    assert len(rules.build(henrik, own_picks).rights) == len(rules.USUAL_RIGHTS)


def test_an_empty_workspace_says_what_to_do(own_demo: Path) -> None:
    for file in (own_demo / "var").glob("state.sqlite*"):
        file.unlink()
    clara, picks = seen(own_demo, "clara_winther")
    assert "No rules yet" in draw.rules(rules.build(clara, picks))
    assert "Nothing waits for a decision" in draw.decisions(decisions.build(clara, picks, UTC))
    assert "No conflict between units" in draw.disputes(disputes.build(clara, picks, UTC))
    assert "adds a line under Rules" in decisions.foretold(clara, "spending", "velora", 10.0)
    with pytest.raises(CommandError, match="no decision right covers 'Spend money' of 10 in velora"):
        decisions.ask(clara, "spending", "velora", "Pens", "None left.", 10.0)


def test_a_conflict_is_raised_by_one_side_seen_by_both_and_settled_above(folder: Path) -> None:
    pavel, picks = seen(folder, "pavel_novak")
    link = {"metric": "order_intake", "other": "on_time_delivery", "between": "commercial operations"}
    form = disputes.raising(pavel, picks, link)
    assert form is not None
    assert (form.unit, form.other, form.title) == ("commercial", "operations", "Order intake against On-time delivery")
    above = disputes.arbiter_for(pavel, form.unit, form.other)
    assert above == "clara_winther"
    assert disputes.arbiter_for(pavel, "assembly", "logistics") == "mira_solberg"
    disputes.raise_dispute(pavel, form.unit, form.other, form.title, "Promised and late.", above, form.metrics)
    mira, other_side = seen(folder, "mira_solberg")
    (line,) = disputes.build(mira, other_side, UTC)
    assert (line.sides, line.mine, line.governed) == ("Commercial and Operations", False, False)
    clara, whole = seen(folder, "clara_winther")
    (line,) = disputes.build(clara, whole, UTC)
    assert line.mine
    assert [one.kind for one in waiting(clara.office)] == ["decide"]
    disputes.decide(clara, line, "No express orders until cell B is level.")
    (line,) = disputes.build(mira, other_side, UTC)
    assert (line.state, line.decision) == ("decided", "No express orders until cell B is level.")
    ines, elsewhere = seen(folder, "ines_moreau")
    assert disputes.build(ines, elsewhere, UTC) == ()


def test_what_the_clock_moved_up_is_answered(folder: Path) -> None:
    tick(folder)
    clara, picks = seen(folder, "clara_winther")
    view = decisions.build(clara, picks, UTC)
    mine = [up for up in view.ups if up.asks]
    assert {up.title for up in mine} >= {"Supplier defects off target in Velora Cycles"}
    assert all(up.path == "Jonas Brandt > Clara Winther" for up in mine)
    decisions.answer(clara, mine[0], "I call the foundry today.")
    again = decisions.build(clara, picks, UTC)
    assert again.turns == view.turns - 1
    assert any(up.answer == "Clara Winther: I call the foundry today." for up in again.ups)
    assert tick(folder).done == {}


def test_sight_is_the_picked_unit_and_below(folder: Path) -> None:
    mira, picks = seen(folder, "mira_solberg")
    assert set(within(mira, picks)) == {"operations", "service", "purchasing", "assembly", "logistics"}
