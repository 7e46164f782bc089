"""Draws the catalog."""

from views.catalog import CatalogView, Entry
from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import status_mark
from views.draw.tables import table
from views.wording import counted


def catalog(view: CatalogView) -> Markup:
    """The entries as a table, or what to do when none matches."""
    if not view.entries:
        words = (
            f"No metric speaks of “{view.query}”. Try fewer words; title, key, owner, formula and tags are searched."
        )
        return div("card", div("empty", tag("b", "Nothing found"), words))
    heads = ["Metric", "Now", "Formula", "Perspective", "Owner", "Used in"]
    says = f"{len(view.entries)} of {counted(view.total, 'metric')}"
    return div(
        "card cataloglist", div("quiet", says), table(heads, [_entry(entry) for entry in view.entries], numbers=(1,))
    )


def _entry(entry: Entry) -> list[object]:
    name = join(
        [
            link(entry.href, entry.title, class_="name", data_key=entry.key),
            span("sub", f"{entry.key} · {entry.indicator}"),
        ]
    )
    mark = status_mark(entry.status, worded=False) if entry.status else None
    says = join([span("", entry.formula), span("sub", entry.description)])
    return [
        name,
        span("withmark", link(entry.href, entry.value), mark),
        says,
        entry.perspective,
        entry.owner or "–",
        entry.used,
    ]
