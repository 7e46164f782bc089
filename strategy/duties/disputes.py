"""Conflicts between units: raised by one of them, settled by an arbiter who belongs to neither side (checklist 13)."""

from dataclasses import dataclass
from typing import ClassVar

from access.roles import Permission
from access.viewer import Viewer
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put, words
from strategy.duties import sound
from strategy.duties.tables import Dispute
from strategy.tables import Record

OPEN = "open"


@dataclass(frozen=True)
class RaiseDispute(Creating):
    """Write down that `unit` and the `other` unit work against each other; `metrics` are keys of what shows it."""

    needs: ClassVar[Permission] = "action.manage"
    other: str
    title: str
    about: str
    arbiter: str
    metrics: tuple[str, ...] = ()

    def carry_out(self, deed: Deed) -> None:
        """Keep it open; CommandError where nobody neutral is to settle it."""
        self.free(deed, Dispute)
        if self.other == self.unit or self.other not in tuple(deed.policy.below(deed.policy.root)):
            raise CommandError("a conflict has two sides; name the other unit")
        _neutral(self.arbiter, deed.viewer.key)
        deed.add(
            Dispute(
                key=self.key,
                unit=self.unit,
                other=self.other,
                title=sound.title(self.title),
                about=words(self.about, "the description"),
                metrics=[sound.name(key, "the metric") for key in self.metrics],
                raised_by=deed.viewer.key,
                arbiter=self.arbiter,
                state=OPEN,
            )
        )


@dataclass(frozen=True)
class NameArbiter(OnRecord[Dispute]):
    """Ask somebody else to settle it."""

    needs: ClassVar[Permission] = "governance.edit"
    states: ClassVar[tuple[str, ...]] = (OPEN,)
    arbiter: str

    def change(self, deed: Deed, record: Dispute) -> None:
        """The new arbiter."""
        _neutral(self.arbiter, record.raised_by)
        put(record, {"arbiter": self.arbiter})


@dataclass(frozen=True)
class DecideDispute(OnRecord[Dispute]):
    """Settle it: only its arbiter can, in whatever unit it lies."""

    needs: ClassVar[Permission] = "approval.decide"
    own: ClassVar[Permission | None] = "approval.decide"
    states: ClassVar[tuple[str, ...]] = (OPEN,)
    watched: ClassVar[bool] = True
    decision: str

    def owners(self, record: Record) -> tuple[str, ...]:
        """The arbiter."""
        return (record.arbiter,) if isinstance(record, Dispute) else ()

    def change(self, deed: Deed, record: Dispute) -> None:
        """Decided today."""
        if deed.viewer.key != record.arbiter:
            raise CommandError(f"{record.arbiter} settles this conflict; whoever governs may name another arbiter")
        record.decision = words(self.decision, "the decision")
        record.decided_by, record.decided_on, record.state = deed.viewer.key, deed.today, "decided"


@dataclass(frozen=True)
class WithdrawDispute(OnRecord[Dispute]):
    """Take it back: the units have found a way themselves, and say which."""

    needs: ClassVar[Permission] = "action.manage"
    states: ClassVar[tuple[str, ...]] = (OPEN,)
    how: str

    def change(self, deed: Deed, record: Dispute) -> None:
        """Withdrawn today."""
        _raiser(deed.viewer, record)
        record.decision = words(self.how, "how it was settled")
        record.decided_by, record.decided_on, record.state = deed.viewer.key, deed.today, "withdrawn"


def _neutral(arbiter: str, raiser: str) -> None:
    if sound.name(arbiter, "who settles it") == raiser:
        raise CommandError("whoever raises a conflict cannot settle it; name somebody above both units")


def _raiser(viewer: Viewer, record: Dispute) -> None:
    if viewer.key != record.raised_by:
        raise CommandError(f"{record.raised_by} raised this conflict; only he can take it back")
