"""Small things that are done with values: arithmetic, constants, and what the words of labelled values say."""

from typing import Any

import numpy as np
import pytest

from data.calendar import Calendar, parse_month
from data.organisation import Tree, Unit
from metrics.definitions.metric import Metric
from metrics.language.expressions import parse
from metrics.scoring.status import STATUSES
from metrics.time.grid import MONTH, QUARTER, YEAR, Grid, Window, build_grid
from metrics.time.timeline import Timeline
from metrics.values.cells import (
    CARRIED,
    NO_ROWS,
    NOT_DUE,
    SHORT,
    Cells,
    arithmetic,
    at_grain,
    carried,
    constant,
    least_complete,
    long_enough,
    shifted,
)
from metrics.values.verdicts import NO_LABEL, TEXTS, Case, judge

NAN = np.nan


def grid(months: int = 6) -> Grid:
    """One unit from January 2025 on."""
    start = parse_month("2025-01")
    return build_grid(Tree({"all": Unit("all", "All", "a")}, ("a",)), start, start + months - 1, Timeline(Calendar()))


def cells(*values: float, **more: list[float]) -> Cells:
    arrays: dict[str, Any] = {name: np.array([more.get(name, [1.0] * len(values))]) for name in ("rows", "seen", "due")}
    return Cells(np.array([values], dtype=float), np.zeros((1, len(values)), dtype=np.int8), **arrays)


def test_a_rolling_window_that_begins_before_its_table_has_no_value() -> None:
    of, three = grid(), Window("roll", 3)
    found = long_enough(cells(1, 2, 3, 4, 5, 6), of, three, 1)
    np.testing.assert_array_equal(found.value, [[NAN, NAN, NAN, 4, 5, 6]])
    assert found.why.tolist() == [[SHORT] * 3 + [0] * 3]
    assert long_enough(cells(1, 2, 3, 4, 5, 6), of, QUARTER, 1).value.tolist() == [[1, 2, 3, 4, 5, 6]]


@pytest.mark.parametrize(
    ("window", "every", "kept"),
    [
        (MONTH, 1, [0, 1, 2, 3, 4, 5]),
        (Window("roll", 90, "day"), 1, [0, 1, 2, 3, 4, 5]),
        (MONTH, 3, []),  # a row stands for a quarter
        (QUARTER, 3, [2, 5]),
        (YEAR, 3, [2, 5]),
        (Window("roll", 3), 3, [2, 5]),
        (Window("roll", 6), 3, [2, 5]),
        (Window("roll", 4), 3, []),
        (Window("roll", 2), 3, []),
        (Window("roll", 2, "quarter"), 3, [2, 5]),
        (Window("roll", 90, "day"), 3, []),
    ],
)
def test_rows_of_several_months_are_told_where_these_end(window: Window, every: int, kept: list[int]) -> None:
    found = at_grain(cells(1, 2, 3, 4, 5, 6), grid(), window, every)
    assert np.flatnonzero(~np.isnan(found.value[0])).tolist() == kept
    assert np.flatnonzero(found.rows[0]).tolist() == kept
    assert np.flatnonzero(found.why[0] != NOT_DUE).tolist() == kept


def test_gaps_are_carried_while_something_is_due() -> None:
    found = carried(cells(NAN, 7, NAN, NAN, 8, NAN, due=[1, 1, 1, 0, 1, 2]))
    np.testing.assert_array_equal(found.value, [[NAN, 7, 7, NAN, 8, 8]])
    assert found.why.tolist() == [[0, 0, CARRIED, 0, 0, CARRIED]]
    at_once = carried(cells(5, NAN, NAN))
    np.testing.assert_array_equal(at_once.value, [[5, 5, 5]])


def test_columns_stand_where_they_are_compared() -> None:
    np.testing.assert_array_equal(shifted(np.array([[1.0, 2.0, 3.0]]), np.array([-1, 0, 1])), [[NAN, 1, 2]])


def test_a_formula_is_as_complete_as_its_least_complete_part() -> None:
    one, other = cells(1, 1, 1, seen=[1, 2, 3], due=[2, 2, 3]), cells(1, 1, 1, seen=[4, 3, 6], due=[6, 6, 6])
    third = cells(1, 1, 1, seen=[9, 9, 1], due=[9, 9, 9])
    seen, due = least_complete((one, other, third))
    assert (seen.tolist(), due.tolist()) == ([[1, 3, 1]], [[2, 6, 9]])
    assert least_complete((one,))[0].tolist() == [[1, 2, 3]]
    seen, due = least_complete((cells(1, seen=[1], due=[2]), cells(1, seen=[2], due=[4])))
    assert (seen.tolist(), due.tolist()) == ([[1]], [[2]])  # of equals the first


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
