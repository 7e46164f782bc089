"""Reads facts by tuples of members: one statement for each fact table and time role, its cells named by `Groups`."""

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import QueryError
from data.warehouse import literal
from metrics.engines.duck import Engine
from metrics.query.axes import Axis
from metrics.query.conditions import Conditions
from metrics.query.groups import Groups, Member
from metrics.query.question import Sight
from metrics.states.blocks import Block
from metrics.states.compiler import StateQuery
from metrics.states.measures import Measure, Relation

COUNTED = "list_transform(map_entries({}), lambda x: struct_pack(value := CAST(x.key AS DOUBLE), count := x.value))"
BETWEEN = "\x1f"  # two members of a text
NOTHING = "0"  # the cell of all rows alike
NAN = float("nan")


@dataclass
class Cut:
    """What the scans of a question are cut by: its axes that are columns, its conditions, whether by unit too.

    `units` are those whose rows may be read; None: all.
    """

    sight: Sight
    axes: tuple[Axis, ...]
    conditions: Conditions
    by_unit: bool
    units: tuple[str, ...] | None
    _columns: dict[str, list[str]] = field(default_factory=dict)

    def narrow(self, source: Relation, measure: Measure) -> Relation:
        """The relation with a struct of members as its cell, and the rows that the conditions keep."""
        catalog = self.sight.catalog
        members = [axis.sql(catalog, measure) for axis in self.axes]
        columns = [source.unit, *members] if self.by_unit else members
        packed = ", ".join(f"m{number} := {sql}" for number, sql in enumerate(columns))
        where = [source.where, self.conditions.sql(self.sight, measure)]
        if self.units is not None and measure.kind != "stock":  # a stock is known since it is so for any unit
            names = ", ".join(map(literal, self.units))
            where.append(f"{source.unit} IN ({names})" if names else "FALSE")
        told = [one for one in where if one != "TRUE"]
        cell = f"struct_pack({packed})" if packed else NOTHING
        self._columns[cell] = columns
        return replace(source, cell=cell, where=" AND ".join(told) or "TRUE")

    def packed_in(self, statement: str) -> tuple[str, list[str]]:
        """The struct of members that stands in a statement, and its columns; none where all rows are alike."""
        found = ((cell, columns) for cell, columns in self._columns.items() if columns and cell in statement)
        return next(found, ("", []))

    def spread(self, query: StateQuery) -> StateQuery:
        """A scan with a column for each member in place of the struct, as every engine can group by.

        What was seen how often (of medians) is a list in the same statement.
        """
        columns = self._columns.get(query.keys.get("cell", ""), ())
        rest = {name: sql for name, sql in query.keys.items() if name != "cell" or not columns}
        parts = {
            name: replace(part, sql=COUNTED.format(part.sql), merge="set") if part.merge == "histogram" else part
            for name, part in query.parts.items()
        }
        return replace(query, keys={**{f"m{n}": sql for n, sql in enumerate(columns)}, **rest}, parts=parts)


