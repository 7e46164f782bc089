"""Finds files that look like definitions and would not be read: what somebody wrote is never passed over in silence."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from data.documents import Problem
from data.organisation import KEY

TOP = ("workspace.yaml", "units.yaml", "drivers.yaml", "strategy.yaml", "people.yaml", "roles.yaml")
ROOMS = {"sources": 2, "models": 2, "metrics": 3, "scorecards": 2}  # how deep a file lies, itself included


def stray_files(folder: Path) -> Iterator[Problem]:
    """Files with another ending, in another folder, or with a name that is no key or only nearly the right one."""
    for path in sorted(folder.glob("*.y*ml")):
        close = get_close_matches(path.name, TOP, n=1, cutoff=0.8)
        if path.name not in TOP and close:
            yield Problem(path.name, "is not a file that is read", hint=f"did you mean '{close[0]}'?")
    for room, depth in ROOMS.items():
        for path in sorted((folder / room).rglob("*.y*ml")):
            where = path.relative_to(folder)
            if path.suffix != ".yaml":
                yield Problem(
                    where.as_posix(), f"ends in {path.suffix}, and would not be read", hint="rename it to .yaml"
                )
            elif len(where.parts) > depth:
                yield Problem(where.as_posix(), "lies too deep, and would not be read", hint=_home(room))
            elif not re.fullmatch(KEY, path.stem):
                message = f"the name '{path.stem}' is a key, and must be one: small letters, digits, underscores"
                yield Problem(where.as_posix(), message, hint="rename the file")


def _home(room: str) -> str:
    return "move it to metrics/<perspective>/" if room == "metrics" else f"move it to {room}/"
