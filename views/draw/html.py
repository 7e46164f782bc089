"""Builds HTML and SVG text in which everything is escaped unless it was built here."""

import re
from collections.abc import Iterable
from functools import cache
from html import escape

TO_ESCAPE = re.compile("[&<>\"']").search
VOID = frozenset({"br", "img", "input", "path", "rect", "circle", "line", "polygon", "polyline", "col", "wbr"})

Attribute = str | int | float | bool | None


class Markup(str):
    """Text that is already HTML. Only this module makes it, from escaped parts."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Any value as escaped text; None as nothing."""
    return value if isinstance(value, Markup) else Markup("" if value is None else _escaped(str(value)))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """The parts one after another, each escaped unless it is markup."""
    return Markup(_escaped(between).join([text(part) for part in parts]))


def tag(name: str, *children: object, **attributes: Attribute) -> Markup:
    """An element. `class_` and `for_` lose the underscore, `data_go` becomes data-go; None and False leave one out."""
    written = ["<", name]
    for key, value in attributes.items():
        if value is not None and value is not False:
            written.append(_attribute(key, value))
    if name in VOID:
        written.append("/>")
    else:
        written.append(">")
        _write(children, written)
        written += ("</", name, ">")
    return Markup("".join(written))


def _write(children: Iterable[object], written: list[str]) -> None:
    """Each child as text that may stand in a page, those of lists one after another."""
    for child in children:
        if isinstance(child, Markup):
            written.append(child)
        elif isinstance(child, str):
            written.append(_escaped(child))
        elif isinstance(child, Iterable):
            _write(child, written)
        elif child is not None:
            written.append(_escaped(str(child)))


def _escaped(words: str) -> str:
    """As `html.escape`, which looks through a text five times; most need nothing."""
    return escape(words) if TO_ESCAPE(words) else words


@cache
def _named(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _attribute(key: str, value: Attribute) -> str:
    if value is True:
        return f" {_named(key)}"
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f' {_named(key)}="{_escaped(shown)}"'


def div(class_: str, *children: object, **attributes: Attribute) -> Markup:
    """A block with a class."""
    return tag("div", *children, class_=class_, **attributes)


def span(class_: str, *children: object, **attributes: Attribute) -> Markup:
    """A stretch of text with a class."""
    return tag("span", *children, class_=class_, **attributes)


def link(href: str, *children: object, class_: str | None = None, **attributes: Attribute) -> Markup:
    """A link to another place of the app: a real address, and `data-go` so that a plain click needs no reload."""
    return tag("a", *children, href=href, data_go=True, class_=class_, **attributes)
