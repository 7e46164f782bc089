"""Before a review: planning it, by a person or the clock, moving and cancelling it, inviting people, their topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import func, select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put
from strategy.issues import sound
from strategy.reviews.cadences import checked_minutes, short
from strategy.reviews.tables import AgendaItem, Cadence, Invitation, Review
from strategy.tables import Record

ANSWERS = ("accepted", "declined")
BEFORE_IT_ENDS = ("planned", "open")


@dataclass(frozen=True)
class Guest:
    """A person to invite, and why he should be there."""

    person: str
    why: str = ""


def invitation_key(review: str, person: str) -> str:
    """The key of a person's invitation: nobody is invited twice."""
    return f"{review}:{person}"


def review_key(cadence: str, due: date) -> str:
    """The key of the review that a cadence asks for on a day: it is planned once."""
    return f"{cadence}.{due.isoformat()}"


def found_review(deed: Deed, key: str, *states: str) -> Review:
    """A review, locked until the end of the transaction; CommandError where it is in none of these states."""
    review = deed.find(Review, key)
    if review.state not in states:
        raise CommandError(f"this review is {review.state}; that can only be done while it is {' or '.join(states)}")
    return review


def _invite(deed: Deed, review: Review, guest: Guest) -> None:
    person = sound.name(guest.person, "the name of who is invited")
    deed.add(
        Invitation(
            key=sound.name(invitation_key(review.key, person), "the name of who is invited"),
            review=review.key,
            unit=review.unit,
            person=person,
            why=sound.some(guest.why, "the reason"),
            words="",
            state="accepted" if guest.person == review.chair else "invited",
        )
    )


@dataclass(frozen=True)
class Planning(Creating, abstract=True):
    """Root of what puts a review on a day: with its chair and the people who should be there."""

    title: str
    chair: str
    due: date
    minutes: int = 30
    people: tuple[Guest, ...] = ()
    cadence: str | None = None

    def __post_init__(self) -> None:
        """People may come as the plain content of an audit row."""
        given: tuple[Guest | Mapping[str, Any], ...] = tuple(self.people)
        object.__setattr__(self, "people", tuple(g if isinstance(g, Guest) else Guest(**g) for g in given))

    def plan(self, deed: Deed) -> None:
        """The planned review and its invitations; the chair is always among them."""
        review = deed.add(
            Review(
                key=short(self.free(deed, Review)),
                unit=self.unit,
                cadence=self._of_unit(deed),
                title=sound.title(self.title, "review"),
                chair=sound.name(self.chair, "the chair"),
                due=self.due,
                minutes=checked_minutes(self.minutes),
                state="planned",
                period="",
                snapshot="",
                facts=None,
                opened_at=None,
                closed_at=None,
                why="",
                summary="",
            )
        )
        guests = {guest.person: guest for guest in (Guest(self.chair, "holds the review"), *self.people)}
        for guest in guests.values():
            _invite(deed, review, guest)

    def _of_unit(self, deed: Deed) -> str | None:
        if self.cadence is None:
            return None
        cadence = deed.find(Cadence, self.cadence)
        if cadence.unit != self.unit or cadence.state != "active":
            raise CommandError(f"the cadence '{cadence.title}' is {cadence.state} and belongs to {cadence.unit}")
        return cadence.key


@dataclass(frozen=True)
class PlanReview(Planning):
    """Put a review on a day."""

    needs: ClassVar[Permission] = "review.hold"

    def carry_out(self, deed: Deed) -> None:
        """A planned review; CommandError for a day that has passed."""
        if self.due < deed.today:
            raise CommandError(f"{self.due} has passed; choose today or a later day")
        self.plan(deed)


@dataclass(frozen=True)
class PlanByCadence(Planning):
    """What the clock plans: the next review of a cadence."""

    needs: ClassVar[Permission] = "clock.run"

    def carry_out(self, deed: Deed) -> None:
        """A planned review under the cadence's key for that day."""
        if self.cadence is None or self.key != review_key(self.cadence, self.due):
            raise CommandError("a review by cadence is named after its cadence and day")
        self.plan(deed)


