"""Giving, changing and ending duties and championships."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put
from strategy.duties import sound
from strategy.duties.kinds import OWNED, RACI, SUBJECTS
from strategy.duties.tables import Champion, Duty


@dataclass(frozen=True)
class GiveDuty(Creating):
    """Give a person a part in an objective, a metric or an initiative of a unit.

    `role` is R, A, C or I; A only of a metric: whoever owns an objective or an initiative is accountable for it.
    """

    needs: ClassVar[Permission] = "strategy.plan"
    subject_kind: str
    subject_key: str
    person: str
    role: str

    def carry_out(self, deed: Deed) -> None:
        """Keep the duty; CommandError where somebody else is accountable already, or the person has a part in it."""
        if self.subject_kind not in SUBJECTS:
            raise CommandError(f"a duty is a person's part in one of {', '.join(SUBJECTS)}")
        _allowed(self.subject_kind, self.role)
        self.free(deed, Duty)
        subject, person = sound.name(self.subject_key, "the subject"), sound.name(self.person, "the person")
        _alone(deed, self.subject_kind, subject, self.unit, person, self.role)
        deed.add(
            Duty(
                key=self.key,
                unit=self.unit,
                subject_kind=self.subject_kind,
                subject=subject,
                person=person,
                role=self.role,
            )
        )


@dataclass(frozen=True)
class ChangeDuty(OnRecord[Duty]):
    """Hand a duty over to another person, or give its holder another role."""

    needs: ClassVar[Permission] = "strategy.plan"
    person: str
    role: str

    def legal(self, record: Duty) -> None:
        """Only while it is in force."""
        _in_force(record.ended_at, "this duty")

    def change(self, deed: Deed, record: Duty) -> None:
        """The new person and role."""
        _allowed(record.subject_kind, self.role)
        person = sound.name(self.person, "the person")
        _alone(deed, record.subject_kind, record.subject, record.unit, person, self.role, but=record.key)
        put(record, {"person": person, "role": self.role})


@dataclass(frozen=True)
class EndDuty(OnRecord[Duty]):
    """End a duty. Without an own accountable, a metric is its objective's owner's again."""

    needs: ClassVar[Permission] = "strategy.plan"

    def legal(self, record: Duty) -> None:
        """Only while it is in force."""
        _in_force(record.ended_at, "this duty")

    def change(self, deed: Deed, record: Duty) -> None:
        """Ended now."""
        record.ended_at = deed.at


@dataclass(frozen=True)
class NameChampion(Creating):
    """Name a person who keeps the execution of the strategy going in a unit."""

    needs: ClassVar[Permission] = "governance.edit"
    person: str

    def carry_out(self, deed: Deed) -> None:
        """Keep it; CommandError where the person is the unit's champion already."""
        self.free(deed, Champion)
        person = sound.name(self.person, "the person")
        same = select(Champion).where(
            Champion.unit == self.unit, Champion.person == person, Champion.ended_at.is_(None)
        )
        if deed.session.scalar(same) is not None:
            raise CommandError(f"{person} is a champion of {self.unit} already")
        deed.add(Champion(key=self.key, unit=self.unit, person=person))


@dataclass(frozen=True)
class EndChampion(OnRecord[Champion]):
    """End a championship."""

    needs: ClassVar[Permission] = "governance.edit"

    def legal(self, record: Champion) -> None:
        """Only while it is in force."""
        _in_force(record.ended_at, "this championship")

    def change(self, deed: Deed, record: Champion) -> None:
        """Ended now."""
        record.ended_at = deed.at


def _allowed(subject_kind: str, role: str) -> None:
    if role not in RACI:
        raise CommandError(f"'{role}' is no role of RACI; one of {', '.join(RACI)}")
    if role == "A" and subject_kind in OWNED:
        raise CommandError(f"the accountable of an {subject_kind} is its owner; change the owner there")


def _alone(deed: Deed, subject_kind: str, subject: str, unit: str, person: str, role: str, but: str = "") -> None:
    """CommandError where another duty in force leaves no room for this one."""
    others = deed.session.scalars(
        select(Duty).where(
            Duty.subject_kind == subject_kind,
            Duty.subject == subject,
            Duty.unit == unit,
            Duty.ended_at.is_(None),
            Duty.key != but,
        )
    ).all()
    if role == "A" and (holder := next((d.person for d in others if d.role == "A"), None)) is not None:
        raise CommandError(f"{holder} is accountable for {subject} in {unit}, and exactly one person is; hand it over")
    if mine := next((d.role for d in others if d.person == person), None):
        raise CommandError(f"{person} has a part in {subject} in {unit} already ({RACI[mine]}); change that")  # type: ignore[index]  # a kept role is one


def _in_force(ended: object, what: str) -> None:
    if ended is not None:
        raise CommandError(f"{what} has ended already")
