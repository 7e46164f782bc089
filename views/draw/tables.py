"""Plain tables, and the table twin that every chart has."""

from collections.abc import Iterable, Sequence

from views.draw.html import Markup, div, tag


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[int] | None = None, label: str = ""
) -> Markup:
    """A table; `numbers` are the indexes of right-aligned columns, by default all but the first."""
    right = set(range(1, len(heads)) if numbers is None else numbers)
    head = tag("tr", [tag("th", h, scope="col", class_="number" if i in right else None) for i, h in enumerate(heads)])
    body = [
        tag("tr", [tag("td", c, class_="number" if i in right else None) for i, c in enumerate(row)]) for row in rows
    ]
    return div("scroll", tag("table", tag("thead", head), tag("tbody", body), class_="plain", aria_label=label or None))


def twin(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """The same figures as a chart beside it, as a table that opens on demand."""
    return tag("details", tag("summary", title), table(heads, rows), class_="twin")
