"""What would change if these files were in force: the same facts, computed as they say, held against how it is now."""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import CommandError
from data.snapshots import Store
from flows.calendars import with_periods
from flows.compute import Progress, quiet
from flows.differences import Differences, changed_formulas, differences
from flows.files import NOTHING
from flows.opened import Opened, open_current
from flows.plan_in_force import in_force_at
from flows.refresh import DEFINITIONS
from flows.trial import KEYS, of_metrics, stored, trial
from flows.workspace import Workspace, assemble
from metrics.values.table import SCHEMA

SNAPSHOT = "snapshot"
COMPARED = ("value", "target", "score", "status")
NOISE = 1e-9  # share by which a sum may differ when it is added up in another order


@dataclass(frozen=True)
class Planned:
    """Two sets of definitions over the same facts.

    `before` and `after` are value tables of all metrics that may differ; the rows of all others are those of the
    snapshot. `changes` has a row for each unit, metric, span and period where a value, target, score or status differs:
    the columns of KEYS, `period_start`, and each of COMPARED twice, the second with `_new`.
    """

    against: str
    old: Workspace
    new: Workspace
    opened: Opened
    differences: Differences
    before: pa.Table
    after: pa.Table
    changes: pa.Table

    def side(self, keys: Iterable[str], *, after: bool) -> pa.Table:
        """The values of some metrics before or after, also of those that stay as they are."""
        table, known = (self.after, self.new) if after else (self.before, self.old)
        wanted = {key for key in keys if key in known.metrics}
        tried = self._tried()
        rest = stored(self.opened, wanted - tried).select(SCHEMA.names).cast(SCHEMA)
        return pa.concat_tables([rest, of_metrics(table, wanted)])

    def _tried(self) -> frozenset[str]:
        return self.differences.affected | {*self.differences.removed} | self._elsewhere

    @property
    def _elsewhere(self) -> frozenset[str]:
        """Metrics that the snapshot defines otherwise than the old side does."""
        return frozenset() if self.against == SNAPSHOT else changed_formulas(self.opened.workspace, self.old)


def plan(
    folder: Path, against: str = SNAPSHOT, instead: Mapping[str, str] = NOTHING, progress: Progress = quiet
) -> Planned:
    """What would change if the files of a workspace were in force, on the facts of its current snapshot.

    `against`: `snapshot` for the definitions that it was made of, the id of an older one, or a git revision;
    `instead`: texts that count as if they lay in the folder. Raises `DefinitionError` for files that are not sound.
    """
    new = assemble(folder, instead)
    opened = open_current(folder)
    with definitions_of(folder, opened, against) as old:
        found = differences(old, new)
        elsewhere = frozenset() if against == SNAPSHOT else changed_formulas(opened.workspace, old)
        keys = found.affected | {*found.removed} | elsewhere
        of_old, of_new = keys & {*old.metrics}, keys & {*new.metrics}
        with trial(folder, opened) as tried:
            new = with_periods(tried.engine, new)
            before = tried.values(old, of_old) if elsewhere else stored(opened, of_old)
            before = before.select(SCHEMA.names).cast(SCHEMA)
            after = tried.values(new, of_new, progress) if of_new else SCHEMA.empty_table()
    old, new = in_force_at(folder, opened, old, new)
    return Planned(against, old, new, opened, found, before, after, changes(before, after))


def changes(before: pa.Table, after: pa.Table) -> pa.Table:
    """The rows in which two value tables differ (see `Planned`); a row that one of them lacks differs."""
    columns = [*KEYS, "period_start", *COMPARED]
    right = after.select(columns)
    both = before.select(columns).join(right, list(KEYS), join_type="full outer", right_suffix="_new")
    start = pc.coalesce(both.column("period_start"), both.column("period_start_new"))
    differs = [_numbers_differ(both, name) for name in ("value", "target", "score")]
    differs.append(_differ(both.column("status"), both.column("status_new")))
    mask = differs[0]
    for one in differs[1:]:
        mask = pc.or_(mask, one)
    both = both.drop_columns(["period_start", "period_start_new"]).append_column("period_start", start)
    return both.filter(mask).sort_by([(name, "ascending") for name in KEYS])


def _numbers_differ(both: pa.Table, name: str) -> pa.ChunkedArray:
    """Where two numbers differ by more than the order of adding up can do, or one of them is missing."""
    old, new = both.column(name), both.column(f"{name}_new")
    room = pc.multiply(pc.max_element_wise(pc.abs(old), pc.abs(new)), NOISE)
    apart = pc.greater(pc.abs(pc.subtract(old, new)), pc.add(room, 1e-12))
    return pc.if_else(pc.and_(pc.is_valid(old), pc.is_valid(new)), apart, pc.xor(pc.is_null(old), pc.is_null(new)))


def _differ(old: pa.ChunkedArray, new: pa.ChunkedArray) -> pa.ChunkedArray:
    known = pc.and_(pc.is_valid(old), pc.is_valid(new))
    return pc.if_else(known, pc.not_equal(old, new), pc.xor(pc.is_null(old), pc.is_null(new)))


@contextmanager
def definitions_of(folder: Path, opened: Opened, against: str) -> Iterator[Workspace]:
    """The workspace as the current snapshot, another snapshot, or a git revision has it; CommandError for neither."""
    if against.startswith("-"):
        raise CommandError(f"'{against}' is an option of git, not a revision")
    kept = Store(folder / "var").folder(against) / "definitions"
    if against in (SNAPSHOT, opened.id):
        yield opened.workspace
    elif kept.is_dir():
        yield assemble(kept)
    else:
        with TemporaryDirectory() as name:
            unpack(folder, against, Path(name))
            yield assemble(Path(name))


def unpack(folder: Path, revision: str, target: Path) -> None:
    """The definition files of a workspace as git has them in a revision; CommandError where git has none."""
    listed = _git(folder, "ls-tree", "-r", "--name-only", "-z", revision, ".").decode()
    names = [name for name in listed.split("\0") if any(PurePosixPath(name).match(one) for one in DEFINITIONS)]
    if "workspace.yaml" not in names:
        raise CommandError(f"{revision} has no workspace.yaml in {folder}; name a revision that has it")
    with ZipFile(BytesIO(_git(folder, "archive", "--format=zip", revision, *names))) as archive:
        archive.extractall(target)  # which keeps every path below the target, and makes no links


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        raise CommandError("git is not installed; plan against `snapshot` instead") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise CommandError(
            f"'{arguments[-2] if arguments[0] == 'ls-tree' else arguments[2]}' is neither a snapshot nor a revision "
            f"of git here ({said}); name one, or plan against `snapshot`"
        )
    return done.stdout
