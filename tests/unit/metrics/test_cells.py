"""Small things that are done with values: arithmetic, constants, and what the words of labelled values say."""

import numpy as np
import pytest

from metrics.definitions.metric import Metric
from metrics.language.expressions import parse
from metrics.scoring.status import STATUSES
from metrics.values.cells import NO_ROWS, arithmetic, constant
from metrics.values.verdicts import NO_LABEL, TEXTS, Case, judge


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a + b", [3, 1]), ("a - b", [-1, 3]), ("a * b", [2, -2]), ("a / b", [0.5, -2]), ("-(a) + 2 * b", [3, -4])],
)
def test_arithmetic_over_arrays(text: str, expected: list[float]) -> None:
    values = {"a": np.array([1.0, 2.0]), "b": np.array([2.0, -1.0])}
    assert arithmetic(parse(text), values).tolist() == expected


def test_what_rests_on_no_rows_is_complete() -> None:
    found = constant(np.asarray(2.0), (2, 3))
    assert found.value.tolist() == [[2.0] * 3] * 2
    assert (found.seen.tolist(), found.due.tolist()) == ([[0.0] * 3] * 2, [[1.0] * 3] * 2)
    assert not found.why.any() and not found.rows.any()


def test_a_value_that_is_no_label_is_an_error_and_no_value_is_none() -> None:
    labels = [{"value": 0, "label": "no", "score": 0}, {"value": 1, "label": "yes", "score": 10}]
    whole = {"key": "audit", "title": "A", "perspective": "process", "measured_in": "number", "expr": "1"}
    metric = Metric.model_validate({**whole, "labels": labels})
    value, none = np.array([1.0, 0.0, 0.5, np.nan]), np.zeros(4, dtype=np.bool_)
    why = np.array([0, 0, 0, NO_ROWS], dtype=np.int8)
    scores, states, reasons = judge(Case(metric, value, why, np.full(4, np.nan), {}, none, none, none))
    assert scores.tolist()[:2] == [10.0, 0.0] and np.isnan(scores[2:]).all()
    assert [STATUSES[state] for state in states] == ["green", "red", "error", "no_data"]
    assert [TEXTS[reason] for reason in reasons] == ["", "", NO_LABEL, TEXTS[NO_ROWS]]
