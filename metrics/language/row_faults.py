"""Faults of aggregations over rows: expressions, kinds of columns, sums that would count something more than once."""

from collections.abc import Iterator

from sqlglot import exp

from data.documents import nearest
from metrics.definitions.conversion import Conversion, Event
from metrics.definitions.currency import Convert
from metrics.definitions.kinds import Aggregate, Rows, Stock
from metrics.definitions.table import Table
from metrics.language.calls import call_faults, calls_in
from metrics.language.catalog import Catalog, rates_of, resolver
from metrics.language.expressions import ExpressionError, column_or_parse, columns_of
from metrics.language.joins import entity_column, hops, single

Told = tuple[tuple[str | int, ...], str, str, str]  # field inside the aggregation, message, hint, code
FIELDS = ("expr", "filter", "time", "opened", "closed", "entity")
NO_NUMBERS = ("text", "varchar", "date", "timestamp")
OF_NUMBERS = ("sum", "average", "min", "max", "median", "percentile")
CONDITIONS = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean)


def row_faults(catalog: Catalog, body: Rows) -> Iterator[Told]:
    """Everything wrong in one aggregation, wherever it stands."""
    table = catalog.tables.get(body.table)
    if table is None:
        yield ("table",), f"'{body.table}' is not a table in models/", nearest(body.table, catalog.tables), "F108"
        return
    place = f"models/{table.key}.yaml"
    if table.unit is None:
        message = f"the table '{table.key}' does not say to which unit a row belongs"
        yield ("table",), message, f"add `unit: {{column: ...}}` to {place}", "F114"
    if not isinstance(body, Stock) and table.time is None and body.time is None:
        message = f"the table '{table.key}' has no time"
        yield ("table",), message, f"add `time: {{column: ...}}` to {place}", "F114"
    if isinstance(body, Aggregate) and body.convert:
        yield from _convert_faults(catalog, table, body.convert)
    for name in FIELDS:
        text = getattr(body, name, None)
        if text is None:
            continue
        try:
            tree = read(catalog, table, text)
        except ExpressionError as error:
            yield (name,), error.message, error.hint, error.code
            continue
        for said in _call_faults(catalog, table, name, tree):
            yield (name,), *said
        if name == "expr" and isinstance(body, Aggregate | Stock):
            yield from _kind_faults(catalog, table, body, tree)
            yield from _repeated(catalog, table, body, tree)


def _convert_faults(catalog: Catalog, table: Table, convert: Convert) -> Iterator[Told]:
    """What is wrong with the currency of an amount, the day of its rate, the table of rates."""
    if rates_of(catalog, convert) is None:
        known = [key for key, one in catalog.tables.items() if one.rates]
        message = f"'{convert.rates}' is no table of rates" if convert.rates else "it is not said which rates are meant"
        hint = (
            nearest(convert.rates or "", known)
            or "add `rates: {currency: ..., at: ..., rate: ..., into: EUR}` to a model"
        )
        yield ("convert", "rates"), message, hint, "F118"
    for field, dotted in (("from", convert.from_), ("at", convert.at)):
        path, _, name = (dotted or "").rpartition(".")
        if dotted is None or dotted == "period_end":
            continue
        try:
            resolver(catalog, table)(name, path or None)
        except ExpressionError as error:
            yield ("convert", field), error.message, error.hint, error.code


def _call_faults(catalog: Catalog, table: Table, field: str, tree: exp.Expr) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the metrics that an expression asks for."""
    try:
        calls = calls_in(tree)
    except ExpressionError as error:
        yield error.message, error.hint, error.code
        return
    for call in calls:
        if field != "filter":
            yield f"metric({call.metric}, {call.by}) may not stand here", "a filter may ask for a metric", "F119"
        else:
            yield from call_faults(catalog, table, call)


def read(catalog: Catalog, table: Table, text: str) -> exp.Expr:
    """An expression over a table's rows, every column of which is known. Raises `ExpressionError` else."""
    tree = column_or_parse(text, catalog.columns.get(table.key))
    resolve = resolver(catalog, table)
    for column, qualifier in columns_of(tree):
        resolve(column, qualifier)
    return tree


