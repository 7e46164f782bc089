"""Text files made readable for the engine, and where their lines are."""

import gzip
import io
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from connectors.formats import File
from connectors.formats.packed import Bomb, endless, too_much
from data.errors import SourceError

_CHUNK = 1 << 22
_TAIL = 4096
_UTF8 = frozenset({"utf-8", "utf8", "utf-8-sig"})


@dataclass(frozen=True)
class Shape:
    """How a text file is built: its physical lines (also a last one without an end), and the empty ones at its end."""

    lines: int
    trailing: int
    newline: str
    mixed: bool


def opened(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def shape_of(path: Path) -> Shape:
    """Read the file once in chunks and count its line ends; `Bomb` where it unpacks without end."""
    feeds = returns = pairs = size = 0
    tail = b""
    packed = path.stat().st_size if path.suffix.lower() == ".gz" else None
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if packed is not None and too_much(packed, size):
                raise endless(packed, size)
            feeds += chunk.count(b"\n")
            if here := chunk.count(b"\r"):
                returns += here
                pairs += chunk.count(b"\r\n")
            pairs += tail[-1:] == b"\r" and chunk[:1] == b"\n"
            tail = (tail + chunk)[-_TAIL:]
    ends = feeds + returns - pairs
    kinds = [(pairs, "\r\n"), (feeds - pairs, "\n"), (returns - pairs, "\r")]
    used = [newline for count, newline in kinds if count]
    unended = tail[-1:] not in (b"", b"\n", b"\r")
    empty = tail[len(tail.rstrip(b"\r\n")) :].decode("ascii")
    trailing = max(len(empty.splitlines()) - 1, 0)
    return Shape(ends + unended, trailing, used[0] if len(used) == 1 else "\n", len(used) > 1)


@contextmanager
def readable(file: File, encoding: str) -> Iterator[tuple[Path, Shape]]:
    """A path that the engine can read (UTF-8, one kind of line end), and its shape.

    The file itself where possible; else a copy in the scratch folder, removed afterwards. Raises SourceError if the
    text is not in the encoding that the contract names.
    """
    _check_encoding(file, encoding)
    try:
        shape = shape_of(file.path)
    except Bomb as bomb:
        raise SourceError(f"{file.where}: {bomb}") from bomb
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{file.where}: cannot be unpacked ({error}); copy it again") from error
    if encoding.lower() in _UTF8 and not shape.mixed:
        yield file.path, shape
        return
    with tempfile.NamedTemporaryFile(dir=file.scratch, suffix=".txt") as copy:
        _recode(file, encoding, copy)
        path = Path(copy.name)
        yield path, shape_of(path)


def _check_encoding(file: File, encoding: str) -> None:
    with opened(file.path) as opened_file:
        try:
            head = opened_file.read(4)
        except (OSError, EOFError) as error:
            raise SourceError(f"{file.where}: cannot be unpacked ({error}); copy it again") from error
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and encoding.lower() in _UTF8:
        raise SourceError(f"{file.where}: is UTF-16 text; add `encoding: utf-16` to the dataset, or save it as UTF-8")


def _recode(file: File, encoding: str, target: "tempfile._TemporaryFileWrapper[bytes]") -> None:
    try:
        name = "utf-8-sig" if encoding.lower() in _UTF8 else encoding
        errors = "surrogateescape" if encoding.lower() in _UTF8 else "strict"
        with opened(file.path) as source, io.TextIOWrapper(source, name, errors=errors, newline=None) as text:
            while chunk := text.read(_CHUNK):
                target.write(chunk.encode("utf-8", errors=errors))
        target.flush()
    except LookupError as error:
        raise SourceError(f"{file.where}: '{encoding}' is no known encoding; write for example cp1252") from error
    except UnicodeError as error:
        raise SourceError(f"{file.where}: is not {encoding} text ({error}); correct `encoding`") from error


def line_ends_before(path: Path, positions: list[int]) -> list[int]:
    """For each byte position (of the unpacked file): how many line ends lie before it."""
    order = np.argsort(positions, kind="stable")
    wanted = np.asarray(positions, dtype=np.int64)[order]
    found = np.zeros(len(wanted), dtype=np.int64)
    offset = ends = done = 0
    previous = b""
    with opened(path) as file:
        while done < len(wanted) and (chunk := file.read(_CHUNK)):
            data: np.ndarray[Any, np.dtype[np.uint8]] = np.frombuffer(chunk, dtype=np.uint8)
            feed, carriage = data == 10, data == 13
            lone = carriage.copy()
            lone[:-1] &= ~feed[1:]
            if previous == b"\r" and chunk[:1] == b"\n":
                feed = feed.copy()
                feed[0] = False
            at = np.flatnonzero(feed | lone) + offset
            reach = int(np.searchsorted(wanted, offset + len(chunk), side="right"))
            found[done:reach] = ends + np.searchsorted(at, wanted[done:reach])
            ends, offset, done, previous = ends + len(at), offset + len(chunk), reach, chunk[-1:]
    found[done:] = ends
    result = np.empty_like(found)
    result[order] = found
    return [int(count) for count in result]
