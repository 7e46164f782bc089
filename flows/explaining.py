"""How a number came: its parts with their values, the statements, the rows behind it, and what it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from data.calendar import Calendar, Period
from data.documents import nearest
from data.errors import QueryError
from flows.asking import Statement, asked_of, period_of, sight_of, statements
from flows.freshness import fresh_tables
from flows.lineage import Link, down
from flows.opened import Opened
from metrics.definitions.conversion import Conversion
from metrics.definitions.kinds import Aggregate, Change, InlineStock, Ratio, Rolling, Rows, ToDate
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog
from metrics.language.crowds import least_of
from metrics.query.ask import ask
from metrics.query.question import Query
from metrics.query.rows import RowPage, Wanted, parts_of, read_rows
from metrics.time.grid import Window
from metrics.time.spans import span_windows
from metrics.time.timeline import Back, Timeline
from metrics.values.evaluate import back_of
from metrics.values.reading import Value
from metrics.values.table import Fresh

SHOWN = 5  # rows of each part


@dataclass(frozen=True)
class Node:
    """A metric, or an aggregation written in place, over the days at which it is read, with its value and its parts."""

    role: str
    metric: Metric
    start: date
    end: date
    value: float | None = None
    parts: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Everything behind one number of the current snapshot; `value` is its row of the value table."""

    value: Value
    formula: Node
    statements: tuple[Statement, ...]
    rows: tuple[RowPage, ...]
    lineage: Link
    fresh: dict[str, Fresh]
    catalog: Catalog = field(repr=False)


def explain(opened: Opened, metric: str, period: str, unit: str, *, rows: bool = True) -> Explanation:
    """How the value of a metric came, with the `rows` behind it and their SQL.

    Raises `QueryError` with the nearest right name for what there is not.
    """
    if metric not in opened.catalog.metrics:
        raise QueryError(f"'{metric}' is not a metric; {opened.catalog.nearest_metric(metric)}")
    if unit not in opened.tree:
        raise QueryError(f"'{unit}' is not a unit; {nearest(unit, opened.tree.units)}")
    in_part = opened
    opened = opened.all
    when = period_of(opened, period)
    engine = opened.engine()
    found = opened.values([metric], [unit], when.span, when.end, when.end)
    if not found:
        raise QueryError(f"{metric} has no value for {unit} in {period}: its rows begin later, or the unit has none")
    end = min(when.end, opened.manifest.as_of)
    tree, catalog = _tree(opened, metric, when, end)
    query = Query((metric,), where=(_of(unit),), start=when.start, end=end)
    asked = asked_of(opened, unit, when)
    calendar = opened.workspace.calendar
    count = len(parts_of(opened.catalog, metric, span_windows(calendar)[when.span]))
    catalog_of_rows = replace(opened.catalog, tables=in_part.catalog.tables)
    behind = (
        read_rows(engine, catalog_of_rows, metric, asked, calendar, Wanted(part, limit=SHOWN)) for part in range(count)
    )
    about_people = least_of(opened.catalog, metric) > 1
    fresh = fresh_tables(opened.workspace, engine, opened.manifest.datasets, opened.manifest.today)
    tables = opened.catalog.tables_of(metric)
    return Explanation(
        found[0],
        _seen(_valued(opened, catalog, tree, unit), in_part),
        tuple(statements(opened, query)) if rows else (),
        () if about_people or not rows else tuple(behind),
        down(in_part.workspace, f"metric:{metric}"),
        {table: fresh[table] for table in tables if table in fresh},
        catalog,
    )


def _of(unit: str) -> str:
    return f"unit = '{unit}'"


def _tree(opened: Opened, metric: str, when: Period, end: date) -> tuple[Node, Catalog]:
    """The parts of a metric, without values, and the catalog in which parts written in place bear names too."""
    metrics = dict(opened.catalog.metrics)
    window = span_windows(opened.workspace.calendar)[when.span]

    def node(role: str, key: str, start: date, end: date) -> Node:
        own = metrics[key]
        below = [node(*one) for one in _below(opened, own, metrics, window, (start, end))]
        return Node(role, own, start, end, None, tuple(below))

    return node("", metric, when.start, end), replace(opened.catalog, metrics=metrics)


