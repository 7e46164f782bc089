"""What may stand under the key of a kind, and what is refused there with the field to mend."""

from typing import Any

import pytest
from pydantic import ValidationError

from metrics.definitions.kinds import Aggregate
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.states.measures import measure_of

TABLE = Table.model_validate({"key": "orders", "source": "orders", "time": {"column": "day"}})
CATALOG = Catalog({"orders": TABLE}, {}, (), {"orders": {"day": "date", "hours": "decimal"}})


def aggregate(**fields: Any) -> Aggregate:
    return Aggregate.model_validate({"table": "orders", "expr": "hours", **fields})


def test_a_median_is_the_percentile_of_a_half() -> None:
    half = measure_of(CATALOG, aggregate(function="percentile", percentile=0.5))
    assert measure_of(CATALOG, aggregate(function="median")) == half
    assert (half.function, half.quantile, half.discrete) == ("percentile", 0.5, False)


def test_a_percentile_may_be_written_as_a_percentage_and_be_one_of_the_values() -> None:
    late = measure_of(CATALOG, aggregate(function="percentile", percentile="90 %", discrete=True))
    assert (late.quantile, late.discrete) == (0.9, True)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"function": "percentile"}, "needs a `percentile:`"),
        ({"function": "median", "percentile": 0.9}, "`function: median` has no `percentile:`"),
        ({"function": "sum", "discrete": True}, "`discrete` is for median and percentile"),
        ({"function": "percentile", "percentile": 90}, "less than or equal to 1"),
        ({"function": "median", "expr": None}, "needs an `expr:`"),
        ({"function": "median", "over_time": "last"}, "`over_time` is for levels"),
    ],
)
def test_what_no_percentile_can_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        aggregate(**fields)
