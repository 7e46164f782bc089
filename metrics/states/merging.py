"""Makes one row of several with the same keys: how the states of more facts are added to those that are there."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from metrics.states.bits import binary, packed_rows
from metrics.states.blocks import Block
from metrics.time.grid import Ints

_SEEN = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)  # no number where no row had one, as SQL has it


def merged(block: Block, keys: Sequence[str], merges: Mapping[str, str]) -> Block:
    """A block with one row for each combination of `keys`; `merges` says by column how its states are merged.

    See `metrics.states.compiler.Part`; the count of rows `n` adds up. A block with rows of first days apart has none
    that could be told from others, and is refused.
    """
    if block.first_days is not None:
        raise AssertionError("states whose first days stand apart are not merged")
    table = block.table
    if not len(table):
        return block
    simple = {name: merge for name, merge in merges.items() if merge in ("sum", "min", "max")} | {"n": "sum"}
    asked = [(name, merge, _SEEN) for name, merge in simple.items()]
    grouped = table.append_column("_row", pa.array(np.arange(len(table)))).group_by(list(keys), use_threads=False)
    rows = grouped.aggregate([*asked, ("_row", "list")])
    held = rows.column("_row_list").combine_chunks()
    members = held.flatten().to_numpy()
    starts = np.concatenate([[0], np.cumsum(pc.list_value_length(held).to_numpy())[:-1]]).astype(np.int64)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    for name in table.column_names:
        if name in keys:
            columns[name] = rows.column(name)
        elif name in simple:
            columns[name] = rows.column(f"{name}_{simple[name]}").cast(table.schema.field(name).type)
        else:
            columns[name] = _together(table.column(name).take(pa.array(members)), starts)
    return Block(pa.table(columns), None, block.things)


def _together(column: pa.ChunkedArray, starts: Ints) -> pa.Array:
    """Sets or histograms of rows that lie together, as one for each group of them; a group begins at each start."""
    if pa.types.is_large_binary(column.type):
        return _bits(column, starts)
    lists = column.combine_chunks()
    group = np.repeat(np.arange(len(starts)), np.diff([*starts, len(column)]))[pc.list_parent_indices(lists).to_numpy()]
    entries = lists.flatten()
    counted = pa.types.is_struct(entries.type)
    told = {"group": pa.array(group), "value": pc.struct_field(entries, "value") if counted else entries}
    if counted:
        told["count"] = pc.struct_field(entries, "count")
    found = pa.table(told).group_by(["group", "value"], use_threads=False)
    rows = found.aggregate([("count", "sum")] if counted else []).sort_by("group")
    values = rows.column("value").combine_chunks()
    if counted:
        counts = rows.column("count_sum").combine_chunks().cast(entries.type.field("count").type)
        values = pa.StructArray.from_arrays([values, counts], ["value", "count"])
    known = _any(pc.is_valid(lists).to_numpy(False), starts)
    return _lists(rows.column("group").to_numpy(), values, known, column.type)


def _bits(column: pa.ChunkedArray, starts: Ints) -> pa.Array:
    held, known = packed_rows(column)
    rows = np.zeros((len(known), held.shape[1]), dtype=np.uint8)
    rows[known] = held
    return pc.if_else(pa.array(_any(known, starts)), binary(np.bitwise_or.reduceat(rows, starts, axis=0)), None)


def _any(known: npt.NDArray[np.bool_], starts: Ints) -> npt.NDArray[np.bool_]:
    return np.asarray(np.logical_or.reduceat(known, starts))


def _lists(group: Ints, values: pa.Array, known: npt.NDArray[np.bool_], kind: pa.DataType) -> pa.Array:
    """A list for each group, NULL where it is not known, from values in the order of groups."""
    offsets = np.searchsorted(group, np.arange(len(known) + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(~known)).cast(kind)
