"""The refresh: from sources to a published snapshot, or to an error that leaves the old one serving."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa

from connectors.load import load
from data.errors import FourfoldError
from data.organisation import Tree
from data.snapshots import DatasetState, Manifest, Store
from data.warehouse import building, connect, open_facts, seal
from flows.answers import Answer, compare_answers
from flows.compute import Progress, compute, part, quiet
from flows.tree import read_tree
from flows.workspace import Workspace, assemble, local_day
from metrics.engines.duck import Engine
from metrics.values.table import SORTED_BY

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
        return manifest
    finally:
        if "ok" in attempt:
            store.log({**attempt, "seconds": round(perf_counter() - started, 3)})


@dataclass
class _Stopwatch:
    seconds: dict[str, float]
    last: float

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.seconds[name], self.last = round(now - self.last, 3), now


def _publish(workspace: Workspace, store: Store, progress: Progress, now: date, force: bool) -> Manifest:
    watch = _Stopwatch({}, perf_counter())
    previous = store.current()
    datasets = load(workspace.sources, workspace.folder, store.var, previous, part(progress, 0.0, 0.5))
    watch.lap("load")
    inputs = _inputs(workspace, datasets, now)
    if previous is not None and previous.extra.get("inputs") == inputs and not force:
        progress("nothing has changed", 1.0)
        return previous
    connection = open_facts(store.var, [file for state in datasets.values() for file in state.files], sealed=False)
    try:
        seal(connection)
        engine = Engine(connection.cursor())
        tree = workspace.tree or read_tree(engine, workspace)
        values = compute(workspace, engine, tree, datasets, now, part(progress, 0.5, 0.95))
    finally:
        connection.close()
    watch.lap("compute")
    answers = compare_answers(workspace, values, tree.root)
    manifest = Manifest(
        id=store.new_id(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        as_of=workspace.as_of(now),
        today=workspace.today(now),
        datasets=datasets,
        values=VALUES,
        extra={"inputs": inputs, "values": values.num_rows, "answers_failed": sum(not a.ok for a in answers)},
    )
    target = store.folder(manifest.id)
    _copy_definitions(workspace.folder, target / "definitions")
    write_values(target / VALUES, values, tree, answers)
    watch.lap("write")
    manifest = replace(manifest, seconds=watch.seconds)
    store.publish(manifest)
    store.prune(workspace.settings.retention.snapshots)
    progress("published", 1.0)
    return manifest


def write_values(path: Path, values: pa.Table, tree: Tree, answers: list[Answer]) -> None:
    """values.duckdb: the sorted value table, the units as they were, and the known answers with what came out."""
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
    connection = connect()
    try:
        with building(connection, path) as alias:
            for name, table in (("values", values), ("units", units), ("answers", tested)):
                connection.register("incoming", table)
                order = f" ORDER BY {', '.join(SORTED_BY)}" if name == "values" else ""
                connection.execute(f'CREATE TABLE {alias}.main."{name}" AS SELECT * FROM incoming{order}')
                connection.unregister("incoming")
    finally:
        connection.close()


def _inputs(workspace: Workspace, datasets: Mapping[str, DatasetState], now: date) -> str:
    """A fingerprint of all that a snapshot depends on: facts, definitions, the day, and the code that computes."""
    digest = hashlib.sha256()
    for name in sorted(datasets):
        digest.update(f"{name}={datasets[name].fingerprint};".encode())
    digest.update(f"{workspace.as_of(now)};{workspace.today(now)};".encode())
    for path in definition_files(workspace.folder):
        digest.update(path.relative_to(workspace.folder).as_posix().encode() + b"\0" + path.read_bytes())
    code = Path(__file__).parent.parent
    for path in sorted(
        [*(code / "metrics").rglob("*.py"), *(code / "data").glob("*.py"), *(code / "flows").glob("*.py")]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def definition_files(folder: Path) -> list[Path]:
    """Every file of a workspace that defines something, in a stable order."""
    return sorted(path for pattern in DEFINITIONS for path in folder.glob(pattern))


def _copy_definitions(folder: Path, target: Path) -> None:
    for path in definition_files(folder):
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
