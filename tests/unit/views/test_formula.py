"""Formulas in words."""

from typing import Any, get_args

import pytest

from flows.workspace import Workspace
from metrics.definitions.kinds import KINDS, Function
from metrics.definitions.metric import Metric
from views.formula import _FUNCTIONS, _KINDS, Names, components, formula, plain, target_rule


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (
            "on_time_delivery",
            "Number of rows where delivered_on <= promised_on in deliveries ÷ number of rows in deliveries",
        ),
        ("gross_margin", "Gross profit ÷ Revenue"),
        ("inventory_days", "365 × Value of stock ÷ Cost of goods shipped, last twelve months"),
        ("ebit_ytd", "Operating result since the start of the year"),
        ("order_intake_growth", "Order intake, last three months against 1 year earlier, in percent"),
    ],
)
def test_each_kind_reads_as_a_sentence(workspace: Workspace, key: str, words: str) -> None:
    names = Names(workspace.metrics, workspace.catalog.tables)
    assert plain(formula(workspace.metrics[key], names)) == words


def test_a_converted_amount_says_by_which_rate(workspace: Workspace) -> None:
    body = {"table": "sales", "function": "sum", "expr": "amount", "convert": {"from": "currency", "at": "period_end"}}
    common = {"key": "m", "perspective": "financial", "title": "M", "measured_in": "EUR"}
    metric = Metric.model_validate({**common, "agg": body})
    said = plain(formula(metric, Names(workspace.metrics, {})))
    assert said == "Sum of amount in sales, converted by the rate of the end of the month"


def test_every_formula_of_the_demo_can_be_said_and_names_its_parts(workspace: Workspace) -> None:
    names = Names(workspace.metrics, workspace.catalog.tables)
    kinds = set()
    for metric in workspace.metrics.values():
        pieces = formula(metric, names)
        kinds.add(metric.kind)
        assert plain(pieces)[0] == plain(pieces)[0].upper()
        assert set(components(metric)) == set(workspace.catalog.parts(metric.key))
        assert target_rule(metric, names)
    assert len(kinds) >= 7  # the demo speaks most of the language


def test_every_kind_and_function_has_words() -> None:
    assert set(_KINDS) == set(KINDS)
    assert set(_FUNCTIONS) == set(get_args(Function))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"running": {"metric": "a", "window": "7 days"}},
            "a over the last 7 days, day by day; a longer period shows its last day",
        ),
        ({"running": {"metric": "a", "since": "ever"}}, "a since ever, day by day; a longer period shows its last day"),
        (
            {"agg": {"table": "t", "function": "percentile", "expr": "x", "percentile": 0.9, "later": "1 month"}},
            "90\xa0% percentile of x in t, 1 month later",
        ),
        (
            {"agg": {"table": "t", "function": "sum", "expr": "x", "over_time": "last", "per": ["customer"]}},
            "Sum of x in t, on the last day of customer in the period",
        ),
    ],
)
def test_what_is_told_when_it_is_asked_reads_as_a_sentence(body: dict[str, Any], words: str) -> None:
    words_of = {"key": "m", "perspective": "p", "title": "M", "measured_in": "EUR"}
    assert plain(formula(Metric.model_validate({**words_of, **body}), Names(None, {}))) == words
