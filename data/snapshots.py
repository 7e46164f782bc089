"""Immutable snapshots: a manifest that names files, one atomic pointer, one publisher, retention, a log of attempts."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

from data.errors import FourfoldError, SnapshotError
from data.lock import exclusive
from data.warehouse import FactFile, ValueFile, sweep_partial, sync

Read = TypeVar("Read")

FORMAT = 1
_SHARED = ("facts/*.duckdb", "values/*.duckdb", "states/*.states")  # what snapshots share, and name in their manifests
_POINTER, _MANIFEST, _LOG = "CURRENT", "manifest.json", "refreshes.jsonl"


@dataclass(frozen=True)
class PartState:
    """A part of a source (a file) as it was read: its content's fingerprint, and how to tell that it has not changed.

    `stamp` is cheap to ask for (None: nothing is), `seen` when it was (nanoseconds), `size` in bytes.
    """

    name: str
    fingerprint: str
    stamp: str | None
    seen: int
    size: int


@dataclass(frozen=True)
class Segment:
    """Parts of a dataset that were loaded together, into files of their own; `reason` is why the first row was refused.

    See DatasetState for the other fields.
    """

    parts: tuple[PartState, ...]
    files: tuple[FactFile, ...]
    rows: int
    quarantined: int
    newest: date | None
    ignored: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class DatasetState:
    """What a snapshot holds of one dataset.

    `rows` were loaded and `quarantined` were not; together they are all rows that were read. Equal `fingerprint`s mean
    equal data under an equal contract. `loaded_at` is UTC in ISO form; `newest` the latest date of the freshness (else
    cursor) column, None without one; `read_from` the files or tables read; `ignored` the columns that the contract
    does not name; `segments` which files hold which parts, by a
    `contract` (a fingerprint); `mark` up to where a table that tells its changes was read.
    """

    dataset: str
    source: str
    files: tuple[FactFile, ...]
    fingerprint: str
    rows: int
    quarantined: int
    loaded_at: str
    newest: date | None
    read_from: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    contract: str = ""
    mark: str | None = None


@dataclass(frozen=True)
class Manifest:
    """One snapshot: which files, of when, as of which day.

    `values` is a file name in the snapshot's folder (units, known answers); `value_files` hold the values themselves,
    the newest last; `states` are the paths of the packs that they came from, relative to `var`. `created_at` is UTC in
    ISO form, `as_of` the last day that counts, `today` the day the refresh took for today, `seconds` the wall time by
    step, `extra` whatever else the publisher wants remembered (JSON).
    """

    id: str
    created_at: str
    as_of: date
    today: date
    datasets: Mapping[str, DatasetState]
    values: str | None = None
    value_files: tuple[ValueFile, ...] = ()
    states: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def files(self) -> tuple[FactFile, ...]:
        """Every fact file of the snapshot, by dataset."""
        return tuple(file for state in self.datasets.values() for file in state.files)

    def paths(self) -> tuple[str, ...]:
        """Every shared file of the snapshot, relative to `var`: facts, values, states."""
        facts, values = (file.path for file in self.files()), (file.path for file in self.value_files)
        return (*facts, *values, *self.states)

    def to_json(self) -> str:
        """The manifest as JSON text, dates in ISO form."""
        return json.dumps({"format": FORMAT, **asdict(self)}, default=_iso, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, where: str = _MANIFEST) -> "Manifest":
        """Read what `to_json` wrote; SnapshotError if it is broken or of another format."""
        try:
            content = json.loads(text)
            written = content.pop("format")
            if written != FORMAT:
                raise SnapshotError(
                    f"{where}: is of format {written}, this version reads format {FORMAT}; refresh again"
                )
            states = {name: _state(one) for name, one in content.pop("datasets").items()}
            as_of, today = (date.fromisoformat(content.pop(name)) for name in ("as_of", "today"))
            values = tuple(_value_file(one) for one in content.pop("value_files", ()))
            packs = tuple(content.pop("states", ()))
            return cls(datasets=states, as_of=as_of, today=today, value_files=values, states=packs, **content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SnapshotError(
                f"{where}: is not a manifest ({error!r}); remove its folder and refresh again"
            ) from error


class Store:
    """The snapshots below one workspace's `var` folder. Reading never waits; writing needs `publishing()`."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self._publishing = False

    def current_id(self) -> str | None:
        """The id of the snapshot that readers should use; None before the first refresh."""
        try:
            return (self.var / _POINTER).read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def current(self) -> Manifest | None:
        """The snapshot that readers should use; None before the first refresh. Cheap: ask at every run."""
        name = self.current_id()
        return None if name is None else self.load(name)

    def load(self, name: str) -> Manifest:
        """The manifest of one snapshot; SnapshotError if there is none or it is broken."""
        path = self.folder(name) / _MANIFEST
        try:
            return Manifest.from_json(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError as error:
            raise SnapshotError(f"there is no snapshot '{name}' (no {path}); refresh to make one") from error

    def reading(self, use: Callable[[str], Read]) -> Read:
        """What `use` makes of the id of the current snapshot; tried anew when that one was pruned under its hands.

        A reader that was held up while several refreshes passed finds its files gone; then a newer snapshot is there.
        Raises SnapshotError where there is none yet, and whatever `use` raises on a snapshot that is still the current.
        """
        while True:
            name = self.current_id()
            if name is None:
                folder = self.var.parent
                remedy = f"./run fourfold refresh --workspace {quote(str(folder))}"
                raise SnapshotError(f"{folder} has no snapshot yet; make one with: {remedy}")
            try:
                return use(name)
            except FourfoldError:
                if self.current_id() == name:
                    raise

    def list(self) -> tuple[Manifest, ...]:
        """All published snapshots, newest first."""
        found = sorted((self.var / "snapshots").glob(f"*/{_MANIFEST}"), reverse=True)
        return tuple(self.load(path.parent.name) for path in found)

    def new_id(self) -> str:
        """A new id that sorts by time: 20261103-061000-1f0c4, the last part the microsecond in hex."""
        now = datetime.now(UTC)
        return f"{now:%Y%m%d-%H%M%S}-{now.microsecond:05x}"

    def folder(self, name: str) -> Path:
        """Where the snapshot `name` keeps its files; not created here."""
        return self.var / "snapshots" / name

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Be the one publisher; sweeps what a killed one left. SnapshotError, saying who, if another refresh runs."""
        with exclusive(self.var / "LOCK"):
            self._sweep()
            self._publishing = True
            try:
                yield
            finally:
                self._publishing = False

    def publish(self, manifest: Manifest) -> None:
        """Make this snapshot the current one: its folder reaches the disk, then the pointer moves in one step.

        Raises SnapshotError outside `publishing()`, or if a file that the manifest names is missing.
        """
        self._require_lock()
        folder = self.folder(manifest.id)
        named = [self.var / path for path in manifest.paths()]
        named += [folder / manifest.values] if manifest.values else []
        for path in named:
            if not path.is_file():
                raise SnapshotError(f"{path}: the new snapshot names this file and it is missing; refresh again")
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.rglob("*")):
            sync(path)
        _write_whole(folder / _MANIFEST, manifest.to_json())
        sync(folder.parent)
        _write_whole(self.var / _POINTER, manifest.id + "\n")

    def prune(self, keep: int) -> tuple[str, ...]:
        """Remove all but the newest `keep` snapshots (and never the current one) and shared files that none kept names.

        Returns the ids removed. Who still reads an old snapshot keeps its open files. At least the current and the one
        before it stay, so that a reader that has just looked at the pointer still finds its files.
        """
        self._require_lock()
        current, manifests = self.current_id(), self.list()
        kept = [one for place, one in enumerate(manifests) if place < max(keep, 2) or one.id == current]
        gone = tuple(one.id for one in manifests if one not in kept)
        for name in gone:
            (self.folder(name) / _MANIFEST).unlink()  # first: from here on it is no snapshot, only a leftover
            shutil.rmtree(self.folder(name))
        named = {path for one in kept for path in one.paths()}
        for path in sorted(path for pattern in _SHARED for path in self.var.glob(pattern)):
            if path.relative_to(self.var).as_posix() not in named:
                path.unlink()
        return gone

    def log(self, attempt: Mapping[str, Any]) -> None:
        """Append one attempt to refresh, successful or not, to refreshes.jsonl (dates become ISO text)."""
        self.var.mkdir(parents=True, exist_ok=True)
        line = json.dumps(dict(attempt), default=_iso, ensure_ascii=False).encode() + b"\n"
        descriptor = os.open(self.var / _LOG, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # a writer was killed in mid line
            os.write(descriptor, b"\n" + line if torn else line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def attempts(self, limit: int = 50) -> tuple[dict[str, Any], ...]:
        """The latest attempts, newest first. A line torn by a kill is shown as {"broken": text}, not hidden."""
        try:
            lines = (self.var / _LOG).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(_attempt(line) for line in reversed(lines[-limit:]) if line.strip()) if limit > 0 else ()

    def _require_lock(self) -> None:
        if not self._publishing:
            raise SnapshotError("only a publisher may change snapshots: enter Store.publishing() first")

    def _sweep(self) -> None:
        for pattern in _SHARED:
            sweep_partial((self.var / pattern).parent)
        for path in self.var.glob("*.tmp"):
            path.unlink()
        shutil.rmtree(self.var / "tmp", ignore_errors=True)
        current = self.current_id()
        for folder in (self.var / "snapshots").glob("*"):
            if folder.is_dir() and folder.name != current and not (folder / _MANIFEST).is_file():
                shutil.rmtree(folder)


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    sync(temporary)
    temporary.replace(path)
    sync(path.parent)


def _state(content: dict[str, Any]) -> DatasetState:
    newest = content.pop("newest")
    return DatasetState(
        files=tuple(FactFile(**file) for file in content.pop("files")),
        newest=None if newest is None else date.fromisoformat(newest),
        read_from=tuple(content.pop("read_from")),
        ignored=tuple(content.pop("ignored")),
        segments=tuple(_segment(one) for one in content.pop("segments", ())),
        **content,
    )


def _segment(content: dict[str, Any]) -> Segment:
    newest = content.pop("newest")
    return Segment(
        parts=tuple(PartState(**part) for part in content.pop("parts")),
        files=tuple(FactFile(**file) for file in content.pop("files")),
        newest=None if newest is None else date.fromisoformat(newest),
        ignored=tuple(content.pop("ignored")),
        **content,
    )


def _value_file(content: dict[str, Any]) -> ValueFile:
    hidden = {int(year): None if keys is None else tuple(keys) for year, keys in content.pop("hidden").items()}
    return ValueFile(hidden=hidden, **content)


def _attempt(line: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except ValueError:
        return {"broken": line}
    return content if isinstance(content, dict) else {"broken": line}


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON")
