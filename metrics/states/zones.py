"""What the engine knows of expressions from its zone maps, without reading a row: type, bounds, whether any is NULL."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from metrics.engines.duck import Engine
from metrics.states.compiler import StateQuery

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_RANGE = re.compile(r"^\[Min: (-?\d+), Max: (-?\d+)\]")
_DAYS = re.compile(r"^\[Min: (\d{4}-\d\d-\d\d), Max: (\d{4}-\d\d-\d\d)\]")
_UNIQUE = re.compile(r"\[Approx Unique: (\d+)\]")
_NO_NULL = re.compile(r"\]\[Has Null: false, Has No Null: true\]")
_ALIAS = re.compile(r'"((?:[^"]|"")+)"\.|\b(_\w+)\.')


@dataclass(frozen=True)
class Zone:
    """What is known of one expression: its type, bounds that may be too wide (None: not known), never too narrow.

    Bounds are those of whole numbers, or of dates in days since 1970.
    `filled` says that no row has NULL; `unique` is how many different values there are, roughly, 0 where not known.
    """

    kind: str = ""
    low: int | None = None
    high: int | None = None
    filled: bool = False
    unique: int = 0


def zones_of(engine: Engine, query: StateQuery, expressions: Iterable[str]) -> dict[str, Zone]:
    """What is known of expressions over own columns of a scan's table; of others, and of an empty table, nothing."""
    asked = [text for text in dict.fromkeys(expressions) if _own(text)]
    if not asked:
        return {}
    select = ", ".join(f"typeof({text}) AS k{at}, stats({text}) AS s{at}" for at, text in enumerate(asked))
    rows = engine.table(f"SELECT {select} FROM {query.main} LIMIT 1").to_pylist()
    return {text: _zone(row[f"k{at}"], str(row[f"s{at}"])) for row in rows for at, text in enumerate(asked)}


def _own(text: str) -> bool:
    """Whether an expression names columns of the table itself only; what is joined may be missing, and costs a join."""
    return {quoted or plain for quoted, plain in _ALIAS.findall(text)} == {"_t"}


def _zone(kind: str, told: str) -> Zone:
    bounds, unique = _RANGE.search(told), _UNIQUE.search(told)
    low, high = (int(bounds[1]), int(bounds[2])) if bounds and kind in INTEGERS else (None, None)
    if kind == "DATE" and (days := _DAYS.search(told)):
        low, high = ((date.fromisoformat(day) - date(1970, 1, 1)).days for day in days.groups())
    return Zone(kind, low, high, _NO_NULL.search(told) is not None, int(unique[1]) if unique else 0)
