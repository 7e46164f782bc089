"""Objectives: written, measured, put in force, changed with a reason, ended; who may."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.goals.beginning import BeginObjective, BeginScorecard
from strategy.goals.objectives import (
    ActivateObjective,
    NamePlan,
    PlaceOnScorecards,
    RetireObjective,
    SetMeasures,
    SetWay,
)
from strategy.goals.reading import cards_of, goals, plan_of
from strategy.goals.rules import Measure
from strategy.goals.tables import Objective, ObjectiveMetric, PlanVersion
from strategy.plan import Plan, weight_on
from strategy.reading import past
from tests.goals_written import PUNCTUAL, activated, otherwise
from tests.strategy_rooms import NOON, Books

# -- written and put in force


def test_objective_begins_as_a_draft_with_its_measures(books: Books) -> None:
    books.do("clara", PUNCTUAL)
    one, measure = books.one(Objective, "punctual"), books.one(ObjectiveMetric, "punctual:on_time")
    assert (one.state, one.unit, one.owner, one.made_by) == ("draft", "company", "clara", "clara")
    assert (measure.targeted, measure.weights["steps"]) == (True, [{"value": 2.0, "from": None, "to": None}])
    assert not books.all(PlanVersion)  # only the active plan has versions
    with pytest.raises(Conflict, match="there is objective 'punctual' already"):
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
