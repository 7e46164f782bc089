"""What every command on issues checks of what it is given, with the words of its refusals."""

import re
from collections.abc import Sequence
from math import isfinite

from data.errors import CommandError
from strategy.commands import words

LONGEST_TITLE, LONGEST_NAME, LONGEST_PERIOD = 200, 120, 20
UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # what no keyboard writes and no database keeps


def clean(text: str, what: str) -> str:
    """The text; CommandError where it holds what cannot be kept."""
    if UNWRITTEN.search(text):
        raise CommandError(f"{what} holds characters that are no text; type it anew")
    return text


def title(text: str, what: str) -> str:
    """A title of one line."""
    told = f"the title of the {what}"
    return " ".join(clean(words(text, told, LONGEST_TITLE), told).split())


def said(text: str, what: str) -> str:
    """Words that must be there, at most 2,000 characters."""
    return clean(words(text, what), what)


def some(text: str, what: str) -> str:
    """Words that may be missing."""
    return said(text, what) if text.strip() else ""


def name(key: str, what: str) -> str:
    """The key of a person, metric or other thing that is named."""
    return clean(words(key, what, LONGEST_NAME), what)


def named(key: str | None, what: str) -> str | None:
    """A key that may be missing."""
    return None if key is None else name(key, what)


def period(key: str | None) -> str | None:
    """The name of a period, as links have it; None where there is none."""
    if key is not None and not 1 <= len(clean(key, "the period")) <= LONGEST_PERIOD:
        raise CommandError(f"'{key}' is no period; name one as links do: 2026-10")
    return key


def number(value: float | None, what: str) -> float | None:
    """A number, or None; CommandError for one that is no number (not even JSON could keep it)."""
    if value is not None and not isfinite(value):
        raise CommandError(f"{what} must be a number; leave it out where there is none")
    return value


def one_of(value: str, known: Sequence[str], what: str) -> str:
    """A word out of a list."""
    if value not in known:
        raise CommandError(f"{what} is one of {', '.join(known)}; '{value}' is none of them")
    return value
