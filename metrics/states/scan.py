"""Reads facts into states: one scan for each table and time role, then the roll-up over units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.calendar import Calendar, MonthIndex, first_day, month_of
from data.documents import nearest
from data.errors import QueryError
from data.organisation import Membership, Tree, Unit
from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.bitmaps import Things
from metrics.states.compiler import StateQuery, aggregate_query, bounds, first_query, month_sql, open_query, stock_query
from metrics.states.cubes import Cube, Presence, SetCube, States
from metrics.states.measures import Measure, Relation, groups_of, relation
from metrics.time.grid import Floats, Grid, build_grid

Bools = npt.NDArray[np.bool_]
_EXTREMES = {"min": "min", "max": "max"}
Narrow = Callable[[Relation, Measure], Relation]


@dataclass(frozen=True)
class Frame:
    """What facts are seen through: the tree, the calendar, the last day that counts.

    `cut_day` is that day's number when its month still runs, else None. Without a tree the cells that are found stand
    side by side below one total.
    """

    tree: Tree | None
    calendar: Calendar
    as_of: date
    cut_day: int | None = None


def read_states(
    engine: Engine,
    catalog: Catalog,
    measures: Sequence[Measure],
    frame: Frame,
    narrow: Narrow | None = None,
) -> States:
    """Scan the facts (once per table and time role) and roll the states up over units.

    `narrow` changes what is scanned: a dimension as cells, fewer rows. Raises `QueryError` when rows belong to units
    that the tree does not know.
    """
    reader = _Reader(engine, catalog, frame, narrow)
    scans = [reader.scan(group, members) for group, members in groups_of([*measures, *_presence_of(measures)]).items()]
    last = month_of(frame.as_of)
    starts = [scan.first for scan in scans if scan.first is not None and not scan.stock]
    starts = starts or [scan.first for scan in scans if scan.first is not None]
    tree = reader.tree = frame.tree or _flat_tree(engine, scans)
    grid = build_grid(tree, min([*starts, last]), last, frame.calendar, frame.cut_day)
    engine.run("CREATE OR REPLACE TEMP TABLE closure(month INTEGER, cell VARCHAR, unit VARCHAR)")
    reader.publish_closure(grid)
    presence: dict[tuple[str, str], Presence] = {}
    cubes: dict[Measure, Cube | SetCube] = {}
    for scan in sorted(scans, key=lambda s: s.kind != "agg"):
        if scan.kind == "agg":
            presence[scan.role] = reader.presence(grid, scan, "n")
        for measure in scan.members:
            cubes[measure] = reader.cube(grid, scan, measure, presence)
    return States(grid, cubes, presence, engine)


def _presence_of(measures: Sequence[Measure]) -> list[Measure]:
    """A bare row count wherever only first events are asked for: without it a missing month would look like zero."""
    return [Measure("agg", m.table, m.time, "count") for m in measures if m.kind == "first"]


@dataclass(frozen=True)
class _Scan:
    kind: str
    role: tuple[str, str]
    members: tuple[Measure, ...]
    query: StateQuery | None
    relation: str
    first: MonthIndex | None

    @property
    def stock(self) -> bool:
        return self.kind == "stock"

    @property
    def every(self) -> int:
        return max(measure.every for measure in self.members)


class _Reader:
    def __init__(self, engine: Engine, catalog: Catalog, frame: Frame, narrow: Narrow | None) -> None:
        self.engine, self.catalog = engine, catalog
        self.tree, self.as_of, self.cut_day = frame.tree, frame.as_of, frame.cut_day
        self.narrow, self.count = narrow, 0

    def scan(self, group: tuple[str, str, str, str], members: list[Measure]) -> _Scan:
        self.count += 1
        name = f"states_{self.count}"
        source = relation(self.catalog, self.catalog.tables[group[0]])
        if self.narrow:
            source = self.narrow(source, members[0])
        kind = members[0].kind
        query: StateQuery | None = None
        if kind == "agg":
            query = aggregate_query(source, members, self.as_of, self.cut_day)
        elif kind == "stock" and members[0].function != "count_distinct":
            query = stock_query(source, members, self.as_of, self.cut_day)
        if query is not None:
            sql = query.sql
        elif kind == "first":
            sql = first_query(source, members[0], self.as_of, self.cut_day)
        else:
            opened = self._first(f"SELECT min({month_sql(members[0].time)}) AS m FROM {source.source}")
            months = (0, -1) if opened is None else (opened, month_of(self.as_of))
            sql = open_query(source, members[0], self.as_of, self.cut_day, months)
            members = members[:1]
        try:
            self.engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        except QueryError as error:
            keys = (key for key in self.catalog.metrics if group[0] in self.catalog.tables_of(key))
            places = f"models/{group[0]}.yaml: one of its metrics cannot be computed ({', '.join(keys)})"
            raise QueryError(f"{places}: {error}") from error
        if self.tree is not None:
            self._check_units(name, group[0], self.tree)
        first = self._first(f"SELECT min(month) AS m FROM {name}")
        if self.narrow and first is not None:  # a table's history begins where it begins for all units
            time = members[0].time
            whole = f"SELECT min({month_sql(time)}) AS m FROM {source.source} WHERE {bounds(time, self.as_of)}"
            first = self._first(whole)
        return _Scan(kind, (group[0], group[1]), tuple(members), query, name, first)

    def _first(self, sql: str) -> MonthIndex | None:
        month: MonthIndex | None = self.engine.table(sql).column("m")[0].as_py()
        return None if month is None else int(month)

    def _check_units(self, name: str, table: str, tree: Tree) -> None:
        cells = self.engine.table(f"SELECT cell, count(*) AS n FROM {name} GROUP BY cell").to_pylist()
        lost = [row["cell"] for row in cells if row["cell"] not in tree]
        if lost:
            names = ", ".join("(empty)" if cell is None else f"'{cell}'" for cell in sorted(lost, key=str)[:5])
            hint = nearest(str(lost[0]), tree.units)
            raise QueryError(
                f"models/{table}.yaml: rows belong to {names}, which units.yaml does not know; they would be missing "
                f"from every total. Add the unit, mend the data, or refuse such rows in the contract with `one_of`"
                + (f" ({hint})" if hint else "")
            )

    def publish_closure(self, grid: Grid) -> None:
        rows = grid.closure()
        chunks = [rows[at : at + 20_000] for at in range(0, len(rows), 20_000)]
        for chunk in chunks:
            values = ", ".join(f"({month}, {literal(cell)}, {literal(unit)})" for month, cell, unit in chunk)
            self.engine.run(f"INSERT INTO closure VALUES {values}")

    def presence(self, grid: Grid, scan: _Scan, column: str) -> Presence:
        """Rows are due from a unit's first row of the table on, until the unit ends.

        Where a row stands for a quarter or a year, cells are counted once for each of them, in its last month.
        """
        seen = self._cells(grid, scan.relation, column, None) > 0
        self._check_linked(grid, seen, scan.role[0])
        first = scan.first - grid.first if scan.first is not None else grid.shape[1]
        if scan.every > 1:
            first = grid.of_grain(scan.every, first)[0]
            seen = np.stack([_within(seen, *grid.of_grain(scan.every, at), at) for at in range(grid.shape[1])], axis=1)
        due = np.maximum.accumulate(seen, axis=1)
        if scan.every > 1:
            due = due & np.array([grid.of_grain(scan.every, at)[1] == at for at in range(grid.shape[1])])
        for row, key in enumerate(grid.units):
            end = month_of(self.tree.units[key].end) if self.tree else grid.last
            if end < grid.last:
                due[row, max(end - grid.first + 1, 0) :] = seen[row, max(end - grid.first + 1, 0) :]
        return Presence(grid.roll_up(seen.astype(float)), grid.roll_up(due.astype(float)), first)

    def _check_linked(self, grid: Grid, seen: Bools, table: str) -> None:
        """Figures of a unit that belongs nowhere in their month would be missing from every total, in silence."""
        lost = np.argwhere(seen & ~grid.linked())
        if len(lost):
            unit, month = grid.units[lost[0][0]], first_day(grid.first + int(lost[0][1]))
            raise QueryError(
                f"models/{table}.yaml: '{unit}' has figures in {month:%Y-%m}, when units.yaml puts it below no other "
                "unit; they would be missing from every total. Lengthen its membership, or mend the data"
            )

    def cube(
        self, grid: Grid, scan: _Scan, measure: Measure, presence: dict[tuple[str, str], Presence]
    ) -> Cube | SetCube:
        if scan.kind == "agg" and (measure.over_time or measure.function == "count_distinct"):
            return self._set_cube(grid, scan, measure, presence[scan.role])
        if scan.kind == "agg":
            return self._aggregate_cube(grid, scan, measure, presence[scan.role])
        if scan.kind == "first":
            value = self._cells(grid, scan.relation, "v", None)
            early = self._cells(grid, scan.relation, "v", "early")
            rolled, rolled_early = grid.roll_up(value), grid.roll_up(early)
            return Cube(measure, rolled, rolled, rolled, (rolled_early,) * 3, presence[scan.role])
        if measure.function == "count_distinct":
            return self._distinct_stock(grid, scan, measure)
        return self._stock_cube(grid, scan, measure)

    def _distinct_stock(self, grid: Grid, scan: _Scan, measure: Measure) -> SetCube:
        ends = f"{scan.relation} WHERE NOT early"
        rows = self._counts(grid, f"SELECT cell, month, count(*) AS v FROM {ends} GROUP BY 1, 2")
        self._check_linked(grid, rows > 0, scan.role[0])
        things, early = (
            Things.of(self.engine.table(f"SELECT cell, month, early, thing FROM {part}"), grid)
            for part in (ends, f"{scan.relation} WHERE early")
        )
        rolled = grid.roll_up(rows)
        return SetCube(measure, scan.relation, rolled, _standing(grid, rows > 0), rolled, things, early)

    def _aggregate_cube(self, grid: Grid, scan: _Scan, measure: Measure, presence: Presence) -> Cube:
        assert scan.query is not None
        columns = scan.query.columns[measure]
        how = _EXTREMES.get(measure.function, "sum")
        rolled = {
            (part, only): grid.roll_up(
                self._cells(grid, scan.relation, columns[part], only, how if part == "v" else "sum"),
                how if part == "v" else "sum",
            )
            for part, only in (("v", None), ("n", None), ("r", None), ("v", "early"), ("n", "early"), ("r", "early"))
            if only is None or grid.cut_day is not None
        }
        value, count, number = (rolled.get((part, "early"), rolled[part, None]) for part in ("v", "n", "r"))
        if measure.stated:
            presence = self.presence(grid, scan, columns["r"])
        whole = (rolled["v", None], rolled["n", None], rolled["r", None])
        return Cube(measure, *whole, (value, count, number), presence)

    def _set_cube(self, grid: Grid, scan: _Scan, measure: Measure, presence: Presence) -> SetCube:
        assert scan.query is not None
        columns = scan.query.columns[measure]
        rows = grid.roll_up(self._cells(grid, scan.relation, columns["r"], None))
        early = rows if grid.cut_day is None else grid.roll_up(self._cells(grid, scan.relation, columns["r"], "early"))
        if measure.stated:
            presence = self.presence(grid, scan, columns["r"])
        if measure.function == "count_distinct":
            sql = f"SELECT cell, month, early, unnest({columns['v']}) AS thing FROM {scan.relation}"
            return SetCube(measure, scan.relation, rows, presence, early, Things.of(self.engine.table(sql), grid))
        name = f"levels_{scan.relation}_{columns['v']}"
        none = "" if measure.stated else f"WHEN {columns['r']} = 0 THEN 0 "  # rows came, none passed the filter
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM (SELECT cell, month, early, day, CASE {none}"
            f"WHEN {columns['n']} > 0 THEN CAST({columns['v']} AS DOUBLE) END AS v FROM {scan.relation}) "
            "WHERE v IS NOT NULL"
        )
        return SetCube(measure, name, rows, presence, early)

    def _stock_cube(self, grid: Grid, scan: _Scan, measure: Measure) -> Cube:
        assert scan.query is not None
        value, rows = scan.query.columns[measure]["v"], scan.query.columns[measure]["r"]
        base = grid.first

        def flow(column: str, month: str, early: str, only: bool) -> Floats:
            where = f"WHERE {month} IS NOT NULL" + (f" AND ({early} OR {month} < {base})" if only else "")
            source = (
                f"(SELECT cell, greatest({month}, {base}) AS month, CAST(sum({column}) AS DOUBLE) AS v "
                f"FROM {scan.relation} {where} GROUP BY 1, 2)"
            )
            return self._cells(grid, source, "v", None)

        def level(column: str) -> tuple[Floats, Floats]:
            whole = flow(column, "month", "early", False) - flow(column, "gone", "gone_early", False)
            standing = np.cumsum(whole, axis=1)
            if grid.cut_day is None:
                return standing, standing
            part = flow(column, "month", "early", True) - flow(column, "gone", "gone_early", True)
            return standing, standing - whole + part

        standing, early = level(value)
        count = level(rows)[0]
        self._check_linked(grid, count > 0, scan.role[0])
        presence = _standing(grid, np.cumsum(flow(rows, "month", "early", False), axis=1) > 0)
        rolled, rolled_early, counted = grid.roll_up(standing), grid.roll_up(early), grid.roll_up(count)
        return Cube(measure, rolled, counted, counted, (rolled_early, counted, counted), presence)

    def _cells(self, grid: Grid, source: str, column: str, only: str | None, how: str = "sum") -> Floats:
        """A state column as (units, months), merged over days and parts of a month; 0 (NaN for extremes) where none."""
        where = f"WHERE {only}" if only else ""
        sql = (
            f"SELECT cell, CAST(month AS BIGINT) AS month, CAST({how}({column}) AS DOUBLE) AS v "
            f"FROM {source} {where} GROUP BY 1, 2"
        )
        return self._counts(grid, sql, 0.0 if how == "sum" else np.nan)

    def _counts(self, grid: Grid, sql: str, empty: float = 0.0) -> Floats:
        table = self.engine.table(sql)
        out = np.full(grid.shape, empty)
        rows = pc.index_in(table.column("cell").combine_chunks(), value_set=pa.array(grid.units)).to_numpy(False)
        months = table.column("month").to_numpy() - grid.first
        values = table.column("v").to_numpy()
        inside = (months >= 0) & (months < grid.shape[1]) & ~np.isnan(values.astype(float))
        out[rows[inside].astype(int), months[inside].astype(int)] = values[inside]
        return out


TOTAL = "\x00total"


def _flat_tree(engine: Engine, scans: Sequence[_Scan]) -> Tree:
    """All cells that were found, side by side below one total."""
    found = " UNION ".join(f"SELECT CAST(cell AS VARCHAR) AS cell FROM {scan.relation}" for scan in scans)
    cells = engine.table(f"SELECT cell FROM ({found}) ORDER BY cell").column("cell").to_pylist()
    units = {TOTAL: Unit(TOTAL, "Total", "total")}
    units |= {cell: Unit(cell, cell, "member", (Membership(TOTAL),)) for cell in cells}
    return Tree(units, ("total", "member"))


def _standing(grid: Grid, known: Bools) -> Presence:
    """A stock is known from its first opening on: due and seen alike."""
    since = grid.roll_up(np.maximum.accumulate(known, axis=1).astype(np.float64))
    begun = known.any(axis=0)
    return Presence(since, since, int(np.argmax(begun)) if begun.any() else grid.shape[1])


def _within(seen: Bools, low: int, high: int, at: int) -> Bools:
    """Whether anything was seen from column `low` to `high`, told in the last of them."""
    return np.asarray(seen[:, max(low, 0) : high + 1].any(axis=1) & (high == at))
