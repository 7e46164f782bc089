"""Files of finished values, each of some metrics and years, shared between snapshots and never copied as a whole.

What changed goes to a new file, and older ones hide it. One that is hidden but for a quarter is written anew.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import SnapshotError
from data.slots import SLOT_SQL
from data.snapshots import Manifest, Store
from data.warehouse import Connection, ValueFile, building, identifier, literal, open_facts

MOST_FILES = 6  # of one snapshot; the smallest are made one before there are more
GARBAGE = 0.75  # share of hidden rows above which a file is written anew
LARGE = 12_000_000  # rows; what is written anew is cut into files of years, each of about so many
SMALL = 200_000  # rows; up to so many one thread writes with less effort than several
Cell = tuple[str, int]  # a metric, and the year in which periods end


@dataclass(frozen=True)
class Told:
    """What a file says of a cell: what its values were computed from, how many they are, how many say anything."""

    stamp: str
    rows: int
    spoken: int


@dataclass(frozen=True)
class Shelved:
    """A value file, attached under a name, with its cells but the hidden ones."""

    alias: str
    file: ValueFile
    cells: Mapping[Cell, Told]


def open_snapshot(store: Store, manifest: Manifest, memory: str | None = None) -> Connection:
    """Facts as `open_facts` gives them, and the snapshot's own tables: snapshot."values", units, answers.

    `memory` is the most that all its cursors take together (None: as DuckDB decides).
    """
    if manifest.values is None:
        raise SnapshotError(f"{store.folder(manifest.id)}: the snapshot has no values; refresh again")
    book = store.folder(manifest.id) / manifest.values
    files = _named(manifest)
    attach = {"book": book} | {alias: store.var / file.path for alias, file in files.items() if alias != "book"}
    views = {name: f"SELECT * FROM book.main.{name}" for name in ("units", "answers")}
    views |= {"values": values_sql(files)}
    return open_facts(store.var, manifest.files(), attach=attach, views=views, memory_limit=memory)


def _named(manifest: Manifest) -> dict[str, ValueFile]:
    """The value files by the names under which they are attached; an early snapshot has its values in its book."""
    if not manifest.value_files:
        return {"book": ValueFile(manifest.values or "", 0)}
    return {f"values_{place}": file for place, file in enumerate(manifest.value_files)}


def values_sql(files: Mapping[str, ValueFile]) -> str:
    """SELECT of all values of attached files, each without what it hides."""
    return " UNION ALL ".join(
        f"SELECT * FROM {_relation(alias, file)} WHERE {_shown(file) or 'TRUE'}" for alias, file in files.items()
    )


def _relation(alias: str, file: ValueFile) -> str:
    name = f'{identifier(alias)}.main."values"'
    return name if file.slotted else f"(SELECT {SLOT_SQL} AS slot, * FROM {name}) AS v"


@dataclass(frozen=True)
class Stored:
    """The attached value files of a snapshot, by their names, with the years in which periods of theirs end.

    Who asks them one by one, and only those of the years at hand, spares the engine most of the planning that the view
    of all of them costs.
    """

    files: Mapping[str, tuple[ValueFile, frozenset[int]]]

    @classmethod
    def of(cls, connection: Connection, manifest: Manifest) -> "Stored":
        """Those of an open snapshot."""
        found = {}
        for alias, file in _named(manifest).items():
            table = f"{identifier(alias)}.main"
            held = f"SELECT year FROM {table}.cells" if manifest.value_files else f'{table}."values"'
            if not manifest.value_files:
                held = f"SELECT year(period_end) FROM {held}"
            years = {year for (year,) in connection.execute(f"SELECT DISTINCT * FROM ({held})").fetchall()}
            found[alias] = file, frozenset(year for year in years if file.hidden.get(year, ()) is not None)
        return cls(found)

    def between(self, first: date, last: date) -> list[tuple[str, str]]:
        """(what to select from, under which condition) for values of periods that end between two days."""
        wanted = range(first.year, last.year + 1)
        found = []
        for alias, (file, years) in self.files.items():
            if not years.isdisjoint(wanted):
                hidden = {year: metrics for year, metrics in file.hidden.items() if year in wanted}
                found.append((_relation(alias, file), _shown(replace(file, hidden=hidden))))
        return found


def _shown(file: ValueFile) -> str:
    """The condition for the rows that a file does not hide; none where it hides none."""
    years: dict[tuple[str, ...] | None, list[int]] = {}
    for year, metrics in sorted(file.hidden.items()):
        years.setdefault(metrics, []).append(year)
    parts = []
    for metrics, hidden in years.items():
        runs = _runs(hidden)
        inside = " OR ".join(f"period_end BETWEEN DATE '{low}-01-01' AND DATE '{high}-12-31'" for low, high in runs)
        if metrics is not None:
            inside = f"({inside}) AND metric IN ({', '.join(map(literal, metrics))})"
        parts.append(f"NOT ({inside})")
    return " AND ".join(parts)


def _runs(years: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for year in years:
        if found and found[-1][1] == year - 1:
            found[-1] = (found[-1][0], year)
        else:
            found.append((year, year))
    return found


@dataclass(frozen=True)
class Settled:
    """The value files of a snapshot, and how many values they show."""

    files: tuple[ValueFile, ...]
    rows: int


class ValueShelf:
    """The value files of a workspace, seen from the snapshot before: what of it still holds, and what is added.

    `connection` is one for writing. `salt` gives new files names that no older ones have, for when those that are there
    are not to be trusted.
    """

    def __init__(self, connection: Connection, var: Path, files: Sequence[ValueFile], salt: str = "") -> None:
        self.var, self.salt = var, salt
        self._connection = connection
        self.shelved = [self._read(f"old_{place}", file) for place, file in enumerate(files)]

    @property
    def cells(self) -> dict[Cell, Told]:
        """Every cell that the snapshot before shows."""
        return {cell: told for one in self.shelved for cell, told in one.cells.items()}

    def _read(self, alias: str, file: ValueFile) -> Shelved:
        path = self.var / file.path
        if not path.is_file():
            return Shelved(alias, file, {})
        self._connection.execute(f"ATTACH {literal(str(path))} AS {alias} (READ_ONLY)")
        rows = self._connection.execute(f"SELECT metric, year, stamp, rows, spoken FROM {alias}.main.cells").fetchall()
        return Shelved(alias, file, {(m, y): Told(*rest) for m, y, *rest in rows if not _hides(file, (m, y))})

    def settle(
        self, wanted: Mapping[Cell, str], stale: Collection[Cell], fresh: pa.Table, order: Sequence[str]
    ) -> Settled:
        """The files of the new snapshot, which has the cells that are `wanted`, each with its stamp.

        Those that are `stale` come from `fresh`, the others stay as they are. `order` is what rows are sorted by, also
        those of `fresh`.
        """
        gone = [{cell for cell in one.cells if cell not in wanted or cell in stale} for one in self.shelved]
        kept = [self._without(one, cells) for one, cells in zip(self.shelved, gone, strict=True)]
        stay, absorbed = _chosen([one for one in kept if one.cells])
        cells = {cell: told for one in absorbed for cell, told in one.cells.items()}
        standing = cells.keys() | {cell for one in stay for cell in one.cells}
        cells |= _cells(fresh, {cell: stamp for cell, stamp in wanted.items() if cell not in standing})
        sources = {one.alias: one.file for one in absorbed}
        new = [self._write(part, fresh, sources, order) for part in _by_years(cells)]
        shown = sum(told.rows for one in stay for told in one.cells.values()) + sum(file.rows for file in new)
        return Settled((*(one.file for one in stay), *new), shown)

    def close(self) -> None:
        """Let go of the old files; the connection stays open."""
        for one in self.shelved:
            if one.cells or (self.var / one.file.path).is_file():
                self._connection.execute(f"DETACH {one.alias}")

    def read(self, settled: Settled, metrics: Collection[str]) -> pa.Table:
        """All values of some metrics, as they are stored now; of none without looking."""
        if not metrics:
            return pa.table({})
        named = {f"new_{place}": file for place, file in enumerate(settled.files)}
        for alias, file in named.items():
            self._connection.execute(f"ATTACH {literal(str(self.var / file.path))} AS {alias} (READ_ONLY)")
        wanted = ", ".join(map(literal, sorted(metrics)))
        found = self._connection.sql(f"SELECT * FROM ({values_sql(named)}) WHERE metric IN ({wanted})").to_arrow_table()
        for alias in named:
            self._connection.execute(f"DETACH {alias}")
        return found

    def _without(self, one: Shelved, gone: Collection[Cell]) -> Shelved:
        if not gone:
            return one
        shown = {cell: told for cell, told in one.cells.items() if cell not in gone}
        hidden: dict[int, tuple[str, ...] | None] = dict(one.file.hidden)
        for year in {year for _, year in gone}:
            before = hidden.get(year, ())
            keys = {metric for metric, at in gone if at == year} | set(before or ())
            still = any(at == year for _, at in shown)
            hidden[year] = tuple(sorted(keys)) if still and before is not None else None
        return Shelved(one.alias, replace(one.file, hidden=hidden), shown)

    def _write(
        self, cells: Mapping[Cell, Told], fresh: pa.Table, sources: Mapping[str, ValueFile], order: Sequence[str]
    ) -> ValueFile:
        """One file of these cells, from new rows and from older files; one that is there already is right."""
        said = (f"{metric},{year},{told.stamp}" for (metric, year), told in sorted(cells.items()))
        text = ";".join([self.salt, *said])
        name = f"values/{min(year for _, year in cells)}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.duckdb"
        rows = sum(told.rows for told in cells.values())
        if not (self.var / name).is_file():
            self._connection.execute("SET threads = 1" if rows <= SMALL else "RESET threads")
            with building(self._connection, self.var / name) as alias:
                target = f"{identifier(alias)}.main"
                told = [{"metric": m, "year": y, **t.__dict__} for (m, y), t in cells.items()]
                self._connection.register("told", pa.Table.from_pylist(told))
                self._connection.execute(f"CREATE TABLE {target}.cells AS SELECT * FROM told ORDER BY metric, year")
                self._connection.register("fresh", fresh)
                chosen = "SELECT * FROM fresh"
                if sources or rows != len(fresh):
                    every = [chosen, *(values_sql({old: file}) for old, file in sources.items())]
                    chosen = f"SELECT v.* FROM ({' UNION ALL '.join(every)}) AS v SEMI JOIN told AS t "
                    chosen += f"ON t.metric = v.metric AND t.year = year(v.period_end) ORDER BY {', '.join(order)}"
                self._connection.execute(f'CREATE TABLE {target}."values" AS {chosen}')
                found = self._connection.execute(f'SELECT count(*) FROM {target}."values"').fetchone()
                if found is None or found[0] != rows:
                    raise SnapshotError(f"{name}: {rows} values were to be written, {found} were; refresh again")
                self._connection.unregister("told")
                self._connection.unregister("fresh")
        return ValueFile(name, rows, slotted=True)


def _hides(file: ValueFile, cell: Cell) -> bool:
    metric, year = cell
    hidden = file.hidden.get(year, ())
    return hidden is None or metric in hidden


def _chosen(kept: Sequence[Shelved]) -> tuple[list[Shelved], list[Shelved]]:
    """Which files stay as they are, and which are written anew: hidden ones, and the smallest of too many."""
    rows = {one.file.path: sum(told.rows for told in one.cells.values()) for one in kept}
    stay = [one for one in kept if rows[one.file.path] > one.file.rows * (1 - GARBAGE)]
    while len(stay) >= MOST_FILES:
        stay.remove(min(stay, key=lambda one: rows[one.file.path]))
    return stay, [one for one in kept if one not in stay]


def _cells(fresh: pa.Table, stamps: Mapping[Cell, str]) -> dict[Cell, Told]:
    """What new rows say of each cell; a cell may have none."""
    spoken = pc.or_(pc.is_valid(fresh.column("value")), pc.greater(fresh.column("expected"), 0))
    year = pc.year(fresh.column("period_end"))
    table = pa.table({"metric": fresh.column("metric"), "year": year, "spoken": pc.cast(spoken, pa.int64())})
    counted = table.group_by(["metric", "year"]).aggregate([([], "count_all"), ("spoken", "sum")]).to_pylist()
    found = {(row["metric"], row["year"]): (row["count_all"], row["spoken_sum"]) for row in counted}
    strange = found.keys() - stamps.keys()
    if strange:
        raise SnapshotError(f"values of {min(strange)} were computed that nobody asked for; refresh again")
    return {cell: Told(stamp, *found.get(cell, (0, 0))) for cell, stamp in stamps.items()}


def _by_years(cells: Mapping[Cell, Told]) -> list[dict[Cell, Told]]:
    """Cells cut into files of consecutive years, none much larger than it must be."""
    found: list[dict[Cell, Told]] = []
    size = LARGE
    for year in sorted({year for _, year in cells}):
        mine = {cell: told for cell, told in cells.items() if cell[1] == year}
        if size >= LARGE:
            found.append({})
            size = 0
        found[-1] |= mine
        size += sum(told.rows for told in mine.values())
    return found


__all__ = ["Cell", "Settled", "Stored", "Told", "ValueShelf", "open_snapshot", "values_sql"]
