"""Draws the page of the audit."""

from views.audit import AuditView, Item, Line
from views.draw.html import Markup, div, span, tag
from views.draw.marks import sign


def audit(view: AuditView) -> Markup:
    """Deeds, newest first; each opens to every field before and after."""
    body = (
        div("deeds", [_line(line) for line in view.lines])
        if view.lines
        else div("empty", tag("b", "Nothing fits"), "Take a filter away; each deed since the first day stands here.")
    )
    head = tag("header", tag("h2", "Deeds"), span("aside", view.says))
    return tag("section", head, body, class_="card", aria_label="Deeds")


def _line(line: Line) -> Markup:
    deed = span("withmark", sign("red", "refused") if line.refused else None, tag("b", line.deed))
    where = " \u00b7 ".join(part for part in (line.unit, line.origin) if part)
    summary = tag(
        "summary",
        span("when", line.at),
        span("who", line.who),
        span("what", deed, span("sub", line.refused or line.says)),
        span("where quiet", where),
    )
    inner = [tag("p", line.says, class_="quiet")] if line.refused else []
    inner += [_item(item) for item in line.items]
    return tag("details", summary, inner or tag("p", "It changed nothing that is kept.", class_="quiet"), class_="deed")


def _item(item: Item) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", one.name.replace("_", " ")),
            tag("td", one.before or "\u2013"),
            tag("td", one.after or "\u2013"),
        )
        for one in item.fields
    ]
    head = tag(
        "tr", tag("th", item.what, scope="col"), tag("th", "Before", scope="col"), tag("th", "After", scope="col")
    )
    return div(
        "scroll", tag("p", tag("code", item.key)), tag("table", tag("thead", head), tag("tbody", rows), class_="plain")
    )
