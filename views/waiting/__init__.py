"""What waits for the viewer, whatever it is: each file here says what waits of its kind, and is found by walking."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from views.office import Office

KINDS = {  # what is asked of the viewer, as the list says it
    "decide": "Decide",
    "accept": "Accept or return",
    "update": "Say how it stands",
    "verify": "Did it work?",
    "plan": "Find an action",
    "close": "Close it",
    "attend": "Review",
    "check_in": "Check in",
    "answer": "Answer",
}


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the viewer: `why` it does, since when, where it is done, until when if there is a day.

    `kind` is one of KINDS; `link` the address of the page that settles it in as few clicks as can be.
    """

    title: str
    why: str
    since: date
    link: str
    kind: str
    due: date | None = None

    def late(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.due is not None and self.due < today


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))


def _found(office: Office) -> Iterator[Waiting]:
    for module in _modules():
        yield from module.waiting(office)


def waiting_for(office: Office) -> list[Waiting]:
    """Everything that waits for the viewer: what is late first, then by day, what has no day last."""
    far = date.max
    return sorted(_found(office), key=lambda one: (one.due or far, one.since, one.title))
