"""PostgreSQL as a place where facts stay; queries run there in a read-only transaction."""

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import pyarrow as pa
from psycopg.conninfo import conninfo_to_dict

from data.away import duck_types
from data.errors import QueryError, SourceError

KIND = "postgres"
_ARROW: Mapping[str, pa.DataType] = {
    "bool": pa.bool_(),
    "int2": pa.int64(),
    "int4": pa.int64(),
    "int8": pa.int64(),
    "float4": pa.float64(),
    "float8": pa.float64(),
    "numeric": pa.float64(),  # sums are exact there; a state is a double here as in every engine
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "text": pa.string(),
    "varchar": pa.string(),
    "bpchar": pa.string(),
    "name": pa.string(),
    "uuid": pa.string(),
}
CANCEL = 5.0  # seconds in which the server takes the word to cancel
_CONVERT: Mapping[str, Callable[[Any], Any]] = {"numeric": float, "uuid": str}


class Postgres:
    """A read-only connection to one database."""

    dialect = "postgres"
    text = "TEXT"
    digest = "CAST(sum(CAST(hashtextextended(CAST(t AS TEXT), 0) AS NUMERIC)) AS TEXT)"

    def __init__(self, connection: "psycopg.Connection[Any]", place: str) -> None:
        self._connection, self.place = connection, place

    def quoted(self, name: str) -> str:
        """A column's name between quotes."""
        return '"' + name.replace('"', '""') + '"'

    def table(self, sql: str) -> pa.Table:
        """The result of a query; QueryError with PostgreSQL's words where it refuses, or gives a type unknown here."""
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.execute(sql.encode())  # bytes: a whole statement, in which % is no placeholder
                rows, description = cursor.fetchall(), cursor.description or []
        except psycopg.Error as error:
            raise QueryError(f"PostgreSQL at {self.place} refused a query: {_first_line(error)}") from error
        return pa.table(
            [self._column(position, rows, column) for position, column in enumerate(description)],
            names=[column.name for column in description],
        )

    def _column(self, position: int, rows: list[tuple[Any, ...]], column: psycopg.Column) -> pa.Array:
        kind = self._type(column)
        name = kind.removesuffix("[]")
        if name not in _ARROW:
            raise QueryError(f"PostgreSQL at {self.place}: '{column.name}' is {kind}, which no expression can use")
        convert = _CONVERT.get(name, _same)
        if kind != name:
            lists = [None if row[position] is None else [_converted(v, convert) for v in row[position]] for row in rows]
            return pa.array(lists, pa.list_(_ARROW[name]))
        return pa.array([_converted(row[position], convert) for row in rows], _ARROW[name])

    def _type(self, column: psycopg.Column) -> str:
        """The name of a column's type, an array's with [] behind it."""
        known = self._connection.adapters.types.get(column.type_code)
        if known is None:
            return f"type {column.type_code}"
        return f"{known.name}[]" if column.type_code == known.array_oid else known.name

    def columns(self, relation: str) -> dict[str, str]:
        """Column > DuckDB's name of the like type; `numeric` counts as DECIMAL. SourceError where there is no table."""
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {relation} LIMIT 0".encode())
                described = cursor.description or []
        except psycopg.Error as error:
            raise SourceError(f"PostgreSQL at {self.place} cannot read {relation}: {_first_line(error)}") from error
        types = {column.name: self._type(column) for column in described}
        plain = duck_types(pa.schema([(name, _ARROW[kind]) for name, kind in types.items() if kind in _ARROW]))
        return {name: "DECIMAL" if kind == "numeric" else plain.get(name, kind) for name, kind in types.items()}

    def interrupt(self) -> None:
        """Ask the server to cancel what runs."""
        self._connection.cancel_safe(timeout=CANCEL)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def connect(address: str) -> Postgres:
    """A connection to `postgresql://user:password@host/database`; the password is never told."""
    plain = address.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        connection = psycopg.connect(plain, autocommit=True)
        connection.read_only = True
    except psycopg.Error as error:
        remedy = "start it, or mend the address in workspace.yaml: engine"
        raise SourceError(f"PostgreSQL does not answer ({_first_line(error)}); {remedy}") from error
    parts = conninfo_to_dict(plain)
    return Postgres(connection, f"{parts.get('host') or 'its socket'}/{parts.get('dbname') or ''}")


def _same(value: Any) -> Any:
    return value


def _converted(value: Any, convert: Callable[[Any], Any]) -> Any:
    return None if value is None else convert(value)


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
