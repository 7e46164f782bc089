"""Each rule of the strategy's lint: silent on a sound strategy, heard as soon as the one thing it watches is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from access.roles import PersonModel
from access.viewer import Grant, Viewer
from flows.roster import Known, Roster
from flows.strategy_lint import RULES, Case, Finding, failing, lint
from flows.strategy_lint.finding import Numbers
from flows.workspace import Workspace, assemble
from strategy.duties.kinds import KINDS
from strategy.duties.tables import Champion, DecisionRight, Duty
from strategy.goals.tables import KeyResult, Objective, ObjectiveMetric
from strategy.maps.tables import Exemption, Link
from strategy.plan import Initiative
from tests.conftest import DEMO

TODAY = date(2026, 11, 3)
ALWAYS = {"steps": [{"value": 1.0, "from": None, "to": None}]}
MADE: dict[str, Any] = {"version": 1, "made_by": "x", "made_at": datetime(2026, 1, 1, tzinfo=UTC)}


@pytest.fixture(scope="module")
def demo_workspace() -> Workspace:
    return assemble(DEMO)


def goal(key: str, **said: Any) -> Objective:
    given = {
        "unit": "velora",
        "perspective": "process",
        "title": key.title(),
        "owner": "clara_winther",
        "priority": False,
        "state": "active",
        "parent": None,
        "end": date(2027, 12, 31),
        "target": None,
        **said,
    }
    return Objective(key=key, **given)


def measure(objective: str, metric: str, **said: Any) -> ObjectiveMetric:
    given = {"unit": "velora", "weights": ALWAYS, "goal": None, "red_flag": None, "targeted": True, **said}
    return ObjectiveMetric(key=f"{objective}:{metric}", objective=objective, metric=metric, **given)


def link(key: str, cause: str, effect: str, **said: Any) -> Link:
    given = {
        "unit": "velora",
        "because": "it does",
        "leading": "supplier_defect_rate",
        "lagging": "first_pass_yield",
        "sign": -1,
        "lag_months": 2,
        "by": None,
        "state": "active",
        **said,
    }
    return Link(key=key, cause=cause, effect=effect, **given)


@pytest.fixture
def sound(demo_workspace: Workspace) -> Case:
    """Two objectives, one link between them, everybody in place."""
    assert demo_workspace.tree is not None
    tree = demo_workspace.tree
    plan = demo_workspace.plan.model_copy(update={"initiatives": {}})
    return Case(
        workspace=replace(demo_workspace, plan=plan),
        tree=tree,
        people=_people(demo_workspace.people),
        today=TODAY,
        objectives={"suppliers": goal("suppliers", priority=True), "quality": goal("quality")},
        measures={
            "suppliers": (measure("suppliers", "supplier_defect_rate"),),
            "quality": (measure("quality", "first_pass_yield"),),
        },
        results=(),
        links=(link("l", "suppliers", "quality"),),
        duties=tuple(_duty(key, key, "R", "mira_solberg") for key in ("suppliers", "quality")),
        champions=tuple(Champion(key=unit, unit=unit, person="mira_solberg") for unit in tree.units),
        rights=tuple(DecisionRight(key=kind, unit="velora", kind=kind, up_to=None) for kind in KINDS),
        exemptions=(),
        numbers=Numbers("2026-10", {("supplier_defect_rate", "velora"): "red", ("first_pass_yield", "velora"): "red"}),
    )


def _people(known: Mapping[str, PersonModel]) -> Roster:
    found = {}
    for key, one in known.items():
        grants = tuple(Grant(role.role, role.units) for role in one.roles)
        found[key] = Known(Viewer(key, one.name, one.title, grants), grants, active=True)
    return Roster(found)


def _duty(key: str, subject: str, role: str, person: str, kind: str = "objective") -> Duty:
    return Duty(key=key, unit="velora", subject_kind=kind, subject=subject, role=role, person=person)


def with_goal(case: Case, one: Objective, *measures: ObjectiveMetric) -> Case:
    """The case with an objective in the place of the one of its key, or beside the others."""
    held = {**case.measures, one.key: measures} if measures else case.measures
    return replace(case, objectives={**case.objectives, one.key: one}, measures=held)


def with_link(case: Case, *links: Link) -> Case:
    return replace(case, links=links)


def many(case: Case, count: int, **said: Any) -> Case:
    """More objectives, each measured and on the map."""
    for number in range(count):
        one = goal(f"more{number}", parent="quality", **said)
        case = with_goal(case, one, measure(one.key, "supplier_on_time"))
        case = replace(case, duties=(*case.duties, _duty(one.key, one.key, "R", "mira_solberg")))
        numbers = {**case.numbers.statuses, ("supplier_on_time", "velora"): "green"}
        case = replace(case, numbers=replace(case.numbers, statuses=numbers))
    return case


def guarded(case: Case) -> Case:
    """First-pass yield is met, and guarded by the suppliers' defects, which are off target."""
    catalog = case.workspace.catalog
    metric = catalog.metrics["first_pass_yield"].model_copy(update={"guardrails": ("supplier_defect_rate",)})
    metrics = {**catalog.metrics, "first_pass_yield": metric}
    statuses = {**case.numbers.statuses, ("first_pass_yield", "velora"): "green"}
    workspace = replace(case.workspace, catalog=replace(catalog, metrics=metrics))
    return replace(case, workspace=workspace, numbers=replace(case.numbers, statuses=statuses))


