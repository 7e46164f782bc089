"""How often a unit meets: setting, changing and ending a cadence, and the days that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put
from strategy.issues import sound
from strategy.reviews.tables import Cadence

DAYS: Mapping[str, int] = {"week": 7, "month": 28, "quarter": 28}  # the last day that each has for sure
LONGEST_MINUTES = 480
LONGEST_KEY = 49  # of a cadence: its reviews are named after it and their day
LONGEST_REVIEW_KEY = 60  # the keys of what hangs on a review begin with its own


def first_due(every: str, day: int, after: date) -> date:
    """The first day of a cadence after a day: a weekday, a day of the month, or of a quarter's first month."""
    if every == "week":
        return after + timedelta(days=(day - after.isoweekday() - 1) % 7 + 1)
    step = 1 if every == "month" else 3
    month = after.year * 12 + after.month - 1
    month -= month % step
    while (found := date(month // 12, month % 12 + 1, day)) <= after:
        month += step
    return found


def dues(cadence: Cadence, after: date, until: date) -> list[date]:
    """The days on which a cadence asks for a review, after one day and up to another, inclusive."""
    found = []
    last = max(after, cadence.starts - timedelta(days=1))
    while (last := first_due(cadence.every, cadence.day, last)) <= until:
        found.append(last)
    return found


def short(key: str, longest: int = LONGEST_REVIEW_KEY) -> str:
    """A key that leaves room for what is named after it; else CommandError."""
    if len(key) > longest:
        raise CommandError(f"'{key}' is too long for a key here: at most {longest} characters")
    return key


def _checked(every: str, day: int, minutes: int) -> None:
    if every not in DAYS:
        raise CommandError(f"a review is held each {', '.join(DAYS)}; '{every}' is none of them")
    if not 1 <= day <= DAYS[every]:
        raise CommandError(f"the day of a {every} is 1 to {DAYS[every]}, so that every {every} has it; {day} is not")
    checked_minutes(minutes)


def checked_minutes(minutes: int) -> int:
    """How long a review may take; CommandError for what nobody can hold or bear."""
    if not 5 <= minutes <= LONGEST_MINUTES:
        raise CommandError(f"a review lasts 5 to {LONGEST_MINUTES} minutes; {minutes} is out of that")
    return minutes


@dataclass(frozen=True)
class SetCadence(Creating):
    """Let a unit meet again and again."""

    needs: ClassVar[Permission] = "governance.edit"
    title: str
    chair: str
    every: str
    day: int
    minutes: int
    starts: date

    def carry_out(self, deed: Deed) -> None:
        """An active cadence."""
        _checked(self.every, self.day, self.minutes)
        deed.add(
            Cadence(
                key=short(self.free(deed, Cadence), LONGEST_KEY),
                unit=self.unit,
                title=sound.title(self.title, "cadence"),
                chair=sound.name(self.chair, "the chair"),
                every=self.every,
                day=self.day,
                minutes=self.minutes,
                starts=self.starts,
                state="active",
            )
        )


@dataclass(frozen=True)
class ChangeCadence(OnRecord[Cadence]):
    """Meet on another day, for another time, or under another chair; reviews that are planned already stay."""

    needs: ClassVar[Permission] = "governance.edit"
    states: ClassVar[tuple[str, ...]] = ("active",)
    title: str
    chair: str
    every: str
    day: int
    minutes: int

    def change(self, deed: Deed, record: Cadence) -> None:
        """The new values."""
        _checked(self.every, self.day, self.minutes)
        put(
            record,
            {
                "title": sound.title(self.title, "cadence"),
                "chair": sound.name(self.chair, "the chair"),
                "every": self.every,
                "day": self.day,
                "minutes": self.minutes,
            },
        )


@dataclass(frozen=True)
class RetireCadence(OnRecord[Cadence]):
    """Plan no further reviews by it; those that are planned already stay."""

    needs: ClassVar[Permission] = "governance.edit"
    states: ClassVar[tuple[str, ...]] = ("active",)

    def change(self, deed: Deed, record: Cadence) -> None:
        """To retired."""
        record.state = "retired"
