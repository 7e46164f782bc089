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
from metrics.query.question import Ground
from metrics.states.blocks import Block, scan_block
from metrics.states.compiler import StateQuery
from metrics.states.measures import Measure, Relation

NOTHING = "0"  # the cell of all rows alike
NAN = float("nan")


@dataclass
class Cut:
    """What the scans of a question are cut by: its axes that are columns, its conditions, whether by unit too.

    `units` are those whose rows may be read; None: all.
    """

    ground: Ground
    axes: tuple[Axis, ...]
    conditions: Conditions
    by_unit: bool
    units: tuple[str, ...] | None

    def narrow(self, source: Relation, measure: Measure) -> Relation:
        """The relation with a struct of members as its cell, and the rows that the conditions keep."""
        catalog = self.ground.catalog
        members = [axis.sql(catalog, measure) for axis in self.axes]
        columns = [source.unit, *members] if self.by_unit else members
        packed = ", ".join(f"m{number} := {sql}" for number, sql in enumerate(columns))
        where = [source.where, self.conditions.sql(self.ground, measure)]
        if self.units is not None:
            names = ", ".join(map(literal, self.units))
            where.append(f"{source.unit} IN ({names})" if names else "FALSE")
        told = [one for one in where if one != "TRUE"]
        return replace(source, cell=f"struct_pack({packed})" if packed else NOTHING, where=" AND ".join(told) or "TRUE")


@dataclass
class Members:
    """The source of blocks: runs each scan and gives every tuple of members its cell. `types` are those of the axes."""

    engine: Engine
    cut: Cut
    groups: Groups
    types: dict[str, pa.DataType] = field(default_factory=dict)

    def __call__(self, query: StateQuery) -> Block:
        """See `metrics.states.blocks.BlockSource`."""
        block = scan_block(self.engine, query)
        first_days = block.first_days
        return replace(
            block,
            table=self._named(block.table, query.table),
            first_days=None if first_days is None else self._named(first_days, query.table),
        )

    def _named(self, table: pa.Table, of: str) -> pa.Table:
        at = table.column_names.index("cell")
        cells = table.column("cell").combine_chunks()
        if not pa.types.is_struct(cells.type):
            name = self.groups.cell((), of) if len(table) else ""
            return table.set_column(at, "cell", pa.array([name] * len(table), pa.string()))
        columns = cells.flatten()
        for axis, column in zip(self.cut.axes, columns[1:] if self.cut.by_unit else columns, strict=True):
            self._check_type(axis, column.type, of)
        numbers, tuples = _distinct(columns)
        names = [self.groups.cell(members, of) for members in tuples]
        return table.set_column(at, "cell", pa.array(names, pa.string()).take(pa.array(numbers)))

    def _check_type(self, axis: Axis, kind: pa.DataType, of: str) -> None:
        """Members of two tables are one only if they are of one type: '1' is not 1."""
        known = self.types.setdefault(axis.name, kind)
        if family(known) != family(kind):
            raise QueryError(
                f"'{axis.name}' is {kind} in {of} and {known} in another table below these metrics; its members would "
                "not meet. Cast one of them in the SQL of its model"
            )


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
        mixed = mixed * max(len(known), 1) + code
    _, first, numbers = np.unique(mixed, return_index=True, return_inverse=True)
    tuples = [tuple(known[code[at]] for code, known in zip(codes, values, strict=True)) for at in first]
    return numbers.astype(np.int64), tuples


def typed(values: list[Member], kind: pa.DataType | None) -> pa.Array:
    """Members as a column of the answer."""
    return pa.array(values, kind) if kind is not None else pa.array(values, pa.string())
