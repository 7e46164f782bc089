"""Names that lead from one file to another: each that leads nowhere is told at its place, with the nearest name."""

from typing import Any

import pytest

from access.roles import BUILT_IN, PeopleModel, RolesModel
from data.organisation import UnitModel, tree_of
from flows.references import Fault, Known, reference_faults
from metrics.definitions.metric import Metric
from strategy.plan import Plan, Scorecard

LEVELS = ("company", "department")
UNITS = (
    {"key": "company", "title": "C", "level": "company"},
    {"key": "shop", "title": "S", "level": "department", "parent": "company"},
)
TREE = tree_of([UnitModel.model_validate(unit) for unit in UNITS], LEVELS)[0]
GROW = {"title": "Grow", "perspective": "financial", "metrics": ["revenue"]}
CARD = {"title": "Company", "objectives": ["grow"]}


def metric(**more: Any) -> Metric:
    body = {"agg": {"table": "orders", "function": "count"}}
    return Metric.model_validate(
        {"key": "revenue", "perspective": "financial", "title": "R", "measured_in": "EUR", **body, **more}
    )


def told(
    plan: dict[str, Any] | None = None,
    card: dict[str, Any] | None = None,
    people: dict[str, Any] | None = None,
    roles: dict[str, Any] | None = None,
    one: Metric | None = None,
) -> list[Fault]:
    parsed = Plan.model_validate({"objectives": {"grow": GROW}, **(plan or {})})
    metrics = {"revenue": one or metric()}
    known = Known({"financial": "Financial"}, LEVELS, TREE, metrics, parsed.objectives, BUILT_IN)
    return list(
        reference_faults(
            known,
            parsed,
            {"company": Scorecard.model_validate(card or CARD)},
            PeopleModel.model_validate({"people": people or {}}),
            RolesModel.model_validate(roles or {}),
            metrics,
        )
    )


def test_a_sound_workspace_has_no_faults() -> None:
    people = {"ann": {"name": "Ann", "roles": [{"role": "manager", "units": ["shop"]}]}}
    progress = {"metric": "revenue", "baseline": 1, "target": 2, "start": "2026-01-01", "end": "2026-12-31"}
    plan = {
        "objectives": {"grow": {**GROW, "progress": progress}, "serve": GROW},
        "links": [{"from": "serve", "to": "grow"}],
        "initiatives": {"fair": {"title": "Fair", "objective": "grow"}},
    }
    card = {**CARD, "units": ["shop"], "perspectives": {"financial": 1}, "metrics": ["revenue"], "roles": ["manager"]}
    assert told(plan, card, people) == []


PROGRESS = {"metric": "revenue", "baseline": 1, "target": 2, "start": "2026-01-01", "end": "2026-12-31"}


def objective(**more: Any) -> dict[str, Any]:
    return {"objectives": {"grow": {**GROW, **more}}}


@pytest.mark.parametrize(
    ("plan", "path", "message", "hint"),
    [
        (
            objective(perspective="financal"),
            ("objectives", "grow", "perspective"),
            "'financal' is not a perspective",
            "did you mean 'financial'?",
        ),
        (
            objective(metrics=["revenu"]),
            ("objectives", "grow", "metrics"),
            "'revenu' is not a metric",
            "did you mean 'revenue'?",
        ),
        (
            objective(progress={**PROGRESS, "metric": "x"}),
            ("objectives", "grow", "progress", "metric"),
            "'x' is not a metric",
            "known: revenue",
        ),
        (
            objective(progress={**PROGRESS, "target": 1}),
            ("objectives", "grow", "progress"),
            "baseline and target are the same",
            "progress has no measure then",
        ),
        (
            objective(progress={**PROGRESS, "end": "2026-01-01"}),
            ("objectives", "grow", "progress"),
            "ends before it starts",
            "swap `start` and `end`",
        ),
        (
            objective(metrics={"revenue": [{"value": 1}, {"value": 2, "from": "2026-01"}]}),
            ("objectives", "grow", "metrics", "revenue", 1),
            "this weight holds in 2026-01 together with an earlier one; only one can",
            "part them by `from:` and `to:`",
        ),
        (
            {"links": [{"from": "grow", "to": "grwo"}]},
            ("links", 0),
            "'grwo' is not an objective",
            "did you mean 'grow'?",
        ),
        (
            {"links": [{"from": "grow", "to": "grow"}]},
            ("links", 0),
            "'grow' leads to itself",
            "name another objective",
        ),
        (
            {"links": [{"from": "grow", "to": "keep", "leading": "revenu", "lagging": "revenue"}]},
            ("links", 0, "leading"),
            "'revenu' is not a metric",
            "did you mean 'revenue'?",
        ),
        (
            {"links": [{"from": "grow", "to": "keep", "leading": "revenue"}]},
            ("links", 0),
            "a hypothesis names two metrics",
            "give both `leading:` and `lagging:`",
        ),
        (
            {"links": [{"from": "grow", "to": "keep", "leading": "revenue", "lagging": "revenue"}]},
            ("links", 0),
            "'revenue' does not lead itself",
            "name another metric",
        ),
        (
            {"links": [{"from": "grow", "to": "keep"}, {"from": "keep", "to": "grow"}]},
            ("links", 0),
            "links lead round: grow > keep > grow",
            "end one of them",
        ),
        (
            {"initiatives": {"fair": {"title": "F", "objective": "sell"}}},
            ("initiatives", "fair", "objective"),
            "'sell' is not an objective",
            "known: grow",
        ),
    ],
)
def test_faults_of_the_strategy(plan: dict[str, Any], path: tuple[str | int, ...], message: str, hint: str) -> None:
    assert ("strategy.yaml", path, message, hint) in told(plan)


