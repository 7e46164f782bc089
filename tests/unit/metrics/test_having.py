"""Conditions on what comes out mean what they mean in SQL, also where a value is missing: DuckDB is asked beside."""

from itertools import product

import duckdb
import numpy as np
import pytest

from data.errors import QueryError
from metrics.query.having import keeps, parsed

PAIRS = list(product([None, -1.0, 0.0, 1.0, 2.5], repeat=2))
CONDITIONS = (
    "a > 0 AND b > 0", "a > 0 OR b > 0", "NOT (a > 0 AND b > 0)", "NOT (a > 0 OR b > 0)", "a IS NULL", "a IS NOT NULL",
    "NOT a IS NULL", "NOT (a IS NULL OR b > 0)", "a BETWEEN 0 AND 1", "NOT a BETWEEN 0 AND 1", "a BETWEEN b AND 1",
    "NOT a BETWEEN b AND 1", "a BETWEEN 0 AND b", "NOT a BETWEEN 0 AND b", "a = b", "a <> b", "a < b", "a <= b",
    "a >= b", "NOT a = b", "(a - b) * 2 >= 1", "-a > b", "a / b > 1", "NOT (a = 1 AND (b = 1 OR b IS NULL))",
)  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_keeps_what_sql_keeps(condition: str) -> None:
    rows = ", ".join(f"({'NULL' if a is None else a}::DOUBLE, {'NULL' if b is None else b}::DOUBLE)" for a, b in PAIRS)
    guarded = condition.replace("/ b", "/ NULLIF(b, 0)")
    expected = [
        row[0] for row in duckdb.sql(f"SELECT coalesce({guarded}, FALSE) FROM (VALUES {rows}) r(a, b)").fetchall()
    ]
    values = {"a": np.array([a for a, _ in PAIRS], dtype=float), "b": np.array([b for _, b in PAIRS], dtype=float)}
    assert keeps(parsed((condition,), ("a", "b")), values, len(PAIRS)).tolist() == expected


def test_all_of_several_conditions_hold() -> None:
    values = {"a": np.array([1.0, 2.0, 3.0])}
    assert keeps(parsed(("a > 1", "a < 3"), ("a",)), values, 3).tolist() == [False, True, False]
    assert keeps(parsed(("1 = 1",), ("a",)), values, 3).tolist() == [True] * 3


@pytest.mark.parametrize(("text", "said"), [("t.a > 1", "'t.a'"), ("b > 1", "'b'")])
def test_only_asked_metrics_are_spoken_of_by_their_keys(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=f"having: {said} in"):
        parsed((text,), ("a",))


@pytest.mark.parametrize(
    "text", ["abs(a) > 1", "a > '1'", "a + abs(a) > 1", "a IN (1, 2)", "a IS TRUE", "a", "a > 1 > 2"]
)
def test_only_numbers_are_compared(text: str) -> None:
    with pytest.raises(QueryError, match="having: "):
        parsed((text,), ("a",))
