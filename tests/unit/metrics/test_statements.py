"""Statements that have a shape of their own say what plain loops over the rows say: levels, first events, what is open.

Every row lies on an edge: the last day that counts and the one after it, the last of the first days of a month, the day
of opening, a value that is missing.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from data.calendar import Calendar
from data.warehouse import connect
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.blocks import scan_block
from metrics.states.compiler import (
    StateQuery,
    aggregate_query,
    create_models,
    first_query,
    level_query,
    open_query,
    stock_query,
)
from metrics.states.measures import Measure
from metrics.states.relation import relation
from metrics.time.frame import Frame
from metrics.time.timeline import Timeline

AS_OF, CUT = date(2025, 3, 10), 10
TIMES = Timeline(Calendar())
FRAME = Frame(None, TIMES, AS_OF, CUT)
JANUARY = TIMES.number(date(2025, 1, 1))


class Row(NamedTuple):
    """One fact."""

    day: datetime
    closed: date | None
    unit: str
    who: str | None
    amount: float | None
    ok: bool | None


moment = datetime.fromisoformat
ROWS: tuple[Row, ...] = (
    Row(moment("2025-01-10 23:59"), date(2025, 1, 10), "east", "a", 1, True),
    Row(moment("2025-01-11 00:00"), date(2025, 1, 31), "east", "b", 2, False),
    Row(moment("2025-01-31 12:00"), date(2025, 2, 1), "west", "a", 4, True),
    Row(moment("2025-01-31 18:00"), None, "west", "a", 8, None),
    Row(moment("2025-01-31 19:00"), None, "west", "g", 3, True),
    Row(moment("2025-01-31 09:00"), None, "east", None, 16, True),
    Row(moment("2025-02-10 00:00"), date(2025, 2, 28), "east", "c", 32, True),
    Row(moment("2025-02-28 01:00"), date(2025, 3, 10), "west", "b", None, True),
    Row(moment("2025-02-28 02:00"), date(2025, 3, 11), "east", "b", 64, True),
    Row(moment("2025-03-10 23:59"), None, "east", "d", 128, True),
    Row(moment("2025-03-10 08:00"), date(2025, 3, 9), "west", "e", 256, True),
    Row(moment("2025-03-11 00:00"), None, "west", "f", 512, True),
)
PAST = tuple(row for row in ROWS if row.day.date() <= AS_OF)


@pytest.fixture
def catalog() -> Catalog:
    table = Table.model_validate(
        {"key": "facts", "source": "facts", "time": {"column": "day"}, "unit": {"column": "unit"}}
    )
    columns = dict.fromkeys(("day", "closed", "unit", "who", "amount", "ok"), "varchar")
    return Catalog({"facts": table}, {}, (), {"facts": columns})


@pytest.fixture
def engine(catalog: Catalog) -> Engine:
    found = Engine(connect().cursor())
    found.run("CREATE SCHEMA source")
    rows = ", ".join(
        "(" + ", ".join("NULL" if value is None else f"'{value}'" for value in (number, *row)) + ")"
        for number, row in enumerate(ROWS)
    )
    found.run(
        "CREATE TABLE source.facts AS SELECT CAST(day AS TIMESTAMP) AS day, CAST(closed AS DATE) AS closed, unit, who, "
        f"CAST(amount AS DOUBLE) AS amount, CAST(ok AS BOOLEAN) AS ok FROM (VALUES {rows}) "
        "AS r(id, day, closed, unit, who, amount, ok) ORDER BY hash(id)"
    )
    create_models(found, catalog)
    return found


def measure(kind: str, function: str = "sum", **fields: Any) -> Measure:
    return Measure(kind, "facts", '_t."day"', function, **fields)


def counted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Keys and a number each: added up by the keys, sorted."""
    found: dict[tuple[Any, ...], float] = {}
    for *keys, number in rows:
        found[tuple(keys)] = found.get(tuple(keys), 0) + number
    return sorted(((*keys, number) for keys, number in found.items()), key=str)


def place(day: date) -> tuple[int, bool]:
    """Month, and whether in its first days."""
    return TIMES.number(day), day.day <= CUT


def rows_of(engine: Engine, query: StateQuery, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in columns) for row in scan_block(engine, query).table.to_pylist()]


def answers(engine: Engine, query: StateQuery, *columns: str) -> list[tuple[Any, ...]]:
    return counted(rows_of(engine, query, *columns))


def state(query: StateQuery, role: str = "v") -> str:
    (own,) = query.columns.values()
    return own[role]


@pytest.mark.parametrize("over", ["last", "first"])
@pytest.mark.parametrize("per", [(), ("who",), ("unit",)])
@pytest.mark.parametrize("asked", [(), ("month({x})",)])
@pytest.mark.parametrize("since", [None, date(2025, 1, 31)])
@pytest.mark.parametrize("kept", [None, '_t."ok"'])
def test_levels_of_the_last_or_first_day_of_each(
    engine: Engine,
    catalog: Catalog,
    over: str,
    per: tuple[str, ...],
    asked: tuple[str, ...],
    since: date | None,
    kept: str | None,
) -> None:
    one = measure("level", expr='_t."amount"', filter=kept, over_time=over, per=tuple(f'_t."{name}"' for name in per))
    frame = Frame(None, TIMES, AS_OF, CUT, since, asked)
    query = level_query(relation(catalog, catalog.tables["facts"]), one, frame)
    groups: dict[Any, list[Row]] = {}
    pick: Callable[[Iterable[date]], date] = max if over == "last" else min
    for row in PAST:
        who = tuple(getattr(row, name) for name in per)
        if None not in who and (since is None or row.day.date() >= since) and (kept is None or row.ok):
            groups.setdefault((who, row.day.month if asked else 0), []).append(row)
    chosen = [row for rows in groups.values() for row in rows if row.day.date() == pick(r.day.date() for r in rows)]
    expected = counted((row.unit, *place(row.day.date()), row.amount or 0) for row in chosen)
    found = [(*keys, number or 0) for *keys, number in rows_of(engine, query, "cell", "month", "early", state(query))]
    assert counted(found) == expected
    assert sum(row[0] for row in rows_of(engine, query, "n")) == len(chosen)


