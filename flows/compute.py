"""Computes the value table of a workspace over opened facts, without publishing anything."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from data.documents import Problem
from data.errors import DefinitionError
from data.organisation import Tree
from data.snapshots import DatasetState
from flows.freshness import fresh_tables
from flows.workspace import Workspace, placed
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.language.faults import faults_of
from metrics.states.compiler import create_models
from metrics.states.grains import check_grains
from metrics.states.measures import Measure, measures_of
from metrics.states.scan import read_states
from metrics.states.validity import check_joins
from metrics.time.frame import Frame
from metrics.time.timeline import Timeline
from metrics.values.table import Clock, Fresh, compute_values

Progress = Callable[[str, float], None]  # (what is being done, share done 0 to 1)


def quiet(_what: str, _share: float) -> None:
    """No progress shown."""


def part(progress: Progress, low: float, high: float) -> Progress:
    """A progress that fills the stretch from `low` to `high` of another."""
    return lambda what, share: progress(what, low + (high - low) * share)


@dataclass(frozen=True)
class Prepared:
    """All that states and values are computed from besides the facts: checked definitions, the frame, the clock."""

    catalog: Catalog
    measures: list[Measure]
    frame: Frame
    clock: Clock
    fresh: Mapping[str, Fresh]


def prepare(
    workspace: Workspace,
    engine: Engine,
    tree: Tree,
    datasets: Mapping[str, DatasetState],
    now: date,
    held: Collection[str] = (),
) -> Prepared:
    """Make the tables as metrics see them, and check what only the data can tell; the grain of `held` tables is known.

    Raises `DefinitionError`, `QueryError`.
    """
    _check_history(workspace, now)
    create_models(engine, workspace.catalog)
    catalog = _with_real_columns(workspace, engine)
    keys = {
        t.key: tuple(d.key)
        for t in catalog.tables.values()
        for s in workspace.sources.values()
        for name, d in s.datasets.items()
        if t.source == name
    }
    check_grains(engine, catalog, keys, held)
    check_joins(engine, catalog, held)
    as_of = workspace.as_of(now)
    timeline = Timeline(workspace.calendar)
    frame = Frame(tree, timeline, as_of, timeline.cut(as_of))
    clock = Clock(workspace.today(now), as_of, workspace.settings.history_from)
    fresh = fresh_tables(workspace, engine, datasets, workspace.today(now))
    return Prepared(catalog, measures_of(catalog, catalog.metrics), frame, clock, fresh)


def compute(
    workspace: Workspace,
    engine: Engine,
    tree: Tree,
    datasets: Mapping[str, DatasetState],
    now: date,
    progress: Progress = quiet,
) -> pa.Table:
    """The value table of a workspace over opened facts (schema: metrics.values.table.SCHEMA)."""
    prepared = prepare(workspace, engine, tree, datasets, now)
    progress("reading facts", 0.1)
    states = read_states(engine, prepared.catalog, prepared.measures, prepared.frame)
    return compute_values(prepared.catalog, states, prepared.clock, prepared.fresh, part(progress, 0.4, 1.0))


def _check_history(workspace: Workspace, now: date) -> None:
    """A history that begins after the last day that counts would publish an empty snapshot."""
    start, end = workspace.settings.history_from, workspace.as_of(now)
    if start and workspace.calendar.stated(start)[0] > end:
        message = f"the history begins after {end}, the last day whose facts count"
        raise DefinitionError(
            (placed(workspace.folder, "workspace.yaml", ("history_from",), message, "set it earlier"),)
        )


def _with_real_columns(workspace: Workspace, engine: Engine) -> Catalog:
    """The catalog with the columns that the data really has; what only the data could tell is checked now."""
    columns = {key: engine.columns(f'model."{key}"') for key in workspace.catalog.tables}
    plain = {key: {name: kind.lower().split("(")[0] for name, kind in found.items()} for key, found in columns.items()}
    catalog = replace(
        workspace.catalog, columns={key: {n: k.split(" ")[0] for n, k in found.items()} for key, found in plain.items()}
    )
    faults = faults_of(catalog)
    if faults:
        raise DefinitionError(
            tuple(
                Problem(
                    f"{fault.of} {fault.key}",
                    fault.message,
                    field=".".join(map(str, fault.path)),
                    hint=fault.hint,
                    code=fault.code,
                )
                for fault in faults
            )
        )
    return catalog
