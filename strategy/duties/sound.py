"""What commands on duties and decisions check of the texts that they are given."""

from data.errors import CommandError
from strategy.commands import words
from strategy.tables import Base

LONGEST_NAME, LONGEST_TITLE = 120, 200


def name(key: str, what: str) -> str:
    """The key of a person, a metric, a role or a unit."""
    return words(key, what, LONGEST_NAME)


def title(text: str) -> str:
    """A title of one line."""
    return " ".join(words(text, "the title", LONGEST_TITLE).split())


def table(key: str) -> str:
    """The name of a table that there is."""
    if key not in Base.metadata.tables:
        raise CommandError(f"'{key}' is no table of the state")
    return key


def named(key: str | None, what: str) -> str | None:
    """A key that may be missing."""
    return None if key is None else name(key, what)
