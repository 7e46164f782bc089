"""Facts that stay in an engine of the user's own: the same statements, in that engine's dialect, and only states come.

A statement over models that lie there is translated and sent; any other runs in DuckDB as always. What would need both
at once is refused: rows are never pulled over in silence.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import sqlglot
from sqlglot import exp

from data.away import Away, duck_types
from data.errors import QueryError
from data.limits import limited
from data.warehouse import Connection
from metrics.engines.dialects import RULES
from metrics.engines.duck import Engine, too_long

_NAMED = re.compile(r'"?\b(model|source)\b"?\."((?:[^"]|"")+)"')


@dataclass
class Elsewhere:
    """What stays in an engine of the user's own: dataset > its table's name there, and the models that rest on those.

    `reach` connects; it is called once for each cursor, by the first query that needs it.
    """

    reach: Callable[[], Away]
    stays: Mapping[str, str]
    models: dict[str, str] = field(default_factory=dict)


class SplitEngine(Engine):
    """DuckDB for what was loaded, another engine for what stays there."""

    def __init__(self, cursor: Connection, elsewhere: Elsewhere, seconds: float | None = None) -> None:
        super().__init__(cursor, seconds)
        self._stays, self._models, self._reach = elsewhere.stays, elsewhere.models, elsewhere.reach

    @cached_property
    def _away(self) -> Away:
        return self._reach()

    def define(self, model: str, body: str) -> None:
        """A model over datasets that stay is only noted here: each statement carries it along."""
        if self._reads_away(body):
            self._models[model] = body
        else:
            super().define(model, body)

    def table(self, sql: str) -> pa.Table:
        """The result of a query, from where its facts lie."""
        if not self._reads_away(sql):
            return super().table(sql)
        with limited(self._away, self._seconds) as statement:
            try:
                return self._away.table(self.translated(sql))
            except QueryError as error:
                if statement.late and self._seconds is not None:
                    raise too_long("query", self._seconds) from error
                raise

    def columns(self, relation: str) -> dict[str, str]:
        """The columns of a relation with DuckDB's type names, wherever it lies."""
        if not self._reads_away(relation):
            return super().columns(relation)
        return duck_types(self.table(f"SELECT * FROM {relation} LIMIT 0").schema)

    def is_away(self, model: str) -> bool:
        """Whether the rows of a model stay in the other engine."""
        return model in self._models

    def translated(self, sql: str) -> str:
        """A statement of DuckDB's in the dialect of the engine where its facts lie, models written out."""
        tree = sqlglot.parse_one(sql, read="duckdb")
        self._write_out(tree)
        for rule in RULES.get(self._away.dialect, ()):
            tree = tree.transform(rule)
        return str(tree.sql(dialect=self._away.dialect, comments=False))

    def _write_out(self, tree: exp.Expr) -> None:
        for node in list(tree.find_all(exp.Table)):
            if node.db == "model":
                body = sqlglot.parse_one(self._models[node.name], read="duckdb")
                self._write_out(body)
                if not isinstance(body, exp.Query):
                    raise QueryError(f"models/{node.name}.yaml is no query")
                node.replace(body.subquery(exp.to_identifier(node.alias or node.name, quoted=True)))
            elif node.db == "source":
                there = exp.to_table(self._stays[node.name], dialect=self._away.dialect)
                there.set("alias", node.args.get("alias"))
                node.replace(there)

    def _reads_away(self, sql: str) -> bool:
        """Whether a statement reads what stays there; QueryError when it reads what lies here, too."""
        here: set[str] = set()
        there: set[str] = set()
        for schema, name in _NAMED.findall(sql):
            stays = name in (self._models if schema == "model" else self._stays)
            (there if stays else here).add(name)
        if here and there:
            raise QueryError(
                f"{', '.join(sorted(there))} stays in {self._away.place}, and {', '.join(sorted(here))} was loaded; "
                "one query cannot join them. Put both into the engine, or load both"
            )
        return bool(there)
