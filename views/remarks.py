"""What people said about a metric: notes on the unit that is shown and on those below it, and writing one more."""

from dataclasses import dataclass

from strategy.notes import LONGEST, WriteNote
from views.desk import Desk, below
from views.picks import Picks
from views.wording import moment


@dataclass(frozen=True)
class Said:
    """One note, ready to show; `about` says of which unit and period it speaks."""

    author: str
    when: str
    about: str
    text: str


@dataclass(frozen=True)
class RemarksView:
    """The notes on a metric, newest first; `writable` where the viewer may add one, `asks` what the field then says."""

    said: tuple[Said, ...]
    writable: bool
    asks: str
    longest: int = LONGEST


def build(desk: Desk, picks: Picks, metric: str) -> RemarksView:
    """Notes on a metric in the unit that is shown and in the viewer's units below it."""
    on = min(picks.period.end, desk.as_of)
    under = set(below(desk.opened.tree, on, picks.unit))
    units = {unit.key: unit.title for unit in desk.units(on) if unit.key in under}
    said = tuple(
        Said(
            desk.office.name(note.author),
            moment(note.at),
            f"{units[note.unit]}, {note.period}",
            note.text,
        )
        for note in desk.notes(metric, list(units))
    )
    asks = f"What is behind {desk.workspace.metrics[metric].title} of {picks.unit_title} in {picks.period_title}?"
    return RemarksView(said, desk.may("note.write", picks.unit), asks)


def write(desk: Desk, picks: Picks, metric: str, text: str) -> None:
    """Keep a note through the door; CommandError for an empty or a too long one, Refused outside the viewer's scope."""
    period = desk.workspace.calendar.name(picks.period)
    desk.do(WriteNote(metric, picks.unit, period, text))