@dataclass(frozen=True)
class MoveReview(OnRecord[Review]):
    """Hold it on another day, and say why."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("planned", "missed")
    due: date
    why: str

    def change(self, deed: Deed, record: Review) -> None:
        """The new day; a missed one is planned again, and who had answered is asked anew."""
        if self.due < deed.today:
            raise CommandError(f"{self.due} has passed; choose today or a later day")
        put(record, {"due": self.due})
        record.why = sound.said(self.why, "the reason")
        record.state = "planned"
        for one in deed.session.scalars(select(Invitation).where(Invitation.review == record.key)):
            one.state = "accepted" if one.person == record.chair else "invited"


@dataclass(frozen=True)
class CancelReview(OnRecord[Review]):
    """Not hold it at all, and say why."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = ("planned", "missed")
    why: str

    def change(self, deed: Deed, record: Review) -> None:
        """To cancelled."""
        record.why = sound.said(self.why, "the reason")
        record.state = "cancelled"


@dataclass(frozen=True)
class MissReview(OnRecord[Review]):
    """What the clock finds: the day is long over, and nobody has opened it."""

    needs: ClassVar[Permission] = "clock.run"
    states: ClassVar[tuple[str, ...]] = ("planned",)

    def change(self, deed: Deed, record: Review) -> None:
        """To missed; CommandError while its day has not passed."""
        if record.due >= deed.today:
            raise CommandError(f"the review is due on {record.due}; it cannot have been missed yet")
        record.state = "missed"


@dataclass(frozen=True)
class HandOverReview(OnRecord[Review]):
    """Let somebody else hold it."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = BEFORE_IT_ENDS
    chair: str

    def owners(self, record: Record) -> tuple[str, ...]:
        """Nobody: who may hold the unit's reviews decides."""
        return ()

    def change(self, deed: Deed, record: Review) -> None:
        """The new chair, who is invited where he was not."""
        put(record, {"chair": sound.name(self.chair, "the chair")})
        if deed.session.get(Invitation, invitation_key(record.key, self.chair)) is None:
            _invite(deed, record, Guest(self.chair, "holds the review"))


@dataclass(frozen=True)
class Invite(OnRecord[Review]):
    """Ask one more person to come."""

    needs: ClassVar[Permission] = "review.hold"
    states: ClassVar[tuple[str, ...]] = BEFORE_IT_ENDS
    person: str
    why: str = ""

    def change(self, deed: Deed, record: Review) -> None:
        """A further invitation."""
        if deed.session.get(Invitation, invitation_key(record.key, self.person)) is not None:
            raise CommandError(f"{self.person} is invited already")
        _invite(deed, record, Guest(self.person, self.why))


class OnInvitation(OnRecord[Invitation], abstract=True):
    """Root of what an invited person does with his invitation."""

    def owners(self, record: Record) -> tuple[str, ...]:
        """Who is invited."""
        return (record.person,) if isinstance(record, Invitation) else ()


@dataclass(frozen=True)
class AnswerInvitation(OnInvitation):
    """Say whether one comes; who does not says why in a sentence."""

    needs: ClassVar[Permission] = "review.hold"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("invited", *ANSWERS)
    answer: str
    words: str = ""

    def change(self, deed: Deed, record: Invitation) -> None:
        """The answer."""
        found_review(deed, record.review, "planned")
        if self.answer not in ANSWERS:
            raise CommandError(f"the answer is {' or '.join(ANSWERS)}")
        said = (sound.said if self.answer == "declined" else sound.some)(self.words, "the reason")
        put(record, {"state": self.answer, "words": said})


@dataclass(frozen=True)
class BringTopic(OnInvitation):
    """Put something of one's own on the agenda of a review that one is invited to."""

    needs: ClassVar[Permission] = "review.hold"
    own: ClassVar[Permission | None] = "action.own"
    title: str
    text: str = ""

    def change(self, deed: Deed, record: Invitation) -> None:
        """A topic under the invitation's key and a number."""
        review = found_review(deed, record.review, *BEFORE_IT_ENDS)
        own = select(func.count()).where(AgendaItem.key.startswith(f"{record.key}:", autoescape=True))
        key = f"{record.key}:{(deed.session.scalar(own) or 0) + 1}"
        said = sound.some(self.text, "what there is to say")
        deed.add(topic(review, key, record.person, sound.title(self.title, "topic"), said))


def topic(review: Review, key: str, person: str, title: str, text: str) -> AgendaItem:
    """An agenda item that a person brought along; it has no number of its own."""
    return AgendaItem(
        key=key,
        review=review.key,
        unit=review.unit,
        about=review.unit,
        section="topic",
        rank=0,
        title=title,
        number="",
        narrative=text,
        owner=person,
        metric="",
        period="",
        value=None,
        target=None,
        status="",
        objective="",
        subject_table="",
        subject="",
        state="open",
        minutes="",
        why_out="",
    )
