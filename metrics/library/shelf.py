"""The library as it lies on disk: every file found by walking, each strict, all held against each other."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from data.documents import Document, Problem, Problems, check, nearest, read
from metrics.library.entry import KEY, Entry, RoleTable, bodies

HERE = Path(__file__).resolve().parent
SHELVES = ("financial", "customer", "process", "people", "execution")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Library:
    """All entries and role tables by key, in the order of the shelves."""

    entries: dict[str, Entry]
    tables: dict[str, RoleTable]

    def closure(self, key: str) -> tuple[str, ...]:
        """An entry and all that it is made of, parts first."""
        found: dict[str, None] = {}

        def place(one: str) -> None:
            for part in self.entries[one].needs:
                if part not in found:
                    place(part)
            found.setdefault(one)

        place(key)
        return tuple(found)

    def search(self, text: str) -> list[Entry]:
        """The entries that speak of every word of a text; those that have them in title or key come first."""
        words = text.casefold().split()
        found = [entry for entry in self.entries.values() if all(word in _words(entry) for word in words)]
        return sorted(found, key=lambda entry: not all(word in _name(entry) for word in words))


@cache
def library() -> Library:
    """The library that comes with Fourfold; DefinitionError with every problem where a file is not sound."""
    problems = Problems()
    tables = {path.stem: _keyed(path, RoleTable, {}, problems) for path in sorted((HERE / "tables").glob("*.yaml"))}
    entries: dict[str, Entry | None] = {}
    for shelf in SHELVES:
        for path in sorted((HERE / shelf).glob("*.yaml")):
            if path.stem in entries:
                problems.add(Problem(f"{shelf}/{path.name}", f"'{path.stem}' stands on two shelves"))
            entries[path.stem] = _keyed(path, Entry, {"shelf": shelf}, problems)
    problems.raise_if_any()
    found = Library(
        {key: entry for key, entry in entries.items() if entry},
        {key: table for key, table in tables.items() if table},
    )
    _hold(found, problems)
    problems.raise_if_any()
    return found


def _keyed(path: Path, model: type[Model], extra: dict[str, str], problems: Problems) -> Model | None:
    document = read(path, HERE, problems)
    if document is None:
        return None
    whole = {**document.content, **extra, "key": path.stem}
    return check(model, Document(path, document.name, whole, document.places, document.lines), problems)


def _hold(found: Library, problems: Problems) -> None:
    """Names that lead nowhere."""
    for entry in found.entries.values():
        place = f"{entry.shelf}/{entry.key}.yaml"
        tables = tuple(dict.fromkeys(body["table"] for body in bodies(entry.formula)))
        named: list[tuple[str, tuple[str, ...], Collection[str]]] = [
            (f"an entry of the library ({field})", getattr(entry, field), found.entries)
            for field in ("needs", "partners", "guardrails")
        ]
        named.append(("a table of the library", tables, found.tables))
        if not KEY.match(entry.key):
            problems.add(Problem(place, f"'{entry.key}' is not a key"))
        if set(tables) <= set(found.tables):
            columns = entry.columns(found.tables).items()
            named += [(f"a column of the role {table}", read, found.tables[table].columns) for table, read in columns]
        for what, names, known in named:
            for name in names:
                if name not in known:
                    problems.add(Problem(place, f"'{name}' is not {what}", hint=nearest(name, known)))


def _name(entry: Entry) -> str:
    return f"{entry.key} {entry.title}".casefold()


def _words(entry: Entry) -> str:
    tables = " ".join(body["table"] for body in bodies(entry.formula))
    return f"{_name(entry)} {entry.shelf} {entry.description} {entry.measured_in} {tables}".casefold()
