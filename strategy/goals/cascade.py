"""Objectives handed down (or up): offered by one, accepted or returned with words by the other, then a part of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, words
from strategy.goals.objectives import activate, next_place
from strategy.goals.rules import Measure, children_of, measured, month_from, require_dates, versioned
from strategy.goals.tables import Objective
from strategy.goals.weights import EVER, newest, since, sound
from strategy.tables import Record


@dataclass(frozen=True)
class CascadeObjective(Creating):
    """Offer a part of an objective to a unit, with a weight in the parent and goals of its own.

    Who is offered it: the receiving owner; where the owner offers it himself, the owner of the parent.
    """

    needs: ClassVar[Permission] = "strategy.plan"
    parent: str
    owner: str
    title: str = ""
    description: str = ""
    weight: float = 1.0
    measures: tuple[Measure, ...] = ()
    start: date | None = None
    end: date | None = None
    words: str = ""

    def carry_out(self, deed: Deed) -> None:
        """Make the draft and offer it."""
        parent = deed.find(Objective, self.parent)
        if parent.state != "active":
            raise CommandError(f"'{parent.title}' is {parent.state}; only an active objective is cascaded")
        if not self.owner:
            raise CommandError("nobody is named who would answer for it; choose the receiving owner")
        require_dates(self.start, self.end)
        made = Objective(
            key=self.free(deed, Objective),
            unit=self.unit,
            perspective=parent.perspective,
            theme=parent.theme,
            title=words(self.title or parent.title, "the title", 200),
            description=self.description.strip() or parent.description,
            owner=self.owner,
            priority=False,
            state="draft",
            place=next_place(deed),
            parent=parent.key,
            cascade="",
            offered_by="",
            waits_for="",
            words="",
            weights=since({}, sound(self.weight, "the part"), EVER),
            scorecards={},
            edits=0,
            start=self.start or parent.start,
            end=self.end or parent.end,
            progress_metric="",
            progress_span="r12",
            baseline=None,
            target=None,
        )
        deed.add(made)
        measured(deed, made, self.measures, EVER)
        offer(deed, made, parent, self.words)


def offer(deed: Deed, record: Objective, parent: Objective, said: str) -> None:
    """Put a part before the other side; who stands on both sides has accepted it by offering it."""
    other = parent.owner if deed.viewer.key == record.owner else record.owner
    record.cascade, record.offered_by, record.words = "offered", deed.viewer.key, said.strip()
    record.waits_for = other
    if other == deed.viewer.key or not other:
        accept(deed, record, said or "offered by who answers for both", "")


def accept(deed: Deed, record: Objective, reason: str, month: str) -> None:
    """Take an offered part in force: from a month on it counts in its parent."""
    record.cascade, record.waits_for = "accepted", ""
    weight = newest(record.weights)
    record.weights = since({}, weight, month_from(deed, month))
    activate(deed, record, reason)


class _Answers(OnRecord[Objective], abstract=True):
    """What only the person whom an offer waits for may do."""

    def owners(self, record: Record) -> tuple[str, ...]:
        """Whom the offer waits for."""
        return (str(getattr(record, "waits_for", "")),)

    def held(self, deed: Deed, record: Objective) -> None:
        """CommandError unless it is offered, and to this person."""
        if record.cascade != "offered":
            raise CommandError("it is not on offer (any more); there is nothing to answer")
        if deed.viewer.key != record.waits_for:
            raise CommandError(f"the offer waits for {record.waits_for}; nobody else can answer it")


@dataclass(frozen=True)
class AcceptCascade(_Answers):
    """Take an offered objective on: it is in force from then on, and its parent is rolled up with it.

    `since`: the first month in which it counts in the parent, by default that of the clock.
    """

    needs: ClassVar[Permission] = "strategy.plan"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("draft",)
    words: str = ""
    since: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Accept it."""
        self.held(deed, record)
        parent = deed.find(Objective, str(record.parent))
        if parent.state != "active":
            raise CommandError(f"'{parent.title}' is {parent.state} by now; return the offer")
        if self.words.strip():
            record.words = self.words.strip()
        accept(deed, record, self.words or f"accepted as a part of '{parent.title}'", self.since)


@dataclass(frozen=True)
class ReturnCascade(_Answers):
    """Send an offered objective back, saying what would have to be different."""

    needs: ClassVar[Permission] = "strategy.plan"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("draft",)
    words: str

    def change(self, deed: Deed, record: Objective) -> None:
        """Return it."""
        self.held(deed, record)
        record.words = words(self.words, "the answer")
        record.cascade, record.waits_for = "returned", ""


@dataclass(frozen=True)
class OfferAgain(OnRecord[Objective]):
    """Offer a returned objective anew, with another weight or other goals."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ("draft",)
    weight: float
    measures: tuple[Measure, ...]
    words: str

    def change(self, deed: Deed, record: Objective) -> None:
        """Change the offer and put it before the other side."""
        if record.cascade not in ("offered", "returned"):
            raise CommandError("it was never offered as a part of another objective")
        said = words(self.words, "what is different")
        parent = deed.find(Objective, str(record.parent))
        record.weights = since({}, sound(self.weight, "the part"), EVER)
        measured(deed, record, self.measures, EVER)
        record.edits += 1
        offer(deed, record, parent, said)


@dataclass(frozen=True)
class WeighParts(OnRecord[Objective]):
    """Say how heavy the accepted parts of an objective are in it, from a month on."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ("active",)
    weights: Mapping[str, float]
    reason: str
    since: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Set the weights that are named; others stay."""
        parts = {one.key: one for one in children_of(deed, record.key) if one.state == "active"}
        told = {}
        for key, weight in sorted(self.weights.items()):
            if key not in parts:
                raise CommandError(f"'{key}' is no accepted part of '{record.title}'")
            before = parts[key].weights
            after = since(before, sound(weight, key), month_from(deed, self.since))
            if before != after:
                told[key], parts[key].weights = [newest(before), weight], after
        if not told:
            raise CommandError("nothing is different from what is kept already")
        record.edits += 1
        versioned(deed, record, self.reason, told)


@dataclass(frozen=True)
class AlignObjective(OnRecord[Objective]):
    """Hang an objective of one's own under another one that it serves, or (parent None) take it off.

    It counts in the parent's score only once the parent's owner gives it a weight (`WeighParts`).
    """

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = ("draft", "active")
    parent: str | None
    reason: str = ""

    def change(self, deed: Deed, record: Objective) -> None:
        """Move it; a circle is refused."""
        if self.parent == record.parent:
            raise CommandError("nothing is different from what is kept already")
        if record.cascade in ("offered", "returned"):
            raise CommandError("it is on offer; answer the offer first")
        above = self.parent
        while above is not None:
            if above == record.key:
                raise CommandError(f"'{record.title}' would serve itself; choose another objective")
            one = deed.find(Objective, above)
            if above == self.parent and one.state != "active":
                raise CommandError(f"'{one.title}' is {one.state}; choose an active objective")
            above = one.parent
        before, record.parent = record.parent, self.parent
        record.cascade = "accepted" if self.parent else ""
        record.weights = since({}, 0.0, EVER) if self.parent else {"steps": []}
        if record.state == "active":
            versioned(deed, record, self.reason, {"parent": [before, self.parent]})
