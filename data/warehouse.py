"""The door to DuckDB: connections with safe settings, files built whole or not at all, facts opened for reading.

What differs between DuckDB versions stays in this file. DuckDB is pinned; see the architecture page for the reasons.
"""

import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from data.errors import SnapshotError
from data.limits import memory_for_questions

Connection = DuckDBPyConnection
EngineError = duckdb.Error
ENGINE_VERSION: str = duckdb.__version__

_AT_OPENING: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",  # a miss costs seconds offline, and nothing is fetched behind our back
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
_AFTER_OPENING: Mapping[str, str] = {
    "ieee_floating_point_ops": "false",  # 1/0 is NULL (unknown), not infinity
    "python_enable_replacements": "false",  # SQL never reaches into Python variables
    "allow_persistent_secrets": "false",
    "perfect_ht_threshold": "20",
    "max_vacuum_tasks": "0",  # a checkpoint would write all text again to even out row groups: twice the time and space
    "TimeZone": "'UTC'",
    "preserve_insertion_order": "true",  # a row's place in its file is its row id while loading
}
_PARTIAL = ".partial"


@dataclass(frozen=True)
class FactFile:
    """One immutable file of facts.

    `path` is relative to the workspace's `var` folder; `year` is None where the dataset is not split by year (or for
    the rows that have no date); `rows` counts the table `data`.
    """

    dataset: str
    path: str
    year: int | None
    rows: int


@dataclass(frozen=True)
class ValueFile:
    """One immutable file of finished values: tables `values` and `cells` (see data.valuefiles).

    `path` is relative to the workspace's `var` folder. What a newer file tells is hidden here: the values of these
    metrics (None: of all) whose periods end in these years. `slotted` files have the numbers of data.slots, and their
    rows lie in that order; those of older versions do not.
    """

    path: str
    rows: int
    hidden: Mapping[int, tuple[str, ...] | None] = field(default_factory=dict)
    slotted: bool = False


def connect(
    *, threads: int | None = None, memory_limit: str | None = None, spill: Path | None = None
) -> DuckDBPyConnection:
    """A private in-memory database with Fourfold's settings, valid for all its cursors.

    `memory_limit` as DuckDB writes it ("4GB"). `spill` is where larger-than-memory work may write; without it a query
    that needs more memory than allowed fails instead of littering the current folder.
    """
    settings: dict[str, str | bool | int | float | list[str]] = dict(_AT_OPENING)
    if threads is not None:
        settings["threads"] = threads
    if memory_limit is not None:
        settings["memory_limit"] = memory_limit
    connection = duckdb.connect(":memory:", config=settings)
    for name, value in _AFTER_OPENING.items():
        connection.execute(f"SET GLOBAL {name} = {value}")
    connection.execute(f"SET GLOBAL temp_directory = {literal('' if spill is None else str(spill))}")
    connection.execute("SET enable_progress_bar = false")  # it would write into a command's output; cursors have none
    return connection


def identifier(name: str) -> str:
    """`name` quoted as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """`value` quoted as an SQL string; NUL, which no quoted string may hold, is put in by `chr`."""
    quoted = "'" + value.replace("'", "''") + "'"
    return "(" + quoted.replace("\0", "' || chr(0) || '") + ")" if "\0" in value else quoted


def file_literal(path: Path) -> str:
    """A file's path as SQL text: this one file, whatever letters its name has. Without care `a[1].csv` means a1.csv."""
    return literal(re.sub(r"[\[*?]", r"[\g<0>]", str(path)))


def seal(connection: DuckDBPyConnection) -> None:
    """From now on this database reaches no other file and no network, and no setting changes; temp views may."""
    connection.execute("SET GLOBAL enable_external_access = false")
    connection.execute("SET GLOBAL lock_configuration = true")


