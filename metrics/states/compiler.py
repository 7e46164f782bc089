"""Writes the SQL that turns facts into states: one scan for each table and time role, however many metrics."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlglot
from sqlglot import exp

from data.errors import QueryError
from data.warehouse import identifier
from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.language.reach import datasets_in
from metrics.states.conversion import conversion_sql
from metrics.states.measures import Measure, Relation
from metrics.states.relation import LATER
from metrics.time.frame import Frame

DAY = timedelta(days=1)


def create_models(engine: Engine, catalog: Catalog) -> None:
    """Views `model.<table>` over `source.<dataset>`, or over the model's own checked SQL."""
    engine.run("CREATE SCHEMA IF NOT EXISTS model")
    for table in catalog.tables.values():
        try:
            engine.define(table.key, _body(catalog, table))
        except QueryError as error:
            raise QueryError(f"models/{table.sql or table.key + '.yaml'}: {error}") from error


def _body(catalog: Catalog, table: Table) -> str:
    if table.datasets:
        names = ", ".join(map(identifier, catalog.columns.get(table.key) or ())) if len(table.datasets) > 1 else "*"
        return " UNION ALL ".join(f"SELECT {names or '*'} FROM source.{identifier(name)}" for name in table.datasets)
    tree = sqlglot.parse_one(table.sql_text or "", read="duckdb")
    for node in list(datasets_in(tree)):
        node.set("db", exp.to_identifier("source", quoted=True))
        node.set("this", exp.to_identifier(node.name, quoted=True))
    return str(tree.sql(dialect="duckdb"))


def bounds(column: str, as_of: date) -> str:
    """Rows that have happened by `as_of`, as a range on the raw column: by a plain day, which zone maps know of."""
    return f"{column} < DATE '{(as_of + DAY).isoformat()}'"


@dataclass(frozen=True)
class Part:
    """One column of a state: the aggregate that makes it, and how two of it are merged.

    merge: sum | min | max | set (of the distinct ones of a `value`, where `filter` holds) | histogram (how often which
    value). An aggregate makes a set as a list; `metrics.states.blocks` tells what else holds one, and what a histogram.
    """

    sql: str
    merge: str = "sum"
    value: str = ""
    filter: str | None = None
    function: str = ""  # rows | count where it is one, so that it may be counted by a faster road

    @property
    def name(self) -> str:
        """The column that holds it; the same text has the same name in every scan, today and tomorrow."""
        return f"s_{digest(self.merge, self.sql)}"


