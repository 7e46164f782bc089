"""Where states are computed: DuckDB, behind the few verbs that another engine would have to offer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from data.errors import QueryError
from data.limits import limited


class Engine:
    """A cursor over opened facts. Schema `source` holds the datasets, `model` the tables as metrics see them.

    No statement takes longer than `seconds` (None: as long as it needs).
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, seconds: float | None = None) -> None:
        self._cursor, self._seconds = cursor, seconds

    def run(self, sql: str) -> None:
        """Execute a statement without a result."""
        with self._held("statement"):
            self._cursor.execute(sql)

    def define(self, model: str, body: str) -> None:
        """Let `model."<model>"` stand for a query over `source."<dataset>"`."""
        self.run(f'CREATE OR REPLACE VIEW model."{model}" AS {body}')

    def is_away(self, _model: str) -> bool:
        """Whether the rows of a model stay in another engine, whose SQL knows less than this one's."""
        return False

    def table(self, sql: str) -> pa.Table:
        """The result of a query as an Arrow table."""
        with self._held("query"):
            return self._cursor.sql(sql).to_arrow_table()

    def batches(self, sql: str, rows: int) -> Iterator[pa.RecordBatch]:
        """The result of a query in batches of so many rows, so that it never lies in memory as a whole."""
        with self._held("query"):
            reader = self._cursor.sql(sql).to_arrow_reader(rows)
        while True:
            with self._held("query"):
                batch = next(reader, None)
            if batch is None:
                return
            yield batch

    def arrays(self, sql: str) -> dict[str, Any]:
        """The result of a query as numpy arrays by column name; NULL in numbers becomes NaN."""
        table = self.table(sql)
        return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}

    def columns(self, relation: str) -> dict[str, str]:
        """The columns of a relation with DuckDB's type names."""
        rows = self.table(f"DESCRIBE {relation}").to_pylist()
        return {row["column_name"]: row["column_type"] for row in rows}

    @contextmanager
    def _held(self, what: str) -> Iterator[None]:
        """What the engine says is told in words; what takes longer than it may is stopped."""
        with limited(self._cursor, self._seconds) as statement:
            try:
                yield
            except (duckdb.Error, OSError) as error:  # OSError: what an Arrow reader makes of the engine's errors
                if statement.late and self._seconds is not None:
                    raise too_long(what, self._seconds) from error
                raise QueryError(f"the engine refused a {what}: {_first_line(error)}") from error


def too_long(what: str, seconds: float) -> QueryError:
    """A statement was stopped, since its time was over."""
    return QueryError(
        f"a {what} was stopped after {seconds:g} s; ask for less at once, or raise `limits:` in workspace.yaml"
    )


def _first_line(error: Exception) -> str:
    """What went wrong, without the engine's candidates and its copy of the statement."""
    return str(error).partition("\n")[0]
