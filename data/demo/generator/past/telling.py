"""How the past is told: days as the story names them, moved along with the demo's clock, and references to numbers."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from data.demo.generator.clock import Clock

TOLD_AS = 2026 * 12 + 10  # the story is told as if the month after the last one were November 2026
CLARA, TOMAS, PAVEL, MIRA = "clara_winther", "tomas_arendt", "pavel_novak", "mira_solberg"
JONAS, HENRIK, LEA, INES = "jonas_brandt", "henrik_maas", "lea_okafor", "ines_moreau"
DAVID, NORA = "david_lindqvist", "nora_haddad"
TICK = "tick"


@dataclass(frozen=True)
class Told:
    """One line: when (UTC), who, what command with which fields."""

    at: datetime
    who: str
    do: str
    given: dict[str, Any]


@dataclass
class Teller:
    """Collects lines. Dates are given as the story has them (2026, 9, 14) and moved with the clock."""

    clock: Clock
    random: np.random.Generator
    deeds: list[Told] = field(default_factory=list)

    def day(self, year: int, month: int, day: int) -> date:
        """A day of the story."""
        index = year * 12 + month - 1 + self._moved()
        year, number = index // 12, index % 12 + 1
        return date(year, number, min(day, monthrange(year, number)[1]))

    def iso(self, year: int, month: int, day: int) -> str:
        """A day as a command's field has it."""
        return self.day(year, month, day).isoformat()

    def weekday(self, year: int, month: int, day: int) -> tuple[int, int, int]:
        """The same day of the story, or the Monday after where it is a Saturday or Sunday."""
        weekday = self.day(year, month, day).weekday()
        return year, month, day + (7 - weekday if weekday > 4 else 0)

    def period(self, year: int, month: int) -> str:
        """A month as links name it."""
        return f"{self.day(year, month, 1):%Y-%m}"

    def value(self, metric: str, unit: str, month: tuple[int, int], of: str = "value") -> dict[str, Any]:
        """A number of the data: value, target, status or score of a month."""
        return {"$value": [metric, unit, self.period(*month)], **({} if of == "value" else {"of": of})}

    def says(self, metric: str, unit: str, month: tuple[int, int], how: str = ".1%") -> str:
        """A number of the data within a sentence."""
        return f"{{{metric}@{unit}@{self.period(*month)}:{how}}}"

    def issue(self, metric: str, unit: str) -> dict[str, Any]:
        """The issue that is open on a metric of a unit at that moment."""
        return {"$key": ["issue", {"metric": metric, "unit": unit, "state": "open"}]}

    def do(self, when: tuple[int, int, int], who: str, command: str, **given: Any) -> None:
        """A deed on a day, at some minute of the morning; later deeds of a day follow earlier ones."""
        day = self.day(*when)
        taken = sum(deed.at.date() == day for deed in self.deeds)
        minute = 8 * 60 + 3 * taken + int(self.random.integers(0, 3))
        moment = datetime(
            day.year, day.month, day.day, minute // 60, minute % 60, int(self.random.integers(60)), tzinfo=UTC
        )
        self.deeds.append(Told(moment, who, command, given))

    def tick(self, when: tuple[int, int, int]) -> None:
        """The clock looks at what is due, early in the morning."""
        day = self.day(*when)
        self.deeds.append(Told(datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC), "fourfold", TICK, {}))

    def _moved(self) -> int:
        today = self.clock.today
        return today.year * 12 + today.month - 1 - TOLD_AS