@dataclass
class Members:
    """The source of blocks: runs each scan and gives every tuple of members its cell. `types` are those of the axes."""

    engine: Engine
    cut: Cut
    groups: Groups
    types: dict[str, pa.DataType] = field(default_factory=dict)

    def __call__(self, query: StateQuery) -> Block:
        """See `metrics.states.blocks.BlockSource`."""
        if self.engine.is_away(query.table) and any(part.merge == "histogram" for part in query.parts.values()):
            raise QueryError(
                f"models/{query.table}.yaml: stays in another engine, where medians are told for units only, not cut"
            )
        if query.statement is not None and self.engine.is_away(query.table):
            return Block(self._named(self._as_text(query, query.statement), query.table))
        return Block(self._named(self.engine.table(self.cut.spread(query).sql()), query.table))

    def _as_text(self, query: StateQuery, statement: str) -> pa.Table:
        """A scan of a shape of its own where engines have no structs: members as one text, and taken apart here."""
        packed, columns = self.cut.packed_in(statement)
        if not columns:
            return self.engine.table(statement)
        text = f" || '{BETWEEN}' || ".join(f"coalesce('=' || CAST({sql} AS VARCHAR), '')" for sql in columns)
        table = self.engine.table(statement.replace(packed, text))
        named = ", ".join(f"{sql} AS m{number}" for number, sql in enumerate(columns))
        kinds = self.engine.table(f"SELECT {named} FROM {query.source} LIMIT 0").schema
        rows = [str(cell).split(BETWEEN) for cell in table.column("cell").to_pylist()]
        if any(len(row) != len(columns) for row in rows):
            raise QueryError(f"models/{query.table}.yaml: a member holds an unprintable character; mend the data")
        for number in range(len(columns)):
            values = pa.array([row[number][1:] if row[number] else None for row in rows], pa.string())
            table = table.append_column(f"m{number}", values.cast(kinds.field(number).type))
        return table.drop_columns(["cell"])

    def _named(self, table: pa.Table, of: str) -> pa.Table:
        columns = _members(table)
        if not columns:
            name = self.groups.cell((), of) if len(table) else ""
            return _with_cells(table, pa.array([name] * len(table), pa.string()))
        for axis, column in zip(self.cut.axes, columns[1:] if self.cut.by_unit else columns, strict=True):
            self._check_type(axis, column.type, of)
        numbers, tuples = _distinct(columns)
        names = [self.groups.cell(members, of) for members in tuples]
        return _with_cells(table, pa.array(names, pa.string()).take(pa.array(numbers)))

    def _check_type(self, axis: Axis, kind: pa.DataType, of: str) -> None:
        """Members of two tables are one only if they are of one type: '1' is not 1."""
        known = self.types.setdefault(axis.name, kind)
        if family(known) != family(kind):
            raise QueryError(
                f"'{axis.name}' is {kind} in {of} and {known} in another table below these metrics; its members would "
                "not meet. Cast one of them in the SQL of its model"
            )


def _members(table: pa.Table) -> list[pa.Array]:
    """The columns of members of a scan, spread or packed; none where all rows are alike."""
    if "cell" not in table.column_names:
        names = [name for name in table.column_names if name[0] == "m" and name[1:].isdigit()]
        return [table.column(name).combine_chunks() for name in names]
    cells = table.column("cell").combine_chunks()
    return cells.flatten() if pa.types.is_struct(cells.type) else []


def _with_cells(table: pa.Table, cells: pa.Array) -> pa.Table:
    names = [name for name in table.column_names if name != "cell" and not (name[0] == "m" and name[1:].isdigit())]
    return table.select(names).append_column("cell", cells)


def family(kind: pa.DataType) -> str:
    """What a type's values can be compared with: numbers with numbers, text with text."""
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    return "text" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else str(kind)


def _distinct(columns: list[pa.Array]) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], list[tuple[Member, ...]]]:
    """The number of each row's tuple, and the tuples; a NULL is a member like any other."""
    codes, values = [], []
    for column in columns:
        encoded = pc.dictionary_encode(column, null_encoding="encode")
        codes.append(encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
        values.append([NAN if one != one else one for one in encoded.dictionary.to_pylist()])  # noqa: PLR0124  NaN
    mixed = np.zeros(len(codes[0]), dtype=np.int64)
    for code, known in zip(codes, values, strict=True):
        mixed = np.unique(mixed, return_inverse=True)[1] * max(len(known), 1) + code  # never too large a number
    _, first, numbers = np.unique(mixed, return_index=True, return_inverse=True)
    tuples = [tuple(known[code[at]] for code, known in zip(codes, values, strict=True)) for at in first]
    return numbers.astype(np.int64), tuples


def typed(values: list[Member], kind: pa.DataType | None) -> pa.Array:
    """Members as a column of the answer."""
    return pa.array(values, kind) if kind is not None else pa.array(values, pa.string())
