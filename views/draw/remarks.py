"""Draws what people said about a metric."""

from views.draw.html import Markup, div, span, tag
from views.remarks import RemarksView, Said


def remarks(view: RemarksView) -> Markup:
    """The card of notes; an empty one says what belongs there."""
    empty = tag(
        "p", "Nobody has said anything yet. Who knows the reason behind a number writes it down here.", class_="quiet"
    )
    return tag(
        "section",
        tag("header", tag("h2", "What people say"), span("aside", "newest first") if len(view.said) > 1 else None),
        [_said(one) for one in view.said] or empty,
        class_="card",
        aria_label="Notes",
    )


def _said(one: Said) -> Markup:
    about = span("sub", f"{one.about} \u00b7 {one.when}")
    return div("said", tag("b", one.author), about, tag("p", one.text))