def _kind_faults(catalog: Catalog, table: Table, body: Aggregate | Stock, tree: exp.Expr) -> Iterator[Told]:
    """A column alone whose kind its function cannot work on; what an expression gives, the engine tells."""
    columns = catalog.columns.get(table.key) or {}
    kind = columns.get(tree.name, "") if isinstance(tree, exp.Column) and not tree.table else ""
    if body.function in OF_NUMBERS and kind in NO_NUMBERS:
        message = f"'{tree.name}' is {kind}, and {body.function} needs a number"
        yield ("expr",), message, "name a column of numbers, or count", "F112"
    if body.function == "sum_boolean" and kind not in ("", "boolean"):
        message = f"'{tree.name}' is {kind}, and sum_boolean needs true or false"
        yield ("expr",), message, "write a condition, such as `cost <= limit`", "F112"


def _repeated(catalog: Catalog, table: Table, body: Aggregate | Stock, tree: exp.Expr) -> Iterator[Told]:
    """What a sum would count more than once, and a mean of what are means already."""
    amounts = list(dict.fromkeys(values_in(tree)))
    joined = [path for _, path in amounts if path]
    if body.function == "sum" and joined and len(joined) == len(amounts):
        repeated = [path for path in joined if not single(catalog.tables, table, path)]
        if repeated:
            other = hops(catalog.tables, table, repeated[0])[-1].other.key
            message = f"a row of {other} would be counted once for each row of {table.key} that joins it"
            hint = f"sum it over {other} itself, or multiply it by a column of {table.key}"
            yield ("expr",), message, hint, "F101"
    for column, path in amounts:
        home = hops(catalog.tables, table, path)[-1].other if path else table
        if column in home.averaged and body.function in OF_NUMBERS[:2] and isinstance(tree.unnest(), exp.Column):
            message = f"'{column}' is an average or a share already, and {body.function} would not weigh it"
            yield ("expr",), message, "make a ratio of the sums that it came from", "F105"
        if column in home.levels and body.function == "sum" and not path and not _over_time(body):
            message = f"'{column}' is a level, and a sum would add it over time"
            yield ("expr",), message, "add `over_time: last` (or first, mean, min, max)", "F106"


def conversion_faults(catalog: Catalog, body: Conversion) -> Iterator[Told]:
    """Everything wrong in one conversion: its two events, and whether they say in the same way of whom they are."""
    for side, event in (("base", body.base), ("converted", body.converted)):
        counted = Aggregate(table=event.table, function="count", filter=event.filter, time=event.time)
        for path, message, hint, code in row_faults(catalog, counted):
            if side == "base" or path != ("table",) or event.table not in catalog.tables or code == "F108":
                yield (side, *path), message, hint, code
        table = catalog.tables.get(event.table)
        if table is not None:
            yield from _partner(catalog, table, body, side, event)


def _partner(catalog: Catalog, table: Table, body: Conversion, side: str, event: Event) -> Iterator[Told]:
    columns = catalog.columns.get(table.key)
    column = entity_column(table, body.entity)
    if column is None or (columns is not None and column not in columns):
        message = f"{event.table} does not know '{body.entity}'"
        known = {*table.entities, *table.joins, *(columns or ())}
        hint = nearest(body.entity, known) or f"add `entities: {{{body.entity}: ...}}` to models/{event.table}.yaml"
        yield ("entity",), message, hint, "F123"
    if side == "converted" and table.time is None and event.time is None:
        yield (side, "table"), f"the table '{table.key}' has no time", "add `time:` to its model, or here", "F114"
    for index, pair in enumerate(body.constant):
        try:
            read(catalog, table, getattr(pair, side))
        except ExpressionError as error:
            yield ("constant", index), f"of {event.table}: {error.message}", error.hint, error.code


def _over_time(body: Aggregate | Stock) -> bool:
    return body.over_time is not None


def values_in(tree: exp.Expr) -> Iterator[tuple[str, str | None]]:
    """The columns, as (name, path of joins), that give an expression its size, not only its conditions."""
    if isinstance(tree, CONDITIONS):
        return
    if isinstance(tree, exp.Column):
        yield from columns_of(tree)
    elif isinstance(tree, exp.Case):
        for branch in tree.args["ifs"]:
            yield from values_in(branch.args["true"])
        if tree.args.get("default") is not None:
            yield from values_in(tree.args["default"])
    elif isinstance(tree, exp.If):
        for side in ("true", "false"):
            if tree.args.get(side) is not None:
                yield from values_in(tree.args[side])
    else:
        for child in tree.iter_expressions():
            yield from values_in(child)
