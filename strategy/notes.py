"""Notes: what a person says about a metric of a unit in a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine, select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Command, Deed
from strategy.state import reading
from strategy.tables import Note

LONGEST = 2000


@dataclass(frozen=True)
class Remark:
    """A note as it is shown; `at` is UTC."""

    metric: str
    unit: str
    period: str
    author: str
    at: datetime
    text: str


@dataclass(frozen=True)
class WriteNote(Command):
    """Say something about a metric of a unit in a period (named as links name it: 2026-10)."""

    needs: ClassVar[Permission] = "note.write"
    metric: str
    unit: str
    period: str
    text: str

    def unit_of(self) -> str | None:
        """The unit that the note is about."""
        return self.unit

    def carry_out(self, deed: Deed) -> None:
        """Keep the note under the viewer's name."""
        text = self.text.strip()
        if not text:
            raise CommandError("the note is empty; write a sentence first")
        if len(text) > LONGEST:
            raise CommandError(f"the note has {len(text)} characters; at most {LONGEST} are kept")
        deed.add(
            Note(
                audit_id=deed.audit.id,
                at=deed.at,
                author=deed.viewer.key,
                metric=self.metric,
                unit=self.unit,
                period=self.period,
                text=text,
            )
        )


def notes_on(engine: Engine, metric: str, units: Sequence[str], limit: int = 50) -> list[Remark]:
    """The newest notes on a metric in some units."""
    with reading(engine) as session:
        found = session.scalars(
            select(Note).where(Note.metric == metric, Note.unit.in_(units)).order_by(Note.id.desc()).limit(limit)
        )
        return [Remark(n.metric, n.unit, n.period, n.author, n.at, n.text) for n in found]
