"""The agenda of a review builds itself from exceptions: each file here finds one kind of thing to talk about.

A file says its `SECTION` and has `items(sight)`; a new one is found by walking. Sections are cut to what a meeting can
bear, and what found no room is told.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flows.agenda.facts import facts
from flows.agenda.sight import Sight, sight
from strategy.reviews.agenda import SECTIONS, Item

MOST: Mapping[str, int] = {"follow_up": 6, "red": 7, "signal": 5, "overdue": 6, "waiting": 6, "win": 3}
HELPERS = ("facts", "sight", "telling")


@dataclass(frozen=True)
class OnTable:
    """What lies on the table of a review: the snapshot and period it is held on, the agenda, the numbers of the unit.

    `cut` are titles that found no room on the agenda, by section.
    """

    snapshot: str
    period: str
    items: tuple[Item, ...]
    facts: Mapping[str, Any]
    cut: Mapping[str, tuple[str, ...]]


def on_table(seen: Sight) -> OnTable:
    """The agenda and the numbers of a review as it would be opened now."""
    items: list[Item] = []
    cut: dict[str, tuple[str, ...]] = {}
    for section, find in _finders().items():
        found = list(find(seen))
        items += found[: MOST[section]]
        if more := tuple(item.title for item in found[MOST[section] :]):
            cut[section] = more
    told = {**facts(seen), "cut": {section: list(titles) for section, titles in cut.items()}}
    return OnTable(seen.opened.id, seen.period, tuple(items), told, cut)


@cache
def _finders() -> dict[str, Callable[[Sight], Iterator[Item]]]:
    """What finds the items of each section, in the order of talking."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__) if info.name not in HELPERS]
    found = {module.SECTION: module.items for module in modules}
    return {section: found[section] for section in SECTIONS if section in found}


__all__ = ["OnTable", "Sight", "on_table", "sight"]
