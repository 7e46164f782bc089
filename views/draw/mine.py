"""Draws My work: what waits, what the viewer has a part in, and what his work supports."""

from views.draw.html import Markup, div, join, link, span, tag
from views.mine import MineView, PathLine
from views.wording import counted


def waiting(view: MineView) -> Markup:
    """What waits for the viewer, what is late first."""
    lines = [
        tag(
            "li",
            link(one.href, one.title, class_="name"),
            span("kind tone-red" if one.late else "kind", one.kind),
            span("why tone-red" if one.late else "why", one.why),
        )
        for one in view.waiting
    ]
    nothing = div(
        "empty", tag("b", "Nothing waits for you"), "What needs your word, your answer or your decision comes here."
    )
    return tag(
        "section",
        tag("header", tag("h2", "Waiting for me"), span("aside", str(len(lines))) if lines else None),
        tag("ul", lines, class_="waiting") if lines else nothing,
        class_="card",
        aria_label="Waiting for me",
    )


def no_action() -> Markup:
    """Says that nothing is asked of the viewer now."""
    return div("empty", tag("b", "No action is in your hands"), "Actions are given to you on an issue, or in a review.")


def duties(view: MineView) -> Markup:
    """What the viewer has a part in."""
    parts = [
        [
            tag("h3", role),
            tag(
                "ul",
                [
                    tag("li", link(one.href, one.title) if one.href else span("", one.title), span("quiet", one.unit))
                    for one in lines
                ],
            ),
        ]
        for role, lines in view.duties
    ]
    nothing = div(
        "empty",
        tag("b", "No part is yours yet"),
        "Who answers for an objective or a metric is named on the page Governance.",
    )
    return tag(
        "section",
        tag("header", tag("h2", "My responsibilities")),
        div("duties", parts) if parts else nothing,
        class_="card",
        aria_label="My responsibilities",
    )


def supports(view: MineView) -> Markup:
    """What the viewer's items support, up to the vision."""
    empty = div("empty", tag("b", "Nothing to trace yet"), "Your actions and issues show here what they are good for.")
    orphans = None
    if view.orphans:
        says = counted(view.orphans, "item supports", "items support")
        orphans = tag("p", f"{says} no objective: ask what it is good for.", class_="tone-red")
    return tag(
        "section",
        tag("header", tag("h2", "What it supports")),
        orphans,
        tag("ul", [_path(one) for one in view.supports], class_="supports") if view.supports else empty,
        tag("p", span("quiet", "Vision: "), view.vision, class_="vision") if view.vision else None,
        class_="card",
        aria_label="What it supports",
    )


def _path(one: PathLine) -> Markup:
    steps = join([link(href, title) for title, href in one.steps], " › ")
    above = [steps, f" › {one.perspective}"] if one.steps else ["no objective"]
    return tag("li", span("sub", one.kind), link(one.href, one.title, class_="name"), div("path", join(above)))