def initiative(case: Case) -> Case:
    plan = case.workspace.plan.model_copy(update={"initiatives": {"i": Initiative(title="I", objective="gone")}})
    return replace(case, workspace=replace(case.workspace, plan=plan))


BACK = {"leading": "first_pass_yield", "lagging": "supplier_defect_rate"}
FAULTS: dict[str, Callable[[Case], Case]] = {
    "objective_without_metric": lambda c: replace(c, measures={"quality": c.measures["quality"]}),
    "objective_without_target": lambda c: with_goal(c, goal("quality"), measure("quality", "orders")),
    "single_key_result": lambda c: replace(
        c, results=(KeyResult(key="k", objective="quality", unit="velora", state="open"),)
    ),
    "objective_without_owner": lambda c: with_goal(c, goal("quality", owner="")),
    "owner_unknown": lambda c: with_goal(c, goal("quality", owner="nobody")),
    "metric_unknown": lambda c: with_goal(
        c, goal("quality"), measure("quality", "gone"), measure("quality", "first_pass_yield")
    ),
    "no_leading_partner": lambda c: with_goal(c, goal("quality"), measure("quality", "scrap_rate")),
    "past_its_end": lambda c: with_goal(c, goal("quality", end=date(2026, 11, 2))),
    "off_the_map": lambda c: with_goal(c, goal("alone"), measure("alone", "supplier_on_time")),
    "too_many_priorities": lambda c: many(c, 5, priority=True, owner="tomas_arendt"),
    "no_priority": lambda c: many(with_goal(c, goal("suppliers")), 4, owner="tomas_arendt"),
    "all_lagging": lambda c: with_goal(
        c, goal("money", perspective="financial", parent="quality"), measure("money", "revenue")
    ),
    "answers_for_too_much": lambda c: many(c, 6),
    "nobody_responsible": lambda c: replace(c, duties=c.duties[:1]),
    "unit_without_champion": lambda c: replace(c, champions=c.champions[:-1]),
    "circle": lambda c: with_link(c, *c.links, link("back", "quality", "suppliers", **BACK)),
    "link_without_hypothesis": lambda c: with_link(c, link("l", "suppliers", "quality", leading=None, lagging=None)),
    "hypothesis_unknown": lambda c: with_link(c, link("l", "suppliers", "quality", leading="gone")),
    "hypothesis_elsewhere": lambda c: with_link(
        c, link("l", "suppliers", "quality", leading="supplier_on_time", sign=1)
    ),
    "hypothesis_due": lambda c: with_link(c, link("l", "suppliers", "quality", by=date(2026, 11, 2))),
    "link_to_nowhere": lambda c: with_link(c, *c.links, link("off", "quality", "gone", **BACK)),
    "trade_off": lambda c: with_link(c, link("l", "suppliers", "quality", sign=1)),
    "nobody_decides": lambda c: replace(c, rights=c.rights[1:]),
    "initiative_without_objective": initiative,
    "never_reported": lambda c: replace(c, numbers=Numbers("2026-10", {("first_pass_yield", "velora"): "red"})),
    "target_at_its_cost": guarded,
}


