"""The style of what views draw: a base sheet and one more by screen; one type scale, an 8 px grid, theme colours."""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

Sheet = Literal[
    "audit", "base", "checks", "definitions", "executive", "governance", "goals", "issues", "map", "reviews", "tables"
]
SHEETS: tuple[Sheet, ...] = get_args(Sheet)


@cache
def sheet(name: Sheet = "base") -> str:
    """The base sheet, and the named one after it. Colours are theme variables: light and dark are one sheet."""
    folder = Path(__file__).parent / "css"
    names = ("base",) if name == "base" else ("base", name)
    return "\n".join((folder / f"{one}.css").read_text(encoding="utf-8") for one in names)
