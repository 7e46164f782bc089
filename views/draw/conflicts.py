"""Draws what pulls apart: two linked metrics, one better, one worse."""

from views.conflicts import ConflictView, Pull, Side
from views.draw.html import Markup, div, link, span, tag
from views.draw.marks import change_mark
from views.wording import counted

FEW = 3  # that stand open; more are folded away


def conflicts(view: ConflictView) -> Markup:
    """The list, or in words that there is none."""
    looked = f"{len(view.pulls)} of {counted(view.looked_at, 'linked pair')} that can be judged"
    head = tag("header", tag("h2", view.title), span("aside", looked))
    if not view.pulls:
        words = "No linked metrics pull apart: none became better while the other became worse."
        return tag("section", head, tag("p", words, class_="empty"), class_="card")
    rows = [tag("li", _pull(one)) for one in view.pulls]
    parts = [tag("ul", rows[:FEW], class_="pulls")]
    if rows[FEW:]:
        more = tag("summary", f"{len(rows) - FEW} more")
        parts.append(tag("details", more, tag("ul", rows[FEW:], class_="pulls"), class_="more"))
    return tag("section", head, parts, class_="card")


def _pull(pull: Pull) -> list[object]:
    why = link(pull.link_href, pull.why) if pull.link_href else pull.why
    settle = link(pull.settle_href, "Settle it", class_="strong") if pull.settle_href else None
    return [
        div("sides", _side(pull.better, "better"), _side(pull.worse, "worse")),
        div("sub", "Linked: ", why, " ", settle),
    ]


def _side(side: Side, word: str) -> Markup:
    who = f"{side.unit_title}, {side.owner}" if side.owner else side.unit_title
    return div(
        "side",
        change_mark(word, side.good, None),
        link(side.href, side.title, class_="name"),
        span("sub", f"{side.words} \u00b7 {who}"),
    )
