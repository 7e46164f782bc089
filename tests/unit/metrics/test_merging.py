"""States of more facts are added to those that are there: by cell, whatever kind of state."""

import pyarrow as pa
import pytest

from metrics.states.bits import packed_rows
from metrics.states.blocks import Block, joined
from metrics.states.merging import merged

KEYS = ("cell", "month", "early")
COUNTED = pa.list_(pa.struct([("value", pa.float64()), ("count", pa.int64())]))


def block(rows: list[tuple[str | None, int, bool]], **columns: pa.Array) -> Block:
    cells, months, early = (pa.array(part) for part in zip(*rows, strict=True))
    told = {"cell": cells.cast(pa.string()), "month": months, "early": early, "n": pa.array([1] * len(rows))}
    return Block(pa.table(told | columns))


def test_numbers_add_and_extremes_are_extreme_and_nothing_stays_nothing() -> None:
    old = block(
        [("a", 1, False), ("b", 1, False), (None, 1, False)],
        s=pa.array([2.5, None, 1.0]),
        low=pa.array([3.0, 4.0, None]),
        high=pa.array([3.0, None, 8.0]),
    )
    new = block(
        [("b", 1, False), ("a", 1, False), ("a", 1, True), (None, 1, False)],
        s=pa.array([None, 1.5, 7.0, 1.0]),
        low=pa.array([5.0, 1.0, 0.0, None]),
        high=pa.array([None, 9.0, 1.0, 2.0]),
    )
    found = merged(joined([old, new]), KEYS, {"s": "sum", "low": "min", "high": "max"}).table
    assert found.schema.names == ["cell", "month", "early", "n", "s", "low", "high"]
    assert {tuple(row.values()) for row in found.to_pylist()} == {
        ("a", 1, False, 2, 4.0, 1.0, 9.0),
        ("b", 1, False, 2, None, 4.0, None),
        (None, 1, False, 2, 2.0, None, 8.0),
        ("a", 1, True, 1, 7.0, 0.0, 1.0),
    }


def test_lists_of_members_are_united_and_histograms_are_counted_together() -> None:
    counts = [[{"value": 1.0, "count": 2}], [{"value": 2.0, "count": 1}, {"value": 1.0, "count": 3}], None]
    rows: list[tuple[str | None, int, bool]] = [("a", 1, False), ("a", 1, False), ("b", 1, False)]
    of = pa.array([["x", "y"], ["y", "z"], None], pa.list_(pa.string()))
    found = merged(block(rows, of=of, h=pa.array(counts, COUNTED)), KEYS, {"of": "set", "h": "histogram"}).table
    assert found.column("h").type == COUNTED
    told = {row["cell"]: row for row in found.to_pylist()}
    assert sorted(told["a"]["of"]) == ["x", "y", "z"]
    assert sorted((one["value"], one["count"]) for one in told["a"]["h"]) == [(1.0, 5), (2.0, 1)]
    assert told["b"]["of"] is None
    assert told["b"]["h"] is None


def test_bits_are_put_at_the_places_of_all_members_and_united() -> None:
    width = bytes(7)
    old = block([("a", 1, False), ("b", 1, False)], of=pa.array([b"\x80" + width, None], pa.large_binary()))
    new = block([("a", 1, False)], of=pa.array([b"\x40" + width], pa.large_binary()))
    one = Block(old.table, None, {"of": pa.array(["x"])})
    other = Block(new.table, None, {"of": pa.array(["z", "y"])})
    found = merged(joined([one, other]), KEYS, {"of": "set"})
    assert found.things["of"].to_pylist() == ["z", "y", "x"]
    bits, known = packed_rows(found.table.column("of"))
    assert dict(zip(found.table.column("cell").to_pylist(), known.tolist(), strict=True)) == {"a": True, "b": False}
    assert bits[0, 0] == 0b01100000


def test_nothing_merges_to_nothing_and_first_days_apart_are_refused() -> None:
    empty = Block(block([("a", 1, False)]).table.slice(0, 0))
    assert merged(empty, KEYS, {}) is empty
    with pytest.raises(AssertionError, match="first days"):
        merged(Block(empty.table, empty.table), KEYS, {})
