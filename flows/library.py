"""Brings an entry of the library into a workspace: finds its tables and columns, writes its file and those it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.documents import nearest
from data.errors import CommandError
from flows.workspace import Workspace, assemble
from metrics.library.entry import Entry, RoleTable
from metrics.library.matching import ONLY_DAY, Match, Offered, match, named_like
from metrics.library.renaming import rebound, with_metrics
from metrics.library.shelf import Library, library
from metrics.library.writing import metric_text


@dataclass(frozen=True)
class Wish:
    """What is asked for. `tables`: role > own table ("" as role: the only one). `columns`: column or role.column > own.

    `metrics`: the library's key > a metric of the workspace that stands for it. `named`: the new metric's own key.
    """

    keys: tuple[str, ...]
    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    perspective: str = ""
    named: str = ""
    owner: str = ""

    @property
    def words(self) -> str:
        """What is asked for, as an error tells it."""
        return self.keys[0] if len(self.keys) == 1 else f"{self.keys[0]} and {len(self.keys) - 1} more"


@dataclass(frozen=True)
class Addition:
    """What would be written: texts by file name, which table and column stands for what, metrics that are there."""

    folder: Path
    texts: Mapping[str, str]
    matches: Mapping[str, Match]
    kept: Mapping[str, str]


def prepare(folder: Path, wish: Wish) -> Addition:
    """Everything that adding entries would write, checked as the workspace would then be checked.

    CommandError with what is missing and the flags to give; DefinitionError where the workspace itself has problems.
    """
    shelf = library()
    for key in wish.keys:
        if key not in shelf.entries:
            hint = nearest(key, shelf.entries) or "look with `fourfold library`"
            raise CommandError(f"'{key}' is not in the library; {hint}")
    if wish.named and len(wish.keys) > 1:
        raise CommandError("--as gives one metric its name; add the others apart")
    workspace = _workspace(folder, wish)
    kept = _kept(shelf, workspace, wish)
    parts = tuple(dict.fromkeys(part for key in wish.keys for part in _parts(shelf, key, kept)))
    matches = _bind(shelf, workspace, wish, parts)
    texts = _texts(shelf, workspace, wish, parts, matches, kept)
    assemble(folder, texts)
    return Addition(folder, texts, matches, kept)


def _texts(
    shelf: Library,
    workspace: Workspace,
    wish: Wish,
    parts: tuple[str, ...],
    matches: Mapping[str, Match],
    kept: Mapping[str, str],
) -> dict[str, str]:
    """The files by name; CommandError where one is there."""
    own = {key: key for key in parts} | ({wish.keys[0]: wish.named} if wish.named else {}) | dict(kept)
    times = {role: _time(workspace, found.table) for role, found in matches.items()}
    texts = {}
    for key in parts:
        entry = shelf.entries[key]
        ((kind, body),) = entry.formula.items()
        formula = {kind: rebound(with_metrics(kind, body, own), shelf.tables, matches, times)}
        name = f"metrics/{_perspective(workspace, entry, wish)}/{own[key]}.yaml"
        taken = workspace.metrics.get(own[key])
        if taken or (workspace.folder / name).exists():
            there = f"metrics/{taken.perspective}/{taken.key}.yaml" if taken else name
            raise CommandError(
                f"{there} is there, and nothing is overwritten; `--as <key>` names the new one otherwise"
            )
        known = {*workspace.metrics, *own.values()}
        texts[name] = metric_text(entry, formula, workspace.currency, known, wish.owner if key in wish.keys else "")
    return texts


def write(addition: Addition) -> None:
    """Write what was prepared, all of it or nothing; CommandError where a file has come into being meanwhile."""
    written: list[Path] = []
    try:
        for name, text in addition.texts.items():
            path = addition.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
        assemble(addition.folder)
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}; nothing was added") from error
        raise


def _workspace(folder: Path, wish: Wish) -> Workspace:
    """The workspace as it is; one that has no metric yet is read with a number in its place."""
    if any((folder / "metrics").glob("*/*.yaml")):
        return assemble(folder)
    perspective = wish.perspective or library().entries[wish.keys[0]].perspective
    nothing = {f"metrics/{perspective}/none_yet.yaml": 'title: None yet\nmeasured_in: count\nexpr: "0"\n'}
    return assemble(folder, nothing)


def _kept(shelf: Library, workspace: Workspace, wish: Wish) -> dict[str, str]:
    """Parts that the workspace has already, by the library's key."""
    parts = dict.fromkeys(part for key in wish.keys for part in shelf.closure(key) if part not in wish.keys)
    for key, own in wish.metrics.items():
        if key not in parts:
            raise CommandError(f"--metric {key}: not a part of {wish.words}; its parts: {', '.join(parts) or 'none'}")
        if own not in workspace.metrics:
            raise CommandError(f"--metric {key}={own}: '{own}' is not a metric; {nearest(own, workspace.metrics)}")
    return {key: wish.metrics.get(key, key) for key in parts if key in wish.metrics or key in workspace.metrics}


def _parts(shelf: Library, key: str, kept: Mapping[str, str]) -> tuple[str, ...]:
    """The entry and what must be added for it, parts first."""
    found: dict[str, None] = {}
    for part in shelf.entries[key].needs:
        if part not in kept:
            found.update(dict.fromkeys(_parts(shelf, part, kept)))
    return (*(one for one in found if one != key), key)