@dataclass(frozen=True)
class StateQuery:
    """One scan of a table by one time role: what it groups by, what it keeps for whom, and of which rows.

    `keys` are column > SQL: cell and month always, early (FALSE for rows after the first days of a month), day where
    levels need it, gone and gone_early of stocks. `parts` are the columns that hold states by name, `columns` tells
    each measure which are its own (v: value, n: values seen, r: rows). `time` is the raw time column. `statement` is
    there where a scan has its own shape and cannot be cut into periods or parts (see `periodic`).
    """

    shape: str
    table: str
    keys: Mapping[str, str]
    parts: Mapping[str, Part]
    columns: Mapping[Measure, Mapping[str, str]]
    source: str
    where: tuple[str, ...]
    time: str
    as_of: date
    statement: str | None = None
    cells: tuple[str, ...] = ()  # all cells that there can be, where that is known

    @property
    def periodic(self) -> bool:
        """Whether the states of some periods can be computed alone, by rows whose `time` lies in them."""
        return self.statement is None and not self.time.startswith(f'"{LATER}')  # later rows are touched elsewhere

    @property
    def main(self) -> str:
        """What stands after FROM without what is joined."""
        return self.source.split(" LEFT JOIN ", 1)[0]

    @property
    def signature(self) -> str:
        """What the states of a closed period depend on besides the facts and the parts; the same text, the same name.

        The last day that counts is not in it, but for a stock it is: what closes after it is open. The first days of
        running months (key `early`) are in it, since they cut every month.
        """
        last = () if self.shape == "agg" else (self.as_of.isoformat(),)
        keys = [f"{name}={sql}" for name, sql in self.keys.items()]
        return digest(self.shape, self.source, *self.where, self.time, self.statement or "", *keys, *last)

    def rows(self, low: date | None = None, high: date | None = None, join: str = "") -> str:
        """From where and which rows: all of them or those that happened from day `low` to day `high`."""
        last = self.as_of if high is None else min(high, self.as_of)
        where = [bounds(self.time, last), *([f"{self.time} >= DATE '{low.isoformat()}'"] if low else []), *self.where]
        return f"FROM {self.source}{join} WHERE {' AND '.join(where)}"

    def sql(self, parts: Collection[str] | None = None, low: date | None = None, high: date | None = None) -> str:
        """The statement, with all parts or some (never histograms), for all rows or those of some days.

        Raises `QueryError` when a scan that is not `periodic` is asked for some periods.
        """
        if self.statement is not None:
            if low or high:
                raise QueryError(f"models/{self.table}.yaml: states of shape '{self.shape}' cannot be read by period")
            return self.statement
        wanted = {n: part for n, part in self.parts.items() if part.merge != "histogram"}
        select = [f"{sql} AS {name}" for name, sql in self.keys.items()] + ["count(*) AS n"]
        select += [f"{part.sql} AS {name}" for name, part in wanted.items() if parts is None or name in parts]
        group = ", ".join(str(at) for at, sql in enumerate(self.keys.values(), 1) if sql not in ("TRUE", "FALSE"))
        return f"SELECT {', '.join(select)} {self.rows(low, high)} GROUP BY {group}"


