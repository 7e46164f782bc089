"""Answers by the rules of plain SQL, which dbt's definitions are carried to, against what was reckoned by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from data.calendar import Calendar
from data.errors import QueryError
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.query.ask import Query, Sight, ask
from metrics.states.compiler import create_models

ROWS = """
    (1, DATE '2024-01-10', 'a', 'x', 10.0),
    (2, DATE '2024-01-10', 'b', 'x', NULL),
    (3, DATE '2024-01-31', 'a', 'y', 4.0),
    (4, DATE '2024-02-29', 'b', NULL, 7.0),
    (5, DATE '2024-04-01', 'a', 'x', 5.0)
"""
METRICS: dict[str, dict[str, Any]] = {
    "paid": {"agg": {"table": "sales", "function": "sum", "expr": "amount"}},
    "paid_x": {"agg": {"table": "sales", "function": "sum", "expr": "amount", "filter": "kind = 'x'"}},
    "buyers": {"agg": {"table": "sales", "function": "count_distinct", "expr": "buyer"}},
    "share": {"ratio": {"numerator": "paid_x", "denominator": "paid"}},
    "filled": {"agg": {"table": "sales", "function": "sum", "expr": "amount", "filter": "kind = 'x'"}, "nulls": "zero"},
    "both": {"expr": "filled + paid"},
    "all_months": {"agg": {"table": "sales", "function": "sum", "expr": "amount"}, "every_period": True},
    "before": {"agg": {"table": "sales", "function": "sum", "expr": "amount", "later": "1 month"}},
    "january": {"agg": {"table": "sales", "function": "sum", "expr": "amount", "later": "rest of year"}},
    "week": {"running": {"metric": "paid", "window": "7 days", "read": "first"}},
    "mean_day": {"running": {"metric": "paid", "since": "month", "read": "mean"}},
    "ever": {"running": {"metric": "paid", "since": "ever"}},
    "held": {"agg": {"table": "sales", "function": "sum", "expr": "amount", "over_time": "last", "per": ["buyer"]}},
    "held_at_all": {"agg": {"table": "sales", "function": "sum", "expr": "amount", "over_time": "first", "per": []}},
    "week_mean": {"running": {"metric": "paid", "window": "7 days", "read": "mean"}},
    "week_last": {"running": {"metric": "paid", "window": "7 days", "read": "last"}},
    "inverse": {"ratio": {"numerator": "paid", "denominator": "paid_x"}},
    "each": {"ratio": {"numerator": "paid", "denominator": "paid_count"}},
    "paid_count": {"agg": {"table": "sales", "function": "count", "expr": "amount"}},
    "kinds": {"agg": {"table": "sales", "function": "count_distinct", "expr": "kind"}},
    "first_day": {"agg": {"table": "sales", "function": "sum", "expr": "amount", "later": "rest of month"}},
    "month_back": {"running": {"metric": "paid", "window": "1 month", "read": "last"}},
    "so_far": {"to_date": {"metric": "paid", "since": "year"}},
    "led": {
        "conversion": {
            "base": {"table": "sales"},
            "converted": {"table": "sales", "filter": "kind = 'y'"},
            "entity": "buyer",
            "as": "count",
        }
    },
    "led_share": {
        "conversion": {
            "base": {"table": "sales", "filter": "kind = 'x'"},
            "converted": {"table": "sales", "filter": "kind = 'y' OR kind IS NULL"},
            "entity": "buyer",
        }
    },
    "open": {"stock": {"table": "sales", "opened": "day", "closed": "day", "inclusive": True}},
    "running_level": {"running": {"metric": "held", "since": "year"}},
}


@pytest.fixture(scope="module")
def place() -> tuple[Engine, Sight]:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA source")
    connection.execute("CREATE TABLE source.sales(id INTEGER, day DATE, buyer VARCHAR, kind VARCHAR, amount DOUBLE)")
    connection.execute(f"INSERT INTO source.sales VALUES {ROWS}")
    table: dict[str, Any] = {"key": "sales", "source": "sales", "grain": ["id"], "time": {"column": "day"}}
    table |= {"unit": {"unit": "all"}, "dimensions": {"kind": "kind", "id": "id"}, "entities": {"buyer": "buyer"}}
    whole = {"perspective": "process", "measured_in": "number"}
    metrics = {key: Metric.model_validate({**whole, "key": key, "title": key, **one}) for key, one in METRICS.items()}
    columns = {"id": "integer", "day": "date", "buyer": "text", "kind": "text", "amount": "number"}
    catalog = Catalog({"sales": Table.model_validate(table)}, metrics, (), {"sales": columns})
    engine = Engine(connection.cursor())
    create_models(engine, catalog)
    return engine, Sight(catalog, None, Calendar(), date(2024, 5, 31))


def told(place: tuple[Engine, Sight], *metrics: str, **asked: Any) -> dict[Any, Any]:
    """Values by group (and month), one metric's alone without a tuple around it."""
    rows = ask(*place, Query(metrics, absent="null", **asked)).to_pylist()
    keys = [*asked.get("by", ()), *(["time"] if "grain" in asked else [])]
    found = {}
    for row in rows:
        key = tuple(f"{row[name]:%m-%d}" if name == "time" else row[name] for name in keys)
        values = tuple(row[name] for name in metrics)
        found[key[0] if len(key) == 1 else key] = values[0] if len(values) == 1 else values
    return found


