"""Units of measure: what may be added, what a ratio gives, and formulas that do not give what they say."""

from typing import Any

import pytest

from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.faults import faults_of
from metrics.language.measured import read_measured

TABLE = Table.model_validate(
    {"key": "orders", "source": "orders", "grain": ["id"], "time": {"column": "day"}, "unit": {"column": "unit"}}
)
COLUMNS = {"orders": {"id": "integer", "day": "date", "sent": "date", "unit": "text", "amount": "decimal"}}
SUM = {"agg": {"table": "orders", "function": "sum", "expr": "amount"}}
COUNT = {"agg": {"table": "orders", "function": "count"}}
DAYS = {"agg": {"table": "orders", "function": "average", "expr": "date_diff('day', day, sent)"}}
KNOWN = {
    "revenue": ("EUR", SUM), "cost": ("EUR", SUM), "abroad": ("USD", SUM), "thousands": ("kEUR", SUM),
    "hours": ("hours", SUM), "days": ("days", SUM), "heads": ("people", COUNT), "orders": ("count", COUNT),
    "margin": ("%", {"ratio": {"numerator": "cost", "denominator": "revenue"}}), "weight": ("kg", SUM),
}  # fmt: skip


def told(measured_in: str, body: dict[str, Any]) -> list[str]:
    common = {"perspective": "financial", "title": "T"}
    every = {**KNOWN, "asked": (measured_in, body)}
    metrics = {
        key: Metric.model_validate({"key": key, **common, "measured_in": unit, **one})
        for key, (unit, one) in every.items()
    }
    faults = faults_of(Catalog({"orders": TABLE}, metrics, (), COLUMNS))
    assert all(fault.code == "F107" and fault.key == "asked" for fault in faults)
    return [f"{fault.message} ({fault.hint})" for fault in faults]


RATIO = {"numerator": "revenue", "denominator": "heads"}
FITS: list[tuple[str, dict[str, Any]]] = [
    ("EUR", {"expr": "revenue - cost"}),
    ("EUR/person", {"ratio": RATIO}),
    ("EUR", {"ratio": RATIO}),
    ("EUR/person", {"expr": "12 * revenue / heads"}),
    ("EUR/month", {"expr": "revenue / 12"}),
    ("%", {"expr": "(revenue - cost) / revenue"}),
    ("%", {"ratio": {"numerator": "orders", "denominator": "heads"}}),
    ("points", {"expr": "100 * cost / revenue"}),
    ("days", {"expr": "365 * cost / revenue"}),
    ("days", {"expr": "hours / 24"}),
    ("hours", {"expr": "hours + 24 * days"}),
    ("count", COUNT),
    ("customers", COUNT),
    ("days", DAYS),
    ("EUR", {"rolling": {"metric": "revenue", "months": 12}}),
    ("%", {"change": {"metric": "revenue", "back": "1 year"}}),
    ("EUR", {"change": {"metric": "revenue", "back": "1 year", "as": "absolute"}}),
    ("EUR", {"expr": "revenue * margin"}),
    ("EUR/kg", {"ratio": {"numerator": "revenue", "denominator": "weight"}}),
    ("ideas/100 people", {"expr": "100 * orders / heads"}),
    ("ideas/100 people", {"expr": "100 * orders / orders"}),
    ("hours/day", {"ratio": {"numerator": "hours", "denominator": "days"}}),
]
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("EUR", {"expr": "revenue + hours"}, "adds EUR and hour (convert one of them first, or take another metric)"),
    ("EUR", {"expr": "revenue - abroad"}, "subtracts EUR and USD (convert"),
    ("EUR", {"expr": "revenue + thousands"}, "adds EUR and kEUR"),
    ("hours", {"expr": "hours + days"}, "adds hour and day"),
    ("EUR", {"expr": "revenue + margin"}, "adds EUR and a pure number"),
    ("%", {"ratio": RATIO}, "the formula gives EUR/person, and not % (write EUR/person)"),
    ("%", {"ratio": {"numerator": "hours", "denominator": "days"}}, "the formula gives hour/day, and not %"),
    ("%", {"expr": "100 * cost / revenue"}, "the formula gives a hundred times a share"),
    ("%", COUNT, "the formula gives count, and % needs a share of it in something (make a ratio)"),
    ("EUR", COUNT, "the formula gives count, and not EUR (write count)"),
    ("EUR", {"ratio": {"numerator": "cost", "denominator": "revenue"}}, "the formula gives a pure number, and not EUR"),
    ("EUR/person", {"rolling": {"metric": "revenue", "months": 3}}, "the formula gives EUR, and divides by nothing"),
    ("USD", {"rolling": {"metric": "revenue", "months": 3}}, "the formula gives EUR, and not USD"),
    ("hours", DAYS, "the formula gives day, and not hours (write day)"),
    ("EUR", {"change": {"metric": "revenue", "back": "1 year"}}, "the formula gives a pure number, and not EUR"),
    ("Euro", SUM, "'Euro' is not a unit that is known (write EUR)"),
    ("eur/person", {"ratio": RATIO}, "'eur' is not a unit that is known (write EUR)"),
    ("days", {"first_per": {"table": "orders", "entity": "id"}}, "the formula gives count, and not days"),
]


@pytest.mark.parametrize(("measured_in", "body"), FITS)
def test_what_fits_is_accepted(measured_in: str, body: dict[str, Any]) -> None:
    assert told(measured_in, body) == []


@pytest.mark.parametrize(("measured_in", "body", "message"), WRONG)
def test_what_does_not_fit_is_told_with_what_the_formula_gives(
    measured_in: str, body: dict[str, Any], message: str
) -> None:
    (found,) = told(measured_in, body)
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("EUR/person", {"EUR": 1, "person": -1}),
        ("ideas/100 people", {"idea": 1, "person": -1}),
        ("hours/person/month", {"hour": 1, "person": -1, "month": -1}),
        ("order lines", {"order line": 1}),
        ("h/d", {"hour": 1, "day": -1}),
        ("%", {}),
        ("kg*km", {"kg": 1, "km": 1}),
    ],
)
def test_units_are_read_as_powers_of_words(text: str, powers: dict[str, int]) -> None:
    assert dict(read_measured(text).powers) == powers
