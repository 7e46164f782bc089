"""Sets as bits in a column: packed and unpacked."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


def binary(rows: npt.NDArray[np.uint8]) -> pa.Array:
    """Rows of bytes, all of one length, as a column."""
    offsets = np.arange(rows.shape[0] + 1, dtype=np.int64) * rows.shape[1]
    data = pa.py_buffer(np.ascontiguousarray(rows))
    return pa.Array.from_buffers(pa.large_binary(), rows.shape[0], [None, pa.py_buffer(offsets), data])


def packed_rows(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """(bytes of each row that has any, which rows those are) of a column of bits, all of one length."""
    known = pc.is_valid(column).to_numpy()
    held = column.drop_null().combine_chunks()
    if not len(held):
        return np.zeros((0, 0), dtype=np.uint8), known
    offsets = np.frombuffer(held.buffers()[1], dtype=np.int64)[held.offset : held.offset + len(held) + 1]
    data = np.frombuffer(held.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(len(held), -1), known


def unpacked(column: pa.ChunkedArray, count: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(rows by the first `count` places, which rows have any bits at all)."""
    held, known = packed_rows(column)
    flags = np.zeros((len(known), count), dtype=np.bool_)
    if len(held):
        flags[known] = np.unpackbits(held, axis=1, count=count).astype(np.bool_)
    return flags, known