def test_groups_are_those_that_have_rows(place: tuple[Engine, Sight]) -> None:
    assert told(place, "paid", by=("kind",)) == {"x": 15.0, "y": 4.0, None: 7.0}
    assert told(place, "paid_x", by=("kind",)) == {"x": 15.0}
    assert told(place, "paid", "paid_x", by=("kind",)) == {"x": (15.0, 15.0), "y": (4.0, None), None: (7.0, None)}


def test_a_sum_of_nothing_is_nothing_and_a_count_of_nothing_is_zero(place: tuple[Engine, Sight]) -> None:
    assert told(place, "paid", "buyers", by=("buyer", "kind"), where=("id = 2",)) == {("b", "x"): (None, 1.0)}
    assert told(place, "paid", "buyers", where=("id > 90",)) == {(): (None, 0.0)}


def test_fills_where_another_metric_has_rows(place: tuple[Engine, Sight]) -> None:
    assert told(place, "filled", grain="month") == {"01-01": 10.0, "04-01": 5.0}
    assert told(place, "both", grain="month") == {"01-01": 24.0, "02-01": 7.0, "04-01": 10.0}
    beside = told(place, "both", "filled", "january", grain="month")
    assert (beside["02-01"], beside["03-01"]) == ((7.0, 0.0, 14.0), (None, 0.0, 14.0))
    assert told(place, "share", grain="month") == {"01-01": 10 / 14, "02-01": None, "04-01": 1.0}


def test_every_period_is_shown(place: tuple[Engine, Sight]) -> None:
    months = told(place, "all_months", grain="month", start=date(2023, 12, 1))
    assert months == {"12-01": None, "01-01": 14.0, "02-01": 7.0, "03-01": None, "04-01": 5.0, "05-01": None}
    groups = told(place, "all_months", by=("kind",), grain="month")
    assert groups[None, "03-01"] is None and groups["x", "01-01"] == 10.0


def test_a_period_of_nobody_is_shown_once(place: tuple[Engine, Sight]) -> None:
    """Only where no buyer has rows, not wherever one of them has none."""
    assert told(place, "all_months", by=("buyer",), grain="month") == {
        ("a", "01-01"): 14.0, ("b", "01-01"): None, ("b", "02-01"): 7.0, (None, "03-01"): None, ("a", "04-01"): 5.0,
        (None, "05-01"): None,
    }  # fmt: skip


def test_a_quotient_is_there_where_one_of_its_sides_has_rows(place: tuple[Engine, Sight]) -> None:
    assert told(place, "inverse", by=("kind",)) == {"x": 1.0, "y": None, None: None}
    assert told(place, "each", by=("buyer",), grain="month") == {
        ("a", "01-01"): 7.0, ("b", "01-01"): None, ("b", "02-01"): 7.0, ("a", "04-01"): 5.0,
    }  # fmt: skip


def test_whole_periods_are_moved_by_a_grain_no_coarser(place: tuple[Engine, Sight]) -> None:
    assert told(place, "before", grain="month") == {"02-01": 14.0, "03-01": 7.0, "05-01": 5.0}
    assert told(place, "before", grain="day") == {"02-10": 10.0, "03-29": 7.0, "03-30": 7.0, "03-31": 7.0, "05-01": 5.0}
    assert told(place, "january", grain="month") == {f"{month:02}-01": 14.0 for month in range(1, 6)}


