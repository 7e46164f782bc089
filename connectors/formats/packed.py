"""Packed files that would unpack without end, or into more cells than any sheet of people: refused before they do."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

FREE = 64 << 20  # bytes that any file may unpack to
TIMES = 250  # beyond that, no more than so many times what it takes packed: tables of people take a tenth of that
MOST_CELLS = 50_000_000  # of the rectangle around all cells of a sheet: the reader makes room for each of them
MOST_ROWS_A_BYTE = 50  # of a Parquet file; a million rows are free
_CHUNK = 1 << 20
_LOCAL = struct.Struct("<4s5H3I2H")
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,10})["']""")
_LONGEST_CELL = 64
_NOT_UTF8 = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


class Bomb(Exception):
    """What a file would do; whoever knows its place tells it as a SourceError."""


def too_much(packed: int, unpacked: int) -> bool:
    """Whether so many bytes are out of all proportion to what they came from."""
    return unpacked > FREE and unpacked > TIMES * packed


def endless(packed: int, unpacked: int) -> Bomb:
    """The words for it."""
    return Bomb(
        f"{packed:,} bytes unpack to more than {unpacked:,}, which no table does; unpack it yourself if it is sound"
    )


def too_many_rows(size: int, rows: int) -> bool:
    """Whether a file of so many bytes claims more rows than could say anything."""
    return rows > 1_000_000 and rows > size * MOST_ROWS_A_BYTE


def look_into(path: Path) -> None:
    """A workbook that is an archive, looked through without unpacking it into memory; `Bomb` where it is none."""
    if not zipfile.is_zipfile(path):
        return  # an old .xls, which is not packed, or no workbook at all: its reader says so
    size = path.stat().st_size
    unpacked = 0
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for member in archive.infolist():
            reach = _Reach() if _is_sheet(member.filename) else None
            for chunk in _inflated(file, member):
                unpacked += len(chunk)
                if too_much(size, unpacked):
                    raise endless(size, unpacked)
                if reach is not None:
                    reach.take(chunk, member.filename)


def _is_sheet(name: str) -> bool:
    lower = name.lower().lstrip("/")
    return lower.startswith("xl/") and "sheet" in lower and lower.endswith(".xml")


def _inflated(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a member as they really are: what the archive says of their number may be a lie."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04" or member.compress_type not in (0, 8):
        raise Bomb(f"its part {member.filename[:60]!r} is packed as no workbook is; save it as .xlsx anew")
    *_, name, extra = _LOCAL.unpack(header)
    file.seek(member.header_offset + _LOCAL.size + name + extra)
    left, unpack = member.compress_size, zlib.decompressobj(-15)
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        left -= len(chunk)
        if member.compress_type == 0:
            yield chunk
            continue
        while chunk:
            try:
                yield unpack.decompress(chunk, _CHUNK)
            except zlib.error:
                return  # broken: its reader says so, with the place
            chunk = unpack.unconsumed_tail


class _Reach:
    """How far the cells of a sheet reach, told by their names (C7)."""

    def __init__(self) -> None:
        self._columns: set[bytes] = set()
        self._rows, self._tail, self._begun = 0, b"", False

    def take(self, chunk: bytes, name: str) -> None:
        """Look at the next bytes; `Bomb` once the rectangle around all cells is too large."""
        if not self._begun and chunk[:2] in _NOT_UTF8:
            raise Bomb(f"its part {name[:60]!r} is not UTF-8; save it as .xlsx anew")
        self._begun = True
        text = self._tail + chunk
        found = _CELL.findall(text)
        self._tail = text[-_LONGEST_CELL:]
        if not found:
            return
        self._columns.update({column for column, _ in found})
        self._rows = max(self._rows, *(int(row) for row in {row for _, row in found}))
        columns = max(_number(column) for column in self._columns)
        if self._rows * columns > MOST_CELLS:
            raise Bomb(
                f"its cells reach to row {self._rows:,} and column {columns:,}, more than {MOST_CELLS:,} cells; delete "
                "what stands far away from the table"
            )


def _number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
