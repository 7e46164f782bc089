"""Any database that SQLAlchemy reaches: one table or query a dataset, streamed in batches, never held as a whole."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote_plus

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator
from sqlalchemy import (
    ColumnClause,
    CursorResult,
    Engine,
    Executable,
    column,
    create_engine,
    event,
    inspect,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from connectors.base import DATED, Account, DatasetModel, Part, Place, Raw, Reading, Strict
from data.documents import nearest
from data.errors import ContractError, SourceError
from data.warehouse import Connection as Warehouse

_ROWS_A_BATCH = 20_000
GONE = {*DATED, "boolean"}


class SqlSettings(Strict):
    """`url` as SQLAlchemy writes it, with its password from the environment: "postgresql://fourfold:${ERP_PW}@erp/live".

    A relative SQLite path is relative to the workspace.
    """

    url: str


class Increment(Strict):
    """A table that tells its changes: `column` (as loaded) is when a row last changed, or a number that only grows.

    `deleted` is a column that marks rows as gone: true, or a date. What says neither (a row that is really deleted, a
    change that leaves `column` as it was) is seen when the table is read whole, `whole_every` so often.
    """

    column: str
    deleted: str | None = None
    whole_every: Annotated[str, Field(pattern=r"^\d+ days?$")] | None = None

    @property
    def whole_days(self) -> int | None:
        """After how many days the table is read whole again; None: never."""
        return int(self.whole_every.split()[0]) if self.whole_every else None


class SqlDataset(DatasetModel):
    """Exactly one of `table` (schema.table, or table) and `query` (a single SELECT).

    With `increment` only what changed in a table since the last refresh is read.
    """

    table: str | None = None
    query: str | None = None
    null_values: tuple[str, ...] = ()
    increment: Increment | None = None

    @model_validator(mode="after")
    def _tells_changes(self) -> "SqlDataset":
        if self.increment is None:
            return self
        if self.table is None or not self.key:
            raise ValueError(
                "`increment` needs `table` and `key`: a changed row takes the place of the one with its key"
            )
        kinds = {*DATED, "integer"}
        if self._known("increment.column", self.increment.column).type not in kinds:
            raise ValueError(f"increment.column: '{self.increment.column}' is not a date, a timestamp or an integer")
        if self.increment.deleted and self._known("increment.deleted", self.increment.deleted).type not in GONE:
            raise ValueError(f"increment.deleted: '{self.increment.deleted}' is not a boolean, a date or a timestamp")
        return self

    @model_validator(mode="after")
    def _one_of_both(self) -> "SqlDataset":
        if (self.table is None) == (self.query is None):
            raise ValueError("say either `table` or `query`")
        for name, one in self.columns.items():
            if one.format or one.decimal_mark or one.thousands:
                raise ValueError(
                    f"column '{name}': format, decimal_mark and thousands are for text files; convert it in a `query`"
                )
        return self


@dataclass(frozen=True)
class SqlPart:
    """A table, or the answer to a query."""

    place: Place
    url: URL
    dataset: SqlDataset
    since: date | int | None = None  # what changed before is left out

    @property
    def name(self) -> str:
        """The table's name, or `query`."""
        return self.dataset.table or "query"

    @property
    def where(self) -> str:
        """Which source, dataset and database, for messages; without the password."""
        address = self.url.render_as_string(hide_password=True)
        return f"{self.place}: {self.name} in {address}"

    @property
    def size(self) -> int:
        """Unknown."""
        return 0

    def stamp(self) -> None:
        """Nothing of a table is cheap to ask for in every database."""
        return

    def fingerprint(self) -> None:
        """A database does not tell whether it changed: it is read each time; equal rows make an equal fact file."""
        return

    def open(self, connection: Warehouse) -> AbstractContextManager[Reading]:  # noqa: ARG002  # read outside the engine
        """A streaming cursor in a read-only transaction; SourceError without the password if it cannot be had."""
        return _reading(self)


class Sql:
    """The connector `sql`."""

    kind = "sql"
    settings = SqlSettings
    dataset = SqlDataset

    def parts(self, place: Place, settings: SqlSettings, dataset: SqlDataset) -> Sequence[Part]:
        """One part. SourceError if the address cannot be understood or its file is missing."""
        try:
            url = make_url(settings.url)
            url.get_dialect()
        except (ArgumentError, NoSuchModuleError, ValueError) as error:
            raise SourceError(f"{place}: the url is not one that SQLAlchemy understands; {_url_hint(error)}") from None
        return [SqlPart(place, _in_workspace(place, url), dataset)]


CONNECTOR = Sql()


def _url_hint(error: Exception) -> str:
    if isinstance(error, NoSuchModuleError):
        return f"'{str(error.args[0]).rpartition(':')[2]}' is misspelt or not installed"
    return "write it as dialect://user:${PASSWORD}@host/database"


