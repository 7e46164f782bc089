"""Computes values with other definitions on the facts of the current snapshot, without publishing anything."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import SnapshotError
from data.organisation import Tree
from data.snapshots import Manifest
from data.warehouse import identifier, literal, open_facts
from flows.calendars import placed_tree, tree_in_force, with_periods
from flows.compute import Progress, compute, quiet
from flows.elsewhere import elsewhere, engine_over
from flows.freshness import datasets_of
from flows.opened import Opened
from flows.tree import read_tree
from flows.workspace import Workspace
from metrics.definitions.kinds import Aggregate, Stock
from metrics.definitions.metric import Metric, TargetTable
from metrics.engines.duck import Engine
from metrics.language.calls import asked_by
from metrics.language.catalog import Catalog
from metrics.states.compiler import create_models

BEGINNING = "__beginning"  # no key of a workspace looks like this
KEYS = ("unit", "metric", "span", "period_end")  # what makes a row of the value table one


@dataclass(frozen=True)
class Trial:
    """The facts of one snapshot, opened afresh: views for other models can be made without touching the app's."""

    manifest: Manifest
    engine: Engine

    def values(self, workspace: Workspace, keys: Iterable[str], progress: Progress = quiet) -> pa.Table:
        """The value table of some metrics as these definitions say them; what they rest on is computed with them.

        Raises `QueryError` and `DefinitionError` as a refresh would, also where a dataset is not in the snapshot.
        """
        wanted = sorted(set(keys))
        workspace = with_periods(self.engine, workspace)
        part = self._dated(workspace, restricted(workspace, wanted))
        self.require_facts(workspace, part.catalog.tables)
        table = compute(part, self.engine, self.tree(workspace), self.manifest.datasets, self.manifest.today, progress)
        return of_metrics(table, wanted)

    def tree(self, workspace: Workspace) -> Tree:
        """The tree of units as these definitions say it, with units as they were or restated."""
        workspace = with_periods(self.engine, workspace)
        whole = placed_tree(workspace.tree or read_tree(self.engine, workspace), workspace)
        return tree_in_force(whole, workspace, workspace.as_of(self.manifest.today))

    def _dated(self, workspace: Workspace, part: Workspace) -> Workspace:
        """The part, with a count of the table whose facts reach back furthest.

        Values begin where the first facts of all tables do, and targets of long stretches with them: a part that began
        later would have other targets in its first year.
        """
        self.make_models(workspace)
        first: dict[tuple[str, str | None], date] = {}
        for body in {one for key in workspace.metrics for one in workspace.catalog.own_aggregates(key)}:
            place = (body.table, None if isinstance(body, Stock) else body.time)
            if not isinstance(body, Stock) and place not in first:
                first[place] = self._first(workspace, *place) or date.max
        if not first:
            return part
        oldest = min(first, key=lambda place: first[place])
        counted = Aggregate(table=oldest[0], function="count", time=oldest[1])
        metric = Metric(key=BEGINNING, perspective="", title=BEGINNING, measured_in="count", agg=counted)
        metrics = {**part.catalog.metrics, BEGINNING: metric}
        return restricted(replace(workspace, catalog=replace(workspace.catalog, metrics=metrics)), metrics)

    def require_facts(self, workspace: Workspace, tables: Iterable[str]) -> None:
        """Raise `SnapshotError` for tables whose facts the snapshot does not hold."""
        missing = [table for table in tables if not self._has(workspace, table)]
        if missing:
            named = ", ".join(missing)
            raise SnapshotError(f"the snapshot holds no facts for {named}; refresh first, then they can be tried")

    def make_models(self, workspace: Workspace) -> None:
        """The tables as these definitions see them, those whose facts the snapshot holds."""
        known = {key: table for key, table in workspace.catalog.tables.items() if self._has(workspace, key)}
        create_models(self.engine, replace(workspace.catalog, tables=known))

    def _first(self, workspace: Workspace, table: str, time: str | None) -> date | None:
        """The first day of a table's facts, by one of its times; None where the snapshot holds none."""
        model = workspace.catalog.tables[table]
        column = time or (model.time.column if model.time else None)
        if column is None or "." in column or not self._has(workspace, table):
            return None
        day = f"CAST({identifier(column)} AS DATE)"
        last = workspace.as_of(self.manifest.today).isoformat()
        found = self.engine.table(f"SELECT min({day}) AS d FROM model.{identifier(table)} WHERE {day} <= DATE '{last}'")
        first = found.column("d")[0].as_py()
        return first if isinstance(first, date) else None

    def _has(self, workspace: Workspace, table: str) -> bool:
        return set(datasets_of(workspace, workspace.catalog.tables[table])) <= set(self.manifest.datasets)