def _perspective(workspace: Workspace, entry: Entry, wish: Wish) -> str:
    wanted = wish.perspective if entry.key in wish.keys and wish.perspective else entry.perspective
    if wanted not in workspace.perspectives:
        wanted = wish.perspective or wanted
    if wanted not in workspace.perspectives:
        known = ", ".join(workspace.perspectives)
        raise CommandError(f"'{wanted}' is not a perspective of this workspace; give --perspective, one of {known}")
    return wanted


def _time(workspace: Workspace, table: str) -> str | None:
    time = workspace.catalog.tables[table].time
    return time.column if time else None


def _bind(shelf: Library, workspace: Workspace, wish: Wish, parts: tuple[str, ...]) -> dict[str, Match]:
    """A table and its columns for every role that the parts ask for."""
    needed: dict[str, dict[str, None]] = {}
    for key in parts:
        for role, read in shelf.entries[key].columns(shelf.tables).items():
            needed.setdefault(role, {}).update(dict.fromkeys(read))
    _refuse_unused(wish, needed)
    offered = [_offered(workspace, key) for key in workspace.catalog.tables]
    found, missing = dict[str, Match](), list[str]()
    for role, columns in needed.items():
        asked = wish.tables.get(role) or wish.tables.get("")
        given = {name: text for name in columns if (text := _given(wish, role, name))}
        best, faults = _choose(shelf.tables[role], columns, offered, asked, given)
        missing += faults
        if best is not None:
            found[role] = best
    if missing:
        raise CommandError("\n".join([f"{wish.words} cannot be bound yet:", *missing]))
    return found


def _given(wish: Wish, role: str, name: str) -> str | None:
    return wish.columns.get(f"{role}.{name}") or wish.columns.get(name)


def _refuse_unused(wish: Wish, needed: Mapping[str, Mapping[str, None]]) -> None:
    """A flag that means nothing would be a mistake that nobody sees."""
    if "" in wish.tables and len(needed) != 1:
        flags = " ".join(f"--table {role}=<table>" for role in needed) or "none"
        raise CommandError(f"{wish.words} reads {len(needed)} tables; say which is which: {flags}")
    for role in wish.tables:
        if role and role not in needed:
            raise CommandError(f"--table {role}=...: {wish.words} asks for no '{role}'; {nearest(role, needed)}")
    known = {name for columns in needed.values() for name in columns}
    known |= {f"{role}.{name}" for role, columns in needed.items() for name in columns}
    for name in wish.columns:
        if name not in known:
            raise CommandError(f"--column {name}=...: {wish.words} asks for no '{name}'; {nearest(name, known)}")


def _offered(workspace: Workspace, key: str) -> Offered:
    table = workspace.catalog.tables[key]
    words: dict[str, tuple[str, ...]] = {}
    for source in workspace.sources.values():
        for name, dataset in source.datasets.items():
            if name in table.datasets:
                loaded = {column.as_ or own: column for own, column in dataset.columns.items()}
                words = {own: tuple(map(str, one.one_of)) for own, one in loaded.items() if one.one_of}
    return Offered(key, workspace.catalog.columns.get(key) or {}, words, table.time.column if table.time else None)


def _choose(
    role: RoleTable, columns: Mapping[str, None], offered: list[Offered], asked: str | None, given: Mapping[str, str]
) -> tuple[Match | None, list[str]]:
    """The table that stands for a role, or what is missing and the flags that would say it."""
    if asked is not None and asked not in {one.key for one in offered}:
        return None, [f"  --table: '{asked}' is not a table of models/; {nearest(asked, [one.key for one in offered])}"]
    tried = {one.key: match(role, columns, one, given) for one in offered if asked in (None, one.key)}
    alike = [found for found in tried.values() if asked or named_like(role, found.table)]
    whole = [found for found in alike if not found.missing]
    if len(whole) == 1:
        return whole[0], []
    flag, head = f"--table {role.key}=", f"  {role.key} ({role.row}):"
    if whole:
        return None, [f"{head} more than one table would do; give {' or '.join(flag + one.table for one in whole)}"]
    if alike:
        near = min(alike, key=lambda found: len(found.missing))
        table = next(one for one in offered if one.key == near.table)
        return None, [f"{head} in {table.key}, give", *_wanted(role, near.missing, table)]
    able = [flag + found.table for found in tried.values() if not found.missing and _certain(found)]
    if able:
        return None, [f"{head} no table is called so; if one of these is meant, give {' or '.join(able)}"]
    missing = [name for name in columns if name not in given]
    return None, [f"{head} no table looks like it; give {flag}<table> with", *_wanted(role, missing, None)]


def _certain(found: Match) -> bool:
    """Whether a table's own names speak for it, not only that it has a day."""
    return all(why != ONLY_DAY for why in found.why.values())


def _wanted(role: RoleTable, missing: Iterable[str], table: Offered | None) -> list[str]:
    lines = []
    for name in missing:
        column = role.columns[name]
        fitting = table.fitting(column) if table else []
        could = f"; could be {', '.join(fitting[:8])}" if fitting else ""
        what = {"boolean": "condition", "number": "number"}.get(column.type, "column")
        lines.append(f"    --column {role.key}.{name}=<{what}>  {column.type}: {column.meaning}{could}")
    return lines
