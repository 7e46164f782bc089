"""What was decided, in a review or out of one: a decision cites its numbers, is looked back at, and may be revoked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put
from strategy.issues import sound
from strategy.issues.tables import Issue
from strategy.reviews.planning import found_review
from strategy.reviews.tables import AgendaItem, Decision, Review

VERDICTS = ("worked", "failed", "too_early")
MOST_CITED = 12


@dataclass(frozen=True)
class Cited:
    """A number as it was shown when somebody decided; `value` and `target` in the metric's own unit.

    `period` is named as links name it, `snapshot` is the one that it was read from: there it can be seen again.
    """

    metric: str
    unit: str
    period: str
    value: float | None
    target: float | None
    status: str
    snapshot: str

    def plain(self) -> dict[str, Any]:
        """As the state database keeps it; CommandError for what it cannot keep."""
        for name in ("metric", "unit", "period", "status", "snapshot"):
            sound.name(getattr(self, name), f"the {name} of a cited number")
        sound.number(self.value, "a cited number")
        sound.number(self.target, "a cited target")
        return asdict(self)


def cited(item: AgendaItem, review: Review) -> Cited | None:
    """The number of an agenda item as a decision cites it; None for an item without one."""
    if not item.metric or not item.period:
        return None
    status = item.status or "no_target"
    return Cited(item.metric, item.about, item.period, item.value, item.target, status, review.snapshot)


@dataclass(frozen=True)
class TakeDecision(Creating):
    """Write down what was decided, why, on which numbers, and when to look back at it.

    In a review, on an item of its agenda, the item's number is cited by itself; `cites` are further ones.
    """

    needs: ClassVar[Permission] = "review.hold"
    title: str
    because: str = ""
    owner: str = ""
    revisit_on: date | None = None
    review: str | None = None
    item: str | None = None
    issue: str | None = None
    cites: tuple[Cited, ...] = ()

    def __post_init__(self) -> None:
        """Cited numbers may come as the plain content of an audit row."""
        given: tuple[Cited | Mapping[str, Any], ...] = tuple(self.cites)
        object.__setattr__(self, "cites", tuple(c if isinstance(c, Cited) else Cited(**c) for c in given))

    def carry_out(self, deed: Deed) -> None:
        """A decision; CommandError where it rests on no number and says no reason."""
        key = self.free(deed, Decision)
        if self.revisit_on is not None and self.revisit_on <= deed.today:
            raise CommandError(f"{self.revisit_on} is no day to come; look back at it later than today")
        item, own = self._of_item(deed)
        cites = ((own,) if own else ()) + self.cites
        if not cites and not self.because.strip():
            raise CommandError("a decision rests on a number or a reason; cite one or say why")
        if len(cites) > MOST_CITED:
            raise CommandError(f"at most {MOST_CITED} numbers are cited; name those that decided it")
        if self.issue is not None:
            deed.find(Issue, sound.name(self.issue, "the issue"))
        deed.add(
            Decision(
                key=key,
                unit=self.unit,
                review=self.review,
                item=item.key if item else None,
                issue=self.issue,
                title=sound.title(self.title, "decision"),
                because=sound.some(self.because, "the reason"),
                cites=[one.plain() for one in cites],
                owner=sound.name(self.owner or deed.viewer.key, "the owner"),
                decided_on=deed.today,
                revisit_on=self.revisit_on,
                state="in_force",
                verdict="",
                words="",
            )
        )
        if item is not None and item.state == "open":
            item.state = "discussed"

    def _of_item(self, deed: Deed) -> tuple[AgendaItem | None, Cited | None]:
        if self.review is None:
            if self.item is not None:
                raise CommandError("an agenda item belongs to a review; name that, too")
            return None, None
        review = found_review(deed, sound.name(self.review, "the review"), "open")
        if review.unit != self.unit:
            raise CommandError(f"this review is about {review.unit}; a decision taken in it is, too")
        if self.item is None:
            return None, None
        item = deed.find(AgendaItem, sound.name(self.item, "the item"))
        if item.review != review.key:
            raise CommandError("this item stands on the agenda of another review")
        return item, cited(item, review)


@dataclass(frozen=True)
class RevokeDecision(OnRecord[Decision]):
    """Take a decision back, and say why; it stays in the log."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("in_force",)
    words: str

    def change(self, deed: Deed, record: Decision) -> None:
        """To revoked."""
        put(record, {"state": "revoked", "words": sound.said(self.words, "the reason")})


@dataclass(frozen=True)
class LookBack(OnRecord[Decision]):
    """Say whether a decision worked, or that it is too early and when to look again."""

    needs: ClassVar[Permission] = "review.hold"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("in_force",)
    verdict: str
    words: str
    again_on: date | None = None

    def change(self, deed: Deed, record: Decision) -> None:
        """The verdict; too early asks for a later day."""
        verdict = sound.one_of(self.verdict, VERDICTS, "the verdict")
        early = verdict == "too_early"
        if early and (self.again_on is None or self.again_on <= deed.today):
            raise CommandError("too early to tell: say on which later day to look again")
        said = sound.said(self.words, "what was found")
        put(record, {"verdict": verdict, "words": said, "revisit_on": self.again_on if early else None})
