"""The same counts by a faster road of DuckDB: filters as flags, counts that are row counts, cells as small numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import pyarrow as pa
import sqlglot
from sqlglot import exp

from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.states.compiler import Part, StateQuery
from metrics.states.zones import Zone, zones_of

SHORT_LIST = 16  # so many cells are looked up in a list; in a longer one each look takes longer
_SIMPLE = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


@dataclass(frozen=True)
class Road:
    """What is known of the expressions of a scan, and the SQL that follows from it."""

    zones: Mapping[str, Zone]

    @classmethod
    def of(cls, engine: Engine, query: StateQuery, parts: Iterable[Part]) -> "Road":
        """Asks the engine once for all expressions."""
        texts = [text for part in parts for text in (part.value, *_compared(part.filter or "")) if text]
        return cls(zones_of(engine, query, [query.time, *texts]))

    def filled(self, value: str) -> bool:
        """Whether an expression is never NULL."""
        return self.zones.get(value, Zone()).filled

    def filter(self, text: str) -> str:
        """A filter with the same rows: text compared in the dictionary of its column, simple conditions as bits."""
        parts = _conditions(text)
        told = [self._condition(part) for part in parts]
        if len(parts) > 1 and all(_is_simple(part) for part in parts):
            return f"CAST({' & '.join(f'CAST({one} AS UTINYINT)' for one in told)} AS BOOLEAN)"
        return " AND ".join(f"({one})" for one in told) if any(self._in_dictionary(part) for part in parts) else text

    def flag(self, text: str) -> str:
        """As `filter`, never NULL."""
        told = self.filter(text)
        return told if all(self._sure(part) for part in _conditions(text)) else f"coalesce({told}, FALSE)"

    def _in_dictionary(self, node: exp.Expr) -> bool:
        """Whether a condition compares a column of text with texts, which is done once for each text it holds."""
        column = _text_comparison(node)[0]
        return column is not None and self.zones.get(column, Zone()).kind == "VARCHAR"

    def _sure(self, node: exp.Expr) -> bool:
        column = _text_comparison(node)[0]
        return column is not None and self.filled(column)

    def _condition(self, node: exp.Expr) -> str:
        column, texts = _text_comparison(node)
        if not self._in_dictionary(node):
            return str(node.sql(dialect="duckdb"))
        return f"list_contains([{', '.join(map(literal, texts))}], {column})"

    def aggregate(self, part: Part) -> str:
        """The SQL of a part; of two parts that are the same number, the same text."""
        if part.function not in ("rows", "count"):
            if not part.filter:
                return part.sql
            return part.sql.replace(f"FILTER (WHERE {part.filter})", f"FILTER (WHERE {self.filter(part.filter)})")
        wanted = [self.filter(part.filter)] if part.filter else []
        if part.function == "count" and not self.filled(part.value):
            if not wanted:
                return part.sql
            wanted.append(f"{part.value} IS NOT NULL")
        return f"count_if({' AND '.join(f'({one})' for one in wanted)})" if wanted else "count(*)"


def scanned(
    engine: Engine, query: StateQuery, parts: Mapping[str, Part], road: Road, days: tuple[date | None, date | None]
) -> pa.Table:
    """The table of a block with some parts, for the rows of some days: what `query.sql` would give."""
    texts = {name: road.aggregate(part) for name, part in parts.items()}
    columns = {text: Part(text) for text in texts.values() if text != "count(*)"}
    fast = replace(query, parts={part.name: part for part in columns.values()})
    short = query.cells and len(query.cells) <= SHORT_LIST
    table = None
    if short:
        names = ", ".join(map(literal, query.cells))
        cell = f"CAST(list_position([{names}], {query.keys['cell']}) AS UTINYINT)"
        table = _named(engine.table(replace(fast, keys={**query.keys, "cell": cell}).sql(None, *days)), query.cells)
    if table is None:  # too many cells, or some that nobody knows
        table = engine.table(fast.sql(None, *days))
    held = {name: table.column(name) for name in (*query.keys, "n")}
    for name, text in texts.items():
        held[name] = table.column("n" if text == "count(*)" else columns[text].name)
    return pa.table(held)


def _named(table: pa.Table, cells: tuple[str, ...]) -> pa.Table | None:
    """Cells by name in place of their numbers; None where a row is of none of them."""
    numbers = table.column("cell").combine_chunks()
    if numbers.null_count or 0 in numbers.unique().to_pylist():
        return None
    names = pa.array(cells, pa.string()).take(pa.array(numbers.to_numpy(zero_copy_only=False).astype("int64") - 1))
    return table.set_column(table.column_names.index("cell"), "cell", names)


@lru_cache(maxsize=4096)
def _conditions(text: str) -> tuple[exp.Expr, ...]:
    """What must all hold for a filter to hold."""
    tree = sqlglot.parse_one(text, read="duckdb")
    return tuple(tree.flatten()) if isinstance(tree, exp.And) else (tree,)


def _compared(text: str) -> list[str]:
    """Columns that a filter compares with text."""
    columns = [_text_comparison(node)[0] for node in _conditions(text)] if text else []
    return [column for column in columns if column is not None]


def _text_comparison(node: exp.Expr) -> tuple[str | None, tuple[str, ...]]:
    """(the column that is compared with texts, these texts) where a condition is no more than that."""
    if isinstance(node, exp.EQ) and isinstance(node.this, exp.Column) and _is_text(node.expression):
        return node.this.sql(dialect="duckdb"), (node.expression.this,)
    if isinstance(node, exp.In) and isinstance(node.this, exp.Column) and not node.args.get("query"):
        texts = node.expressions
        if texts and all(_is_text(one) for one in texts):
            return node.this.sql(dialect="duckdb"), tuple(one.this for one in texts)
    return None, ()


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _is_simple(node: exp.Expr) -> bool:
    """Whether a condition is so cheap that skipping rows for it costs more than looking at all of them."""
    if isinstance(node, _SIMPLE):
        return isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Literal)
    return _text_comparison(node)[0] is not None
