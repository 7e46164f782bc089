"""What stands on an agenda: its sections in the order of talking, and an item as it is put there."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from data.errors import CommandError
from strategy.issues import sound
from strategy.plain import plain

SECTIONS: Mapping[str, str] = {
    "follow_up": "What we said last time",
    "red": "Off target",
    "signal": "Signals and early warnings",
    "overdue": "Overdue",
    "waiting": "Waiting for a word",
    "topic": "Brought along",
    "win": "Wins",
}


@dataclass(frozen=True)
class Item:
    """One thing to talk about, found by rule: its number and story in words, and what both rest on.

    value, target: in the metric's own unit, None where the item has no number; `subject` is a record's key.
    """

    section: str
    about: str
    title: str
    number: str = ""
    narrative: str = ""
    owner: str = ""
    metric: str = ""
    period: str = ""
    value: float | None = None
    target: float | None = None
    status: str = ""
    objective: str = ""
    subject_table: str = ""
    subject: str = ""


def items_of(given: tuple[Item | Mapping[str, Any], ...]) -> tuple[Item, ...]:
    """Items as they are, or from the plain content of an audit row."""
    return tuple(one if isinstance(one, Item) else Item(**one) for one in given)


def values_of(item: Item) -> dict[str, Any]:
    """The columns of an agenda item that an item fills; CommandError for what makes no sense."""
    if item.section not in SECTIONS:
        raise CommandError(f"an agenda has no section '{item.section}'; there are {', '.join(SECTIONS)}")
    values = {field.name: kept(getattr(item, field.name)) for field in fields(item)}
    values["title"] = sound.title(item.title, "item")
    for name in ("owner", "metric", "objective", "subject_table", "subject", "about"):
        if values[name]:
            sound.name(values[name], f"the {name} of an item")
    for name in ("period", "status"):
        if values[name]:
            sound.period(values[name])
    return values


def kept(value: Any) -> Any:
    """A value as JSON keeps it, through all its levels; CommandError for text or numbers that nothing can keep."""
    match value:
        case str():
            return sound.clean(value, "a text")
        case float():
            return sound.number(value, "a number")
        case Mapping():
            return {sound.clean(str(name), "a name"): kept(each) for name, each in value.items()}
        case list() | tuple():
            return [kept(each) for each in value]
        case None | bool() | int() | date() | datetime():
            return plain(value)
    raise CommandError(f"{type(value).__name__} is nothing that can be kept; give text, numbers, lists of them")
