"""Drafts of definitions: written by one person, published or sent back by another."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, get_args

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from access.roles import Permission
from access.viewer import Viewer
from data.errors import CommandError
from data.organisation import KEY
from strategy.commands import Command, Deed
from strategy.state import reading
from strategy.tables import Draft, utc_now

DraftState = Literal["open", "offered", "rejected", "published", "withdrawn"]
STATES: tuple[DraftState, ...] = get_args(DraftState)
ALIVE: tuple[DraftState, ...] = ("open", "offered", "rejected")  # those that somebody still has to do with
LONGEST = 50_000  # characters of a definition
LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class Drafted:
    """A draft as it is shown; times are UTC."""

    id: int
    metric: str
    perspective: str
    author: str
    base: str
    text: str
    state: DraftState
    version: int
    at: datetime
    changed_at: datetime
    decided_by: str | None
    comment: str | None

    @property
    def name(self) -> str:
        """The file in the workspace that it is about."""
        return f"metrics/{self.perspective}/{self.metric}.yaml"

    @property
    def alive(self) -> bool:
        """Whether somebody still has to do with it."""
        return self.state in ALIVE


@dataclass(frozen=True)
class StartDraft(Command):
    """Begin a draft of a metric's file; `base` is the file's text as it lies there, empty where it is new."""

    needs: ClassVar[Permission] = "definition.draft"
    metric: str
    perspective: str
    text: str
    base: str = ""

    def carry_out(self, deed: Deed) -> None:
        """Keep the draft under the viewer's name."""
        session, viewer = deed.session, deed.viewer
        for what, key in (("metric", self.metric), ("perspective", self.perspective)):
            if not re.fullmatch(KEY, key):
                raise CommandError(
                    f"'{key}' is not a key of a {what}: small letters, digits, underscores, a letter first"
                )
        other = session.scalar(
            select(Draft).where(Draft.metric == self.metric, Draft.author == viewer.key, Draft.state.in_(ALIVE))
        )
        if other is not None:
            raise CommandError(f"you have a draft of {self.metric} already (number {other.id}); go on with that one")
        deed.add(
            Draft(
                audit_id=deed.audit.id,
                at=deed.at,
                changed_at=deed.at,
                author=viewer.key,
                metric=self.metric,
                perspective=self.perspective,
                base=self.base,
                text=_text(self.text),
                state="open",
                version=1,
            )
        )


@dataclass(frozen=True)
class OnDraft(Command, abstract=True):
    """Root of what is done to a draft. `version` is the one that was looked at: a newer one is not touched."""

    draft: int
    version: int

    def found(self, session: Session, *states: DraftState) -> Draft:
        """The draft, locked until the end; CommandError where it is not in one of these states, or has moved on."""
        draft = session.scalar(select(Draft).where(Draft.id == self.draft).with_for_update())
        if draft is None:
            raise CommandError(f"there is no draft {self.draft}")
        if draft.version != self.version:
            raise CommandError(
                "somebody has saved this draft since you opened it; open it again and look at what is new"
            )
        if draft.state not in states:
            raise CommandError(
                f"this draft is {draft.state}; that can only be done to one that is {' or '.join(states)}"
            )
        return draft

    def moved(self, draft: Draft, state: DraftState) -> None:
        """The draft in its next state."""
        draft.state = state
        draft.version += 1
        draft.changed_at = utc_now()

    def carry_out(self, deed: Deed) -> None:
        """What is done to the draft."""
        self.change(deed.session, deed.viewer)

    @abstractmethod
    def change(self, session: Session, viewer: Viewer) -> None:
        """Change the draft; raises `CommandError` for what cannot be done."""


def _own(draft: Draft, viewer: Viewer) -> None:
    if draft.author != viewer.key:
        raise CommandError("this draft is somebody else's; clone the metric to make your own")


def _text(text: str) -> str:
    if not text.strip():
        raise CommandError("the draft is empty; write the definition first")
    if len(text) > LONGEST:
        raise CommandError(f"the draft has {len(text)} characters; at most {LONGEST} are kept")
    return text if text.endswith("\n") else text + "\n"


