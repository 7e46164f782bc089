"""Draws the library."""

from functools import lru_cache

from views.draw.html import Markup, div, join, link, span, tag
from views.draw.tables import table
from views.library import LibraryView, Ready
from views.wording import counted


def library(view: LibraryView) -> Markup:
    """The measures as a table, or what to do when none matches."""
    if not view.entries:
        words = f"No measure speaks of “{view.query}”. Try fewer words, another perspective, or building blocks too."
        return div("card", div("empty", tag("b", "Nothing found"), words))
    heads = ["Measure", "What it says", "Asks for", "Led by"]
    says = f"{len(view.entries)} of {counted(view.total, 'measure')}; an analyst adds one by fourfold add and its key"
    return div(
        "card librarylist",
        div("quiet", says),
        table(heads, [_ready(one) for one in view.entries], numbers=(), stacks=True),
    )


@lru_cache(maxsize=512)
def _ready(one: Ready) -> tuple[object, ...]:
    name = join(
        [
            link(one.href, one.title, class_="name", data_key=one.key) if one.href else span("name", one.title),
            span("sub", one.key),
            span("sub", f"{one.shelf}{' · in use here' if one.href else ''}"),
        ]
    )
    asks = join([join([span("", role), span("sub", ", ".join(columns))]) for role, columns in one.asks])
    made_of = span("sub", "made of ", ", ".join(one.parts)) if one.parts else None
    return name, _says(one), join([asks, made_of]), ", ".join(one.led_by) or "–"


def _says(one: Ready) -> Markup:
    care = [("Formula", one.formula), *(("Take care", text) for text in one.care)]
    care += [(word, text) for word, text in (("Guard", ", ".join(one.guards)), ("Targets", one.advice)) if text]
    more = tag("ul", [tag("li", span("quiet", f"{word}: "), text) for word, text in care])
    return join(
        [
            span("", one.says),
            span("sub", one.kind),
            tag("details", tag("summary", "Formula and pitfalls"), more, class_="twin"),
        ]
    )
