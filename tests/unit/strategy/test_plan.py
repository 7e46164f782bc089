"""The plan as files say it: dated weights, lists for equal ones, shares as percentages."""

from typing import Any

import pytest
from pydantic import ValidationError

from data.calendar import parse_month
from strategy.plan import Objective, Plan, Scorecard, Weight, WeightStep, weight_on

GROW = {"title": "Grow", "perspective": "financial"}


def steps(*given: dict[str, Any]) -> Weight:
    return tuple(WeightStep.model_validate(step) for step in given)


@pytest.mark.parametrize(("month", "weight"), [("2000-01", 2.0), ("2025-06", 2.0), ("2199-12", 2.0)])
def test_a_plain_weight_always_holds(month: str, weight: float) -> None:
    assert weight_on(2.0, parse_month(month)) == weight


@pytest.mark.parametrize(
    ("month", "weight"),
    [
        ("2020-01", 1.0),
        ("2025-12", 1.0),
        ("2026-01", 3.0),
        ("2026-06", 3.0),
        ("2026-07", 0.0),
        ("2027-01", 5.0),
        ("2030-01", 5.0),
    ],
)
def test_dated_weights_hold_from_month_to_month_both_inclusive(month: str, weight: float) -> None:
    dated = steps(
        {"value": 1, "to": "2025-12"}, {"value": 3, "from": "2026-01", "to": "2026-06"}, {"value": 5, "from": "2027-01"}
    )
    assert weight_on(dated, parse_month(month)) == weight


def test_weight_of_nothing_is_zero() -> None:
    assert weight_on((), parse_month("2025-01")) == 0.0


def test_a_list_of_names_weighs_them_equally() -> None:
    assert Objective.model_validate({**GROW, "metrics": ["revenue", "margin"]}).metrics == {
        "revenue": 1.0,
        "margin": 1.0,
    }
    assert Objective.model_validate({**GROW, "metrics": {"revenue": 2}}).metrics == {"revenue": 2.0}


def test_dated_weights_are_read() -> None:
    weights = {"financial": [{"value": 1, "to": "2025-12"}, {"value": 2, "from": "2026-01"}], "customer": 1}
    card = Scorecard.model_validate({"title": "Company", "perspectives": weights})
    assert weight_on(card.perspectives["financial"], parse_month("2026-05")) == 2
    assert weight_on(card.perspectives["customer"], parse_month("2026-05")) == 1


@pytest.mark.parametrize(
    "weights",
    [
        {"revenue": -1},
        {"revenue": "heavy"},
        {"revenue": [{"value": -1}]},
        {"revenue": [{"value": 1, "until": "2025-01"}]},
        {"revenue": [{"value": 1, "from": "2025-13"}]},
    ],
)
def test_what_is_no_weight(weights: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Objective.model_validate({**GROW, "metrics": weights})


def test_coverage_may_be_a_percentage() -> None:
    assert Scorecard.model_validate({"title": "C", "minimum_coverage": "60 %"}).minimum_coverage == pytest.approx(0.6)
    for wrong in ("150 %", -0.1, "half"):
        with pytest.raises(ValidationError):
            Scorecard.model_validate({"title": "C", "minimum_coverage": wrong})


def test_progress_reads_percentages() -> None:
    progress = {"metric": "margin", "baseline": "30 %", "target": "35 %", "start": "2026-01-01", "end": "2026-12-31"}
    found = Objective.model_validate({**GROW, "progress": progress}).progress
    assert found is not None
    assert (found.baseline, found.target) == pytest.approx((0.3, 0.35))
    assert found.span == "r12"


def test_unknown_fields_are_refused() -> None:
    for wrong in (
        {"visions": "x"},
        {"objectives": {"grow": {**GROW, "colour": "red"}}},
        {"links": [{"from": "a", "too": "b"}]},
    ):
        with pytest.raises(ValidationError):
            Plan.model_validate(wrong)