@dataclass(frozen=True)
class SaveDraft(OnDraft):
    """Keep another text of one's own draft; what was offered or sent back is open again."""

    needs: ClassVar[Permission] = "definition.draft"
    text: str = ""

    def change(self, session: Session, viewer: Viewer) -> None:
        """The new text."""
        draft = self.found(session, *ALIVE)
        _own(draft, viewer)
        draft.text = _text(self.text)
        self.moved(draft, "open")


@dataclass(frozen=True)
class RebaseDraft(OnDraft):
    """Base one's own draft on the file as it lies there now, after looking at what has changed in it."""

    needs: ClassVar[Permission] = "definition.draft"
    base: str = ""

    def change(self, session: Session, viewer: Viewer) -> None:
        """The new base."""
        draft = self.found(session, *ALIVE)
        _own(draft, viewer)
        draft.base = self.base
        self.moved(draft, "open")


@dataclass(frozen=True)
class OfferDraft(OnDraft):
    """Hand one's own draft to a second person, who publishes it or sends it back."""

    needs: ClassVar[Permission] = "definition.draft"

    def change(self, session: Session, viewer: Viewer) -> None:
        """From open to offered."""
        draft = self.found(session, "open", "rejected")
        _own(draft, viewer)
        if draft.text == draft.base:
            raise CommandError("the draft says what the file says; change something first")
        self.moved(draft, "offered")


@dataclass(frozen=True)
class WithdrawDraft(OnDraft):
    """Give up one's own draft."""

    needs: ClassVar[Permission] = "definition.draft"

    def change(self, session: Session, viewer: Viewer) -> None:
        """To withdrawn."""
        draft = self.found(session, *ALIVE)
        _own(draft, viewer)
        self.moved(draft, "withdrawn")


@dataclass(frozen=True)
class Decision(OnDraft, abstract=True):
    """Root of what a second person says of a draft: definitions count for the whole organisation."""

    whole: ClassVar[bool] = True
    watched: ClassVar[bool] = True

    def decided(self, session: Session, viewer: Viewer) -> Draft:
        """The draft, offered and somebody else's."""
        draft = session.scalar(select(Draft).where(Draft.id == self.draft))
        if draft is not None and draft.author == viewer.key:
            raise CommandError(f"{viewer.name} wrote this draft; a second person has to decide on it")
        draft = self.found(session, "offered")
        draft.decided_by = viewer.key
        return draft


@dataclass(frozen=True)
class PublishDraft(Decision):
    """Put a draft in force: from the next refresh on it is what is computed."""

    needs: ClassVar[Permission] = "definition.publish"

    def change(self, session: Session, viewer: Viewer) -> None:
        """To published; the file is written by who carries this through the door."""
        self.moved(self.decided(session, viewer), "published")


@dataclass(frozen=True)
class RejectDraft(Decision):
    """Send a draft back, saying why."""

    needs: ClassVar[Permission] = "definition.publish"
    comment: str = ""

    def change(self, session: Session, viewer: Viewer) -> None:
        """To rejected, with the comment."""
        draft = self.decided(session, viewer)
        comment = self.comment.strip()
        if not comment:
            raise CommandError("say in a sentence why it is sent back")
        if len(comment) > LONGEST_COMMENT:
            raise CommandError(f"the comment has {len(comment)} characters; at most {LONGEST_COMMENT} are kept")
        draft.comment = comment
        self.moved(draft, "rejected")


def drafts(engine: Engine, states: Sequence[DraftState] = ALIVE, limit: int = 100) -> list[Drafted]:
    """Drafts in some states, the latest first."""
    with reading(engine) as session:
        found = session.scalars(
            select(Draft).where(Draft.state.in_(states)).order_by(Draft.changed_at.desc(), Draft.id.desc()).limit(limit)
        )
        return [_shown(draft) for draft in found]


def draft(engine: Engine, number: int) -> Drafted:
    """One draft; CommandError where there is none."""
    with reading(engine) as session:
        found = session.get(Draft, number)
        if found is None:
            raise CommandError(f"there is no draft {number}")
        return _shown(found)


def draft_begun(engine: Engine, audit: int) -> Drafted:
    """The draft that a `StartDraft` with this audit row began."""
    with reading(engine) as session:
        return _shown(session.scalars(select(Draft).where(Draft.audit_id == audit)).one())


def _shown(one: Draft) -> Drafted:
    fields: dict[str, Any] = {name: getattr(one, name) for name in Drafted.__dataclass_fields__}
    return Drafted(**fields)
