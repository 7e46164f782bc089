"""Objectives: written, measured, put in force, changed with a reason, handed down, checked in, ended; who may."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.goals.beginning import BeginObjective, BeginScorecard
from strategy.goals.cascade import (
    AcceptCascade,
    AlignObjective,
    CascadeObjective,
    OfferAgain,
    ReturnCascade,
    WeighParts,
)
from strategy.goals.objectives import (
    ActivateObjective,
    ChangeObjective,
    NamePlan,
    PlaceOnScorecards,
    RetireObjective,
    SetMeasures,
    SetWay,
    WriteObjective,
)
from strategy.goals.reading import cards_of, goals, path_up, plan_of
from strategy.goals.results import (
    AddKeyResult,
    ChangeKeyResult,
    CheckInKeyResult,
    CloseKeyResult,
    grade,
    overall,
)
from strategy.goals.rules import Measure
from strategy.goals.tables import CheckIn, KeyResult, Objective, ObjectiveMetric, PlanVersion
from strategy.plan import Plan, weight_on
from strategy.reading import past
from tests.strategy_rooms import NOON, Books

PUNCTUAL = WriteObjective(
    "punctual",
    "company",
    "Keep the delivery promise",
    "customer",
    description="The bike is there on the day we named.",
    owner="clara",
    start=date(2026, 1, 1),
    end=date(2026, 12, 31),
    measures=(Measure("on_time", 2.0, targeted=True),),
)
PART = CascadeObjective(
    "east.punctual",
    "east",
    "punctual",
    "mira",
    title="Leave the depot on time",
    weight=2.0,
    measures=(Measure("on_time", 1.0, 0.97, 0.92),),
    words="You move most of it.",
)


def activated(books: Books, who: str = "clara") -> Objective:
    """An objective of the whole company that is in force."""
    books.do(who, PUNCTUAL)
    books.do(who, ActivateObjective("punctual", 1, "the plan of 2026"))
    return books.one(Objective, "punctual")


def handed_down(books: Books) -> Objective:
    """A part of it that the east has taken on."""
    activated(books)
    books.do("clara", PART)
    offered = books.one(Objective, "east.punctual")
    books.do("mira", AcceptCascade(offered.key, offered.version, "We can.", since="2026-10"))
    return books.one(Objective, "east.punctual")


def otherwise(one: Objective, **fields: Any) -> ChangeObjective:
    """A change of some fields, the others as they are."""
    names = ("title", "description", "theme", "perspective", "owner", "priority", "start", "end")
    return ChangeObjective(one.key, one.version, **{**{name: getattr(one, name) for name in names}, **fields})


# -- written and put in force


def test_objective_begins_as_a_draft_with_its_measures(books: Books) -> None:
    books.do("clara", PUNCTUAL)
    one, measure = books.one(Objective, "punctual"), books.one(ObjectiveMetric, "punctual:on_time")
    assert (one.state, one.unit, one.owner, one.made_by) == ("draft", "company", "clara", "clara")
    assert (measure.targeted, measure.weights["steps"]) == (True, [{"value": 2.0, "from": None, "to": None}])
    assert not books.all(PlanVersion)  # only the active plan has versions
    with pytest.raises(Conflict, match="there is a objective 'punctual' already"):
        books.do("clara", PUNCTUAL)


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"owner": ""}, "no owner"),
        ({"measures": ()}, "no metric and no target"),
        ({"measures": (Measure("on_time"),)}, "no target"),
    ],
)
def test_nothing_is_put_in_force_without_owner_metric_and_target(books: Books, change: Any, lacks: str) -> None:
    books.do("clara", replace(PUNCTUAL, **change))
    with pytest.raises(CommandError, match=lacks):
        books.do("clara", ActivateObjective("punctual", 1, "the plan of 2026"))
    assert books.one(Objective, "punctual").state == "draft"


@pytest.mark.parametrize(
    "target", [{"measures": (Measure("on_time", 1.0, 0.95, 0.9),)}, {"measures": (Measure("on_time", targeted=True),)}]
)
def test_a_target_is_the_metrics_or_the_objectives_own(books: Books, target: Any) -> None:
    books.do("clara", replace(PUNCTUAL, **target))
    books.do("clara", ActivateObjective("punctual", 1, "the plan of 2026"))
    (version,) = books.all(PlanVersion)
    assert (version.kind, version.reason, version.on) == ("change", "the plan of 2026", NOON.date())


def test_a_way_is_a_target_too(books: Books) -> None:
    books.do("clara", replace(PUNCTUAL, measures=(Measure("on_time"),)))
    way = SetWay("punctual", 1, "on_time", "r12", 0.9, 0.95, date(2026, 1, 1), date(2026, 12, 31))
    books.do("clara", way)
    one = books.one(Objective, "punctual")
    books.do("clara", ActivateObjective("punctual", one.version, "the plan of 2026"))
    plan = plan_of(Plan(), *goals(books.engine))
    way_laid = plan.objectives["punctual"].progress
    assert way_laid is not None
    assert (way_laid.metric, way_laid.baseline, way_laid.target) == ("on_time", 0.9, 0.95)
    for wrong, words in (
        ({"target": 0.9}, "same"),
        ({"end": date(2025, 1, 1)}, "ends before"),
        ({"span": "week"}, "no span"),
    ):
        with pytest.raises(CommandError, match=words):
            books.do("clara", replace(way, version=books.one(Objective, "punctual").version, **wrong))


@pytest.mark.parametrize(
    ("measures", "words"),
    [
        ((Measure("a"), Measure("a")), "twice"),
        ((Measure("a", -1.0),), "from 0 upwards"),
        ((Measure("a", 1.0, 0.9),), "needs a red flag"),
        ((Measure("a", 1.0, 0.9, 0.9),), "two different numbers"),
        (tuple(Measure(f"m{i}") for i in range(13)), "too many"),
    ],
)
def test_measures_that_cannot_be(books: Books, measures: tuple[Measure, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        books.do("clara", replace(PUNCTUAL, measures=measures))
    assert not books.all(Objective)


# -- changed in mid-cycle


def test_a_change_in_mid_cycle_asks_a_reason_and_is_a_version_of_the_plan(books: Books) -> None:
    one = activated(books)
    with pytest.raises(CommandError, match="the reason is empty"):
        books.do("clara", otherwise(one, title="Be on time"))
    books.do("clara", otherwise(one, title="Be on time", owner="tom", reason="Tom has taken logistics over."))
    version = books.all(PlanVersion)[-1]
    assert version.changes == {"title": [PUNCTUAL.title, "Be on time"], "owner": ["clara", "tom"]}
    assert version.reason == "Tom has taken logistics over."
    with pytest.raises(CommandError, match="no owner"):
        books.do("clara", otherwise(books.one(Objective, "punctual"), owner="", reason="nobody"))


def test_the_second_writer_is_told_what_the_first_changed(books: Books) -> None:
    one = activated(books)
    books.do("tom", otherwise(one, title="Be on time", reason="shorter"))
    with pytest.raises(Conflict, match="tom changed title from Keep the delivery promise to Be on time"):
        books.do("clara", otherwise(one, title="Punctual", reason="nicer"))


def test_a_draft_changes_without_a_reason(books: Books) -> None:
    books.do("clara", PUNCTUAL)
    books.do("clara", otherwise(books.one(Objective, "punctual"), title="Be on time"))
    assert not books.all(PlanVersion)
    with pytest.raises(CommandError, match="nothing is different"):
        books.do("clara", otherwise(books.one(Objective, "punctual")))


def test_new_measures_count_from_a_month_on_and_what_was_before_stays(books: Books) -> None:
    one = activated(books)
    measures = (Measure("on_time", 1.0, targeted=True), Measure("complaints", 3.0, targeted=True))
    books.do("clara", SetMeasures("punctual", one.version, measures, "2026-10", "complaints tell earlier"))
    metrics = plan_of(Plan(), *goals(books.engine)).objectives["punctual"].metrics
    assert [weight_on(metrics["on_time"], 2026 * 12 + m) for m in (8, 9, 10)] == [2.0, 1.0, 1.0]
    assert [weight_on(metrics["complaints"], 2026 * 12 + m) for m in (8, 9)] == [0.0, 3.0]
    with pytest.raises(Conflict, match="edits"):
        books.do("tom", SetMeasures("punctual", one.version, (), "", "from an old page"))
    now = books.one(Objective, "punctual")
    with pytest.raises(CommandError, match="no metric"):
        books.do("tom", SetMeasures("punctual", now.version, (), "", "none left"))
    books.do("tom", SetMeasures("punctual", now.version, measures[1:], "", "one is enough"))  # the month of the clock
    metrics = plan_of(Plan(), *goals(books.engine)).objectives["punctual"].metrics
    assert [weight_on(metrics["on_time"], 2026 * 12 + m) for m in (8, 9, 10)] == [2.0, 1.0, 0.0]
    now = books.one(Objective, "punctual")
    for wrong in ("2026-13", "soon"):
        with pytest.raises(CommandError, match="not a month"):
            books.do("tom", SetMeasures("punctual", now.version, measures, wrong, "why not"))


def test_scorecards_weigh_an_objective_from_a_month_on(books: Books) -> None:
    one = activated(books)
    books.do("clara", PlaceOnScorecards("punctual", one.version, {"corporate": 1.0}, "ever", "it counts"))
    one = books.one(Objective, "punctual")
    books.do("clara", PlaceOnScorecards("punctual", one.version, {"corporate": 3.0}, "2026-10", "it counts more"))
    weight = cards_of(books.all(Objective))["corporate"]["punctual"]
    assert [weight_on(weight, 2026 * 12 + month) for month in (8, 9)] == [1.0, 3.0]
    one = books.one(Objective, "punctual")
    books.do("clara", RetireObjective("punctual", one.version, "reached"))
    plan = plan_of(Plan(), *goals(books.engine))
    assert (list(plan.objectives), list(plan.known)) == ([], ["punctual"])
    weight = cards_of(books.all(Objective))["corporate"]["punctual"]
    assert [weight_on(weight, 2026 * 12 + month) for month in (9, 10)] == [3.0, 0.0]  # it ended in November


def test_any_past_version_can_be_seen(books: Books) -> None:
    one = activated(books)
    books.do("clara", otherwise(one, title="Be on time", reason="shorter"), NOON + timedelta(days=30))
    (then,) = past(books.engine, Objective, NOON + timedelta(days=1))
    assert (then.title, books.one(Objective, "punctual").title) == (PUNCTUAL.title, "Be on time")
    assert then.start == date(2026, 1, 1)


def test_a_plan_gets_a_name(books: Books) -> None:
    books.do("clara", NamePlan("plan-2026", "company", "Plan 2026", "agreed by the board"))
    one = books.one(PlanVersion, "plan-2026")
    assert (one.kind, one.title, one.on) == ("named", "Plan 2026", NOON.date())
    with pytest.raises(CommandError, match="the name is empty"):
        books.do("clara", NamePlan("plan-2027", "company", " ", "?"))


# -- who may


@pytest.mark.parametrize(("who", "unit"), [("mira", "company"), ("mira", "west"), ("ann", "company"), ("joe", "shop")])
def test_who_may_not_write_objectives(books: Books, who: str, unit: str) -> None:
    with pytest.raises(Refused):
        books.do(who, replace(PUNCTUAL, unit=unit))
    assert not books.all(Objective)


def test_an_objective_out_of_scope_is_not_in_sight(books: Books) -> None:
    one = activated(books)
    with pytest.raises(Refused, match="no objective of that key in sight"):
        books.do("mira", otherwise(one, title="Mine now", reason="?"))


def test_only_the_clock_begins_a_plan(books: Books) -> None:
    begun = BeginObjective(
        "punctual",
        "company",
        "Keep the promise",
        "customer",
        owner="clara",
        scorecards={"corporate": {"steps": [{"value": 1.0, "from": None, "to": None}]}},
        measures={"on_time": {"steps": [{"value": 1.0, "from": None, "to": None}]}},
        aims={"on_time": (0.95, 0.9)},
    )
    for command in (begun, BeginScorecard("operations", {})):
        with pytest.raises(Refused, match=r"may not clock\.run"):
            books.do("clara", command)
    books.door().by_clock(begun)
    books.door().by_clock(BeginScorecard("operations", {"punctual": {"steps": []}}))
    one = books.one(Objective, "punctual")
    assert (one.state, sorted(one.scorecards), one.made_by) == ("active", ["corporate", "operations"], "fourfold")
    aim = plan_of(Plan(), *goals(books.engine)).objectives["punctual"].aims["on_time"]
    assert (aim.goal, aim.red_flag) == (0.95, 0.9)
    with pytest.raises(Conflict):
        books.door().by_clock(begun)


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
