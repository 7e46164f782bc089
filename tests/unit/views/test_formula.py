"""Formulas in words."""

import pytest

from flows.workspace import Workspace
from views.formula import Names, components, formula, plain, target_rule


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
