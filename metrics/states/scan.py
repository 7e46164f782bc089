"""Reads facts into states: one scan for each table and time role, then the roll-up over units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.documents import nearest
from data.errors import QueryError
from data.organisation import FAR_AHEAD, Membership, Tree, Unit
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.bitmaps import Things, things_of
from metrics.states.blocks import Block, BlockSource, Scan, Sheet, numbers
from metrics.states.compiler import (
    StateQuery,
    aggregate_query,
    bounds,
    conversion_query,
    first_query,
    level_query,
    open_query,
    stock_query,
)
from metrics.states.cubes import AnyCube, Cube, Presence, SetCube, States
from metrics.states.histograms import Histogram
from metrics.states.levels import Levels
from metrics.states.measures import Measure, Relation, groups_of, relation
from metrics.time.frame import Frame
from metrics.time.grid import Floats, Grid, build_grid

Bools = npt.NDArray[np.bool_]
Narrow = Callable[[Relation, Measure], Relation]


def read_states(
    engine: Engine,
    catalog: Catalog,
    measures: Sequence[Measure],
    frame: Frame,
    narrow: Narrow | None = None,
    source: BlockSource | None = None,
) -> States:
    """Scan the facts (once per table and time role) and roll the states up over units.

    `narrow` changes what is scanned: a dimension as cells, fewer rows. `source` answers each scan with its block
    (default: computed now). Raises `QueryError` when rows belong to units that the tree does not know.
    """
    reader = _Reader(engine, catalog, frame, narrow)
    groups = groups_of([*measures, *_presence_of(measures)])
    scans = [reader.scan(group, members, source or Scan(engine)) for group, members in groups.items()]
    last = frame.last
    starts = [scan.first for scan in scans if scan.first is not None and scan.kind != "stock"]
    starts = starts or [scan.first for scan in scans if scan.first is not None]
    starts += [frame.timeline.number(frame.since)] if frame.since else []
    tree = reader.tree = frame.tree or _flat_tree(scans)
    grid = build_grid(tree, min([*starts, last]), last, frame.timeline, frame.cut_day)
    presence: dict[tuple[str, str], Presence] = {}
    cubes: dict[Measure, AnyCube] = {}
    for scan in sorted(scans, key=lambda s: s.kind != "agg"):
        sheet = Sheet(scan.block, grid)
        if scan.kind == "agg":
            presence[scan.role] = reader.presence(sheet, scan, "n")
        for measure in scan.members:
            cubes[measure] = reader.cube(sheet, scan, measure, presence)
    return States(grid, cubes, presence)


def compiled_scans(
    engine: Engine, catalog: Catalog, measures: Sequence[Measure], frame: Frame, narrow: Narrow | None = None
) -> list[StateQuery]:
    """The scans that `read_states` would run, not run; only the first month of a stock of distinct things is read."""
    reader = _Reader(engine, catalog, frame, narrow)
    return [reader.compiled(*one)[1] for one in groups_of([*measures, *_presence_of(measures)]).items()]


def _presence_of(measures: Sequence[Measure]) -> list[Measure]:
    """A bare row count wherever only first events are asked for: without it a missing month would look like zero."""
    return [Measure("agg", m.table, m.time, "count") for m in measures if m.kind in ("first", "conversion", "level")]


@dataclass(frozen=True)
class _Scan:
    query: StateQuery
    block: Block
    role: tuple[str, str]
    members: tuple[Measure, ...]
    first: int | None

    @property
    def kind(self) -> str:
        return self.members[0].kind

    @property
    def every(self) -> int:
        return max(measure.every for measure in self.members)


class _Reader:
    def __init__(self, engine: Engine, catalog: Catalog, frame: Frame, narrow: Narrow | None) -> None:
        self.engine, self.catalog = engine, catalog
        self.tree, self.frame = frame.tree, frame
        self.narrow = narrow

    def scan(self, group: tuple[str, str, str, str], members: list[Measure], source: BlockSource) -> _Scan:
        of, query = self.compiled(group, members)
        try:
            block = source(query)
        except QueryError as error:
            keys = (key for key in self.catalog.metrics if group[0] in self.catalog.tables_of(key))
            places = f"models/{group[0]}.yaml: one of its metrics cannot be computed ({', '.join(keys)})"
            raise QueryError(f"{places}: {error}") from error
        if block.table.column("month").null_count:
            raise QueryError(
                f"models/{group[0]}.yaml: rows have dates in {group[1]} that the calendar does not tell of; mend "
                "the data, refuse such rows in the contract, or lengthen the calendar's table"
            )
        if self.tree is not None:
            _check_units(block.table, group[0], self.tree)
        first = pc.min(block.table.column("month")).as_py()
        if of.where != "TRUE" and first is not None:  # a history begins where it begins for all units
            time = members[0].time
            whole = (
                f"SELECT min({self.frame.month_sql(time)}) AS m FROM {of.source} WHERE {bounds(time, self.frame.as_of)}"
            )
            first = self._first(whole)
        return _Scan(query, block, (group[0], group[1]), tuple(members), None if first is None else int(first))

    def compiled(self, group: tuple[str, str, str, str], members: list[Measure]) -> tuple[Relation, StateQuery]:
        pieces = [text for measure in members for text in measure.sql]
        of = relation(self.catalog, self.catalog.tables[group[0]], members[0].time, self.frame).reading(*pieces)
        if self.narrow:
            of = self.narrow(of, members[0])
        return of, self._query(of, members)

    def _query(self, of: Relation, members: list[Measure]) -> StateQuery:
        kind = members[0].kind
        if kind == "agg":
            return aggregate_query(of, members, self.frame)
        if kind == "conversion":
            return conversion_query(self.catalog, of, members[0], self.frame)
        if kind == "level":
            return level_query(of, members[0], self.frame)
        if kind == "first":
            return first_query(of, members[0], self.frame, ranked=self.engine.is_away(of.key))
        if members[0].function != "count_distinct":
            return stock_query(of, members, self.frame)
        opened = self._first(f"SELECT min({self.frame.month_sql(members[0].time)}) AS m FROM {of.source}")
        months = (0, -1) if opened is None else (opened, self.frame.last)
        return open_query(of, members[0], self.frame, months)

    def _first(self, sql: str) -> int | None:
        month: int | None = self.engine.table(sql).column("m")[0].as_py()
        return None if month is None else int(month)

    def presence(self, sheet: Sheet, scan: _Scan, column: str) -> Presence:
        """Rows are due from a unit's first row of the table on, until the unit ends.

        Where a row stands for a quarter or a year, cells are counted once for each of them, in its last month. Whoever
        has rows in a month has reported on all its days and weeks.
        """
        grid = sheet.grid
        seen = sheet.cells(column) > 0
        self._check_linked(grid, seen, scan.role[0])
        first = scan.first - grid.first if scan.first is not None else grid.shape[1]
        if grid.finer and scan.first is not None:
            seen, first = grid.by_month(seen), grid.month_start(first)
        if scan.every > 1:
            first = grid.of_grain(scan.every, first)[0]
            seen = np.stack([_within(seen, *grid.of_grain(scan.every, at), at) for at in range(grid.shape[1])], axis=1)
        due = np.maximum.accumulate(seen, axis=1)
        if scan.every > 1:
            due = due & np.array([grid.of_grain(scan.every, at)[1] == at for at in range(grid.shape[1])])
        for row, key in enumerate(grid.units):
            end = self.tree.units[key].end if self.tree else FAR_AHEAD
            if end < grid.timeline.first(grid.last):
                after = grid.timeline.number(max(end, grid.timeline.first(grid.first))) - grid.first + 1
                due[row, after:] = seen[row, after:]
        return Presence(grid.roll_up(seen.astype(float)), grid.roll_up(due.astype(float)), first)

    def _check_linked(self, grid: Grid, seen: Bools, table: str) -> None:
        """Figures of a unit that belongs nowhere in their month would be missing from every total, in silence."""
        lost = np.argwhere(seen & ~grid.linked())
        if len(lost):
            unit, month = grid.units[lost[0][0]], grid.timeline.name(grid.first + int(lost[0][1]))
            raise QueryError(
                f"models/{table}.yaml: '{unit}' has figures in {month}, when units.yaml puts it below no other "
                "unit; they would be missing from every total. Lengthen its membership, or mend the data"
            )

    def cube(self, sheet: Sheet, scan: _Scan, measure: Measure, presence: dict[tuple[str, str], Presence]) -> AnyCube:
        grid = sheet.grid
        if scan.kind == "agg" and (measure.over_time or measure.function in ("count_distinct", "percentile")):
            return self._set_cube(sheet, scan, measure, presence[scan.role])
        if scan.kind in ("agg", "level"):
            return self._aggregate_cube(sheet, scan, measure, presence[scan.role])
        if scan.kind in ("first", "conversion"):
            rolled, rolled_early = grid.roll_up(sheet.cells("v")), grid.roll_up(sheet.cells("v", early=True))
            return Cube(measure, rolled, rolled, rolled, (rolled_early,) * 3, presence[scan.role])
        if measure.function == "count_distinct":
            return self._distinct_stock(sheet, scan, measure)
        return self._stock_cube(sheet, scan, measure)

    def _distinct_stock(self, sheet: Sheet, scan: _Scan, measure: Measure) -> SetCube:
        grid, table = sheet.grid, sheet.block.table
        ends = table.filter(pc.invert(table.column("early")))
        sheet = Sheet(Block(ends.append_column("n", pa.array(np.ones(len(ends))))), grid)
        rows = sheet.cells("n")
        self._check_linked(grid, rows > 0, scan.role[0])
        things, early = Things.of(ends, grid), Things.of(table.filter(table.column("early")), grid)
        rolled = grid.roll_up(rows)
        return SetCube(measure, rolled, _standing(grid, rows > 0), rolled, things, early)

    def _aggregate_cube(self, sheet: Sheet, scan: _Scan, measure: Measure, presence: Presence) -> Cube:
        grid, columns = sheet.grid, scan.query.columns[measure]

        def rolled(role: str, early: bool) -> Floats:
            merge = scan.query.parts[columns[role]].merge
            return grid.roll_up(sheet.cells(columns[role], early, merge), merge)

        whole = rolled("v", False), rolled("n", False), rolled("r", False)
        early = whole if grid.cut_day is None else (rolled("v", True), rolled("n", True), rolled("r", True))
        if measure.stated:
            presence = self.presence(sheet, scan, columns["r"])
        return Cube(measure, *whole, early, presence)

    def _set_cube(self, sheet: Sheet, scan: _Scan, measure: Measure, presence: Presence) -> SetCube:
        grid, columns = sheet.grid, scan.query.columns[measure]
        rows = grid.roll_up(sheet.cells(columns["r"]))
        early = rows if grid.cut_day is None else grid.roll_up(sheet.cells(columns["r"], early=True))
        if measure.stated:
            presence = self.presence(sheet, scan, columns["r"])
        if measure.function == "count_distinct":
            return SetCube(measure, rows, presence, early, things_of(sheet, columns["v"]))
        if measure.function == "percentile":
            return SetCube(measure, rows, presence, early, histogram=Histogram.of(sheet, columns["v"]))
        return SetCube(measure, rows, presence, early, levels=Levels.of(sheet, measure, columns))

    def _stock_cube(self, sheet: Sheet, scan: _Scan, measure: Measure) -> Cube:
        grid, columns = sheet.grid, scan.query.columns[measure]
        table = sheet.block.table

        def flow(column: str, month: str, first_days: str | None) -> Floats:
            """What opened or closed by month; what did so before the grid counts in its first month."""
            unit, at = sheet.at(month=month)
            inside = (unit >= 0) & (at < grid.shape[1])
            if first_days is not None:
                inside = inside & (pc.fill_null(table.column(first_days), False).to_numpy() | (at < 0))
            return sheet.merged(numbers(table, column), unit, np.maximum(at, 0), inside)

        def level(column: str) -> tuple[Floats, Floats]:
            whole = flow(column, "month", None) - flow(column, "gone", None)
            standing = np.cumsum(whole, axis=1)
            if grid.cut_day is None:
                return standing, standing
            part = flow(column, "month", "early") - flow(column, "gone", "gone_early")
            return standing, standing - whole + part

        standing, early = level(columns["v"])
        count = level(columns["r"])[0]
        self._check_linked(grid, count > 0, scan.role[0])
        presence = _standing(grid, np.cumsum(flow(columns["r"], "month", None), axis=1) > 0)
        rolled, rolled_early, counted = grid.roll_up(standing), grid.roll_up(early), grid.roll_up(count)
        return Cube(measure, rolled, counted, counted, (rolled_early, counted, counted), presence)


def _check_units(table: pa.Table, name: str, tree: Tree) -> None:
    lost = [cell for cell in pc.unique(table.column("cell")).to_pylist() if cell not in tree]
    if lost:
        names = ", ".join("(empty)" if cell is None else f"'{cell}'" for cell in sorted(lost, key=str)[:5])
        hint = nearest(str(lost[0]), tree.units)
        raise QueryError(
            f"models/{name}.yaml: rows belong to {names}, which units.yaml does not know; they would be missing "
            f"from every total. Add the unit, mend the data, or refuse such rows in the contract with `one_of`"
            + (f" ({hint})" if hint else "")
        )


TOTAL = "\x00total"


def _flat_tree(scans: Sequence[_Scan]) -> Tree:
    """All cells that were found, side by side below one total."""
    found = {cell for scan in scans for cell in pc.unique(scan.block.table.column("cell")).to_pylist()}
    units = {TOTAL: Unit(TOTAL, "Total", "total")}
    units |= {cell: Unit(cell, cell, "member", (Membership(TOTAL),)) for cell in sorted(found)}
    return Tree(units, ("total", "member"))


def _standing(grid: Grid, known: Bools) -> Presence:
    """A stock is known from its first opening on: due and seen alike."""
    since = grid.roll_up(np.maximum.accumulate(known, axis=1).astype(np.float64))
    begun = known.any(axis=0)
    return Presence(since, since, int(np.argmax(begun)) if begun.any() else grid.shape[1])


def _within(seen: Bools, low: int, high: int, at: int) -> Bools:
    """Whether anything was seen from column `low` to `high`, told in the last of them."""
    return np.asarray(seen[:, max(low, 0) : high + 1].any(axis=1) & (high == at))
