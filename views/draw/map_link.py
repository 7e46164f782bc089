"""Draws one link of the map beside it: hypothesis, what was observed, history."""

from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import sign, sparkline, status_mark
from views.draw.tables import table
from views.map_changes import Changed
from views.map_link import LinkView, Told
from views.strategymap import MetricLine

CAUTION = "What moved together proves no cause; it only shows whether the hypothesis may still stand."


def map_link(view: LinkView) -> Markup:
    """The link as a panel."""
    return tag(
        "aside",
        tag("header", tag("h2", view.title), link(view.close_href, "Close", class_="aside", data_key="link-close")),
        tag("p", view.because),
        tag("h3", "Hypothesis"),
        tag("p", view.says),
        tag("p", view.by, class_="quiet") if view.by else None,
        tag("p", view.ended, class_="strong") if view.ended else None,
        tag("h3", "Observed here"),
        tag("p", sign(view.mark), " ", span("strong", view.word), class_="facts"),
        tag("ul", [_metric(one) for one in view.metrics], class_="panelmetrics") if view.metrics else None,
        [tag("p", words, class_="quiet") for words in view.moves],
        tag("p", CAUTION, class_="quiet") if view.moves else None,
        _history(view.history),
        class_="card panel",
        aria_label=f"Link {view.title}",
    )


def _metric(m: MetricLine) -> Markup:
    return tag(
        "li",
        status_mark(m.status, worded=False, note=m.reason),
        link(m.href, m.title, class_="name"),
        span("number strong", m.value),
        span("sub", f"{m.about} \u00b7 target {m.target}"),
        sparkline(m.line, None, 72, 18, m.aim),
    )


def _history(found: tuple[Told, ...]) -> Markup | None:
    if not found:
        return None
    rows = [
        tag(
            "li",
            span("", f"{one.when}, {one.who}: {one.what}"),
            [span("sub", words) for words in one.details],
        )
        for one in found
    ]
    return join([tag("h3", "History"), div("told", tag("ul", rows))])


def changes(found: tuple[Changed, ...]) -> Markup:
    """What happened to the map, newest first."""
    if not found:
        return tag("p", "Nothing has been changed yet.", class_="empty")
    rows = [
        [
            one.when,
            one.who,
            link(one.link_href, one.link),
            join([one.what, *one.details], "; "),
            link(one.then_href, "Map of that day"),
        ]
        for one in found
    ]
    return table(["When (UTC)", "Who", "Link", "What", ""], rows, numbers=(), label="Changes of the map")
