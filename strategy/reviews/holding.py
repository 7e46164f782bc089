"""During a review: opening it on a snapshot, who is there, minutes live, what is left out, and closing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Deed, OnRecord, put, words
from strategy.issues import sound
from strategy.plain import plain
from strategy.reviews.agenda import Item, items_of, kept, values_of
from strategy.reviews.packs import content_of
from strategy.reviews.planning import BEFORE_IT_ENDS, found_review
from strategy.reviews.tables import AgendaItem, Invitation, Pack, Review, digest_of

PRESENCE = ("present", "absent")
LONGEST_SNAPSHOT = 80
LONGEST_MINUTES = 5000  # characters


def long_words(text: str, what: str) -> str:
    """Words that must be there, at most 5,000 characters."""
    return sound.clean(words(text, what, LONGEST_MINUTES), what)


def item_key(review: str, number: int) -> str:
    """The key of an item of the agenda that was found by rule."""
    return f"{review}.{number}"


def pack_key(review: str) -> str:
    """The key of a review's pack: there is one."""
    return f"pack.{review}"


@dataclass(frozen=True)
class OpenReview(OnRecord[Review]):
    """Begin: the agenda and the numbers of the snapshot are put on the table, and stay as they are.

    `facts` are the numbers of the unit in the period, as the pack will print them.
    """

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("planned", "missed")
    snapshot: str
    period: str
    items: tuple[Item, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Items may come as the plain content of an audit row."""
        object.__setattr__(self, "items", items_of(tuple(self.items)))

    def payload(self) -> dict[str, Any]:
        """Without the agenda and its numbers: they stand whole in what the command changed."""
        return {
            "key": self.key,
            "version": self.version,
            "snapshot": self.snapshot,
            "period": self.period,
            "items": len(self.items),
        }

    def change(self, deed: Deed, record: Review) -> None:
        """To open, with one agenda item for each thing found; topics that people brought keep their place."""
        if not 1 <= len(self.snapshot) <= LONGEST_SNAPSHOT or not self.period:
            raise CommandError("a review is held on the numbers of a snapshot and a period; refresh the data first")
        record.state, record.snapshot = "open", sound.clean(self.snapshot, "the snapshot")
        record.period = sound.period(self.period) or ""
        record.opened_at, record.facts = deed.at, kept(self.facts)
        for number, item in enumerate(self.items, 1):
            deed.session.add(
                AgendaItem(
                    key=item_key(record.key, number),
                    review=record.key,
                    unit=record.unit,
                    rank=number,
                    state="open",
                    minutes="",
                    why_out="",
                    **values_of(item),
                )
            )
        deed.session.flush()


@dataclass(frozen=True)
class MarkPresence(OnRecord[Invitation]):
    """Write down who is there."""

    needs: ClassVar[Permission] = "review.hold"
    presence: str

    def change(self, deed: Deed, record: Invitation) -> None:
        """Present or absent."""
        found_review(deed, record.review, "open")
        if self.presence not in PRESENCE:
            raise CommandError(f"somebody is {' or '.join(PRESENCE)}")
        put(record, {"state": self.presence})


@dataclass(frozen=True)
class WriteMinutes(OnRecord[AgendaItem]):
    """Write down what was said about an item; it counts as discussed from then on."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("open", "discussed")
    minutes: str

    def change(self, deed: Deed, record: AgendaItem) -> None:
        """The minutes as they read now."""
        found_review(deed, record.review, "open")
        put(record, {"minutes": long_words(self.minutes, "the minutes"), "state": "discussed"})


@dataclass(frozen=True)
class LeaveOut(OnRecord[AgendaItem]):
    """Not talk about an item, and say why: the pack shows it with the reason."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("open",)
    why: str

    def change(self, deed: Deed, record: AgendaItem) -> None:
        """To left out."""
        found_review(deed, record.review, *BEFORE_IT_ENDS)
        put(record, {"state": "left_out", "why_out": sound.said(self.why, "the reason")})


@dataclass(frozen=True)
class TakeUpAgain(OnRecord[AgendaItem]):
    """Talk about an item after all."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("left_out",)

    def change(self, deed: Deed, record: AgendaItem) -> None:
        """To open."""
        found_review(deed, record.review, *BEFORE_IT_ENDS)
        put(record, {"state": "open", "why_out": ""})


@dataclass(frozen=True)
class CloseReview(OnRecord[Review]):
    """End it: the pack is made from what lies on the table, and nothing of it changes any more."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("open",)
    summary: str

    def change(self, deed: Deed, record: Review) -> None:
        """To closed, with its pack; CommandError while nobody is marked as present."""
        there = select(Invitation.key).where(Invitation.review == record.key, Invitation.state == "present")
        if deed.session.scalars(there).first() is None:
            raise CommandError("say who is there before closing the review")
        record.summary = long_words(self.summary, "the summary")
        record.state, record.closed_at = "closed", deed.at
        deed.session.flush()
        content = plain(content_of(deed.session, record))
        deed.add(
            Pack(
                key=pack_key(record.key),
                review=record.key,
                unit=record.unit,
                title=record.title,
                period=record.period,
                snapshot=record.snapshot,
                content=content,
                digest=digest_of(content),
            )
        )