class Draft:
    """A database file that is being written under a temporary name, attached as `alias`."""

    def __init__(self, connection: DuckDBPyConnection, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        token = secrets.token_hex(6)
        self.alias = f"draft_{token}"
        self._connection = connection
        self._partial: Path | None = folder / f"{token}{_PARTIAL}"
        connection.execute(f"ATTACH {literal(str(self._partial))} AS {identifier(self.alias)}")

    def keep(self, path: Path) -> None:
        """Write it out, wait for the disk, and give it its name in one step; who has an older `path` open keeps it."""
        if self._partial is None:
            raise SnapshotError(f"{path}: this file is already settled")
        self._connection.execute(f"CHECKPOINT {identifier(self.alias)}")
        self._connection.execute(f"DETACH {identifier(self.alias)}")
        sync(self._partial)
        self._partial.replace(path)
        self._partial = None
        sync(path.parent)

    def discard(self) -> None:
        """Forget it, unless it was kept."""
        if self._partial is None:
            return
        partial, self._partial = self._partial, None
        found = "SELECT count(*) FROM duckdb_databases() WHERE database_name = ?"
        attached = self._connection.execute(found, [self.alias]).fetchone()
        if attached and attached[0]:
            self._connection.execute(f"DETACH {identifier(self.alias)}")
        partial.unlink(missing_ok=True)
        partial.with_name(partial.name + ".wal").unlink(missing_ok=True)


@contextmanager
def drafting(connection: DuckDBPyConnection, folder: Path) -> Iterator[Draft]:
    """A draft in `folder`, to be `keep`t under a name that may be known late; else nothing of it is left.

    After a kill its file lies there with a temporary name that no reader looks at, until the next publisher sweeps.
    """
    draft = Draft(connection, folder)
    try:
        yield draft
    finally:
        draft.discard()


@contextmanager
def building(connection: DuckDBPyConnection, path: Path) -> Iterator[str]:
    """Build the database file `path` whole or not at all; yields the alias to write to."""
    with drafting(connection, path.parent) as draft:
        yield draft.alias
        draft.keep(path)


def sync(path: Path) -> None:
    """Force a file, or a folder's list of names, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep_partial(folder: Path) -> int:
    """Remove what a killed builder left in `folder`; the count of files removed. Only a publisher may call this."""
    left = [path for path in folder.glob(f"*{_PARTIAL}*") if path.is_file()] if folder.is_dir() else []
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def open_facts(
    var: Path,
    files: Sequence[FactFile],
    *,
    attach: Mapping[str, Path] | None = None,
    views: Mapping[str, str] | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
    sealed: bool = True,
) -> DuckDBPyConnection:
    """The facts of a snapshot, read-only: views source."<dataset>", quarantine."<dataset>" and digest."<dataset>".

    A dataset in several files (years) is one view over all of them. quarantine."<dataset>" has the columns source_file,
    line, reason, raw (the contract's columns as one JSON text) and is empty where no row was refused;
    digest."<dataset>" is described in data.digests, and missing over files of an older version. `attach` gives further
    database files as alias -> path, also read-only; `views` are further ones, as name -> SELECT, in the database
    `snapshot`. Unless `sealed` is False, no other file can be reached afterwards and no setting changed; temp views are
    allowed. Hand out `.cursor()`, one per query.
    Raises SnapshotError naming a file that is missing or broken.
    """
    memory = memory_for_questions(memory_limit) if sealed else memory_limit
    connection = connect(threads=threads, memory_limit=memory, spill=var / "tmp" if not sealed else None)
    connection.execute("CREATE SCHEMA source; CREATE SCHEMA quarantine; CREATE SCHEMA digest")
    aliases: dict[str, list[str]] = {}
    for number, file in enumerate(files):
        alias = f"facts_{number}"
        _attach_reading(connection, var / file.path, alias)
        aliases.setdefault(file.dataset, []).append(alias)
    for alias, path in (attach or {}).items():
        _attach_reading(connection, path, alias)
    has: dict[str, set[str]] = {"quarantine": set(), "digests": set()}
    for alias, name in connection.execute("SELECT database_name, table_name FROM duckdb_tables()").fetchall():
        has.setdefault(name, set()).add(alias)
    shown = dict(connection.execute(_SHOWN).fetchall())
    for dataset, parts in aliases.items():
        union = " UNION ALL ".join(f"SELECT {shown[alias]} FROM {identifier(alias)}.main.data" for alias in parts)
        connection.execute(f"CREATE VIEW source.{identifier(dataset)} AS {union}")
        bad = [f"SELECT * FROM {identifier(alias)}.main.quarantine" for alias in parts if alias in has["quarantine"]]
        connection.execute(f"CREATE VIEW quarantine.{identifier(dataset)} AS {' UNION ALL '.join(bad or [_NO_ROWS])}")
        if has["digests"].issuperset(parts):
            union = " UNION ALL ".join(
                f"SELECT *, {literal(f'{identifier(alias)}.main.data')} AS place FROM {identifier(alias)}.main.digests"
                for alias in parts
            )
            connection.execute(f"CREATE VIEW digest.{identifier(dataset)} AS {union}")
    if views:
        connection.execute("ATTACH ':memory:' AS snapshot")
    for name, select in (views or {}).items():
        connection.execute(f"CREATE VIEW snapshot.main.{identifier(name)} AS {select}")
    if sealed:
        seal(connection)
    return connection


QUARANTINE_COLUMNS = "source_file VARCHAR, line BIGINT, reason VARCHAR, raw VARCHAR"
_NO_ROWS = """SELECT NULL::VARCHAR AS source_file, NULL::BIGINT AS line, NULL::VARCHAR AS reason, NULL::VARCHAR AS raw
    WHERE false"""


# the columns of each file's table `data` but those that loading needed for itself
_SHOWN = """SELECT database_name, string_agg('"' || replace(column_name, '"', '""') || '"', ', ' ORDER BY column_index)
    FROM duckdb_columns() WHERE table_name = 'data' AND NOT starts_with(column_name, '__') GROUP BY database_name"""


def _attach_reading(connection: DuckDBPyConnection, path: Path, alias: str) -> None:
    if not path.is_file():
        raise SnapshotError(f"{path}: this file of the snapshot is missing; refresh to build it again")
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS {identifier(alias)} (READ_ONLY)")
    except EngineError as error:
        raise SnapshotError(
            f"{path}: this file of the snapshot cannot be opened ({str(error).splitlines()[0]}); "
            "remove it and refresh to build it again"
        ) from error