@pytest.mark.parametrize("ranked", [False, True])
@pytest.mark.parametrize("kept", [None, '_t."ok"'])
@pytest.mark.parametrize("where", ["TRUE", "_t.\"unit\" = 'east'"])
def test_first_events(engine: Engine, catalog: Catalog, ranked: bool, kept: str | None, where: str) -> None:
    """What keeps some rows (a manager's scope) is asked of the first event, not of those among which it is found."""
    one = measure("first", "count_distinct", expr='_t."who"', filter=kept)
    of = replace(relation(catalog, catalog.tables["facts"]), where=where)
    first: dict[str, Row] = {}
    for row in sorted(PAST, key=lambda row: (row.day, row.unit)):
        if row.who is not None and (kept is None or row.ok):
            first.setdefault(row.who, row)
    expected = counted(
        (row.unit, *place(row.day.date()), 1) for row in first.values() if where == "TRUE" or row.unit == "east"
    )
    assert answers(engine, first_query(of, one, FRAME, ranked), "cell", "month", "early", "v") == expected


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("kept", [None, '_t."ok"'])
def test_what_is_open_at_the_end_of_each_month_and_of_its_first_days(
    engine: Engine, catalog: Catalog, inclusive: bool, kept: str | None
) -> None:
    one = measure("stock", "count_distinct", expr='_t."who"', filter=kept, until='_t."closed"', inclusive=inclusive)
    query = open_query(relation(catalog, catalog.tables["facts"]), one, FRAME, (JANUARY, JANUARY + 2))
    expected = set()
    for month, early, day in [
        (JANUARY, True, date(2025, 1, 10)), (JANUARY, False, date(2025, 1, 31)),
        (JANUARY + 1, True, date(2025, 2, 10)), (JANUARY + 1, False, date(2025, 2, 28)),
        (JANUARY + 2, True, AS_OF), (JANUARY + 2, False, AS_OF),
    ]:  # fmt: skip
        for row in ROWS:
            closed = None if row.closed is None else row.closed + timedelta(days=inclusive)
            if row.who and row.day.date() <= day and (closed is None or closed > day) and (kept is None or row.ok):
                expected.add((month, row.unit, early, row.who))
    found = rows_of(engine, query, "month", "cell", "early", "thing")
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("kept", [None, '_t."ok"'])
@pytest.mark.parametrize("function", ["sum", "count"])
def test_what_opened_and_closed(
    engine: Engine, catalog: Catalog, inclusive: bool, kept: str | None, function: str
) -> None:
    """What closes after the last day that counts is open; what closes before it opens never was."""
    expr = '_t."amount"' if function == "sum" else None
    one = measure("stock", function, expr=expr, filter=kept, until='_t."closed"', inclusive=inclusive)
    query = stock_query(relation(catalog, catalog.tables["facts"]), [one], FRAME)
    expected = []
    for row in PAST:
        out = None if row.closed is None else row.closed + timedelta(days=inclusive)
        if out is None or out > row.day.date():
            gone = (None, None) if out is None or out > AS_OF else place(out)
            held = kept is None or row.ok
            expected.append((row.unit, *place(row.day.date()), *gone, (row.amount or 0 if expr else 1) if held else 0))
    keys = ("cell", "month", "early", "gone", "gone_early")
    found = [(*row[:5], row[5] or 0) for row in rows_of(engine, query, *keys, state(query))]
    assert counted(found) == counted(expected)


@pytest.mark.parametrize(("low", "high"), [
    (None, None), (date(2025, 1, 11), None), (None, date(2025, 1, 31)), (date(2025, 1, 31), date(2025, 2, 28)),
    (date(2025, 2, 28), date(2025, 6, 30)),
])  # fmt: skip
@pytest.mark.parametrize("function", ["sum", "count", "min", "max", "sum_boolean"])
def test_aggregates_of_some_days(
    engine: Engine, catalog: Catalog, function: str, low: date | None, high: date | None
) -> None:
    """No day beyond the last one that counts is read, whatever is asked."""
    name = "ok" if function == "sum_boolean" else "amount"
    one = measure("agg", function, expr=f'_t."{name}"')
    query = aggregate_query(relation(catalog, catalog.tables["facts"]), [one], FRAME)
    groups: dict[Any, list[Any]] = {}
    for row in PAST:
        if (low is None or row.day.date() >= low) and (high is None or row.day.date() <= high):
            groups.setdefault((row.unit, *place(row.day.date())), []).append(getattr(row, name))
    how: dict[str, Callable[[list[Any]], Any]] = {
        "sum": sum, "count": len, "min": min, "max": max, "sum_boolean": sum,
    }  # fmt: skip
    known = {key: [value for value in values if value is not None] for key, values in groups.items()}
    expected = sorted((*key, len(groups[key]), len(v), how[function](v) if v else None) for key, v in known.items())
    columns = ("cell", "month", "early", "n", state(query, "n"), state(query))
    found = engine.table(query.sql(None, low, high)).to_pylist()
    assert sorted(tuple(row[name] for name in columns) for row in found) == [
        (*row[:-1], (0 if function == "count" else None) if row[-1] is None else row[-1]) for row in expected
    ]
