"""Draws what lies below a number: ways as tabs, shares with bars, rows with pages."""

from collections.abc import Sequence

from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import status_mark
from views.draw.tables import table
from views.drill import HISTORY, UNIT, DrillView, Rows, Share, Way


def drill(view: DrillView, history: Markup) -> Markup:
    """The tabs and the chosen way; `history` is the table of periods, shown where that is chosen."""
    body: object
    if view.refusal:
        body = div("empty", tag("b", "This cannot be told"), view.refusal)
    elif view.rows is not None:
        body = _rows(view.rows)
    elif view.chosen == HISTORY:
        body = history
    elif view.shares:
        body = _shares(view)
    else:
        body = div("empty", tag("b", "Nothing below"), "No unit or member has reported anything in this period.")
    chip = div("chips", span("chip", view.filter[0], link(view.filter[1], "show all"))) if view.filter else None
    return div("card drill", tabs(view.ways, "Ways down"), chip, body)


def tabs(ways: Sequence[Way], label: str) -> Markup:
    """Ways beside each other, the chosen one marked; each is a link, so the choice stands in the address."""
    found = [
        link(
            way.href,
            way.title,
            class_="tab on" if way.chosen else "tab",
            data_key=f"{label}-{way.title}",
            aria_current="true" if way.chosen else None,
        )
        for way in ways
    ]
    return tag("nav", found, class_="tabs", aria_label=label)


def _shares(view: DrillView) -> Markup:
    aims = view.chosen == UNIT
    heads = ["", "Actual", *(["Target", "Score"] if aims else []), "Before", "Change", "Rows", ""]
    rows = [_share(one, aims) for one in view.shares]
    return table(heads, rows, numbers=range(1, len(heads) - 1), label="By part", stacks=True)


def _share(one: Share, with_target: bool) -> list[object]:
    name = link(one.href, one.title) if one.href else tag("b", one.title)
    mark = status_mark(one.status, worded=False) if one.status else None
    bar = div("sharebar", tag("i", style=f"width:{one.weight * 100:.1f}%"), aria_hidden="true")
    aims: list[object] = [span("quiet", one.target), one.score] if with_target else []
    return [
        span("withmark", mark, name),
        span("strong", one.value),
        *aims,
        span("quiet", one.before),
        one.change,
        span("quiet", one.rows),
        bar,
    ]


def _rows(rows: Rows) -> Markup:
    turn = [link(href, word, class_="turn") for word, href in (("Earlier", rows.earlier), ("Next", rows.later)) if href]
    foot = div("rowfoot", span("quiet", rows.says), join(turn, " "))
    if not rows.rows and not rows.parts:
        return div("empty", tag("b", rows.says), "Choose another period, or look at data health.")
    return join(
        [
            div("subtabs", tabs(rows.parts, "Parts")) if rows.parts else "",
            table(rows.columns, rows.rows, rows.numeric, label="Rows behind the number"),
            foot,
        ]
    )