def _in_workspace(place: Place, url: URL) -> URL:
    """SQLite would make a new, empty database where the named one is missing: refuse that."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return url
    path = place.workspace / name
    if not path.is_file():
        others = [other.name for other in path.parent.iterdir() if other.is_file()] if path.parent.is_dir() else []
        hint = nearest(path.name, others) or "correct the url"
        raise SourceError(f"{place}: the database {path} is missing; {hint}")
    return url.set(database=str(path))


@contextmanager
def _reading(part: SqlPart) -> Iterator[Reading]:
    engine = _engine(part)
    try:
        with _told(part):
            connection = engine.connect()
        with connection:  # the transaction is rolled back at the end
            with _told(part):
                statement, names = _statement(part, connection)
                connection.execution_options(stream_results=True, yield_per=_ROWS_A_BATCH)
                result = connection.execute(statement)
            yield _described(part, result, names)
    finally:
        engine.dispose()


def _described(part: SqlPart, result: CursorResult[Any], names: list[str]) -> Reading:
    selected = list(result.keys())
    twice = [name for name in part.dataset.columns if selected.count(name) > 1]
    if twice:
        raise ContractError(f"{part.where}: column '{twice[0]}' stands twice in the answer; name it by AS")
    counter = _Counter()
    return Reading(
        columns={name: Raw(f"c{selected.index(name)}" if name in selected else "NULL") for name in names or selected},
        account=counter.account,
        batches=_batches(part, result, len(selected), counter),
        kind="the database",
        null_values=part.dataset.null_values,
    )


class _Counter:
    """Counts what the database handed out, independently of what was loaded."""

    def __init__(self) -> None:
        self.rows = 0

    def account(self, rows: int, ordinals: np.ndarray[Any, np.dtype[np.int64]]) -> Account:  # noqa: ARG002  # a protocol
        """The place of a row is its number in the answer, from 1."""
        return Account(self.rows, ordinals + 1)


def _engine(part: SqlPart) -> Engine:
    try:
        engine = create_engine(part.url)
    except ImportError as error:
        raise SourceError(f"{part.where}: the driver '{error.name}' is not installed; install it with pip") from error
    if part.url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _query_only)
        return engine
    if part.url.get_backend_name() == "postgresql":
        return engine.execution_options(postgresql_readonly=True)
    return engine


def _query_only(raw: Any, _: object) -> None:
    raw.execute("PRAGMA query_only = ON")


def _statement(part: SqlPart, connection: Connection) -> tuple[Executable, list[str]]:
    """What to execute, and the names of all columns there are (empty for a query: only its answer tells)."""
    if part.dataset.query is not None:
        query = part.dataset.query.strip().rstrip(";")
        return text(query.replace(":", "\\:")), []
    schema, _, name = (part.dataset.table or "").rpartition(".")
    inspector = inspect(connection)
    try:
        names = [str(one["name"]) for one in inspector.get_columns(name, schema or None)]
    except NoSuchTableError as error:
        known = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
        hint = nearest(name, known) or "no such table or view; correct `table`"
        raise SourceError(f"{part.where}: the table '{part.dataset.table}' is missing; {hint}") from error
    wanted: list[ColumnClause[Any]] = [column(one) for one in part.dataset.columns if one in names]
    chosen = select(*(wanted or [column(names[0])])).select_from(table(name, schema=schema or None))
    if part.since is not None and part.dataset.increment is not None:
        chosen = chosen.where(column(part.dataset.loaded()[part.dataset.increment.column][0]) >= literal(part.since))
    return chosen, names


def _batches(part: SqlPart, result: CursorResult[Any], width: int, counter: _Counter) -> Iterator[pa.RecordBatch]:
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(width)])
    with _told(part):
        for rows in result.partitions():
            counter.rows += len(rows)
            columns = [[_TEXT.get(type(value), str)(value) for value in values] for values in zip(*rows, strict=True)]
            yield pa.record_batch([pa.array(values, pa.string()) for values in columns], schema=schema)


def _moment(value: datetime) -> str:
    return (value.astimezone(UTC) if value.tzinfo else value).isoformat(sep=" ")


# as text without loss, so that one contract types every source; instants become UTC
_TEXT: Mapping[type, Callable[[Any], str | None]] = {
    type(None): lambda _: None,
    str: lambda value: value,
    bool: lambda value: "true" if value else "false",
    float: repr,
    Decimal: lambda value: format(value, "f"),
    datetime: _moment,
    date: date.isoformat,
    bytes: bytes.hex,
    dict: lambda value: json.dumps(value, default=str),
    list: lambda value: json.dumps(value, default=str),
}


@contextmanager
def _told(part: SqlPart) -> Iterator[None]:
    """What goes wrong in the database or its driver becomes a SourceError that shows no password."""
    try:
        yield
    except (SQLAlchemyError, UnicodeError, ValueError) as error:
        words = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
        reason = " ".join(line.strip() for line in words[:3])
        for secret in (part.url.password, quote_plus(part.url.password or "")):
            reason = reason.replace(secret, "***") if secret else reason
        raise SourceError(f"{part.where}: {reason}; check the url, the rights and the `table` or `query`") from None
