"""How the story of a number is told on an agenda: since when, what people say, what is being done."""

from collections.abc import Iterable, Sequence
from datetime import date

from data.calendar import last_day, parse_month
from flows.agenda.sight import Sight
from strategy.issues.tables import Action, Issue

LONGEST_QUOTE = 240
FEW = 3


def day(when: date) -> str:
    """2 Nov 2026."""
    return f"{when.day} {when:%b %Y}"


def month(seen: Sight, period: str) -> str:
    """June 2026 for 2026-06; a period of another calendar by its own name."""
    if not seen.opened.workspace.calendar.plain:
        return period
    return f"{last_day(parse_month(period)):%B %Y}"


def counted(number: int, noun: str) -> str:
    """1 day, 3 days."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """a, b and c; a, b and 4 more."""
    known = list(names)
    if len(known) > FEW:
        known = [*known[: FEW - 1], f"{len(known) - FEW + 1} more"]
    return " and ".join(part for part in (", ".join(known[:-1]), *known[-1:]) if part)


def quoted(seen: Sight, metric: str, units: Iterable[str]) -> str:
    """What somebody said of a number lately; nothing where nobody did."""
    note = seen.said(metric, units)
    if note is None:
        return ""
    text = " ".join(note.text.split())
    if len(text) > LONGEST_QUOTE:
        text = f"{text[:LONGEST_QUOTE].rsplit(' ', 1)[0]} ..."
    return f"{seen.name(note.author)}, {day(note.at.date())}: \u201c{text}\u201d"


def behind(issue: Issue | None) -> str:
    """The cause that an issue names."""
    return f"Cause: {issue.cause.strip()}" if issue is not None and issue.cause.strip() else ""


def done_about(seen: Sight, issue: Issue | None, actions: Sequence[Action]) -> str:
    """What is being done about an issue, or that nothing is."""
    if issue is None:
        return "Nobody acts on it yet."
    if not actions:
        return f"An issue is open since {day(issue.opened_on)}, without an action."
    return f"{counted(len(actions), 'action')}: {listed(_told(seen, one) for one in actions)}."


def _told(seen: Sight, action: Action) -> str:
    if action.state == "done":
        return f"\u2018{action.title}\u2019 is done, to verify"
    late = (seen.today - action.due).days
    when = f"{counted(late, 'day')} overdue" if late > 0 else f"due {day(action.due)}"
    how = "" if action.health == "on_track" else f", {action.health.replace('_', ' ')}"
    return f"\u2018{action.title}\u2019 ({seen.name(action.owner)}, {when}{how})"


def sentences(*parts: str) -> str:
    """The parts that say something, one after another, each ended by a full stop."""
    said = [part if part[-1] in ".!?\u201d" else f"{part}." for part in parts if part]
    return " ".join(said)
