"""The style of everything that views draw: one sheet, one type scale, an 8 px grid, colours from the theme alone."""

from functools import cache
from pathlib import Path


@cache
def sheet() -> str:
    """The style sheet of the canvas. Its colours are theme variables only, so light and dark need no second one."""
    folder = Path(__file__).parent / "css"
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.css")))
