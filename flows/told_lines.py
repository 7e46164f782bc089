"""A past as dated lines: when, who, which command with what; numbers and keys that a line only names are looked up.

So a made-up past cannot contradict the numbers: where a line speaks of a value, the value is what the data says.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine as StateEngine
from sqlalchemy import select

from data.calendar import parse_month
from data.errors import CommandError
from flows.opened import Opened
from flows.readings import Months, Watch
from metrics.values.reading import Value
from strategy.state import reading
from strategy.tables import Base

MENTION = re.compile(r"\{(\w+)@(\w+)@(\d{4}-\d{2})(?::([^{}]*))?\}")  # {nps@velora@2026-09:.0f} inside of a text
FIELDS = ("value", "target", "status", "score")


@dataclass(frozen=True)
class Line:
    """One deed of a past. `given` are the fields of the command, plain; `place` is told where it cannot be done."""

    at: datetime
    who: str
    do: str
    given: Mapping[str, Any]
    place: str


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file, oldest first; CommandError with the place of one that is none."""
    last: datetime | None = None
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        place = f"{path.name}:{number}"
        try:
            content = json.loads(text)
            line = Line(
                datetime.fromisoformat(content["at"]), content["who"], content["do"], content.get("with", {}), place
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(
                f'{place}: a line is {{"at", "who", "do", "with"}}, at a moment in UTC ({error})'
            ) from error
        if line.at.tzinfo is None or (last is not None and line.at < last):
            raise CommandError(f"{place}: {content['at']} has no time zone, or comes before the line above it")
        last = line.at
        yield line


@dataclass
class Lookup:
    """Finds what lines only name, in the values of a snapshot and in the state as it is by then."""

    opened: Opened
    state: StateEngine
    months: Months
    _values: dict[tuple[str, str], dict[str, Value]] = field(default_factory=dict)

    def resolved(self, given: Any, line: Line) -> Any:
        """The same content with every reference in its place.

        {"$value": [metric, unit, month]}, with "of": target, status or score; {"$key": [table, {column: value}]} the
        one row that has these; {"$version": [table, key]}; numbers mentioned inside of a text.
        """
        match given:
            case {"$value": [str() as metric, str() as unit, str() as month], **rest}:
                return self._number(metric, unit, month, str(rest.get("of", "value")), line)
            case {"$key": [str() as table, dict() as where]}:
                return self.key(table, self.resolved(where, line), line)
            case dict():
                return {name: self.resolved(value, line) for name, value in given.items()}
            case list():
                return [self.resolved(value, line) for value in given]
            case str():
                return MENTION.sub(lambda found: self._mentioned(found, line), given)
        return given

    def key(self, table: str, where: Mapping[str, Any], line: Line) -> str:
        """The key of the one row that has these values."""
        known = Base.metadata.tables.get(table)
        strange = [name for name in where if known is not None and name not in known.columns]
        if known is None or strange:
            raise CommandError(f"{line.place}: there is no table {table} with {', '.join(strange) or 'that name'}")
        query = select(known.columns["key"]).where(*(known.columns[name] == value for name, value in where.items()))
        with reading(self.state) as session:
            found = list(session.scalars(query))
        if len(found) != 1:
            raise CommandError(f"{line.place}: {len(found)} rows of {table} have {dict(where)}; exactly one should")
        return str(found[0])

    def value(self, metric: str, unit: str, month: str, line: Line) -> Value:
        """The value of a closed month; CommandError where the data has none."""
        place = (metric, unit)
        if place not in self._values:
            calendar = self.opened.workspace.calendar
            rows = self.months.of([Watch(metric, unit, "")], self.opened.manifest.as_of)
            self._values[place] = {calendar.name(value.period): value for _, many in rows for value in many}
        parse_month(month)
        found = self._values[place].get(month)
        if found is None or found.value is None:
            raise CommandError(f"{line.place}: the data has no {metric} of {unit} in {month}")
        return found

    def _number(self, metric: str, unit: str, month: str, of: str, line: Line) -> Any:
        if of not in FIELDS:
            raise CommandError(f"{line.place}: '{of}' is none of {', '.join(FIELDS)}")
        return getattr(self.value(metric, unit, month, line), of)

    def _mentioned(self, found: re.Match[str], line: Line) -> str:
        metric, unit, month, how = found.groups()
        return format(self.value(metric, unit, month, line).value, how or "g")