Below = tuple[str, str, date, date]  # role, key, first and last day


def _below(
    opened: Opened, metric: Metric, metrics: dict[str, Metric], window: Window, days: tuple[date, date]
) -> Iterator[Below]:
    start, end = days
    calendar, body = opened.workspace.calendar, metric.body
    if isinstance(body, Ratio):
        for role in ("numerator", "denominator"):
            operand = getattr(body, role)
            yield role, operand if isinstance(operand, str) else _in_place(metric, role, operand, metrics), start, end
    elif isinstance(body, Conversion):
        for own in opened.catalog.own_aggregates(metric.key):
            if isinstance(own, Aggregate):
                yield "base events", _in_place(metric, "base events", own, metrics), start, end
    elif isinstance(body, ToDate):
        yield "since then", body.metric, calendar.first(body.since, calendar.number(body.since, end)), end
    elif isinstance(body, Rolling):
        count, grain = body.reach
        yield "over them", body.metric, calendar.first(grain, calendar.number(grain, end) - count + 1), end
    elif isinstance(body, Change):
        yield "now", body.metric, start, end
        yield from ((("then", body.metric, *then),) if (then := _then(calendar, back_of(body, window), days)) else ())
    elif not isinstance(body, Rows):
        yield from (("", part, start, end) for part in opened.catalog.parts(metric.key))


def _then(calendar: Calendar, back: Back, days: tuple[date, date]) -> tuple[date, date] | None:
    """The days that a change looks back to, as many of a running period as have passed; None from one fixed period."""
    if back.start:
        return None
    low, high = (calendar.back(calendar.number("month", day), "month", back.count, back.grain) for day in days)
    passed, last = Timeline(calendar).cut(days[1]), calendar.last("month", high)
    then = last if passed is None else min(last, calendar.first("month", high) + timedelta(days=passed - 1))
    return calendar.first("month", low), then


def _in_place(metric: Metric, role: str, operand: Aggregate | InlineStock, metrics: dict[str, Metric]) -> str:
    """A name for an aggregation that stands inside a metric."""
    key = f"{metric.key}: {role}"
    body = {"stock": operand.stock} if isinstance(operand, InlineStock) else {"agg": operand}
    metrics[key] = Metric.model_validate(
        {"key": key, "perspective": metric.perspective, "title": role.capitalize(), "measured_in": "count", **body}
    )
    return key


def _valued(opened: Opened, catalog: Catalog, tree: Node, unit: str) -> Node:
    """The tree with the value of each part, asked for all parts over the same days at once."""
    wanted: dict[tuple[date, date], dict[str, None]] = {}
    for node in _every(tree):
        wanted.setdefault((node.start, node.end), {})[node.metric.key] = None
    values: dict[tuple[date, date], dict[str, float | None]] = {}
    sight = replace(sight_of(opened), catalog=catalog)
    for (start, end), keys in wanted.items():
        table = ask(opened.engine(), sight, Query(tuple(keys), where=(_of(unit),), start=start, end=end))
        values[start, end] = (table.to_pylist() or [dict.fromkeys(keys)])[0]
    return _with(tree, values)


def _seen(node: Node, in_part: Opened) -> Node:
    """Without the parts that the asker does not see."""
    known, seen = in_part.all.catalog.metrics, in_part.catalog.metrics
    parts = tuple(_seen(one, in_part) for one in node.parts if one.metric.key in seen or one.metric.key not in known)
    return replace(node, parts=parts)


def _with(node: Node, values: dict[tuple[date, date], dict[str, float | None]]) -> Node:
    parts = tuple(_with(part, values) for part in node.parts)
    return replace(node, value=values[node.start, node.end][node.metric.key], parts=parts)


def _every(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _every(part)
