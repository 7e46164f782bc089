"""Draws the page of people."""

from views.draw.html import Markup, div, link, span, tag
from views.draw.marks import sign
from views.draw.tables import table
from views.people import PeopleView, PersonRow, PersonView


def people(view: PeopleView) -> Markup:
    """The list of everybody."""
    rows = [_row(row) for row in view.rows]
    heads = ["Person", "Address", "Comes in", "Roles today"]
    return div("stack", _card("People", view.says, table(heads, rows, numbers=())))


def person(view: PersonView) -> Markup:
    """What one person sees and does, and why."""
    roles = (
        table(
            ["Role", "Over", "Perspectives", "Where it comes from"],
            [[tag("b", a), b, span("wrap", c), span("wrap", d)] for a, b, c, d in view.roles],
            numbers=(),
        )
        if view.roles
        else div("empty", tag("b", "No role today"), "Without one nothing opens; give a role above.")
    )
    rights = table(
        ["May", "Permission", "Over", "By role"],
        [[span("wrap", one.meaning), tag("code", one.permission), one.units, one.why] for one in view.rights],
        numbers=(),
    )
    sight = table(
        ["Of the units", "Sees", "Perspectives", "Confidential"],
        [
            [span("", tag("b", one.units), span("sub", one.hidden)), one.metrics, one.perspectives, one.confidential]
            for one in view.sight
        ],
        numbers=(),
    )
    sees = sight if view.sight else div("empty", tag("b", "No figures"), "No role shows metrics of any unit.")
    return div(
        "stack",
        _card("Roles", "that hold today", roles),
        _card("Figures", "by units that show the same", sees, div("foot", view.small)),
        _card("What this person sees and does", f"{len(view.rights)} permissions", rights) if view.rights else None,
    )


def _row(row: PersonRow) -> list[object]:
    name = span("", link(row.href, row.name, class_="strong"), span("sub", row.title or row.key))
    return [name, row.email or "\u2013", span("withmark", sign(row.status), span("", row.comes)), row.roles]


def _card(title: str, aside: str, *body: object) -> Markup:
    return tag("section", tag("header", tag("h2", title), span("aside", aside)), *body, class_="card", aria_label=title)