def test_days_are_moved_by_a_coarser_grain(place: tuple[Engine, Sight]) -> None:
    """29 February stands for three days of March, and no day of February for 31 January."""
    assert told(place, "before", grain="quarter") == {"01-01": 10.0 + 3 * 7.0, "04-01": 5.0}


def test_windows_end_with_each_day(place: tuple[Engine, Sight]) -> None:
    days = told(place, "week", grain="day")
    assert [days[f"01-{day}"] for day in (10, 16, 31)] == [10.0, 10.0, 4.0]
    assert "01-17" not in days and days["02-06"] == 4.0 and "02-07" not in days
    assert told(place, "week", grain="month") == {"01-01": 10.0, "02-01": 4.0, "03-01": 7.0, "04-01": 5.0}


def test_a_longer_period_reads_its_days(place: tuple[Engine, Sight]) -> None:
    january = (21 * 10.0 + 14.0) / 22
    assert told(place, "mean_day", grain="month")["01-01"] == pytest.approx(january, rel=1e-12)
    assert told(place, "mean_day", grain="month", where=("id = 3",)) == {"01-01": 4.0}  # of one day
    assert told(place, "ever", grain="quarter") == {"01-01": 21.0, "04-01": 26.0}
    assert told(place, "ever", by=("kind",)) == {"x": 15.0, "y": 4.0, None: 7.0}


def test_a_longer_period_passes_by_days_without_rows_and_values(place: tuple[Engine, Sight]) -> None:
    """Seven days each from 10 and 31 January; of buyer b there are rows then, and no value."""
    mean, last = (told(place, name, by=("buyer",), grain="month") for name in ("week_mean", "week_last"))
    assert mean["a", "01-01"] == pytest.approx((7 * 10.0 + 4.0) / 8)
    assert mean["b", "01-01"] is None
    assert (last["a", "01-01"], last["b", "01-01"]) == (4.0, None)
    assert (mean["a", "02-01"], last["a", "02-01"]) == (4.0, 4.0)
    assert mean["b", "03-01"] == 7.0
    assert told(place, "week_mean", by=("buyer",), grain="quarter")["b", "01-01"] == 7.0


def test_a_count_of_rows_without_a_value_is_zero(place: tuple[Engine, Sight]) -> None:
    assert told(place, "paid_count", by=("buyer",), grain="month") == {
        ("a", "01-01"): 2.0, ("a", "04-01"): 1.0, ("b", "01-01"): 0.0, ("b", "02-01"): 1.0,
    }  # fmt: skip


def test_levels_of_the_last_day_of_each(place: tuple[Engine, Sight]) -> None:
    assert told(place, "held", grain="month") == {"01-01": 4.0, "02-01": 7.0, "04-01": 5.0}
    assert told(place, "held", grain="year") == {"01-01": 12.0}
    assert told(place, "held", by=("kind",)) == {"x": 5.0, None: 7.0}
    assert told(place, "held_at_all", by=("buyer",)) == {"a": 10.0, "b": None}


def test_days_after_a_day_do_not_count_and_no_period_is_cut_for_it(place: tuple[Engine, Sight]) -> None:
    """In the middle of a month, too, earlier months are told whole."""
    april = (place[0], replace(place[1], as_of=date(2024, 4, 15)))
    assert told(april, "paid", grain="month") == {"01-01": 14.0, "02-01": 7.0, "04-01": 5.0}
    assert told(april, "kinds", grain="month") == {"01-01": 2.0, "02-01": 0.0, "04-01": 1.0}
    assert told(april, "led", grain="month")["01-01"] == 1.0
    january = (place[0], replace(place[1], as_of=date(2024, 1, 10)))
    assert told(january, "january", grain="month") == {"01-01": 10.0}
    assert told(january, "paid", grain="month") == {"01-01": 10.0}


def test_distinct_things_of_months_without_rows_are_counted_on(place: tuple[Engine, Sight]) -> None:
    assert told(place, "kinds", by=("buyer",), grain="quarter") == {
        ("a", "01-01"): 2.0, ("b", "01-01"): 1.0, ("a", "04-01"): 1.0,
    }  # fmt: skip


