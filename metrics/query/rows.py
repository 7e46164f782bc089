"""The rows behind a number: exactly those that a metric's aggregations counted, a page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from data.calendar import Calendar
from data.errors import QueryError
from data.warehouse import identifier, literal
from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import Aggregate, FirstPer, InlineStock, Ratio, Rolling, Rows, Stock, ToDate
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog, resolver
from metrics.query.within import EMPTY_MEMBER, Asked, inside
from metrics.states.measures import Measure, Relation, measure_of, relation
from metrics.time.frame import Frame
from metrics.time.grid import MONTH, QUARTER, YEAR, Window
from metrics.time.spans import span_windows
from metrics.time.timeline import Timeline


@dataclass(frozen=True)
class Part:
    """One aggregation below a metric, with the window over which it is read; `title` tells it from the others."""

    title: str
    body: Rows
    window: Window


@dataclass(frozen=True)
class RowPage:
    """A page of rows: the part of the metric they belong to, column names, plain values, and how many there are."""

    part: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    total: int


def parts_of(catalog: Catalog, key: str, window: Window, title: str = "") -> list[Part]:
    """The aggregations below a metric, each once, with the window over which each is read."""
    found = {(part.body, part.window): part for part in reversed(list(_parts(catalog, key, window, title)))}
    return list(reversed(found.values()))


def _parts(catalog: Catalog, key: str, window: Window, title: str) -> Iterator[Part]:
    metric = catalog.metrics[key]
    body = metric.body
    if metric.cadence != "month" and window == MONTH:
        window = QUARTER if metric.cadence == "quarter" else YEAR
    name = title or metric.title
    if isinstance(body, Aggregate | Stock | FirstPer):
        yield Part(name, body, window)
    elif isinstance(body, Conversion):
        yield from (Part(f"{name}: base events", own, window) for own in catalog.own_aggregates(key) if own is not body)
    elif isinstance(body, Ratio):
        for side, operand in (("numerator", body.numerator), ("denominator", body.denominator)):
            if isinstance(operand, str):
                yield from _parts(catalog, operand, window, "")
            else:
                inner = operand.stock if isinstance(operand, InlineStock) else operand
                yield Part(f"{name}: {side}", inner, window)
    else:
        if isinstance(body, ToDate):
            window = Window(body.since)
        elif isinstance(body, Rolling):
            window = Window("roll", *body.reach)
        for part in catalog.parts(key):
            yield from _parts(catalog, part, window, "")


@dataclass(frozen=True)
class Wanted:
    """Which rows: those of one part of a metric, optionally of one member of a dimension, a page at a time."""

    part: int = 0
    dimension: str | None = None
    member: str | None = None
    limit: int = 200
    offset: int = 0


def read_rows(
    engine: Engine, catalog: Catalog, key: str, asked: Asked, calendar: Calendar, wanted: Wanted | None = None
) -> RowPage:
    """One page of the rows behind a metric, for a unit and period.

    Raises `QueryError` for a part that the metric does not have.
    """
    wanted = wanted or Wanted()
    parts = parts_of(catalog, key, span_windows(calendar)[asked.period.span])
    if not 0 <= wanted.part < len(parts):
        title = catalog.metrics[key].title
        raise QueryError(f"{title} has {len(parts)} parts, and part {wanted.part} is not one of them")
    chosen = parts[wanted.part]
    measure = measure_of(catalog, chosen.body)
    table = catalog.tables[measure.table]
    source = relation(catalog, table, measure.time, Frame(None, Timeline(calendar), asked.end)).reading(*measure.sql)
    resolve = resolver(catalog, table)
    conditions = [inside(source, measure, asked, calendar), *_when(measure, chosen.window, asked, calendar)]
    if measure.kind == "first":
        conditions.insert(0, _first(measure, source))
    elif measure.filter:
        conditions.append(f"({measure.filter})")
    if wanted.dimension is not None:
        qualifier, _, column = table.dimensions[wanted.dimension].column.rpartition(".")
        text = f"coalesce(CAST({resolve(column, qualifier or None)} AS VARCHAR), {literal(EMPTY_MEMBER)})"
        conditions.append(f"{text} = {literal(wanted.member or EMPTY_MEMBER)}")
    shown = []
    for name in table.rows or tuple(engine.columns(f'model."{table.key}"')):
        qualifier, _, column = name.rpartition(".")
        shown.append(f"{resolve(column, qualifier or None)} AS {identifier(name)}")
    inner = f"{source.reading(*conditions, *shown).source} WHERE {' AND '.join(conditions)}"
    total = engine.table(f"SELECT count(*) AS n FROM {inner}").column("n")[0].as_py()
    order = f"ORDER BY {measure.time} DESC, 1" if measure.time else "ORDER BY 1"
    limits = f"LIMIT {int(wanted.limit)} OFFSET {int(wanted.offset)}"
    page = engine.table(f"SELECT {', '.join(shown)} FROM {inner} {order} {limits}")
    rows = tuple(tuple(row.values()) for row in page.to_pylist())
    return RowPage(chosen.title, tuple(page.column_names), rows, int(total))


def _when(measure: Measure, window: Window, asked: Asked, calendar: Calendar) -> list[str]:
    end = f"DATE '{asked.end.isoformat()}'"
    if measure.kind == "stock":
        still = ">=" if measure.inclusive else ">"
        return [
            f"CAST({measure.time} AS DATE) <= {end}",
            f"({measure.until} IS NULL OR CAST({measure.until} AS DATE) {still} {end})",
        ]
    month = calendar.number("month", asked.end)
    start = {
        "roll": _rolled(calendar, month, window) if window.kind == "roll" else month,
        "month": month,
        "quarter": calendar.quarter_start(month),
        "year": calendar.year_start(month),
    }[window.kind]
    if measure.over_time == "last":
        start = month
    elif measure.over_time == "first" and start < month:
        end = f"DATE '{calendar.last('month', start).isoformat()}'"
    return [
        f"{measure.time} >= DATE '{calendar.first('month', start).isoformat()}'",
        f"{measure.time} < {end} + INTERVAL 1 DAY",
    ]


def _rolled(calendar: Calendar, month: int, window: Window) -> int:
    """The first month of a rolling window that ends with a month; a table of periods may begin later."""
    outer = calendar.of("month", month, window.grain) - window.count + 1
    return max(calendar.number("month", calendar.first(window.grain, max(outer, 0))), 0)


def _first(measure: Measure, source: Relation) -> str:
    """Keeps the first events of each entity: rows at the earliest time and unit at which one passes the filter."""
    event = f"struct_pack(e := {measure.expr}, f := struct_pack(t := {measure.time}, u := {source.unit}))"
    where = f"{measure.expr} IS NOT NULL AND ({measure.filter or 'TRUE'})"
    firsts = f"struct_pack(e := {measure.expr}, f := min(struct_pack(t := {measure.time}, u := {source.unit})))"
    return f"({where}) AND {event} IN (SELECT {firsts} FROM {source.source} WHERE {where} GROUP BY {measure.expr})"