@pytest.mark.parametrize(
    ("card", "path", "message"),
    [
        ({"perspectives": {"people": 1}}, ("perspectives",), "'people' is not a perspective"),
        ({"objectives": ["grwo"]}, ("objectives",), "'grwo' is not an objective"),
        ({"metrics": ["cost"]}, ("metrics",), "'cost' is not a metric"),
        ({"roles": ["boss"]}, ("roles",), "'boss' is not a role"),
        ({"units": ["stop"]}, ("units",), "'stop' is not a unit"),
        ({"objectives": []}, (), "names neither objectives nor metrics"),
        (
            {"perspectives": {"financial": [{"value": 1, "to": "2025-06"}, {"value": 2, "from": "2025-06"}]}},
            ("perspectives", "financial", 1),
            "this weight holds in 2025-06 together with an earlier one; only one can",
        ),
    ],
)
def test_faults_of_a_scorecard(card: dict[str, Any], path: tuple[str | int, ...], message: str) -> None:
    found = told(card={**CARD, **card})
    assert ("scorecards/company.yaml", path, message) in [fault[:3] for fault in found]


def test_faults_of_people_and_groups() -> None:
    grant = {"role": "manger", "units": ["shop", "stop"]}
    found = told(people={"ann": {"name": "Ann", "roles": [grant]}}, roles={"groups": {"sales-team": grant}})
    places = {fault[0] for fault in found}
    messages = [fault[2] for fault in found]
    assert places == {"people.yaml", "roles.yaml"}
    assert messages.count("'manger' is not a role") == messages.count("'stop' is not a unit") == 2


def test_faults_of_units_that_metrics_name() -> None:
    one = metric(
        target=[{"value": 5, "unit": "stop"}, {"value": 6, "unit": "each"}],
        anchors={"goal": "target", "red": 0},
        tests=[{"period": "2025-01", "unit": "company", "equals": 1}, {"period": "2025-01", "unit": "x", "equals": 1}],
    )
    place = "metrics/financial/revenue.yaml"
    found = told(one=one)
    assert (place, ("target", 0, "unit"), "'stop' is not a unit", "did you mean 'shop'?") in found
    assert [fault[1] for fault in found] == [("target", 0, "unit"), ("tests", 1, "unit")]


def test_units_are_not_asked_for_while_they_are_still_to_be_read() -> None:
    parsed = Plan.model_validate({"objectives": {"grow": GROW}})
    known = Known({"financial": "F"}, LEVELS, None, {"revenue": metric()}, parsed.objectives, BUILT_IN)
    card = Scorecard.model_validate({**CARD, "units": ["anything"]})
    assert list(reference_faults(known, parsed, {"c": card}, PeopleModel(), RolesModel(), {})) == []


def test_a_role_that_alone_sees_a_metric_exists() -> None:
    """A slip of the pen would hide it from everybody."""
    assert told(one=metric(confidential=["executive"])) == []
    (fault,) = told(one=metric(confidential=["executiv"]))
    assert fault[0] == "metrics/financial/revenue.yaml"
    assert fault[1][0] == "confidential"
    assert "executive" in f"{fault[2]} {fault[3]}"