@contextmanager
def trial(folder: Path, opened: Opened) -> Iterator[Trial]:
    """The snapshot's facts for trying definitions on; closed at the end."""
    limits = opened.workspace.settings.limits
    connection = open_facts(folder / "var", opened.manifest.files(), memory_limit=limits.memory)
    try:
        yield Trial(opened.manifest, engine_over(connection, elsewhere(opened.workspace), limits.seconds))
    finally:
        connection.close()


def restricted(workspace: Workspace, keys: Iterable[str]) -> Workspace:
    """The same workspace with these metrics, what they rest on, and the tables below, and nothing else."""
    catalog = workspace.catalog
    metrics = {
        key: catalog.metrics[key].model_copy(update={"guardrails": (), "tests": ()})
        for key in catalog.metrics
        if key in below(catalog, keys)
    }
    tables = tables_below(catalog, metrics)
    kept = {name: table for name, table in catalog.tables.items() if name in tables}
    columns = {name: found for name, found in catalog.columns.items() if name in tables}
    return replace(workspace, catalog=Catalog(kept, metrics, (), columns))


def rests_on(catalog: Catalog, key: str) -> tuple[str, ...]:
    """The metrics that this one is computed from directly, those that its filters ask for among them."""
    return (*catalog.parts(key), *asked_by(catalog, key))


def tables_below(catalog: Catalog, keys: Iterable[str]) -> frozenset[str]:
    """The tables that metrics rest on: those they count, what these join, those of targets and of currencies' rates."""
    family = below(catalog, keys)
    bodies = [body for key in family for body in catalog.own_aggregates(key)]
    targets = [catalog.metrics[key].target for key in family]
    waiting = [body.table for body in bodies] + [one.table for one in targets if isinstance(one, TargetTable)]
    if any(getattr(one, "convert", None) for one in (*bodies, *targets)):
        waiting += [table.key for table in catalog.tables.values() if table.rates]
    waiting += [one.table for one in (getattr(body, "converted", None) for body in bodies) if one is not None]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [join.table for join in catalog.tables[name].joins.values()]
    return frozenset(found)


def below(catalog: Catalog, keys: Iterable[str]) -> frozenset[str]:
    """These metrics and everything they are computed from."""
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += rests_on(catalog, key)
    return frozenset(found)


def above(catalog: Catalog, keys: Iterable[str]) -> frozenset[str]:
    """These metrics and everything that is computed from them."""
    users: dict[str, list[str]] = {}
    for key in catalog.metrics:
        for part in rests_on(catalog, key):
            users.setdefault(part, []).append(key)
    found: set[str] = set()
    waiting = [key for key in keys if key in catalog.metrics]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += users.get(key, ())
    return frozenset(found)


def stored(opened: Opened, keys: Iterable[str]) -> pa.Table:
    """The published values of some metrics."""
    names = ", ".join(literal(key) for key in sorted(set(keys))) or "''"
    return opened.engine().table(f'SELECT * FROM snapshot.main."values" WHERE metric IN ({names})')


def of_metrics(table: pa.Table, keys: Iterable[str]) -> pa.Table:
    """The rows of some metrics."""
    return table.filter(pc.is_in(table.column("metric"), value_set=pa.array(sorted(set(keys)), pa.string())))
