"""Where states are computed: DuckDB, behind the few verbs that another engine would have to offer."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from data.errors import QueryError


class Engine:
    """A cursor over opened facts. Schema `source` holds the datasets, `model` the tables as metrics see them."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def run(self, sql: str) -> None:
        """Execute a statement without a result."""
        try:
            self._cursor.execute(sql)
        except duckdb.Error as error:
            raise QueryError(f"the engine refused a statement: {_first_line(error)}") from error

    def define(self, model: str, body: str) -> None:
        """Let `model."<model>"` stand for a query over `source."<dataset>"`."""
        self.run(f'CREATE OR REPLACE VIEW model."{model}" AS {body}')

    def is_away(self, _model: str) -> bool:
        """Whether the rows of a model stay in another engine, whose SQL knows less than this one's."""
        return False

    def table(self, sql: str) -> pa.Table:
        """The result of a query as an Arrow table."""
        try:
            return self._cursor.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(f"the engine refused a query: {_first_line(error)}") from error

    def batches(self, sql: str, rows: int) -> Iterator[pa.RecordBatch]:
        """The result of a query in batches of so many rows, so that it never lies in memory as a whole."""
        try:
            yield from self._cursor.sql(sql).to_arrow_reader(rows)
        except duckdb.Error as error:
            raise QueryError(f"the engine refused a query: {_first_line(error)}") from error

    def arrays(self, sql: str) -> dict[str, Any]:
        """The result of a query as numpy arrays by column name; NULL in numbers becomes NaN."""
        table = self.table(sql)
        return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}

    def columns(self, relation: str) -> dict[str, str]:
        """The columns of a relation with DuckDB's type names."""
        rows = self.table(f"DESCRIBE {relation}").to_pylist()
        return {row["column_name"]: row["column_type"] for row in rows}


def _first_line(error: duckdb.Error) -> str:
    """What went wrong, without the engine's candidates and its copy of the statement."""
    return str(error).partition("\n")[0]
