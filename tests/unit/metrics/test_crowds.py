"""Few people are withheld, and so is what would tell them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.crowds import crowds_of, least_of
from metrics.query.withheld import withheld
from metrics.values.cells import BESIDE, SMALL
from metrics.values.crowds import beside

SURVEY = Table.model_validate(
    {"key": "survey", "source": "survey", "time": {"column": "day"}, "unit": {"column": "team"}, "people": "person"}
)


def metric(key: str, **body: object) -> Metric:
    return Metric.model_validate({"key": key, "perspective": "people", "title": key, "measured_in": "points", **body})


MOOD = {"agg": {"table": "survey", "function": "average", "expr": "mood", "filter": "new"}}


def catalog(**own: object) -> Catalog:
    made = metric("mood", **MOOD, **own)
    return Catalog({"survey": SURVEY}, {"mood": made, "twice": metric("twice", expr="2 * mood")}, (), {})


def test_who_is_counted_passes_the_metrics_own_filter_and_has_a_value() -> None:
    (counted,) = crowds_of(catalog(), "twice")
    assert (counted.function, counted.expr, counted.filter) == (
        "count_distinct",
        "person",
        "(new) AND (mood) IS NOT NULL",
    )


@pytest.mark.parametrize(("own", "least"), [({}, 5), ({"smallest_group": 9}, 9), ({"smallest_group": 1}, 1)])
def test_a_metric_may_say_how_few_are_too_few(own: dict[str, int], least: int) -> None:
    assert least_of(catalog(**own), "mood") == least
    assert bool(list(crowds_of(catalog(**own), "mood"))) == (least > 1)


def test_the_smallest_beside_a_small_unit_goes_too() -> None:
    people = np.array([40.0, 3.0, 30.0, 7.0])
    hidden = beside(people, people < 5, {0: [1, 2, 3]}, 5)
    assert hidden.tolist() == [False, True, False, True]


def test_few_of_a_units_own_hide_one_below_and_all_that_lies_under_it() -> None:
    people = np.array([22.0, 12.0, 8.0, 8.0])  # two are the top's own
    assert beside(people, people < 5, {0: [1, 2], 2: [3]}, 5).tolist() == [False, False, True, True]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=9), st.integers(2, 10))
def test_what_is_left_never_tells_fewer_than_the_least(sizes: list[int], least: int) -> None:
    """The total less all that is told is nobody, or enough people of two parts at least; unless nothing is told."""
    people = np.array([float(sum(sizes)), *map(float, sizes)])
    hidden = beside(people, (people > 0) & (people < least), {0: list(range(1, len(people)))}, least)
    if hidden[0]:
        return
    gone = [size for size, out in zip(sizes, hidden[1:], strict=True) if out and size]
    assert not gone or (sum(gone) >= least and len(gone) > 1) or all(hidden[1:][np.array(sizes) > 0])


def test_members_are_withheld_along_every_dimension() -> None:
    members = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    codes = withheld(np.array([[2.0], [9.0], [8.0], [20.0]]), members, 5)[:, 0]
    assert codes.tolist() == [SMALL, BESIDE, BESIDE, BESIDE]
    assert withheld(np.array([[6.0], [9.0]]), [("a",), ("b",)], 5).tolist() == [[0], [0]]
