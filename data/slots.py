"""Slots: one number for a unit and a span, by which their values lie together and are found without reading others'.

A number finds its place in a file of any size by the bounds that the engine keeps of each stretch of rows; text is cut
there after eight bytes, and the more rows there are the more of them are looked at.
"""

from collections.abc import Iterable
from hashlib import md5

SLOT_SQL = "md5_number_lower(span || ':' || unit)"  # the same number from the columns of a value table


def slot_of(unit: str, span: str) -> int:
    """The number of a unit and a span, 0 to 2^64 - 1: the last eight bytes of an MD5, the lowest first."""
    return int.from_bytes(md5(f"{span}:{unit}".encode(), usedforsecurity=False).digest()[8:], "little")


def slots_of(units: Iterable[str], span: str) -> dict[int, str]:
    """Units by their numbers."""
    return {slot_of(unit, span): unit for unit in units}
