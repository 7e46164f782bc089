"""Plain values: what JSON can carry and give back unchanged."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from data.errors import CommandError

HIGHEST = 2**31 - 1  # of a whole number, on every database
UNKEPT = re.compile("[\x00\ud800-\udfff]")  # NUL, and halves of characters


def plain(value: Any) -> Any:
    """Dates and moments as ISO text (moments in UTC), tuples as lists, all else as it is; TypeError for what is odd.

    CommandError for what somebody may have typed and no database keeps: numbers without end, characters that are none.
    """
    match value:
        case float() if not math.isfinite(value):
            raise CommandError(f"{value} is no number that can be kept; leave it out where there is none")
        case int() if abs(value) > HIGHEST:
            raise CommandError(f"{value} is too large a number; at most {HIGHEST} is kept")
        case str() if UNKEPT.search(value):
            raise CommandError("a text holds characters that are no text; type it anew")
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case set() | frozenset():
            return [plain(each) for each in sorted(value)]
    raise TypeError(f"{type(value).__name__} is nothing that an audit row or an export can carry")


def typed(value: Any, kind: type) -> Any:
    """A plain value as its column's Python type has it."""
    if value is None or isinstance(value, kind):
        return value
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    return kind(value)
