"""The refresh: from sources to a published snapshot, or to an error that leaves the old one serving."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pyarrow as pa

from connectors.load import load
from data.digests import Content
from data.errors import FourfoldError
from data.organisation import Tree
from data.snapshots import DatasetState, Manifest, Store
from data.valuefiles import ValueShelf
from data.warehouse import Connection, building, connect, open_facts, seal
from flows.answers import Answer, compare_answers
from flows.calendars import placed_tree, tree_in_force, with_periods
from flows.compute import Progress, part, prepare, quiet
from flows.elsewhere import elsewhere, engine_over
from flows.increment import Shelves, code, contents_of, in_words, renew
from flows.tree import read_tree
from flows.workspace import Workspace, assemble, local_day
from metrics.states.compiler import digest
from metrics.states.ground import Ground
from metrics.states.packs import Shelf

DEFINITIONS = ("*.yaml", "sources/*.yaml", "models/*.yaml", "models/*.sql", "metrics/*/*.yaml", "scorecards/*.yaml")
VALUES = "values.duckdb"


def refresh(folder: Path, progress: Progress = quiet, *, now: date | None = None, force: bool = False) -> Manifest:
    """Load, compute and publish one snapshot of a workspace; returns its manifest.

    When neither facts, nor definitions, nor the day have changed, the current snapshot stays and its manifest is
    returned (`force` computes all the same). Every attempt is logged. Raises the errors of the step that failed; the
    snapshot that was current before keeps serving.
    """
    store = Store(folder / "var")
    started, clock = perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
    attempt: dict[str, Any] = {"started_at": clock}
    before = store.current_id()
    try:
        workspace = assemble(folder)
        with store.publishing():
            manifest = _publish(workspace, store, progress, now or local_day(), force)
    except Exception as error:
        told = str(error) if isinstance(error, FourfoldError) else f"unexpected {type(error).__name__}: {error}"
        attempt |= {"ok": False, "error": told}
        raise
    else:
        attempt |= {"ok": True, "snapshot": manifest.id, "answers_failed": manifest.extra["answers_failed"]}
        attempt |= {"done": in_words(manifest.extra["done"]) if manifest.id != before else "nothing has changed"}
        return manifest
    finally:
        if "ok" in attempt:
            store.log({**attempt, "seconds": round(perf_counter() - started, 3)})


class _Stopwatch:
    """Wall and CPU (of all threads) seconds by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._last = perf_counter(), process_time()

    def lap(self, name: str) -> None:
        now = perf_counter(), process_time()
        self.seconds[name], self.cpu[name] = (round(a - b, 3) for a, b in zip(now, self._last, strict=True))
        self._last = now


def _publish(workspace: Workspace, store: Store, progress: Progress, now: date, force: bool) -> Manifest:
    watch = _Stopwatch()
    previous = store.current()
    away = elsewhere(workspace)
    reach = away.reach if away else None
    datasets = load(workspace.sources, workspace.folder, store.var, previous, part(progress, 0.0, 0.5), away=reach)
    watch.lap("load")
    inputs = _inputs(workspace, datasets, now)
    if previous is not None and previous.extra.get("inputs") == inputs and not force:
        progress("nothing has changed", 1.0)
        return previous
    name = store.new_id()
    target = store.folder(name)
    files = [file for state in datasets.values() for file in state.files]
    with connect() as writer, open_facts(store.var, files, sealed=False) as facts:
        seal(facts)
        engine = engine_over(facts, away, workspace.settings.limits.refresh_seconds)
        workspace = with_periods(engine, workspace)
        whole = placed_tree(workspace.tree or read_tree(engine, workspace), workspace)
        tree = tree_in_force(whole, workspace, workspace.as_of(now))
        contents = contents_of(facts, datasets)
        tested = _tested(previous, workspace, contents)
        prepared = prepare(workspace, engine, tree, datasets, now, tested.held)
        watch.lap("prepare")
        old = previous.value_files if previous and not force else ()
        shelf = ValueShelf(writer, store.var, old, name if force else "")
        shelves = Shelves(Shelf(store.var / "states"), shelf, reuse=not force)
        renewed = renew(prepared, engine, contents, shelves, part(progress, 0.5, 0.95))
        watch.lap("compute")
        asked = [metric.key for metric in workspace.metrics.values() if metric.tests]
        answers = compare_answers(workspace, shelf.read(renewed.values, asked), tree.root)
        _copy_definitions(workspace.folder, target / "definitions")
        write_book(writer, target / VALUES, whole, answers)
    extra = {"inputs": inputs, "values": renewed.values.rows, "answers_failed": sum(not a.ok for a in answers)}
    manifest = Manifest(
        id=name,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        as_of=workspace.as_of(now),
        today=workspace.today(now),
        datasets=datasets,
        values=VALUES,
        value_files=renewed.values.files,
        states=renewed.states,
        extra=extra | {"grains": tested.grains, "done": renewed.done},
    )
    watch.lap("write")
    manifest = replace(manifest, seconds=watch.seconds, extra={**manifest.extra, "cpu": watch.cpu})
    store.publish(manifest)
    store.prune(workspace.settings.retention.snapshots)
    progress("published", 1.0)
    return manifest


@dataclass(frozen=True)
class _Tested:
    """By table the rows that its grain is tested on; `held` are tables of which the snapshot before had the same."""

    grains: dict[str, str]
    held: frozenset[str]


def _tested(previous: Manifest | None, workspace: Workspace, contents: Mapping[str, Content]) -> _Tested:
    ground = Ground(workspace.catalog, contents)
    keys = {key: (*table.grain, "|", *table.unique) for key, table in workspace.catalog.tables.items()}
    grains = {key: digest(*names, ground.tables([key])) for key, names in keys.items()}
    before = previous.extra.get("grains", {}) if previous else {}
    return _Tested(grains, frozenset(key for key, found in grains.items() if before.get(key) == found))


def write_book(connection: Connection, path: Path, tree: Tree, answers: list[Answer]) -> None:
    """values.duckdb: the units as they were, and the known answers with what came out."""
    units = pa.Table.from_pylist(
        [
            {
                "key": u.key,
                "title": u.title,
                "level": u.level,
                "parent": m.parent if m else None,
                "from_day": (m.start if m else u.start),
                "to_day": (m.end if m else u.end),
            }
            for u in tree.units.values()
            for m in (u.memberships or (None,))
        ]
    )
    tested = pa.Table.from_pylist([answer.__dict__ for answer in answers], schema=Answer.schema())
    with building(connection, path) as alias:
        for name, table in (("units", units), ("answers", tested)):
            connection.register("incoming", table)
            connection.execute(f'CREATE TABLE {alias}.main."{name}" AS SELECT * FROM incoming')
            connection.unregister("incoming")


def _inputs(workspace: Workspace, datasets: Mapping[str, DatasetState], now: date) -> str:
    """A fingerprint of all that a snapshot depends on: facts, definitions, the day, and the code that computes."""
    mark = hashlib.sha256()
    for name in sorted(datasets):
        mark.update(f"{name}={datasets[name].fingerprint};".encode())
    mark.update(f"{workspace.today(now)};".encode())
    for path in definition_files(workspace.folder):
        mark.update(path.relative_to(workspace.folder).as_posix().encode() + b"\0" + path.read_bytes())
    mark.update(code().encode())
    return mark.hexdigest()


def definition_files(folder: Path) -> list[Path]:
    """Every file of a workspace that defines something, in a stable order."""
    return sorted(path for pattern in DEFINITIONS for path in folder.glob(pattern))


def _copy_definitions(folder: Path, target: Path) -> None:
    for path in definition_files(folder):
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
