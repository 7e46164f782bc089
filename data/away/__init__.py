"""Engines of a user's own in which facts may stay: one module a kind, found by walking."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Protocol

import pyarrow as pa

from data.documents import nearest
from data.errors import SourceError


class Away(Protocol):
    """A connection to an engine that holds facts; used by one thread at a time.

    `dialect` is sqlglot's name of its SQL, `text` its type of text, `digest` an aggregate that makes one order-free
    text of all rows of the table `t`, `place` its address without secrets.
    """

    dialect: str
    text: str
    digest: str
    place: str

    def quoted(self, name: str) -> str:
        """A column's name as the dialect quotes it."""
        ...

    def table(self, sql: str) -> pa.Table:
        """The result of a query in the engine's dialect; QueryError with its first words where it refuses."""
        ...

    def columns(self, relation: str) -> dict[str, str]:
        """Column > DuckDB's name of the like type, of a table there; SourceError where there is none."""
        ...

    def interrupt(self) -> None:
        """Stop the query that another thread waits for; nothing where none runs."""
        ...

    def close(self) -> None:
        """Give the connection back; the engine and its facts stay."""
        ...


class Kind(Protocol):
    """A module of this folder: how its engine is reached."""

    KIND: str

    def connect(self, address: str) -> Away:
        """Reach the engine; SourceError with the remedy where it does not answer."""
        ...


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of engine, by its name."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.KIND: module for module in modules if hasattr(module, "KIND")}


def reach(kind: str, address: str) -> Away:
    """The engine at an address. Raises SourceError for an unknown kind, or when it does not answer."""
    if kind not in kinds():
        raise SourceError(f"workspace.yaml: engine: '{kind}' is no engine for facts; {nearest(kind, kinds())}")
    return kinds()[kind].connect(address)


TYPES: tuple[tuple[str, str], ...] = (
    ("bool", "BOOLEAN"),
    ("int", "BIGINT"),
    ("uint", "BIGINT"),
    ("decimal", "DECIMAL"),
    ("float", "DOUBLE"),
    ("double", "DOUBLE"),
    ("date", "DATE"),
    ("timestamp", "TIMESTAMP"),
    ("string", "VARCHAR"),
    ("large_string", "VARCHAR"),
)


def duck_types(schema: pa.Schema) -> dict[str, str]:
    """Column > DuckDB's name of its type; an Arrow type that no expression may use keeps its own name."""
    return {
        field.name: next((duck for start, duck in TYPES if str(field.type).startswith(start)), str(field.type))
        for field in schema
    }
