"""Writes the SQL that turns facts into states: one scan for each table and time role, however many metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlglot
from sqlglot import exp

from data.errors import QueryError
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.measures import Measure, Relation


def create_models(engine: Engine, catalog: Catalog) -> None:
    """Views `model.<table>` over `source.<dataset>`, or over the model's own checked SQL."""
    engine.run("CREATE SCHEMA IF NOT EXISTS model")
    for table in catalog.tables.values():
        try:
            engine.run(f'CREATE OR REPLACE VIEW model."{table.key}" AS {_body(table)}')
        except QueryError as error:
            raise QueryError(f"models/{table.sql or table.key + '.yaml'}: {error}") from error


def _body(table: Table) -> str:
    if table.source is not None:
        return f'SELECT * FROM source."{table.source}"'
    tree = sqlglot.parse_one(table.sql_text or "", read="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for node in tree.find_all(exp.Table):
        if node.name not in own:
            node.set("db", exp.to_identifier("source", quoted=True))
            node.set("this", exp.to_identifier(node.name, quoted=True))
    return str(tree.sql(dialect="duckdb"))


def month_sql(column: str) -> str:
    """The month index of a date expression; plain arithmetic costs half of date_trunc."""
    return f"(year({column}) * 12 + month({column}) - 1)"


def bounds(column: str, as_of: date) -> str:
    """Rows that have happened by `as_of`, as a range on the raw column."""
    return f"{column} < DATE '{as_of.isoformat()}' + INTERVAL 1 DAY"


def early_sql(column: str, cut_day: int | None) -> str:
    """Whether a row lies in the first `cut_day` days of its month; TRUE when no month is running."""
    return "TRUE" if cut_day is None else f"(day({column}) <= {cut_day})"


@dataclass(frozen=True)
class StateQuery:
    """The SQL of one scan and, for each of its measures, the names of the columns that hold its state."""

    sql: str
    columns: dict[Measure, dict[str, str]]
    daily: bool


def aggregate_query(relation: Relation, measures: Sequence[Measure], as_of: date, cut_day: int | None) -> StateQuery:
    """States of all `agg` measures of one table and time role: cell (unit), month, early, n, and columns by measure.

    With semi-additive measures the scan groups by day (column `day`), since a level needs its date.
    """
    time = measures[0].time
    daily = any(m.over_time for m in measures)
    keys = {"cell": relation.cell, "month": month_sql(time), "early": early_sql(time, cut_day)}
    if daily:
        keys["day"] = f"CAST({time} AS DATE)"
    wanted: dict[str, str] = {}  # SQL > column name, so that two measures share what they share
    columns: dict[Measure, dict[str, str]] = {}
    for measure in measures:
        parts = _state_parts(measure)
        columns[measure] = {name: wanted.setdefault(sql, f"s{len(wanted)}") for name, sql in parts.items()}
    select = [f"{sql} AS {name}" for name, sql in keys.items()] + ["count(*) AS n"]
    select += [f"{sql} AS {name}" for sql, name in wanted.items()]
    group = ", ".join(str(position + 1) for position in range(len(keys)))
    sql = f"SELECT {', '.join(select)} FROM {relation.source} WHERE {bounds(time, as_of)} AND {relation.where} "
    sql += f"GROUP BY {group}"
    return StateQuery(sql, columns, daily)


def _state_parts(measure: Measure) -> dict[str, str]:
    """The mergeable state of a measure: v (sum, extreme or set), n (values seen), r (rows behind it)."""
    where = f" FILTER (WHERE {measure.filter})" if measure.filter else ""
    rows = f"count(*){where}"
    value = measure.expr
    if value is None:
        return {"v": rows, "n": rows, "r": rows}
    counted = f"count({value}){where}"
    parts = {
        "sum": f"sum({value}){where}",
        "average": f"sum({value}){where}",
        "count": counted,
        "min": f"min({value}){where}",
        "max": f"max({value}){where}",
        "sum_boolean": f"sum(CAST({value} AS INTEGER)){where}",
        "count_distinct": f"list(DISTINCT {value}){where}",
    }
    return {"v": parts[measure.function], "n": counted, "r": rows}


def stock_query(relation: Relation, measures: Sequence[Measure], as_of: date, cut_day: int | None) -> StateQuery:
    """What opened and closed, by cell, opening and closing month (NULL: still open), without what was never open."""
    opened, closed, inclusive = measures[0].time, measures[0].until or "NULL", measures[0].inclusive
    first_out = f"CAST({closed} AS DATE) + 1" if inclusive else f"CAST({closed} AS DATE)"
    gone = f"(CASE WHEN {first_out} <= DATE '{as_of.isoformat()}' THEN {first_out} END)"  # what closes later is open
    wanted: dict[str, str] = {}
    columns: dict[Measure, dict[str, str]] = {}
    for measure in measures:
        where = f" FILTER (WHERE {measure.filter})" if measure.filter else ""
        parts = {"r": f"count(*){where}"}
        parts["v"] = parts["r"] if measure.function == "count" else f"sum({measure.expr}){where}"
        columns[measure] = {name: wanted.setdefault(sql, f"s{len(wanted)}") for name, sql in parts.items()}
    select = [
        f"{relation.cell} AS cell",
        f"{month_sql(opened)} AS month",
        f"{early_sql(opened, cut_day)} AS early",
        f"{month_sql(gone)} AS gone",
        f"{early_sql(gone, cut_day)} AS gone_early",
        *(f"{sql} AS {name}" for sql, name in wanted.items()),
    ]
    sql = (
        f"SELECT {', '.join(select)} FROM {relation.source} "
        f"WHERE {bounds(opened, as_of)} AND ({closed} IS NULL OR {first_out} > CAST({opened} AS DATE)) "
        f"AND {relation.where} GROUP BY 1, 2, 3, 4, 5"
    )
    return StateQuery(sql, columns, daily=False)


def open_query(relation: Relation, measure: Measure, as_of: date, cut_day: int | None, months: tuple[int, int]) -> str:
    """The distinct things open at the end of each month (as of `as_of` in the last): month, cell, early, thing.

    With `cut_day` also those open at the end of that day of each month, marked as early.
    """
    opened, closed = measure.time, measure.until or "NULL"
    still = f"{closed} IS NULL OR CAST({closed} AS DATE) {'>=' if measure.inclusive else '>'} _m.day"
    where = f" AND ({measure.filter})" if measure.filter else ""
    first = "make_date(i // 12, i % 12 + 1, 1)"
    ends = {"FALSE": f"least(last_day({first}), DATE '{as_of.isoformat()}')"}
    if cut_day is not None:
        ends["TRUE"] = f"least(last_day({first}), {first} + {cut_day - 1})"
    days = [
        f"SELECT i AS month, {early} AS early, {day} AS day FROM range({months[0]}, {months[1] + 1}) AS r(i)"
        for early, day in ends.items()
    ]
    calendar = f"({' UNION ALL '.join(days)}) AS _m"
    return (
        f"SELECT DISTINCT _m.month AS month, {relation.cell} AS cell, _m.early AS early, {measure.expr} AS thing "
        f"FROM {relation.source} JOIN {calendar} ON CAST({opened} AS DATE) <= _m.day AND ({still}) "
        f"WHERE {measure.expr} IS NOT NULL{where} AND {relation.where}"
    )


def first_query(relation: Relation, measure: Measure, as_of: date, cut_day: int | None) -> str:
    """How many entities have their first event in each cell and month; unit and dimensions are that event's."""
    where = f" AND ({measure.filter})" if measure.filter else ""
    first = f"struct_pack(t := {measure.time}, u := {relation.unit}, c := {relation.cell}, keep := {relation.where})"
    firsts = (
        f"SELECT min({first}) AS f FROM {relation.source} "
        f"WHERE {bounds(measure.time, as_of)} AND {measure.expr} IS NOT NULL{where} GROUP BY {measure.expr}"
    )
    return (
        f"SELECT f.c AS cell, {month_sql('f.t')} AS month, {early_sql('f.t', cut_day)} AS early, count(*) AS v "
        f"FROM ({firsts}) WHERE f.keep GROUP BY 1, 2, 3"
    )