def digest(*texts: str) -> str:
    """A short name for texts: the same ones have the same name."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _named(states: Mapping[Measure, Mapping[str, Part]]) -> tuple[dict[str, Part], dict[Measure, dict[str, str]]]:
    """Parts by name, each once however many measures share it, and which of them are whose."""
    parts = {part.name: part for own in states.values() for part in own.values()}
    return parts, {measure: {role: part.name for role, part in own.items()} for measure, own in states.items()}


def aggregate_query(relation: Relation, measures: Sequence[Measure], frame: Frame) -> StateQuery:
    """States of all `agg` measures of one table and time role: cell (unit), month, early, n, and columns by measure.

    With semi-additive measures the scan groups by day (column `day`), since a level needs its date.
    """
    time = measures[0].time
    keys = {"cell": relation.cell, "month": frame.month_sql(time), "early": frame.early_sql(time)}
    if any(m.over_time for m in measures):
        keys["day"] = f"CAST({time} AS DATE)"
    parts, columns = _named({measure: _state_parts(measure) for measure in measures})
    cells = tuple(frame.tree.units) if frame.tree and relation.cell == relation.unit else ()
    of, where = relation.source, (relation.where,)
    return StateQuery("agg", measures[0].table, keys, parts, columns, of, where, time, frame.as_of, cells=cells)


def _state_parts(measure: Measure) -> dict[str, Part]:
    """The mergeable state of a measure: v (sum, extreme, set or histogram), n (values seen), r (rows behind it)."""
    where = f" FILTER (WHERE {measure.filter})" if measure.filter else ""
    rows = Part(f"count(*){where}", filter=measure.filter, function="rows")
    value = measure.expr
    if value is None:
        return {"v": rows, "n": rows, "r": rows}
    counted = Part(f"count({value}){where}", "sum", value, measure.filter, "count")
    total = Part(f"CAST(sum({value}){where} AS DOUBLE)", "sum", value, measure.filter)
    parts = {
        "sum": total,
        "average": total,
        "count": counted,
        "min": Part(f"CAST(min({value}){where} AS DOUBLE)", "min", value, measure.filter),
        "max": Part(f"CAST(max({value}){where} AS DOUBLE)", "max", value, measure.filter),
        "sum_boolean": Part(f"CAST(sum(CAST({value} AS INTEGER)){where} AS DOUBLE)"),
        "count_distinct": Part(f"list(DISTINCT {value}){where}", "set", value, measure.filter),
        "percentile": Part(f"histogram({value}){where}", "histogram", value, measure.filter),
    }
    return {"v": parts[measure.function], "n": counted, "r": rows}


def stock_query(relation: Relation, measures: Sequence[Measure], frame: Frame) -> StateQuery:
    """What opened and closed, by cell, opening and closing month (NULL: still open), without what was never open."""
    opened, closed, inclusive = measures[0].time, measures[0].until or "NULL", measures[0].inclusive
    first_out = f"CAST({closed} AS DATE) + 1" if inclusive else f"CAST({closed} AS DATE)"
    gone = (
        f"(CASE WHEN {first_out} <= DATE '{frame.as_of.isoformat()}' THEN {first_out} END)"  # what closes later is open
    )
    keys = {
        "cell": relation.cell,
        "month": frame.month_sql(opened),
        "early": frame.early_sql(opened),
        "gone": frame.month_sql(gone),
        "gone_early": frame.early_sql(gone),
    }
    parts, columns = _named({measure: _stock_parts(measure) for measure in measures})
    ever = f"({closed} IS NULL OR {first_out} > CAST({opened} AS DATE))"
    where = (ever, relation.where)
    return StateQuery("stock", measures[0].table, keys, parts, columns, relation.source, where, opened, frame.as_of)


def _stock_parts(measure: Measure) -> dict[str, Part]:
    where = f" FILTER (WHERE {measure.filter})" if measure.filter else ""
    rows = Part(f"count(*){where}", filter=measure.filter, function="rows")
    value = rows if measure.function == "count" else Part(f"CAST(sum({measure.expr}){where} AS DOUBLE)")
    return {"v": value, "r": rows}


def open_query(relation: Relation, measure: Measure, frame: Frame, months: tuple[int, int]) -> StateQuery:
    """The distinct things open at the end of each month (as of `as_of` in the last): month, cell, early, thing.

    With `cut_day` also those open at the end of that day of each month, marked as early.
    """
    opened, closed = measure.time, measure.until or "NULL"
    still = f"{closed} IS NULL OR CAST({closed} AS DATE) {'>=' if measure.inclusive else '>'} _m.day"
    where = f" AND ({measure.filter})" if measure.filter else ""
    days = [
        f"({number}, {early}, DATE '{day.isoformat()}')"
        for number in range(months[0], months[1] + 1)
        for early, day in _ends(frame, number)
    ]
    if not days:
        days = [f"(0, FALSE, DATE '{frame.as_of.isoformat()}')"]
    calendar = f"(VALUES {', '.join(days)}) AS _m(month, early, day)"
    statement = (
        f"SELECT DISTINCT _m.month AS month, {relation.cell} AS cell, _m.early AS early, {measure.expr} AS thing "
        f"FROM {relation.source} JOIN {calendar} ON CAST({opened} AS DATE) <= _m.day AND ({still}) "
        f"WHERE {measure.expr} IS NOT NULL{where} AND {relation.where}"
    )
    return _alone("open", relation, measure, frame.as_of, statement)


def _ends(frame: Frame, number: int) -> list[tuple[str, date]]:
    """The days at which a base period is read: its end, and the end of its first days."""
    first, last = frame.timeline.first(number), frame.timeline.last(number)
    ends = [("FALSE", min(last, frame.as_of))]
    return ends if frame.cut_day is None else [*ends, ("TRUE", min(last, first + timedelta(days=frame.cut_day - 1)))]


def level_query(relation: Relation, measure: Measure, frame: Frame) -> StateQuery:
    """States of rows on the last (or first) day of each of `per` within each period of the grain that is asked for."""
    expr = measure.expr or "TRUE"
    kept = [bounds(measure.time, frame.as_of), relation.where, measure.filter or "TRUE"]
    kept += [f"{key} IS NOT NULL" for key in measure.per]
    kept += [f"{measure.time} >= DATE '{frame.since.isoformat()}'"] if frame.since else []
    day, end = f"CAST({measure.time} AS DATE)", "max" if measure.over_time == "last" else "min"
    periods = [one.format(x=measure.time) for one in frame.asked]
    by = ", ".join([*measure.per, *periods])
    rows = (
        f"SELECT {relation.cell} AS cell, {measure.time} AS t, {expr} AS v FROM {relation.source} "
        f"WHERE {' AND '.join(f'({one})' for one in kept)} "
        f"QUALIFY {day} = {end}({day}) OVER ({f'PARTITION BY {by}' if by else ''})"
    )
    parts, columns = _named({measure: _state_parts(replace(measure, expr="v", filter=None))})
    wanted = ", ".join(f"{part.sql} AS {name}" for name, part in parts.items())
    statement = (
        f"SELECT cell, {frame.month_sql('t')} AS month, {frame.early_sql('t')} AS early, count(*) AS n, {wanted} "
        f"FROM ({rows}) AS e GROUP BY 1, 2, 3"
    )
    of, where = relation.source, (relation.where,)
    return StateQuery("level", measure.table, {}, parts, columns, of, where, measure.time, frame.as_of, statement)


def first_query(relation: Relation, measure: Measure, frame: Frame, ranked: bool = False) -> StateQuery:
    """How many entities have their first event in each cell and month; unit and dimensions are that event's.

    `ranked` finds the first event by numbering each entity's events, which every engine can, in place of the least of
    structs, which costs DuckDB less.
    """
    where = f" AND ({measure.filter})" if measure.filter else ""
    event = {"t": measure.time, "u": relation.unit, "c": relation.cell, "keep": relation.where}
    these = f"FROM {relation.source} WHERE {bounds(measure.time, frame.as_of)} AND {measure.expr} IS NOT NULL{where}"
    if ranked:
        of, keep = "f.", "f.keep AND f.place = 1"
        fields = ", ".join(f"{sql} AS {name}" for name, sql in event.items())
        order = ", ".join(str(event[name]) for name in ("t", "u", "c"))
        place = f"row_number() OVER (PARTITION BY {measure.expr} ORDER BY {order}) AS place"
        firsts = f"(SELECT {fields}, {place} {these}) AS f"
    else:
        of, keep = "f.f.", "f.f.keep"
        fields = ", ".join(f"{name} := {sql}" for name, sql in event.items())
        firsts = f"(SELECT min(struct_pack({fields})) AS f {these} GROUP BY {measure.expr}) AS f"
    happened = f"{of}t"
    statement = (
        f"SELECT {of}c AS cell, {frame.month_sql(happened)} AS month, {frame.early_sql(happened)} AS early, "
        f"count(*) AS v FROM {firsts} WHERE {keep} GROUP BY 1, 2, 3"
    )
    return _alone("first", relation, measure, frame.as_of, statement)


def conversion_query(catalog: Catalog, relation: Relation, measure: Measure, frame: Frame) -> StateQuery:
    """How many conversions the base events of each cell and month led to."""
    assert measure.converted is not None
    event = (measure.time, measure.expr or "", measure.filter or "TRUE")
    statement = conversion_sql(catalog, relation, *event, measure.converted, frame)
    return _alone("conversion", relation, measure, frame.as_of, statement)


def _alone(shape: str, relation: Relation, measure: Measure, as_of: date, statement: str) -> StateQuery:
    columns = {measure: {"v": "v"}}
    return StateQuery(
        shape, measure.table, {}, {}, columns, relation.source, (relation.where,), measure.time, as_of, statement
    )