def test_a_sound_strategy_is_silent(sound: Case) -> None:
    assert [str(one) for one in lint(sound)] == []


def test_every_rule_has_a_fault_here() -> None:
    assert set(FAULTS) == set(RULES)
    assert all(ruled.says for ruled in RULES.values())


@pytest.mark.parametrize("code", FAULTS)
def test_a_rule_hears_its_fault_and_no_other(sound: Case, code: str) -> None:
    found = lint(FAULTS[code](sound))
    assert {one.rule for one in found} - ALONG.get(code, set()) == {code}, [str(one) for one in found]
    for one in found:
        assert one.message and one.remedy and one.title
        assert one.unit in sound.tree.units


# What a fault brings along by its nature: an objective that is new has nobody responsible yet, and so on.
ALONG: dict[str, set[str]] = {
    "objective_without_metric": {"hypothesis_elsewhere", "all_lagging"},
    "objective_without_target": {"no_leading_partner", "never_reported", "hypothesis_elsewhere"},
    "no_leading_partner": {"never_reported", "hypothesis_elsewhere"},
    "off_the_map": {"nobody_responsible", "never_reported"},
    "all_lagging": {"nobody_responsible", "never_reported"},
}


def test_what_is_passed_over_stays_in_sight_with_its_reason(sound: Case) -> None:
    case = with_goal(sound, goal("quality", owner=""))
    excuse = Exemption(
        key="e",
        unit="velora",
        rule="objective_without_owner",
        subject="quality",
        reason="He starts in May",
        until=TODAY,
    )
    (told,) = lint(replace(case, exemptions=(excuse,)))
    assert (told.excused, told.exemption) == ("He starts in May", "e")
    assert failing([told]) == []
    excuse.until = date(2026, 11, 2)
    (told,) = lint(replace(case, exemptions=(excuse,)))
    assert told.excused == ""
    assert failing([told]) == [told]


def test_an_exemption_of_another_unit_counts_for_nothing(sound: Case) -> None:
    excuse = Exemption(
        key="e", unit="operations", rule="objective_without_owner", subject="quality", reason="Because", until=None
    )
    (told,) = lint(replace(with_goal(sound, goal("quality", owner="")), exemptions=(excuse,)))
    assert told.excused == ""


def test_the_gravest_comes_first(sound: Case) -> None:
    case = replace(with_goal(sound, goal("quality", owner="")), champions=(), rights=())
    levels = [one.level for one in lint(case)]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert failing(lint(case), strict=True) == [one for one in lint(case) if one.level != "note"]


def test_key_results_are_a_measure_too(sound: Case) -> None:
    bare = replace(sound, measures={"suppliers": sound.measures["suppliers"]}, links=(sound.links[0],))
    result = KeyResult(key="k", objective="quality", unit="velora", state="open")
    rules = {one.rule for one in lint(replace(bare, results=(result,)))}
    assert not rules & {"objective_without_metric", "objective_without_target"}


def test_what_is_computed_from_a_led_metric_is_led(sound: Case) -> None:
    """Order intake leads the revenue by drivers.yaml; the operating margin is computed from the revenue."""
    assert {"revenue", "gross_profit"} <= sound.led
    assert "scrap_rate" not in sound.led


def test_a_person_of_many_things_is_told_at_the_lowest_common_unit(sound: Case) -> None:
    people = {**sound.workspace.people, "busy": PersonModel(name="Busy Bee")}
    case = replace(sound, people=_people(people))
    case = many(case, 8, owner="busy", unit="purchasing")
    told = [one for one in lint(case) if one.rule == "answers_for_too_much"]
    assert [(one.title, one.unit) for one in told] == [("Busy Bee", "purchasing")]
    assert isinstance(told[0], Finding)
