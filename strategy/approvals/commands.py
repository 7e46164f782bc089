"""Asking for a decision, deciding, taking back: routed by decision rights, decided by a second person.

What is asked for takes effect when it is approved and not before: in the same transaction, or not at all.
"""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError
from strategy.approvals.carried import command_of, within
from strategy.approvals.tables import Escalation, Request
from strategy.commands import Creating, Deed, OnRecord, words
from strategy.duties import sound
from strategy.duties.kinds import KINDS
from strategy.duties.rights import names, reaching, route
from strategy.duties.tables import DecisionRight
from strategy.plain import plain
from strategy.tables import Record

WAITING = "waiting"


@dataclass(frozen=True)
class AskApproval(Creating):
    """Ask for a decision of a kind, in a unit. Below the requester's own limit it is decided at once, and logged.

    `amount` in the kind's measure. `subject_table` and `subject_key` name what it is about; `command` and `content`
    what is done once it is approved (checklist 10, 12).
    """

    needs: ClassVar[Permission] = "action.own"
    kind: str
    title: str
    reason: str
    amount: float | None = None
    subject_table: str | None = None
    subject_key: str | None = None
    command: str | None = None
    content: dict[str, Any] | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep it where its decision right leads; CommandError where the table has no line for it."""
        self.free(deed, Request)
        right = self._right(deed)
        if self.command is not None:
            within(deed, command_of(self.command, self.content or {}), self.unit)
        alone = right.decides == "self"
        request = deed.add(
            Request(
                key=self.key,
                unit=self.unit,
                kind=self.kind,
                title=sound.title(self.title),
                reason=words(self.reason, "the reason"),
                amount=self.amount,
                subject_table=None if self.subject_table is None else sound.table(self.subject_table),
                subject_key=sound.named(self.subject_key, "the subject"),
                command=self.command,
                payload=None if self.content is None else plain(self.content),
                right=right.key,
                decides=right.decides,
                decider=right.decider,
                asked_by=deed.viewer.key,
                asked_at=deed.at,
                state="self_approved" if alone else WAITING,
                decided_by=deed.viewer.key if alone else None,
                decided_at=deed.at if alone else None,
            )
        )
        if alone:
            _carry(deed, request)

    def _right(self, deed: Deed) -> DecisionRight:
        if self.kind not in KINDS:
            raise CommandError(f"'{self.kind}' is no kind of decision; one of {', '.join(KINDS)}")
        if bool(KINDS[self.kind].measure) != (self.amount is not None):
            raise CommandError(
                f"'{KINDS[self.kind].title}' "
                + ("is not measured; leave the amount out" if self.amount is not None else "needs an amount")
            )
        if self.amount is not None and not (isfinite(self.amount) and self.amount >= 0):
            raise CommandError(f"{self.amount} is no amount; give a number from 0 on")
        rights = deed.session.scalars(
            select(DecisionRight).where(DecisionRight.kind == self.kind, DecisionRight.ended_at.is_(None))
        )
        right = route(rights, deed.policy.below, self.kind, self.amount, self.unit)
        if right is None:
            size = "" if self.amount is None else f" of {self.amount:,.0f}"
            raise CommandError(
                f"no decision right covers '{KINDS[self.kind].title}'{size} in {self.unit}; whoever governs adds "
                "a line on the page Governance"
            )
        return right


@dataclass(frozen=True)
class ApproveRequest(OnRecord[Request]):
    """Approve what somebody else asked for; what it carries is done now, or nothing is."""

    needs: ClassVar[Permission] = "approval.decide"
    states: ClassVar[tuple[str, ...]] = (WAITING,)
    watched: ClassVar[bool] = True
    comment: str = ""

    def change(self, deed: Deed, record: Request) -> None:
        """To approved."""
        _decided(deed, record, "approved", words(self.comment, "the comment") if self.comment.strip() else None)
        _carry(deed, record)


@dataclass(frozen=True)
class RejectRequest(OnRecord[Request]):
    """Turn down what somebody else asked for, saying why."""

    needs: ClassVar[Permission] = "approval.decide"
    states: ClassVar[tuple[str, ...]] = (WAITING,)
    watched: ClassVar[bool] = True
    comment: str

    def change(self, deed: Deed, record: Request) -> None:
        """To rejected, with the comment."""
        _decided(deed, record, "rejected", words(self.comment, "the comment"))


@dataclass(frozen=True)
class WithdrawRequest(OnRecord[Request]):
    """Take back one's own request."""

    needs: ClassVar[Permission] = "action.own"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = (WAITING,)

    def owners(self, record: Record) -> tuple[str, ...]:
        """Who asked."""
        return (record.asked_by,) if isinstance(record, Request) else ()

    def change(self, deed: Deed, record: Request) -> None:
        """To withdrawn."""
        if record.asked_by != deed.viewer.key:
            raise CommandError(f"{record.asked_by} asked for this; only who asked takes it back")
        record.state, record.decided_at = "withdrawn", deed.at


def may_decide(deed: Deed, request: Request) -> bool:
    """Whether the viewer is one of those whom a decision right that reaches it, or an escalation, gives this to."""
    viewer = deed.viewer
    rights = deed.session.scalars(
        select(DecisionRight).where(DecisionRight.kind == request.kind, DecisionRight.ended_at.is_(None))
    )
    lines = [(request.decides, request.decider)]
    lines += [
        (right.decides, right.decider)
        for right in reaching(rights, deed.policy.below, request.kind, request.amount, request.unit)
    ]
    if any(names(deed.policy, viewer, *line, request.unit) for line in lines):
        return True
    moved_up = select(Escalation.key).where(
        Escalation.subject_table == Request.__tablename__,
        Escalation.subject_key == request.key,
        Escalation.to_person == viewer.key,
    )
    return deed.session.scalar(moved_up.limit(1)) is not None


def _decided(deed: Deed, request: Request, state: str, comment: str | None) -> None:
    """Four eyes, and the right ones."""
    if deed.viewer.key == request.asked_by:
        raise CommandError(f"{deed.viewer.name} asked for this; a second person has to decide on it")
    if not may_decide(deed, request):
        raise CommandError(f"the decision rights give this decision to the {request.decides} {request.decider}")
    request.state, request.decided_by, request.decided_at = state, deed.viewer.key, deed.at
    request.comment = comment
    deed.session.flush()


def _carry(deed: Deed, request: Request) -> None:
    """Do what was asked for, as the requester's deed, with the authority of who decides."""
    if request.command is None:
        return
    command = command_of(request.command, request.payload or {})
    within(deed, command, request.unit)
    request.carried = deed.do(replace(deed.viewer, key=request.asked_by), command)
