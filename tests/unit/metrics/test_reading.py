"""Values are read as they were written: those that were asked for, in order, with nothing for what is missing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from data.calendar import Period
from data.slots import SLOT_SQL, slot_of
from data.warehouse import Connection, connect
from metrics.definitions.metric import Metric
from metrics.engines.duck import Engine
from metrics.scoring.anchors import Anchors
from metrics.values.reading import APART, Value, read_values, values_of
from metrics.values.table import SCHEMA, SORTED_BY

BODY = {"perspective": "financial", "title": "x", "measured_in": "EUR", "expr": "a + a"}
METRICS = {key: Metric.model_validate({"key": key, **BODY}) for key in ("m1", "m2", "it's", "m4", "m5", "m6", "m7")}
DAYS = {"2025-01": (date(2025, 1, 1), date(2025, 1, 31)), "2025-02": (date(2025, 2, 1), date(2025, 2, 28))}


def row(unit: str, metric: str, month: str, value: float | None, goal: float | None = None) -> dict[str, object]:
    start, end = DAYS[month]
    told = {
        "slot": slot_of(unit, "month"),
        "unit": unit,
        "metric": metric,
        "span": "month",
        "period_start": start,
        "period_end": end,
        "value": value,
    }
    told |= {"goal": goal, "status": "no_target", "reason": "", "reported": 1, "expected": 2, "rows": 3}
    return told | {"partial": False, "previous": None, "previous_year": 7.5}


ROWS = [
    row(unit, metric, month, value, goal)
    for unit in ("b", "a")
    for metric in ("m2", "it's", "m1", "gone")
    for month, value, goal in (("2025-02", None, None), ("2025-01", 1.25, 4.0))
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with connect() as opened:
        opened.execute(f"ATTACH '{tmp_path / 'values.duckdb'}' AS snapshot")
        opened.register("incoming", pa.Table.from_pylist(ROWS, schema=SCHEMA))
        opened.execute(f'CREATE TABLE snapshot.main."values" AS SELECT * FROM incoming ORDER BY {", ".join(SORTED_BY)}')
        yield opened


def read(connection: Connection, keys: list[str], units: list[str], first: str = "2025-01") -> list[Value]:
    return read_values(Engine(connection), METRICS, keys, units, "month", DAYS[first][0], DAYS["2025-02"][1])


def places(found: list[Value]) -> list[tuple[str, str, date]]:
    return [(value.unit, value.metric, value.period.end) for value in found]


@pytest.mark.parametrize("keys", [["it's"], ["m1", "it's"], list(METRICS)])
def test_what_was_asked_for_comes_in_order(connection: Connection, keys: list[str]) -> None:
    found = places(read(connection, keys, ["b", "a", "b", "nobody"]))
    known = sorted(key for key in keys if key in ("m1", "m2", "it's"))
    assert found == [(unit, key, end) for unit in "ab" for key in known for _, end in DAYS.values()]
    assert {end for *_, end in places(read(connection, keys, ["a"], "2025-02"))} == {DAYS["2025-02"][1]}
    assert read(connection, [], ["a"]) == [] == read(connection, keys, [])


def test_a_value_is_as_it_was_written(connection: Connection) -> None:
    first, second = read(connection, ["m1"], ["a"])
    anchors = Anchors("up", goal=4.0)
    period = Period("month", *DAYS["2025-01"])
    assert first == Value("m1", "a", period, 1.25, None, anchors, None, "no_target", "", 1, 2, 3, False, None, 7.5)
    assert (second.value, second.anchors, second.target) == (None, Anchors("up"), None)
    with pytest.raises(AttributeError):
        first.value = 3.0  # type: ignore[misc]


def test_any_number_of_units_is_found_in_any_number_of_files(connection: Connection) -> None:
    stored = [('snapshot.main."values"', f"period_end {side} DATE '2025-01-31'") for side in ("<=", ">")]
    first, last = DAYS["2025-01"][0], DAYS["2025-02"][1]
    for units in (["b", "a"], ["b", "a", *map(str, range(APART))]):
        found = read_values(Engine(connection), METRICS, ["m2", "m1"], units, "month", first, last, stored)
        assert places(found) == [(u, m, end) for u in "ab" for m in ("m1", "m2") for _, end in DAYS.values()]
    assert read_values(Engine(connection), METRICS, ["m1"], ["a"], "month", first, last, []) == []


def test_python_and_the_engine_number_a_unit_alike(connection: Connection) -> None:
    for unit in ("a", "Ä:ö", "unit of a longer name, 7"):
        (told,) = connection.execute(f"SELECT {SLOT_SQL} FROM (SELECT 'r12' AS span, ? AS unit)", [unit]).fetchall()
        assert told == (slot_of(unit, "r12"),)


def test_values_of_metrics_that_are_no_longer_defined_are_left_out() -> None:
    found = values_of(pa.Table.from_pylist(ROWS, schema=SCHEMA), {"m2": METRICS["m2"]})
    assert [value.metric for value in found] == ["m2"] * 4
    assert values_of(SCHEMA.empty_table(), METRICS) == []
