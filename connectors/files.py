"""Local files as a source: one file or all that match a pattern, in any of the formats."""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import Field, field_validator, model_validator

from connectors.base import DatasetModel, Part, Place, Reading, Strict
from connectors.formats import File, Format, format_of, formats
from data.documents import nearest
from data.errors import SourceError
from data.warehouse import Connection

_MOST_NAMES = 2000  # names looked at for "did you mean"
_TEXTUAL = frozenset({"csv", "jsonl"})


class FilesSettings(Strict):
    """`folder` is relative to the workspace, or absolute."""

    folder: str = "files"

    @field_validator("folder")
    @classmethod
    def _local(cls, value: str) -> str:
        if "://" in value or "\0" in value:
            raise ValueError(f"'{value}' is no folder of this machine")
        return value


class FilesDataset(DatasetModel):
    """`path` is a file or a pattern (orders/*.csv, **/*.parquet) below the source's folder.

    `format` is told by the name, unless given. `delimiter`, `encoding`, `quote` and `null_values` are for text files,
    `sheet` for workbooks.
    """

    path: str
    format: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str = "utf-8"
    quote: str = Field(default='"', min_length=1, max_length=1)
    null_values: tuple[str, ...] = ()
    sheet: str | None = None

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: str | None) -> str | None:
        if value is not None and value not in formats():
            raise ValueError(f"'{value}' is no format; {nearest(value, formats())}")
        return value

    @field_validator("path")
    @classmethod
    def _below(cls, value: str) -> str:
        if "://" in value or "\\" in value or "\0" in value:
            raise ValueError(f"'{value}' is no local path with / between its parts")
        if PurePosixPath(value).is_absolute() or ".." in PurePosixPath(value).parts:
            raise ValueError(f"'{value}' leaves the source's folder; set `folder` in the settings instead")
        return value

    @model_validator(mode="after")
    def _text_only(self) -> "FilesDataset":
        chosen = formats()[self.format] if self.format else format_of(self.path)
        if chosen is None or chosen.kind in _TEXTUAL:
            return self
        for name, column in self.columns.items():
            if column.format or column.decimal_mark or column.thousands:
                raise ValueError(
                    f"column '{name}': format, decimal_mark and thousands are for text files; {chosen.kind} has real "
                    "numbers and dates"
                )
        return self


@dataclass(frozen=True)
class FilePart:
    """One file of a dataset."""

    file: File
    format: Format

    @property
    def name(self) -> str:
        """Its path below the source's folder."""
        return self.file.name

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.path.stat().st_size

    def stamp(self) -> str:
        """Size, times and place of the file: whoever writes to it changes one of them."""
        told = self.file.path.stat()
        return f"{told.st_size}-{told.st_mtime_ns}-{told.st_ctime_ns}-{told.st_ino}"

    def fingerprint(self) -> str:
        """SHA-256 of the bytes."""
        with self.file.path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()

    def open(self, connection: Connection) -> AbstractContextManager[Reading]:
        """Open it in its format."""
        return self.format.open(self.file, connection)


class Files:
    """The connector `files`."""

    kind = "files"
    settings = FilesSettings
    dataset = FilesDataset

    def parts(self, place: Place, settings: FilesSettings, dataset: FilesDataset) -> Sequence[Part]:
        """The files that match, by name; SourceError naming the path and the nearest file if none does."""
        folder = place.workspace / settings.folder
        if not folder.is_dir():
            raise SourceError(f"{place}: the folder {folder} is missing; create it or correct `folder` in the settings")
        matches = sorted(path for path in folder.glob(dataset.path) if path.is_file() and not _hidden(path))
        home = folder.resolve()
        led = next((path for path in matches if not path.resolve().is_relative_to(home)), None)
        if led is not None:
            raise SourceError(f"{place}: {led} is a link that leads out of {folder}; put the file itself there")
        if not matches:
            raise SourceError(f"{place}: no file matches {folder / dataset.path}; {_near(folder, dataset.path)}")
        return [_part(place, folder, path, dataset) for path in matches]


CONNECTOR = Files()


def _part(place: Place, folder: Path, path: Path, dataset: Any) -> FilePart:
    name = path.relative_to(folder).as_posix()
    chosen = formats()[dataset.format] if dataset.format else format_of(name)
    if chosen is None:
        raise SourceError(
            f"{place}: {path}: the format of '{path.name}' is not known by its name; add `format:` "
            f"({', '.join(formats())}) to the dataset"
        )
    return FilePart(File(path, name, f"{place}: {path}", dataset, place.scratch), chosen)


def _hidden(path: Path) -> bool:
    return path.name.startswith((".", "~$"))


def _near(folder: Path, pattern: str) -> str:
    paths = islice((path for path in folder.rglob("*") if path.is_file() and not _hidden(path)), _MOST_NAMES)
    names = [path.relative_to(folder).as_posix() for path in paths]
    if not names:
        return "the folder is empty; put the files there or correct `path`"
    return nearest(pattern, names) or f"{len(names)} other files are there; correct `path`"
