"""What the clock sees: the state, the numbers, the people, and what day it is."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import Engine

from flows.door import Door
from flows.heads import after, chain
from flows.opened import Opened
from flows.readings import Months, Readings, readings, watches
from flows.roster import Roster, roster
from strategy.approvals.clocks import Escalate, clock_for
from strategy.approvals.tables import Escalation, WaitingClock
from strategy.duties.reading import Accountability, accountability
from strategy.reading import read
from strategy.tables import LONGEST_KEY


@dataclass(frozen=True)
class Late:
    """Something that has `waited` so many periods or days by the measure of what it `watches`, in words `why`.

    `since` tells one stretch of waiting from the next of the same subject; `up` are those to whom it moves, nearest
    first.
    """

    watches: str
    table: str
    key: str
    since: str
    unit: str
    title: str
    why: str
    waited: int
    person: str | None
    up: tuple[str, ...]

    def escalation(self, level: int) -> str:
        """The key of its escalation to a level."""
        whole = f"up.{self.watches}.{self.key}.{self.since}"
        if len(whole) > LONGEST_KEY - 4:
            whole = f"up.{self.watches}.{hashlib.sha256(whole.encode()).hexdigest()[:40]}"
        return f"{whole}.{level}"


@dataclass(frozen=True)
class World:
    """One look at a workspace; what was read stays read until the next look."""

    opened: Opened
    door: Door
    months: Months = field(repr=False)

    @property
    def state(self) -> Engine:
        """The state database."""
        return self.door.engine

    @cached_property
    def today(self) -> date:
        """The day of the clock."""
        return self.door.clock.today()

    @cached_property
    def readings(self) -> Readings:
        """What is off target, by the months that ended before today."""
        closed = self.opened.workspace.calendar.last_closed(self.today)
        return readings(self.months, watches(self.state), closed, only_reds=True)

    @cached_property
    def people(self) -> Roster:
        """Everybody, with the roles of today."""
        return roster(self.opened.workspace, self.state, self.today)

    @cached_property
    def accountability(self) -> Accountability:
        """Who answers for what."""
        return accountability(self.state)

    @cached_property
    def clocks(self) -> list[WaitingClock]:
        """The clocks in force."""
        return read(self.state, WaitingClock, WaitingClock.ended_at.is_(None), order_by=[WaitingClock.key])

    def after(self, watched: str, unit: str) -> int | None:
        """After how long something of a unit moves up; None where no clock runs."""
        clock = clock_for(self.clocks, self.door.policy.below, watched, unit)
        return clock.after if clock else None

    def above(self, unit: str) -> Sequence[str]:
        """A unit and everything above it today, nearest first; nothing for a unit that does not exist."""
        return self.opened.tree.ancestors(unit, self.today) if unit in self.opened.tree else ()

    def line(self, unit: str) -> tuple[str, ...]:
        """Who heads a unit and what lies above it, nearest first, each person once."""
        return chain(self.above(unit), self.people, self.opened.workspace.roles)

    def up(self, unit: str, *people: str | None) -> tuple[str, ...]:
        """To whom something of a unit moves up from these people."""
        return after(self.line(unit), *people)

    def answers(self, metric: str, unit: str) -> str | None:
        """Who answers for a metric of a unit: its accountable, else who heads the unit, or the next above."""
        return self.accountability.accountable(metric, unit, self.above) or next(iter(self.line(unit)), None)

    def unit(self, key: str) -> str:
        """The title of a unit."""
        return self.opened.tree.units[key].title if key in self.opened.tree else key


def told(day: date) -> str:
    """A day as people say it: 3 Nov 2026."""
    return f"{day.day} {day:%b %Y}"


def moved_up(world: World, late: Late, known: frozenset[str]) -> Iterator[Escalate]:
    """The escalation that is due now: one level for each full length of its clock, as far as there is somebody above.

    `known` are the keys of the escalations that there are.
    """
    length = world.after(late.watches, late.unit)
    level = 0 if length is None else min(late.waited // length, len(late.up))
    key = late.escalation(level)
    if level >= 1 and key not in known:
        yield Escalate(
            key=key,
            unit=late.unit,
            watches=late.watches,
            subject_table=late.table,
            subject_key=late.key,
            title=late.title,
            why=late.why,
            to_person=late.up[level - 1],
            level=level,
            from_person=late.person if level == 1 else late.up[level - 2],
        )


def settled(escalations: Sequence[Escalation], lates: Sequence[Late]) -> list[Escalation]:
    """Open escalations whose cause is gone."""
    alive = {late.escalation(one.level) for late in lates for one in escalations if one.subject_key == late.key}
    return [one for one in escalations if one.state != "settled" and one.key not in alive]