def test_every_period_is_shown_of_that_metric_alone(place: tuple[Engine, Sight]) -> None:
    both = told(place, "all_months", "paid_x", by=("buyer",), grain="month")
    assert both["b", "02-01"] == (7.0, None)
    assert (None, "02-01") not in both and both[None, "03-01"] == (None, None)


def test_a_formula_by_groups(place: tuple[Engine, Sight]) -> None:
    assert told(place, "both", by=("kind",), grain="month") == {
        ("x", "01-01"): 20.0, ("y", "01-01"): 4.0, (None, "02-01"): 7.0, ("x", "04-01"): 10.0,
    }  # fmt: skip


def test_a_coarser_period_shows_its_first_day(place: tuple[Engine, Sight]) -> None:
    assert told(place, "first_day", grain="quarter") == {"04-01": 5.0}
    assert told(place, "first_day", grain="quarter", where=("id = 5",)) == {"04-01": 5.0}
    assert told(place, "first_day", grain="day")["04-30"] == 5.0


def test_a_window_of_a_month_rolls_by_days(place: tuple[Engine, Sight]) -> None:
    days = told(place, "month_back", grain="day")
    assert [days[day] for day in ("01-10", "02-09", "02-10", "02-28", "02-29", "03-28")] == [10, 14, 4, 4, 11, 7]


def test_what_is_open_is_there_where_anything_is(place: tuple[Engine, Sight]) -> None:
    """At the end of a month: a row is open on its own day alone."""
    assert told(place, "open", by=("kind",), grain="month") == {("y", "01-01"): 1.0, (None, "02-01"): 1.0}


def test_what_runs_from_a_day_on_is_there_where_it_has_rows(place: tuple[Engine, Sight]) -> None:
    assert told(place, "so_far", by=("buyer",), grain="month") == {
        ("a", "01-01"): 14.0, ("a", "02-01"): 14.0, ("a", "03-01"): 14.0, ("a", "04-01"): 19.0, ("a", "05-01"): 19.0,
        ("b", "01-01"): None, ("b", "02-01"): 7.0, ("b", "03-01"): 7.0, ("b", "04-01"): 7.0, ("b", "05-01"): 7.0,
    }  # fmt: skip


def test_conversions_are_there_where_base_events_are(place: tuple[Engine, Sight]) -> None:
    """Buyer a comes on the 10th, the 31st (a conversion) and in April; b's second row is of no kind, so not x."""
    assert told(place, "led", by=("buyer",), grain="month") == {
        ("a", "01-01"): 1.0, ("b", "01-01"): None, ("b", "02-01"): None, ("a", "04-01"): None,
    }  # fmt: skip
    assert told(place, "led_share", grain="month") == {"01-01": 1.0, "04-01": None}
    assert told(place, "led_share", grain="year") == {"01-01": 2 / 3}


class Away(Engine):
    """An engine without structs, as others see it: questions go on to one that has the rows."""

    def __init__(self, other: Engine) -> None:
        self.other = other

    def is_away(self, _model: str) -> bool:
        return True

    def table(self, sql: str) -> pa.Table:
        return self.other.table(sql)


def test_members_are_the_same_where_they_are_told_as_text(place: tuple[Engine, Sight]) -> None:
    there = (Away(place[0]), place[1])
    for by in ((), ("kind",), ("kind", "id")):
        assert told(there, "held", by=by) == told(place, "held", by=by)
    place[0].run("UPDATE source.sales SET kind = concat('x', chr(31)) WHERE id = 5")
    with pytest.raises(QueryError, match="unprintable character"):
        told(there, "held", by=("kind",))
    place[0].run("UPDATE source.sales SET kind = 'x' WHERE id = 5")


def test_what_has_no_answer_is_refused(place: tuple[Engine, Sight]) -> None:
    with pytest.raises(QueryError, match="runs over a level"):
        told(place, "running_level", grain="month")
    with pytest.raises(QueryError, match="cannot be picked by time"):
        told(place, "before", by=("time.year",), grain="month")


def test_they_are_told_when_asked_alone(place: tuple[Engine, Sight]) -> None:
    catalog = place[1].catalog
    asked = {key for key in METRICS if catalog.asked_only(key)}
    assert asked == {
        "before",
        "january",
        "week",
        "mean_day",
        "ever",
        "held",
        "held_at_all",
        "running_level",
        "week_mean",
        "week_last",
        "first_day",
        "month_back",
    }
