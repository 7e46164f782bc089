"""Opens what a refresh published, once per process and snapshot: definitions as they were, facts and values."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from data.calendar import Period, Span
from data.organisation import FAR_AHEAD, LONG_AGO, History, Membership, Tree, Unit
from data.snapshots import Manifest, Store
from data.valuefiles import Stored, open_snapshot
from data.warehouse import Connection, literal
from flows.calendars import restated, tree_in_force, with_periods
from flows.elsewhere import elsewhere, engine_over
from flows.freshness import datasets_of
from flows.remembered import Remembered
from flows.workspace import Workspace, assemble
from metrics.engines.away import Elsewhere
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.language.crowds import least_of
from metrics.query.withheld import Kept, kept_back
from metrics.states.compiler import create_models
from metrics.values.reading import Value, periods_in, read_values

MOST_MADE = 1000  # scorecards of a unit and period, and rows of other answers; some 30 MB
FEW_METRICS = 200  # of so many all are read with the one that is asked for: the next page asks for others
KEPT_OPEN = 2  # the current snapshot, and the one before it while pages still draw from it
Blocks = dict[tuple[str, int], tuple[tuple[str, tuple[Value, ...]], ...]]  # by unit and year: metrics with their values


@dataclass(frozen=True)
class Opened:
    """A published snapshot, open for reading. `workspace` is what the definitions said when it was made.

    `tree` is the one that its values follow, `as_was` the one with all moves.
    """

    manifest: Manifest
    workspace: Workspace
    tree: Tree
    as_was: Tree
    catalog: Catalog
    _connection: Connection = field(repr=False)
    _stored: Stored = field(repr=False)
    _away: Elsewhere | None = field(default=None, repr=False)
    _remembered: Remembered = field(default_factory=Remembered, repr=False, compare=False)
    _made: Remembered = field(default_factory=lambda: Remembered(MOST_MADE), repr=False, compare=False)
    everything: "Opened | None" = field(default=None, repr=False)

    @property
    def all(self) -> "Opened":
        """The same snapshot with all its definitions, where this is a viewer's part: for computing, not for show."""
        return self.everything or self

    @property
    def id(self) -> str:
        """The snapshot's id; part of every cache key."""
        return self.manifest.id

    @cached_property
    def feeds(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The (table, dataset) pairs that each metric rests on."""
        below = {key: datasets_of(self.workspace, table) for key, table in self.catalog.tables.items()}
        return {
            key: tuple((table, name) for table in self.catalog.tables_of(key) for name in below[table])
            for key in self.workspace.metrics
        }

    def tree_of(self, history: History | None) -> Tree:
        """The tree with units as they were, or as they stand on the last day (None: as units.yaml says)."""
        if history is None:
            return self.tree
        return self.as_was if history == "as_was" else restated(self.as_was, self.workspace, self.manifest.as_of)

    def periods(self, span: Span) -> list[Period]:
        """Every period of a span that has values, newest first."""
        return self._remembered.get(span, lambda: periods_in(self.engine(), span))

    def values(self, keys: Sequence[str], units: Sequence[str], span: Span, first: date, last: date) -> list[Value]:
        """Values of some metrics and units whose periods end between two days, both inclusive.

        They come by unit, metric and end of period.
        """
        known = self.workspace.metrics  # what is remembered is shared with who sees more
        wanted = sorted({key for key in keys if key in known})
        if len(self.all.workspace.metrics) <= FEW_METRICS:
            return list(self._whole_years(wanted, sorted(set(units)), span, first, last))
        stored = self._stored.between(first, last)
        return self._remembered.get(
            (tuple(wanted), tuple(units), span, first, last),
            lambda: read_values(self.engine(), known, wanted, units, span, first, last, stored),
        )

    def _whole_years(
        self, keys: Sequence[str], units: Sequence[str], span: Span, first: date, last: date
    ) -> Iterator[Value]:
        """The same out of whole years of all metrics of a unit, which all pages and periods share."""
        if not keys:
            return
        within = (period.end.year for period in self.periods(span) if first <= period.end <= last)
        years = sorted(set(within))
        found = {at: self._remembered.known((span, *at)) for at in product(units, years)}
        gone = [at for at, block in found.items() if block is None]
        if gone:
            found.update(self._read_years(sorted({unit for unit, _ in gone}), span, {year for _, year in gone}))
        edges = {years[0], years[-1]} if years else set[int]()
        for unit in units:
            blocks = [(year in edges, dict(found[unit, year] or ())) for year in years]
            for key in keys:
                for edge, block in blocks:
                    of = block.get(key, ())
                    yield from (one for one in of if first <= one.period.end <= last) if edge else of

    def _read_years(self, units: Sequence[str], span: Span, years: Set[int]) -> Blocks:
        """Whole years of some units, read at once and remembered one by one."""
        first, last = date(min(years), 1, 1), date(max(years), 12, 31)
        known, stored = self.all.workspace.metrics, self._stored.between(first, last)
        made: dict[tuple[str, int], dict[str, list[Value]]] = {at: {} for at in product(units, sorted(years))}
        for one in read_values(self.engine(), known, list(known), units, span, first, last, stored):
            block = made.get((one.unit, one.period.end.year))
            if block is not None:
                block.setdefault(one.metric, []).append(one)
        blocks: Blocks = {at: tuple((key, tuple(of)) for key, of in block.items()) for at, block in made.items()}
        for at, told in blocks.items():
            self._remembered.keep((span, *at), told, sum([len(of) for _, of in told], 1))
        return blocks

    def kept(self, asked: Hashable, make: Callable[[], Sequence[Any]]) -> list[Any]:
        """What is made of values of this snapshot alone, once for all who ask the same; `asked` says of which."""
        return self._made.get(asked, make)

    @cached_property
    def kept_back(self) -> Kept:
        """What the value table withholds of metrics about people, by metric; nothing where there are none."""
        known = self.all.catalog
        keys = [key for key in known.metrics if least_of(known, key) > 1]
        if not keys:
            return {}
        named = ", ".join(map(literal, keys))
        sql = f'SELECT metric, unit, period_end FROM snapshot.main."values" WHERE metric IN ({named})'
        return kept_back(self.engine().table(f"{sql} AND span = 'month' AND status = 'withheld'").to_pylist())

    def engine(self) -> Engine:
        """A new cursor of its own: one per query, never shared between threads."""
        return engine_over(self._connection, self._away, self.workspace.settings.limits.seconds)


_open: OrderedDict[tuple[Path, str], Opened] = OrderedDict()
_lock = threading.Lock()


def open_current(folder: Path) -> Opened:
    """The snapshot that the pointer names now; opened on first use. Raises `SnapshotError` before the first refresh."""
    store = Store(folder / "var")

    def opened(name: str) -> Opened:
        key = (folder.resolve(), name)
        if key not in _open:
            _open[key] = _opened(store, name)
            while len(_open) > KEPT_OPEN:
                _open.popitem(last=False)
        return _open[key]

    with _lock:
        return store.reading(opened)


def _opened(store: Store, name: str) -> Opened:
    manifest = store.load(name)
    target = store.folder(name)
    workspace = assemble(target / "definitions")
    limits = workspace.settings.limits
    connection = open_snapshot(store, manifest, limits.memory)
    away = elsewhere(workspace)
    engine = engine_over(connection, away, limits.seconds)
    workspace = with_periods(engine, workspace)
    create_models(engine, workspace.catalog)
    columns = {key: engine.columns(f'model."{key}"') for key in workspace.catalog.tables}
    catalog = replace(workspace.catalog, columns=columns)
    as_was = _tree(engine, workspace)
    tree = tree_in_force(as_was, workspace, manifest.as_of)
    return Opened(manifest, workspace, tree, as_was, catalog, connection, Stored.of(connection, manifest), away)


def _tree(engine: Engine, workspace: Workspace) -> Tree:
    """The tree as the snapshot keeps it, which is also right where units come from a dataset."""
    units: dict[str, Unit] = {}
    for row in engine.table("SELECT * FROM snapshot.main.units").to_pylist():
        known = units.get(row["key"])
        memberships = known.memberships if known else ()
        if row["parent"] is not None:
            memberships = (
                *memberships,
                Membership(row["parent"], row["from_day"] or LONG_AGO, row["to_day"] or FAR_AHEAD),
            )
        units[row["key"]] = Unit(row["key"], row["title"], row["level"], memberships)
    return Tree(units, workspace.levels)
