"""Builds HTML and SVG text in which everything is escaped unless it was built here."""

from collections.abc import Iterable
from html import escape

VOID = frozenset({"br", "img", "input", "path", "rect", "circle", "line", "polygon", "polyline", "col", "wbr"})

Attribute = str | int | float | bool | None


class Markup(str):
    """Text that is already HTML. Only this module makes it, from escaped parts."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Any value as escaped text; None as nothing."""
    return value if isinstance(value, Markup) else Markup("" if value is None else escape(str(value)))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """The parts one after another, each escaped unless it is markup."""
    return Markup(escape(between).join(text(part) for part in parts))


def tag(name: str, *children: object, **attributes: Attribute) -> Markup:
    """An element. `class_` and `for_` lose the underscore, `data_go` becomes data-go; None and False leave one out."""
    opened = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{opened}/>")
    return Markup(f"<{opened}>{join(_flat(children))}</{name}>")


def _flat(children: Iterable[object]) -> Iterable[object]:
    for child in children:
        if isinstance(child, str) or not isinstance(child, Iterable):
            yield child
        else:
            yield from _flat(child)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f' {name}="{escape(shown, quote=True)}"'


def div(class_: str, *children: object, **attributes: Attribute) -> Markup:
    """A block with a class."""
    return tag("div", *children, class_=class_, **attributes)


def span(class_: str, *children: object, **attributes: Attribute) -> Markup:
    """A stretch of text with a class."""
    return tag("span", *children, class_=class_, **attributes)


def link(href: str, *children: object, class_: str | None = None, **attributes: Attribute) -> Markup:
    """A link to another place of the app: a real address, and `data-go` so that a plain click needs no reload."""
    return tag("a", *children, href=href, data_go=True, class_=class_, **attributes)
