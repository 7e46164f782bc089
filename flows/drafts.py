"""Drafts on their way: tried out on the snapshot's facts, held against the files, put in force by a second person."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import pyarrow as pa

from access.viewer import Viewer
from data.documents import Problem
from data.editing import write_whole
from data.errors import CommandError, DefinitionError, FourfoldError
from flows.door import Door
from flows.freshness import datasets_of
from flows.opened import open_current
from flows.refresh import definition_files
from flows.trial import trial
from flows.workspace import Workspace, assemble
from metrics.definitions.metric import TargetTable
from strategy.drafts import Drafted, PublishDraft

TOLD = 12  # lines of a difference that an error tells


@dataclass(frozen=True)
class Tried:
    """A draft held against the files as they lie there now.

    `problems` are those of the draft's own file and of all others; `workspace` is None where there is any.
    """

    name: str
    text: str
    problems: tuple[Problem, ...]
    workspace: Workspace | None

    @property
    def own(self) -> tuple[Problem, ...]:
        """Problems in the draft itself."""
        return tuple(problem for problem in self.problems if problem.file == self.name)


@dataclass(frozen=True)
class Preview:
    """What a draft would show: the value table of its metric for all units (never shown as a whole), and the cost.

    `rows` were scanned in `tables`, in `seconds`. `fault` says why nothing could be computed.
    """

    values: pa.Table | None
    rows: int
    tables: tuple[str, ...]
    seconds: float
    fault: str = ""


def file_text(folder: Path, name: str) -> str:
    """The text of a definition as it lies there; empty where there is none."""
    path = folder / name
    return path.read_text(encoding="utf-8-sig") if path.is_file() else ""


def try_out(folder: Path, name: str, text: str) -> Tried:
    """A draft held against all other files; remembered until one of them changes."""
    return _tried(folder, stamps(folder), name, text)


def stamps(folder: Path) -> tuple[tuple[str, int], ...]:
    """What tells whether a file of the workspace has changed."""
    return tuple((str(path), path.stat().st_mtime_ns) for path in definition_files(folder))


@lru_cache(maxsize=64)
def _tried(folder: Path, _stamps: tuple[tuple[str, int], ...], name: str, text: str) -> Tried:
    try:
        return Tried(name, text, (), assemble(folder, {name: text}))
    except DefinitionError as error:
        return Tried(name, text, error.problems, None)


def preview(folder: Path, snapshot: str, tried: Tried, metric: str) -> Preview:
    """The values that a sound draft gives its metric, computed with what it rests on and nothing else.

    Remembered by snapshot, files and text, for all units alike: who gives it on asks who may see what.
    """
    return _preview(folder, snapshot, stamps(folder), tried.name, tried.text, metric)


@lru_cache(maxsize=32)
def _preview(
    folder: Path, _snapshot: str, files: tuple[tuple[str, int], ...], name: str, text: str, metric: str
) -> Preview:
    workspace = _tried(folder, files, name, text).workspace
    if workspace is None:
        raise CommandError("the draft is not sound yet; mend what is told first")
    opened, started = open_current(folder), perf_counter()
    target = workspace.metrics[metric].target
    given = (target.table,) if isinstance(target, TargetTable) else ()
    tables = tuple(dict.fromkeys((*workspace.catalog.tables_of(metric), *given)))
    known = opened.manifest.datasets
    names = {name for table in tables for name in datasets_of(workspace, workspace.catalog.tables[table])}
    rows = sum(known[name].rows for name in names if name in known)
    try:
        with trial(folder, opened) as one:
            values = one.values(workspace, [metric])
    except FourfoldError as error:
        return Preview(None, rows, tables, perf_counter() - started, str(error))
    return Preview(values, rows, tables, perf_counter() - started)


def publish(folder: Path, door: Door, viewer: Viewer, draft: Drafted) -> Path:
    """Put a draft in force: through the door, then into the workspace in one step; returns the file.

    Raises `Refused` or `CommandError`, and changes nothing, where the viewer may not or wrote it himself, where the
    file is no longer what the draft was based on, or where the workspace would not be sound with it.
    """
    path = folder / draft.name
    door.do(viewer, PublishDraft(draft.id, draft.version), also=lambda: _write(folder, path, draft))
    return path


def _write(folder: Path, path: Path, draft: Drafted) -> None:
    now = file_text(folder, draft.name)
    if now not in (draft.base, draft.text):
        told = "\n".join(difference(draft.base, now)[:TOLD])
        gone = "was removed" if not now else "exists already" if not draft.base else "has changed"
        raise CommandError(
            f"{draft.name} {gone} since this draft was based on it; base it anew. What is different:\n{told}"
        )
    tried = try_out(folder, draft.name, draft.text)
    if tried.problems:
        told = "\n".join(str(problem) for problem in tried.problems)
        raise CommandError(f"the workspace would not be sound with this draft:\n{told}")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, draft.text)


def difference(old: str, new: str) -> list[str]:
    """The lines that differ, `-` as it was and `+` as it is, without those around them."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def instead(draft: Drafted) -> Mapping[str, str]:
    """A draft as a text that counts as if it lay in the folder."""
    return {draft.name: draft.text}
