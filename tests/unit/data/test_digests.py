"""Digests: equal for equal rows in whatever order, different for anything that happened, by the day it touched."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.digests import Content, read_contents, write_digests
from data.warehouse import Connection, connect

Row = tuple[int | None, str | None, str | None]  # a number, a day, a text
rows = st.lists(
    st.tuples(
        st.sampled_from([None, 0, 1, 2]),
        st.sampled_from([None, "2024-01-31", "2024-02-01"]),
        st.sampled_from([None, "", "a"]),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with connect(threads=1) as opened:
        opened.execute("CREATE SCHEMA digest; CREATE SCHEMA facts")
        yield opened


def content(connection: Connection, found: list[Row]) -> Content:
    connection.execute(
        "DROP TABLE IF EXISTS facts.digests; CREATE OR REPLACE TABLE facts.data (n BIGINT, day DATE, t VARCHAR)"
    )
    for row in found:
        connection.execute("INSERT INTO facts.data VALUES (?, ?, ?)", list(row))
    write_digests(connection, "facts", ["n", "day", "t"], ["day"])
    connection.execute("CREATE OR REPLACE VIEW digest.orders AS SELECT *, 'facts.data' AS place FROM facts.digests")
    return read_contents(connection, ["orders"])["orders"]


@given(one=rows, other=rows)
def test_equal_rows_have_equal_digests_and_only_they(connection: Connection, one: list[Row], other: list[Row]) -> None:
    first, second = content(connection, one), content(connection, other)
    same = sorted(one, key=str) == sorted(other, key=str)
    assert (first == second) is same
    for day in ("2024-01-31", "2024-02-01"):
        mine, theirs = (sorted((r for r in some if r[1] == day), key=str) for some in (one, other))
        at = date.fromisoformat(day)
        assert (first.days.get("day", {}).get(at) == second.days.get("day", {}).get(at)) is (mine == theirs)


def test_values_that_change_places_are_seen(connection: Connection) -> None:
    one = content(connection, [(1, "2024-01-31", "a"), (2, "2024-01-31", "b")])
    other = content(connection, [(1, "2024-01-31", "b"), (2, "2024-01-31", "a")])
    assert one != other


def test_periods_are_sums_of_days_up_to_the_last_that_counts(connection: Connection) -> None:
    found = content(
        connection, [(1, "2024-01-30", None), (2, "2024-01-31", None), (3, "2024-02-02", None), (4, None, None)]
    )
    months = found.periods("day", lambda day: day.month, date(2024, 2, 1))
    assert {month: digest.rows for month, digest in months.items()} == {1: 2}
    assert found.whole.rows == 4


def test_it_is_known_which_tables_hold_rows_of_a_day(connection: Connection) -> None:
    found = content(connection, [(1, "2024-01-31", "a"), (2, None, "b")])
    assert found.holding("day", date(2024, 1, 1), date(2024, 1, 31)) == ("facts.data",)
    assert found.holding("day", date(2024, 2, 1), date(2024, 2, 28)) == ()
