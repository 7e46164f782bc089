"""Objectives handed down, and their key results: who answers, what counts from when, grades and check-ins."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from access.policy import Refused
from data.errors import CommandError
from strategy.goals.cascade import (
    AcceptCascade,
    AlignObjective,
    OfferAgain,
    ReturnCascade,
    WeighParts,
)
from strategy.goals.objectives import (
    ActivateObjective,
    RetireObjective,
)
from strategy.goals.reading import goals, path_up, plan_of
from strategy.goals.results import (
    AddKeyResult,
    ChangeKeyResult,
    CheckInKeyResult,
    CloseKeyResult,
    grade,
    overall,
)
from strategy.goals.rules import Measure
from strategy.goals.tables import CheckIn, KeyResult, Objective, PlanVersion
from strategy.plan import Plan, weight_on
from tests.goals_written import PART, PUNCTUAL, activated, handed_down
from tests.strategy_rooms import Books

# -- handed down


def test_a_part_counts_once_the_receiving_owner_has_accepted_it(books: Books) -> None:
    activated(books)
    books.do("clara", PART)
    offered = books.one(Objective, "east.punctual")
    assert (offered.state, offered.cascade, offered.waits_for, offered.offered_by) == (
        "draft",
        "offered",
        "mira",
        "clara",
    )
    assert "east.punctual" not in plan_of(Plan(), *goals(books.engine)).objectives
    with pytest.raises(CommandError, match="waits for mira"):
        books.do("clara", AcceptCascade(offered.key, offered.version))  # not even the chief, for her
    with pytest.raises(Refused):
        books.do("wil", AcceptCascade(offered.key, offered.version))
    books.do("mira", AcceptCascade(offered.key, offered.version, "We can.", since="2026-10"))
    plan = plan_of(Plan(), *goals(books.engine))
    part = plan.objectives["east.punctual"]
    assert (part.parent, part.unit, part.aims["on_time"].goal) == ("punctual", "east", 0.97)
    assert [weight_on(part.weight, 2026 * 12 + month) for month in (8, 9)] == [0.0, 2.0]
    assert path_up(plan.objectives, "east.punctual") == ("east.punctual", "punctual")
    again = books.one(Objective, "east.punctual")
    with pytest.raises(CommandError, match="only be done while it is draft"):
        books.do("mira", AcceptCascade(again.key, again.version))


def test_an_offer_is_returned_with_words_and_offered_again(books: Books) -> None:
    activated(books)
    books.do("clara", PART)
    one = books.one(Objective, "east.punctual")
    with pytest.raises(CommandError, match="the answer is empty"):
        books.do("mira", ReturnCascade(one.key, one.version, " "))
    books.do("mira", ReturnCascade(one.key, one.version, "95 % is what two shifts can do."))
    one = books.one(Objective, "east.punctual")
    assert (one.cascade, one.waits_for, one.words) == ("returned", "", "95 % is what two shifts can do.")
    with pytest.raises(CommandError, match="not on offer"):
        books.do("mira", ReturnCascade(one.key, one.version, "again"))
    again = OfferAgain(one.key, one.version, 1.0, (Measure("on_time", 1.0, 0.95, 0.9),), "95 % then.")
    books.do("clara", again)
    one = books.one(Objective, "east.punctual")
    assert (one.cascade, one.waits_for) == ("offered", "mira")
    books.do("mira", AcceptCascade(one.key, one.version))
    assert plan_of(Plan(), *goals(books.engine)).objectives["east.punctual"].aims["on_time"].goal == 0.95


def test_who_offers_himself_asks_the_owner_above(books: Books) -> None:
    activated(books)
    books.do("mira", PART)
    one = books.one(Objective, "east.punctual")
    assert one.waits_for == "clara"
    with pytest.raises(CommandError, match="waits for clara"):
        books.do("mira", AcceptCascade(one.key, one.version))
    books.do("clara", AcceptCascade(one.key, one.version))
    assert books.one(Objective, "east.punctual").state == "active"


def test_who_answers_for_both_has_accepted_by_offering(books: Books) -> None:
    activated(books)
    books.do("clara", replace(PART, owner="clara"))
    assert books.one(Objective, "east.punctual").state == "active"


def test_three_levels_and_no_circle(books: Books) -> None:
    east = handed_down(books)
    shop = replace(PART, key="shop.punctual", unit="shop", parent="east.punctual", owner="sam")
    books.do("mira", shop)
    one = books.one(Objective, "shop.punctual")
    books.do("sam", AcceptCascade(one.key, one.version))
    plan = plan_of(Plan(), *goals(books.engine))
    assert path_up(plan.objectives, "shop.punctual") == ("shop.punctual", "east.punctual", "punctual")
    top = books.one(Objective, "punctual")
    with pytest.raises(CommandError, match="would serve itself"):
        books.do("clara", AlignObjective("punctual", top.version, "shop.punctual", "a circle"))
    for one, words in ((top, "1 objectives hang on it"), (east, "1 objectives hang on it")):
        with pytest.raises(CommandError, match=words):
            books.do("clara", RetireObjective(one.key, one.version, "no longer"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parent": "nothing"}, "there is no objective 'nothing'"),
        ({"owner": ""}, "receiving owner"),
        ({"weight": -1.0}, "from 0 upwards"),
        ({"measures": ()}, None),
    ],
)
def test_what_can_be_offered(books: Books, change: Any, words: str | None) -> None:
    activated(books)
    if words:
        with pytest.raises(CommandError, match=words):
            books.do("clara", replace(PART, **change))
        return
    books.do("clara", replace(PART, **change))
    one = books.one(Objective, "east.punctual")
    with pytest.raises(CommandError, match="no metric"):  # what is offered bare is accepted once it can be measured
        books.do("mira", AcceptCascade(one.key, one.version))


def test_a_draft_is_not_cascaded_and_an_offer_not_activated(books: Books) -> None:
    books.do("clara", PUNCTUAL)
    with pytest.raises(CommandError, match="only an active objective"):
        books.do("clara", PART)
    books.do("clara", ActivateObjective("punctual", 1, "go"))
    books.do("clara", PART)
    one = books.one(Objective, "east.punctual")
    with pytest.raises(CommandError, match="when it is accepted"):
        books.do("mira", ActivateObjective(one.key, one.version, "go"))


def test_parts_are_weighed_by_who_has_the_whole(books: Books) -> None:
    handed_down(books)
    top = books.one(Objective, "punctual")
    weighed = WeighParts("punctual", top.version, {"east.punctual": 5.0}, "the east carries it", "2026-11")
    with pytest.raises(Refused):
        books.do("mira", weighed)
    with pytest.raises(CommandError, match="no accepted part"):
        books.do("clara", replace(weighed, weights={"west.punctual": 1.0}))
    books.do("clara", weighed)
    weight = plan_of(Plan(), *goals(books.engine)).objectives["east.punctual"].weight
    assert [weight_on(weight, 2026 * 12 + month) for month in (9, 10)] == [2.0, 5.0]
    with pytest.raises(CommandError, match="nothing is different"):
        books.do("clara", replace(weighed, version=books.one(Objective, "punctual").version))


def test_an_objective_of_ones_own_is_hung_under_another_and_weighs_nothing_until_it_is_given_a_weight(
    books: Books,
) -> None:
    activated(books)
    books.do("mira", replace(PUNCTUAL, key="yard", unit="east", title="Tidy yard", owner="mira"))
    books.do("mira", ActivateObjective("yard", 1, "ours"))
    one = books.one(Objective, "yard")
    books.do("mira", AlignObjective("yard", one.version, "punctual", "it serves the promise"))
    part = plan_of(Plan(), *goals(books.engine)).objectives["yard"]
    assert (part.parent, part.weight) == ("punctual", 0.0)
    one = books.one(Objective, "yard")
    with pytest.raises(CommandError, match="nothing is different"):
        books.do("mira", AlignObjective("yard", one.version, "punctual", "again"))
    books.do("mira", AlignObjective("yard", one.version, None, "no longer"))
    assert plan_of(Plan(), *goals(books.engine)).objectives["yard"].parent is None


# -- key results


def result(number: int) -> AddKeyResult:
    return AddKeyResult("punctual", 0, f"kr{number}", f"Result {number}", 80.0, 95.0, reason="focus")


def test_key_results_are_checked_in_and_scored(books: Books) -> None:
    activated(books)
    for number in (1, 2):
        version = books.one(Objective, "punctual").version
        books.do("clara", replace(result(number), version=version, weight=float(number), owner="sam"))
    one = books.one(KeyResult, "kr1")
    assert (one.unit, one.due, one.state) == ("company", date(2026, 12, 31), "open")
    books.do("sam", CheckInKeyResult("kr1", one.version, 86.0, 7, "The second shift helps."))  # his own, above his unit
    one = books.one(KeyResult, "kr1")
    books.do("sam", CheckInKeyResult("kr1", one.version, 86.0, 7))
    assert [(c.key, c.value, c.words) for c in books.all(CheckIn)] == [
        ("kr1.1", 86.0, "The second shift helps."),
        ("kr1.2", 86.0, ""),
    ]
    found = [(grade(r.value, r.start, r.target), r.weight) for r in books.all(KeyResult)]
    assert found == [(pytest.approx(0.4), 1.0), (None, 2.0)]
    assert overall(found) == pytest.approx(0.4 / 3)
    with pytest.raises(CommandError, match="from 0 to 10"):
        books.do("sam", CheckInKeyResult("kr2", 1, 86.0, 11))
    with pytest.raises(Refused):
        books.do("wil", CheckInKeyResult("kr2", 1, 86.0, 1))


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), (80.0, 0.0), (95.0, 1.0), (87.5, 0.5), (70.0, 0.0), (99.0, 1.0)]
)
def test_a_grade_stays_between_0_and_1(value: float | None, expected: float | None) -> None:
    assert grade(value, 80.0, 95.0) == expected
    assert grade(None if value is None else -value, -80.0, -95.0) == expected  # lower is better


def test_without_a_word_there_is_no_score() -> None:
    assert overall([]) is None
    assert overall([(None, 1.0)]) is None
    assert overall([(1.0, 0.0)]) is None


def test_more_than_five_key_results_are_no_focus(books: Books) -> None:
    activated(books)
    for number in range(5):
        books.do("clara", replace(result(number), version=books.one(Objective, "punctual").version))
    with pytest.raises(CommandError, match="more than 5"):
        books.do("clara", replace(result(6), version=books.one(Objective, "punctual").version))
    one = books.one(KeyResult, "kr0")
    with pytest.raises(CommandError, match="done or dropped"):
        books.do("clara", CloseKeyResult("kr0", one.version, "forgotten", "?"))
    books.do("clara", CloseKeyResult("kr0", one.version, "dropped", "It measured the same as the first."))
    books.do("clara", replace(result(6), version=books.one(Objective, "punctual").version))
    with pytest.raises(CommandError, match="only be done while it is open"):
        books.do("clara", CheckInKeyResult("kr0", books.one(KeyResult, "kr0").version, 90.0, 5))


def test_a_key_result_changes_with_a_reason(books: Books) -> None:
    activated(books)
    books.do("clara", replace(result(1), version=books.one(Objective, "punctual").version))
    one = books.one(KeyResult, "kr1")
    change = ChangeKeyResult("kr1", one.version, one.title, 80.0, 97.0, 1.0, "tom", one.due)
    with pytest.raises(CommandError, match="the reason is empty"):
        books.do("clara", change)
    books.do("clara", replace(change, reason="95 was easy"))
    assert books.one(KeyResult, "kr1").target == 97.0
    changes = [version.changes for version in books.all(PlanVersion)]
    assert any(found.get("target") == [95.0, 97.0] for found in changes)
    for wrong in ({"target": 80.0}, {"weight": -1.0}, {"title": ""}):
        version = books.one(KeyResult, "kr1").version
        with pytest.raises(CommandError):
            books.do("clara", replace(change, version=version, reason="no", **wrong))
