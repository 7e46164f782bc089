"""Parquet: typed columns, checked against the contract's types before a row is read."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.base import Raw, Reading, numbered
from connectors.formats import File
from connectors.formats.packed import too_many_rows
from data.errors import SourceError
from data.warehouse import Connection, EngineError, file_literal, identifier


class Parquet:
    """Apache Parquet. The place of a bad row is its number in the file, from 1."""

    kind = "parquet"
    suffixes = (".parquet", ".pq")

    @contextmanager
    def open(self, file: File, connection: Connection) -> Iterator[Reading]:
        """A scan of the engine with the types of the file."""
        relation = f"read_parquet({file_literal(file.path)})"
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
            counted = connection.execute(f"SELECT num_rows FROM parquet_file_metadata({file_literal(file.path)})")
            row = counted.fetchone()
        except EngineError as error:
            reason = str(error).splitlines()[0]
            raise SourceError(f"{file.where}: is not a Parquet file that can be read ({reason})") from error
        rows = int(row[0]) if row else 0
        size = file.path.stat().st_size
        if too_many_rows(size, rows):
            raise SourceError(f"{file.where}: claims {rows:,} rows in {size:,} bytes; export it again")
        yield Reading(
            columns={str(one[0]): Raw(identifier(str(one[0])), str(one[1])) for one in described},
            account=numbered(rows, 1),
            relation=relation,
            null_values=file.dataset.null_values,
        )


FORMAT = Parquet()
