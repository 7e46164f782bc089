"""Like with like: which days of an earlier period a running one is compared with."""

from datetime import date

import pytest

from data.errors import QueryError
from metrics.scoring.comparison import Counterpart, counterpart

D = date


@pytest.mark.parametrize(
    ("period", "through", "earlier", "expected"),
    [
        ((D(2026, 3, 1), D(2026, 3, 31)), D(2026, 3, 12), (D(2026, 2, 1), D(2026, 2, 28)), D(2026, 2, 12)),
        ((D(2026, 3, 1), D(2026, 3, 31)), D(2026, 3, 30), (D(2026, 2, 1), D(2026, 2, 28)), D(2026, 2, 28)),
        ((D(2025, 1, 1), D(2025, 12, 31)), D(2025, 8, 15), (D(2024, 1, 1), D(2024, 12, 31)), D(2024, 8, 15)),
        ((D(2026, 4, 1), D(2026, 6, 30)), D(2026, 5, 31), (D(2026, 1, 1), D(2026, 3, 31)), D(2026, 2, 28)),
        ((D(2026, 2, 1), D(2026, 2, 28)), D(2026, 2, 10), (D(2025, 2, 1), D(2025, 2, 28)), D(2025, 2, 10)),
        ((D(2026, 1, 5), D(2026, 1, 11)), D(2026, 1, 7), (D(2025, 12, 29), D(2026, 1, 4)), D(2025, 12, 31)),
    ],
    ids=["month", "longer month", "year, leap", "quarter", "year earlier", "weeks"],
)
def test_a_running_period_is_compared_with_the_same_days(
    period: tuple[date, date], through: date, earlier: tuple[date, date], expected: date
) -> None:
    found = counterpart(*period, through, *earlier)
    assert (found.start, found.end, found.partial) == (earlier[0], expected, True)
    assert found.note == f"up to {through}, compared with {earlier[0]} to {expected}"


def test_a_whole_period_is_compared_with_a_whole_one() -> None:
    found = counterpart(D(2026, 3, 1), D(2026, 3, 31), D(2026, 3, 31), D(2026, 2, 1), D(2026, 2, 28))
    assert found == Counterpart(D(2026, 2, 1), D(2026, 2, 28), False, None)


def test_a_period_that_has_not_begun_is_not_compared() -> None:
    with pytest.raises(QueryError, match="no day of 2026-03-01 to 2026-03-31 has run by 2026-02-20"):
        counterpart(D(2026, 3, 1), D(2026, 3, 31), D(2026, 2, 20), D(2026, 2, 1), D(2026, 2, 28))
