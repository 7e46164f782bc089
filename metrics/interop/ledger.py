"""Reads a foreign document field by field and tells in the end what nobody read, so that nothing is dropped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
NOTHING: tuple[Any, ...] = (None, "", [], {}, ())


@dataclass(frozen=True)
class Left:
    """Something that could not be carried: where it stands, what it says, why it stays behind, what to do."""

    place: str
    what: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}: {self.why}; {self.remedy}"


class Ledger:
    """Which fields of a document were read, and what was left behind on purpose."""

    def __init__(self, name: str, content: Any) -> None:
        self.name, self.content = name, content
        self.read: set[Path] = set()
        self.left: list[Left] = []

    def root(self) -> "Node":
        """The whole document as a node."""
        return Node(self, (), self.content if isinstance(self.content, Mapping) else {})

    def leave(self, path: Path, what: str, why: str, remedy: str) -> None:
        """Say that the field at `path` is known and cannot be carried."""
        self.read.add(path)
        self.left.append(Left(self.place(path), what, why, remedy))

    def place(self, path: Path) -> str:
        """File and dotted path, elements of lists by their name where they have one."""
        words: list[str] = []
        at: Any = self.content
        for step in path:
            at = _step(at, step)
            named = at.get("name") if isinstance(step, int) and isinstance(at, Mapping) else None
            words.append(f"[{named if named is not None else step}]" if isinstance(step, int) else f".{step}")
        return f"{self.name}: {''.join(words).lstrip('.')}" if words else self.name

    def unread(self) -> list[Left]:
        """What nobody read, one line for each kind of field, with the number of places."""
        found: dict[tuple[str, ...], list[Path]] = {}
        for path in _leaves(self.content, (), self.read):
            found.setdefault(tuple(str(step) for step in path if isinstance(step, str)), []).append(path)
        return [self._told(paths) for paths in found.values()]

    def _told(self, paths: list[Path]) -> Left:
        more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
        value: Any = self.content
        for step in paths[0]:
            value = value[step]
        said = re.sub(r"\s+", " ", str(value))
        named = next((step for step in reversed(paths[0]) if isinstance(step, str)), "content")
        what = f"{named} = {said[:60]}{'...' if len(said) > 60 else ''}"
        return Left(
            self.place(paths[0]) + more, what, "Fourfold has no such field", "keep it where it is, or say it in words"
        )


@dataclass(frozen=True)
class Node:
    """A mapping inside a document; every getter marks its field as read."""

    ledger: Ledger
    path: Path
    content: Mapping[str, Any]

    def get(self, key: str) -> Any:
        """A field as it stands, with all below it; None when it is missing or null."""
        self.ledger.read.add((*self.path, key))
        return self.content.get(key)

    def text(self, key: str) -> str | None:
        """A scalar as text; numbers and truth values as SQL would write them."""
        value = self.get(key)
        return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    def word(self, key: str) -> str | None:
        """A scalar in lower case, as names of kinds are."""
        value = self.text(key)
        return None if value is None else value.lower()

    def flag(self, key: str) -> bool:
        """A truth value; missing is false."""
        return bool(self.get(key))

    def number(self, key: str) -> float | None:
        """A number."""
        value = self.get(key)
        return None if value is None else float(value)

    def node(self, key: str) -> "Node | None":
        """A mapping below; None when there is none."""
        value = self.content.get(key)
        return Node(self.ledger, (*self.path, key), value) if isinstance(value, Mapping) else None

    def nodes(self, key: str) -> list["Node"]:
        """The mappings of a list below."""
        value = self.content.get(key)
        if not isinstance(value, Sequence) or isinstance(value, str):
            return []
        return [
            Node(self.ledger, (*self.path, key, at), one) for at, one in enumerate(value) if isinstance(one, Mapping)
        ]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of words, or one word alone."""
        value = self.get(key)
        if value is None:
            return ()
        return (str(value),) if isinstance(value, str) else tuple(str(one) for one in value)

    def leave(self, key: str, why: str, remedy: str) -> None:
        """Say that a field is known and cannot be carried; nothing happens where it says nothing."""
        if self.content.get(key) not in NOTHING and self.content.get(key) is not False:
            said = re.sub(r"\s+", " ", str(self.content[key]))
            self.ledger.leave((*self.path, key), f"{key} = {said[:60]}{'...' if len(said) > 60 else ''}", why, remedy)
        self.ledger.read.add((*self.path, key))

    @property
    def place(self) -> str:
        """File and path, for messages."""
        return self.ledger.place(self.path)


def _step(at: Any, step: str | int) -> Any:
    if isinstance(at, Mapping):
        return at.get(step)
    return at[step] if isinstance(at, list) and isinstance(step, int) and step < len(at) else None


def _leaves(value: Any, path: Path, read: set[Path]) -> Iterator[Path]:
    if path in read or value in NOTHING:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key), read)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for at, inner in enumerate(value):
            yield from _leaves(inner, (*path, at), read)
    else:
        yield path
