"""A metric inside a filter: `metric(orders, customer) > 3`, told for the customer of each row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from sqlglot import exp

from data.documents import nearest
from metrics.definitions.kinds import Aggregate, Ratio
from metrics.definitions.table import Table
from metrics.language.catalog import Catalog
from metrics.language.expressions import METRIC, ExpressionError, Over, names_in, parse
from metrics.language.joins import entity_column, hops

OVER: tuple[Over, ...] = get_args(Over)
HOW = "write metric(orders, customer), and perhaps 'ever', 'so_far' or 'month' behind"


@dataclass(frozen=True)
class Call:
    """The value of a metric for the entity `by` of a row: ever, up to the end of the row's month, or in its month."""

    metric: str
    by: str
    over: Over = "so_far"


def call_of(node: exp.Expr) -> Call:
    """What a call says. Raises `ExpressionError` (F119) for another form."""
    given = node.expressions
    names = [_name(one) for one in given]
    over = names[2] if len(names) == 3 else "so_far"
    if len(names) not in (2, 3) or not names[0] or not names[1] or " " in names[1]:
        raise ExpressionError(f"'{node.sql()}' does not say which metric of whom", HOW, "F119")
    found = next((word for word in OVER if word == over), None)
    if found is None:
        raise ExpressionError(f"'{over}' is no time over which a metric is told", nearest(over, OVER), "F119")
    return Call(names[0], names[1], found)


def calls_in(tree: exp.Expr) -> list[Call]:
    """Every metric that an expression asks for."""
    return [call_of(node) for node in tree.find_all(exp.Anonymous) if str(node.this).lower() == METRIC]


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Column):
        return ".".join(part.name for part in node.parts)
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else ""


def asked_by(catalog: Catalog, key: str) -> list[str]:
    """The metrics that the filters of a metric's own aggregations ask for; what cannot be read asks for none."""
    found: dict[str, None] = {}
    for body in catalog.own_aggregates(key):
        for text in (getattr(body, "filter", None), getattr(getattr(body, "converted", None), "filter", None)):
            try:
                found.update(dict.fromkeys(call.metric for call in (calls_in(parse(text)) if text else ())))
            except ExpressionError:
                continue  # told at its place
    return list(found)


def call_faults(catalog: Catalog, table: Table, call: Call) -> Iterator[tuple[str, str, str]]:
    """(message, hint, code) for each reason why a metric cannot be told for the rows of a table."""
    if call.metric not in catalog.metrics:
        yield f"'{call.metric}' is not a metric", catalog.nearest_metric(call.metric), "F108"
        return
    path, _, name = call.by.rpartition(".")
    try:
        home = hops(catalog.tables, table, path)[-1].other if path else table
    except ExpressionError as error:
        yield error.message, error.hint, error.code
        return
    yield from _entity(catalog, home, name)
    yield from _told(catalog, call.metric, name, call)


def _entity(catalog: Catalog, table: Table, name: str) -> Iterator[tuple[str, str, str]]:
    column, columns = entity_column(table, name), catalog.columns.get(table.key)
    if column is None or (columns is not None and column not in columns):
        known = {*table.entities, *table.joins, *(columns or ())}
        hint = nearest(name, known) or f"add `entities: {{{name}: ...}}` to models/{table.key}.yaml"
        yield f"{table.key} does not know '{name}'", hint, "F119"


def _told(catalog: Catalog, key: str, name: str, call: Call) -> Iterator[tuple[str, str, str]]:
    for body in parts_of(catalog, key):
        if not isinstance(body, Aggregate):
            message = f"'{key}' rests on what cannot be told for each {name} alone"
            yield message, "use a metric of the kind agg, ratio or expr", "F119"
            return
        if body.over_time or (body.quantile is not None and call.over == "so_far"):
            what = "a level" if body.over_time else f"a {body.function}"
            yield f"'{key}' is {what}, which is not told so far", "write 'ever' or 'month' behind", "F119"
        table = catalog.tables.get(body.table)
        if table is not None:
            yield from _entity(catalog, table, name)


def parts_of(catalog: Catalog, key: str) -> Iterator[object]:
    """The aggregations that a metric of the kind agg, ratio or expr rests on; of another kind, its body itself."""
    body = catalog.metrics[key].body
    if isinstance(body, Ratio):
        for part in (body.numerator, body.denominator):
            if isinstance(part, str):
                yield from parts_of(catalog, part) if part in catalog.metrics else ()
            else:
                yield part
    elif isinstance(body, str):
        for name in names_in(body):
            yield from parts_of(catalog, name) if name in catalog.metrics else ()
    else:
        yield body
