"""The clock's tick: what is due now is done, once; after each refresh, and by a timer.

Each command is whole by itself and known by its key. So a tick that is killed leaves nothing half done, the next one
goes on where it ended, and two at once do everything once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from sqlalchemy import Engine

import flows.clockwork
from data.errors import CommandError, Conflict
from flows.acting import door_of
from flows.clockwork.world import Late, World, moved_up, settled
from flows.opened import Opened, open_current
from flows.readings import Months
from strategy.approvals.clocks import SettleEscalation
from strategy.approvals.tables import Escalation
from strategy.clock import Clock
from strategy.commands import Command
from strategy.reading import read
from strategy.state import open_state, state_url

OTHERS = "done by others meanwhile"
WORDS = {  # what a command of the clock has done, counted
    "BeginObjective": "objectives begun as strategy.yaml has them",
    "BeginScorecard": "scorecards begun",
    "DrawLink": "links begun",
    "RaiseIssue": "opened as issues, off target for too long",
    "PlanByCadence": "reviews planned",
    "MissReview": "reviews found missed",
    "Escalate": "moved up a level",
    "SettleEscalation": "settled, their cause is gone",
    OTHERS: "done by somebody else meanwhile",
}


@dataclass(frozen=True)
class Ticked:
    """What a tick did: how often which command. `refused` tells in words what could not be done."""

    done: dict[str, int]
    refused: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """In a sentence."""
        parts = [f"{count} {WORDS.get(name, name)}" for name, count in self.done.items()]
        return f"The clock: {', '.join(parts)}." if parts else "The clock: nothing was due."


def tick(folder: Path, clock: Clock | None = None) -> Ticked:
    """One tick of a workspace on its current snapshot. Raises `SnapshotError` before the first refresh."""
    opened = open_current(folder)
    state = open_state(state_url(folder / "var"))
    try:
        return tick_on(opened, state, clock)
    finally:
        state.dispose()


def tick_on(opened: Opened, state: Engine, clock: Clock | None = None, months: Months | None = None) -> Ticked:
    """A tick on what is open already. `months` keeps what was read of the snapshot for many ticks of a past."""
    months = months or Months(opened)
    hand = _Hand(opened, state, clock, months)
    for module in watchers():
        if hasattr(module, "begun"):
            hand.carry_out(module.begun(hand.look()))
    world = hand.look()
    lates = [late for module in watchers() if hasattr(module, "late") for late in module.late(world)]
    hand.carry_out(_ups(world, lates))
    return Ticked(dict(sorted(hand.done.items())), tuple(hand.refused))


@cache
def watchers() -> tuple[ModuleType, ...]:
    """Every file of the clockwork, in the order of their names."""
    folder = flows.clockwork
    return tuple(import_module(f"{folder.__name__}.{info.name}") for info in iter_modules(folder.__path__))


def _ups(world: World, lates: list[Late]) -> Iterator[Command]:
    escalations = read(world.state, Escalation, order_by=[Escalation.key])
    known = frozenset(one.key for one in escalations)
    for late in lates:
        yield from moved_up(world, late, known)
    for one in settled(escalations, lates):
        yield SettleEscalation(one.key, one.version)


class _Hand:
    """Carries out what is due, one command at a time."""

    def __init__(self, opened: Opened, state: Engine, clock: Clock | None, months: Months) -> None:
        self.opened, self.months = opened, months
        self.door = door_of(opened, state, clock, "clock")
        self.done: Counter[str] = Counter()
        self.refused: list[str] = []

    def look(self) -> World:
        """The world as it is now."""
        return World(self.opened, self.door, self.months)

    def carry_out(self, commands: Iterable[Command]) -> None:
        """Do all of them; what another tick or a person was quicker with is done, the rest is told."""
        for command in list(commands):
            try:
                self.door.by_clock(command)
                self.done[type(command).__name__] += 1
            except Conflict:
                self.done[OTHERS] += 1
            except CommandError as error:
                self.refused.append(f"{type(command).__name__} {getattr(command, 'key', '')}: {error}")
