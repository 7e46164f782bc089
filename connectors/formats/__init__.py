"""The formats of local files: one file a format, found by walking this folder."""

import pkgutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from connectors.base import Reading
from data.warehouse import Connection


@dataclass(frozen=True)
class File:
    """A file to be read: where it lies, what messages call it, the dataset's own settings, a folder for work."""

    path: Path
    name: str
    where: str
    dataset: Any
    scratch: Path


class Format(Protocol):
    """How one format is read. A module of this folder that has a `FORMAT` of this shape is found by walking."""

    kind: str
    suffixes: tuple[str, ...]

    def open(self, file: File, connection: Connection) -> AbstractContextManager[Reading]:
        """Open it; SourceError or ContractError naming the place and the remedy."""
        ...


@cache
def formats() -> Mapping[str, Format]:
    """Every format by its name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    found: list[Format] = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {one.kind: one for one in found}


def format_of(name: str) -> Format | None:
    """The format that a file's name tells; None if it tells none."""
    lower = name.lower()
    return next((one for one in formats().values() if lower.endswith(one.suffixes)), None)
