"""Where a click leads: a page of the app and its query, as an address that a browser understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, urlsplit

NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Place:
    """A page by its path, and what it shows by its query: the same screen for whoever opens it, within his rights."""

    page: str
    query: Mapping[str, str] = field(default_factory=lambda: NONE)

    @property
    def href(self) -> str:
        """An address relative to the app, so that a base path in front of it does no harm."""
        query = "&".join([f"{_quoted(key)}={_quoted(value)}" for key, value in self.query.items() if value])
        return f"{self.page}?{query}" if query else self.page

    def with_(self, **query: str | None) -> "Place":
        """The same page with parts of the query changed; None leaves one out."""
        changed = {**self.query, **query}
        return Place(self.page, {key: value for key, value in changed.items() if value})


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return quote(text, safe="")


def place_of(href: str) -> Place:
    """The place that an address means. It comes from a browser: the page that opens checks what it asks for."""
    parts = urlsplit(href)
    return Place(parts.path.strip("/").rsplit("/", 1)[-1], dict(parse_qsl(parts.query)))
