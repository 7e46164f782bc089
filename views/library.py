"""What the library page shows: ready measures, what each asks for, and which of them are in use here."""

from dataclasses import dataclass, replace
from functools import cache

from metrics.library.entry import Entry
from metrics.library.shelf import SHELVES, library
from metrics.library.telling import DIRECTIONS, TITLES, formula, measured
from views.desk import Desk
from views.picks import Picks

SHELF_TITLES = {shelf: TITLES[shelf] for shelf in SHELVES}


@dataclass(frozen=True)
class Ready:
    """One measure of the library. `asks` are (table, its columns), `parts` the titles of measures that it is made of.

    `href` leads to the metric where it is in use.
    """

    key: str
    title: str
    says: str
    kind: str
    formula: str
    shelf: str
    asks: tuple[tuple[str, tuple[str, ...]], ...]
    parts: tuple[str, ...]
    led_by: tuple[str, ...]
    guards: tuple[str, ...]
    care: tuple[str, ...]
    advice: str
    href: str | None


@dataclass(frozen=True)
class LibraryView:
    """The measures that match, how many there are in all, and what was searched for."""

    entries: tuple[Ready, ...]
    total: int
    query: str


def build(desk: Desk, picks: Picks, query: str, shelf: str | None, parts: bool = False) -> LibraryView:
    """Measures that speak of every word; with `parts` also those that others are built from."""
    offered = [entry for entry in library().search(query) if parts or not entry.block]
    found = [entry for entry in offered if shelf in (None, entry.shelf)]
    total = sum(parts or not entry.block for entry in library().entries.values())
    return LibraryView(tuple(_ready(desk, picks, entry) for entry in found), total, query)


def _ready(desk: Desk, picks: Picks, entry: Entry) -> Ready:
    used = entry.key in desk.workspace.metrics and desk.may("metric.view")
    told = _told(entry.key)
    return replace(told, href=picks.to("metric", metric=entry.key)) if used else told


@cache
def _told(key: str) -> Ready:
    """What is said of a measure, wherever it is in use."""
    entry = library().entries[key]
    return Ready(
        entry.key,
        entry.title,
        entry.description,
        f"{entry.indicator}, {DIRECTIONS[entry.direction]}, {measured(entry)}",
        formula(entry),
        TITLES[entry.shelf],
        tuple(entry.columns(library().tables).items()),
        _titles(entry.needs),
        _titles(entry.partners),
        _titles(entry.guardrails),
        entry.pitfalls,
        entry.advice,
        None,
    )


def _titles(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(library().entries[key].title for key in keys)
