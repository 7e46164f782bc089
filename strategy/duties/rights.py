"""Decision rights: the table of who decides, and which of its lines a request falls under."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import ClassVar

from sqlalchemy import select

from access.policy import Policy
from access.roles import Permission
from access.viewer import Viewer
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put
from strategy.duties import sound
from strategy.duties.kinds import DECIDES, KINDS
from strategy.duties.tables import DecisionRight

Below = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class SetDecisionRight(Creating):
    """Say who decides on a kind of request up to an amount (None: any), in a unit and below it."""

    needs: ClassVar[Permission] = "governance.edit"
    kind: str
    decides: str
    decider: str = ""
    up_to: float | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep the line; CommandError where the unit has one for the same kind and amount."""
        self.free(deed, DecisionRight)
        _sound(self.kind, self.decides, self.decider, self.up_to)
        _single(deed, self.unit, self.kind, self.up_to)
        deed.add(
            DecisionRight(
                key=self.key,
                unit=self.unit,
                kind=self.kind,
                up_to=self.up_to,
                decides=self.decides,
                decider=self.decider,
            )
        )


@dataclass(frozen=True)
class ChangeDecisionRight(OnRecord[DecisionRight]):
    """Change the amount or who decides. What waits for a decision already keeps the way that it took."""

    needs: ClassVar[Permission] = "governance.edit"
    decides: str
    decider: str = ""
    up_to: float | None = None

    def legal(self, record: DecisionRight) -> None:
        """Only while it is in force."""
        _in_force(record)

    def change(self, deed: Deed, record: DecisionRight) -> None:
        """The new line."""
        _sound(record.kind, self.decides, self.decider, self.up_to)
        _single(deed, record.unit, record.kind, self.up_to, but=record.key)
        put(record, {"decides": self.decides, "decider": self.decider, "up_to": self.up_to})


@dataclass(frozen=True)
class EndDecisionRight(OnRecord[DecisionRight]):
    """Take a line out of the table."""

    needs: ClassVar[Permission] = "governance.edit"

    def legal(self, record: DecisionRight) -> None:
        """Only while it is in force."""
        _in_force(record)

    def change(self, deed: Deed, record: DecisionRight) -> None:
        """Ended now."""
        record.ended_at = deed.at


def reaching(
    rights: Iterable[DecisionRight], below: Below, kind: str, amount: float | None, unit: str
) -> list[DecisionRight]:
    """The lines that reach a request, the one that it falls under first (checklist 9).

    The table of the nearest unit at or above counts first, in it the lowest line that reaches the amount. Whoever a
    later line names decides on more, and may decide on this too. `below` gives a unit and everything below it.
    """
    table = list(rights)
    reach = {right.unit: tuple(below(right.unit)) for right in table}
    fitting = [
        r
        for r in table
        if r.kind == kind
        and r.ended_at is None
        and unit in reach[r.unit]
        and (r.up_to is None or (amount or 0.0) <= r.up_to)
    ]
    return sorted(fitting, key=lambda r: (len(reach[r.unit]), inf if r.up_to is None else r.up_to, r.key))


def route(
    rights: Iterable[DecisionRight], below: Below, kind: str, amount: float | None, unit: str
) -> DecisionRight | None:
    """The line that a request falls under; None where the table has none."""
    return next(iter(reaching(rights, below, kind, amount, unit)), None)


def names(policy: Policy, viewer: Viewer, decides: str, decider: str, unit: str) -> bool:
    """Whether a line names this viewer for what is asked in a unit: as himself, or by a role that he has over it."""
    if decides == "person":
        return viewer.key == decider
    tops = (top for grant in viewer.grants if grant.role == decider for top in grant.units)
    return decides == "role" and any(unit in tuple(policy.below(top)) for top in tops)


def _sound(kind: str, decides: str, decider: str, up_to: float | None) -> None:
    if kind not in KINDS:
        raise CommandError(f"'{kind}' is no kind of decision; one of {', '.join(KINDS)}")
    if decides not in DECIDES:
        raise CommandError(f"'{decides}' decides nothing; one of {', '.join(DECIDES)}")
    if (decides == "self") == bool(decider):
        raise CommandError("say which role or person decides; where whoever asks decides himself, name nobody")
    if decider:
        sound.name(decider, "who decides")
    if up_to is not None and not (KINDS[kind].measure and 0 <= up_to < inf):
        raise CommandError(
            f"'{KINDS[kind].title}' is not measured; leave the amount out"
            if not KINDS[kind].measure
            else f"{up_to} is no amount; give a number from 0 on"
        )


def _single(deed: Deed, unit: str, kind: str, up_to: float | None, but: str = "") -> None:
    others = deed.session.scalars(
        select(DecisionRight).where(
            DecisionRight.unit == unit,
            DecisionRight.kind == kind,
            DecisionRight.ended_at.is_(None),
            DecisionRight.key != but,
        )
    )
    if any(other.up_to == up_to for other in others):
        reach = "any amount" if up_to is None else f"up to {up_to:,.0f}"
        raise CommandError(f"{unit} has a line for '{KINDS[kind].title}', {reach}, already; change that one")


def _in_force(record: DecisionRight) -> None:
    if record.ended_at is not None:
        raise CommandError("this line of the decision rights has ended already")
