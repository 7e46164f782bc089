"""Plain tables, and the table twin that every chart has."""

from collections.abc import Iterable, Sequence

from views.draw.html import Markup, div, tag


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    numbers: Iterable[int] | None = None,
    label: str = "",
    *,
    stacks: bool = False,
) -> Markup:
    """A table; `numbers` are the indexes of right-aligned columns, by default all but the first.

    One that `stacks` is on a narrow screen a block for each row, headed by its first cell.
    """
    right = set(range(1, len(heads)) if numbers is None else numbers)
    head = tag("tr", [tag("th", h, scope="col", class_="number" if i in right else None) for i, h in enumerate(heads)])

    def cell(at: int, content: object) -> Markup:
        words = {"data_head": heads[at] or None} if stacks and at else {}
        return tag("td", div("cell", content) if stacks else content, class_="number" if at in right else None, **words)

    body = [tag("tr", [cell(at, content) for at, content in enumerate(row)]) for row in rows]
    return div(
        "scroll stacks" if stacks else "scroll",
        tag("table", tag("thead", head), tag("tbody", body), class_="plain", aria_label=label or None),
    )


def twin(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """The same figures as a chart beside it, as a table that opens on demand."""
    return tag("details", tag("summary", title), table(heads, rows), class_="twin")
