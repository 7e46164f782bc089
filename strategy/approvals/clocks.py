"""Clocks: after how long a thing moves up a level; what they move up, and the answers to it (checklist 11)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError
from strategy.approvals.tables import Escalation, WaitingClock
from strategy.commands import Creating, Deed, OnRecord, put, words
from strategy.duties import sound
from strategy.tables import Record

Below = Callable[[str], Iterable[str]]
LONGEST = 400


@dataclass(frozen=True)
class Watched:
    """Something that a clock can watch, and in what it is counted."""

    key: str
    title: str
    measure: str


WATCHES: Mapping[str, Watched] = {
    one.key: one
    for one in (
        Watched("red", "A metric is off target", "period"),
        Watched("issue_idle", "An issue has no action", "day"),
        Watched("action_overdue", "An action is overdue", "day"),
        Watched("approval_waiting", "A request waits for a decision", "day"),
        Watched("cascade_waiting", "An objective waits for acceptance", "day"),
    )
}


@dataclass(frozen=True)
class SetWaitingClock(Creating):
    """Say after how many periods or days something moves up a level, in a unit and below it."""

    needs: ClassVar[Permission] = "governance.edit"
    watches: str
    after: int

    def carry_out(self, deed: Deed) -> None:
        """Keep it; CommandError where the unit has one for the same thing."""
        self.free(deed, WaitingClock)
        if self.watches not in WATCHES:
            raise CommandError(f"no clock watches '{self.watches}'; one of {', '.join(WATCHES)}")
        _length(self.after)
        same = select(WaitingClock).where(
            WaitingClock.unit == self.unit, WaitingClock.watches == self.watches, WaitingClock.ended_at.is_(None)
        )
        if deed.session.scalar(same) is not None:
            raise CommandError(f"{self.unit} has a clock for '{WATCHES[self.watches].title}' already; change that one")
        deed.add(WaitingClock(key=self.key, unit=self.unit, watches=self.watches, after=self.after))


@dataclass(frozen=True)
class ChangeWaitingClock(OnRecord[WaitingClock]):
    """Make a clock faster or slower."""

    needs: ClassVar[Permission] = "governance.edit"
    after: int

    def legal(self, record: WaitingClock) -> None:
        """Only while it is in force."""
        _in_force(record)

    def change(self, deed: Deed, record: WaitingClock) -> None:
        """The new length."""
        _length(self.after)
        put(record, {"after": self.after})


@dataclass(frozen=True)
class EndWaitingClock(OnRecord[WaitingClock]):
    """Stop a clock; that of the next unit above counts from then on."""

    needs: ClassVar[Permission] = "governance.edit"

    def legal(self, record: WaitingClock) -> None:
        """Only while it is in force."""
        _in_force(record)

    def change(self, deed: Deed, record: WaitingClock) -> None:
        """Ended now."""
        record.ended_at = deed.at


@dataclass(frozen=True)
class Escalate(Creating):
    """What the clock does: move something up a level, to a person, saying why."""

    needs: ClassVar[Permission] = "clock.run"
    watches: str
    subject_table: str
    subject_key: str
    title: str
    why: str
    to_person: str
    level: int
    from_person: str | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep it open."""
        self.free(deed, Escalation)
        if self.watches not in WATCHES or self.level < 1:
            raise CommandError("what is moved up is watched by a clock, and goes up one level at least")
        deed.add(
            Escalation(
                key=self.key,
                unit=self.unit,
                watches=self.watches,
                subject_table=sound.table(self.subject_table),
                subject_key=sound.name(self.subject_key, "the subject"),
                title=words(self.title, "the title", 300),
                why=words(self.why, "the reason"),
                from_person=sound.named(self.from_person, "the person"),
                to_person=sound.name(self.to_person, "the person"),
                level=self.level,
                at=deed.at,
                state="open",
            )
        )


@dataclass(frozen=True)
class AnswerEscalation(OnRecord[Escalation]):
    """Say what one does about what was moved up to one."""

    needs: ClassVar[Permission] = "action.own"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open", "taken")
    answer: str

    def owners(self, record: Record) -> tuple[str, ...]:
        """To whom it was moved up."""
        return (record.to_person,) if isinstance(record, Escalation) else ()

    def change(self, deed: Deed, record: Escalation) -> None:
        """Taken, with the answer."""
        if deed.viewer.key != record.to_person:
            raise CommandError(f"this was moved up to {record.to_person}; the answer is his")
        put(record, {"answer": words(self.answer, "the answer"), "state": "taken"})


@dataclass(frozen=True)
class SettleEscalation(OnRecord[Escalation]):
    """What the clock does when the cause of an escalation is gone."""

    needs: ClassVar[Permission] = "clock.run"
    states: ClassVar[tuple[str, ...]] = ("open", "taken")

    def change(self, deed: Deed, record: Escalation) -> None:
        """To settled."""
        record.state, record.settled_at = "settled", deed.at


def clock_for(clocks: Iterable[WaitingClock], below: Below, watches: str, unit: str) -> WaitingClock | None:
    """The clock in force for something of a unit: that of the nearest unit at or above; None where there is none."""
    found = [
        (len(reach), clock.key, clock)
        for clock in clocks
        if clock.watches == watches and clock.ended_at is None and unit in (reach := tuple(below(clock.unit)))
    ]
    return min(found)[2] if found else None


def _length(after: int) -> None:
    if not 1 <= after <= LONGEST:
        raise CommandError(f"{after} is no length of a clock; give a whole number from 1 to {LONGEST}")


def _in_force(record: WaitingClock) -> None:
    if record.ended_at is not None:
        raise CommandError("this clock has ended already")
