"""Draws the strategy map: lanes, boxes, links, the selected objective, and the same as a list and as a table."""

from collections.abc import Collection, Sequence

from views.draw import routing
from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import asof, score_bar, sign, sparkline, status_mark
from views.draw.tables import table
from views.executive import Half
from views.map_links import VERDICTS, Arrow
from views.omens import Omen
from views.strategymap import Bubble, Lane, MapView, MetricLine, Neighbour, Panel
from views.wording import score, sentence, status_of

_HEADS = {"up": "M0 7 4 0 8 7Z", "down": "M0 0 4 7 8 0Z", "right": "M0 0 7 4 0 8Z", "left": "M7 0 0 4 7 8Z"}


def strategy_map(view: MapView) -> Markup:
    """The map with the panel of the selected objective beside it; a list takes its place on a narrow screen."""
    if not any(lane.bubbles for lane in view.lanes):
        return div(
            "card",
            tag(
                "p",
                tag("b", "No objectives yet"),
                "Write some under Objectives and put them in force; a first plan may stand in the workspace's "
                "strategy.yaml.",
                class_="empty",
            ),
        )
    odd = any(arrow.odd for arrow in view.arrows)
    legend = div("maplegend", "Dashed: both metrics moved, against the link's hypothesis.") if odd else None
    graph = div("mapgraph", _graph(view), legend)
    listed = div("maplist", [_listed(lane, view.arrows, view.lanes) for lane in view.lanes])
    board = div("mapboard", _asks(view), graph, listed)
    return div("mapview with-panel" if view.panel else "mapview", board, _panel(view.panel) if view.panel else None)


def _graph(view: MapView) -> Markup:
    found = routing.plan(
        [[b.key for b in lane.bubbles] for lane in view.lanes], [(a.cause, a.effect) for a in view.arrows]
    )
    lanes = [
        div(
            "lane",
            div(
                "lanename",
                tag("b", lane.title),
                status_mark(lane.status, worded=False),
                span("", score(lane.score)),
                asof(lane.stamp),
            ),
            style=f"top:{routing.lane_top(i) - 12:.0f}px;height:{routing.BOX + 24:.0f}px",
        )
        for i, lane in enumerate(view.lanes)
    ]
    by_edge = {(a.cause, a.effect): a for a in view.arrows}
    lit = {r.edge for r in found.routes if view.selected in r.edge or by_edge[r.edge].link == (view.link or None)}
    routes = sorted(found.routes, key=lambda r: r.edge in lit)
    svg = tag(
        "svg",
        [_route(r, by_edge[r.edge], _edge_class(by_edge[r.edge], lit, view)) for r in routes],
        viewBox=f"0 0 100 {found.height:.0f}",
        preserveAspectRatio="none",
        style=f"height:{found.height:.0f}px",
        aria_hidden="true",
    )
    heads = [
        tag(
            "svg",
            tag("path", d=_HEADS[r.way], fill="currentColor"),
            viewBox="0 0 8 8",
            width=8,
            height=8,
            aria_hidden="true",
            class_=f"arrowhead {r.way} {_edge_class(by_edge[r.edge], lit, view)}",
            data_lit=_edge_id(r.edge),
            style=f"left:{r.head[0]:.2f}%;top:{r.head[1]:.0f}px",
        )
        for r in routes
    ]
    near = {*view.ends, *(key for edge in lit for key in edge)}
    boxes = [_box(bubble, found.boxes[bubble.key], view, near) for lane in view.lanes for bubble in lane.bubbles]
    return join([*lanes, div("mapfield", svg, heads, boxes, style=f"height:{found.height:.0f}px", data_dims=True)])


def _edge_id(edge: tuple[str, str]) -> str:
    return f"{edge[0]}>{edge[1]}"


def _edge_class(arrow: Arrow, lit: set[tuple[str, str]], view: MapView) -> str:
    odd = " odd" if arrow.odd else ""
    if (arrow.cause, arrow.effect) in lit:
        return f"edge chosen{odd}"
    return f"edge faint{odd}" if view.selected or view.link else f"edge{odd}"


def _route(route: routing.Route, arrow: Arrow, class_: str) -> Markup:
    """A link's line; a click near it opens the link. The keyboard's way there is the panel and the table."""
    line = tag("path", d=route.path, class_=class_, data_lit=_edge_id(route.edge))
    if not arrow.href:
        return line
    near = tag("path", d=route.path, class_="near")
    words = tag("title", f"{arrow.because} ({VERDICTS[arrow.verdict][0].lower()})" if arrow.verdict else arrow.because)
    return tag("a", words, near, line, href=arrow.href, data_go=True, tabindex=-1)


def _asks(view: MapView) -> Markup | None:
    """What to choose next, while a link is drawn; or that this is an earlier map."""
    if view.asks:
        return div("asks", span("strong", view.asks), link(view.cancel_href, "Cancel", data_key="map-cancel"))
    if view.on:
        return div(
            "asks", span("", "An earlier map: nothing can be changed here."), link(view.cancel_href, "Today's map")
        )
    return None


def _box(bubble: Bubble, box: routing.Box, view: MapView, near: Collection[str | None]) -> Markup:
    tone = status_of(bubble.status).tone
    state = (
        "chosen"
        if bubble.key in (view.selected, *view.ends)
        else "near"
        if bubble.key in near
        else "far"
        if view.selected or view.ends
        else ""
    )
    lights = [_edge_id((a.cause, a.effect)) for a in view.arrows if bubble.key in (a.cause, a.effect)]
    lights += [k for a in view.arrows if bubble.key in (a.cause, a.effect) for k in (a.cause, a.effect)]
    inside = (
        span("name", bubble.title),
        None if bubble.shut else _omen_sign(bubble.omens),
        span(
            "line",
            status_mark(bubble.status, note=bubble.reason),
            span("value", score(bubble.score)) if bubble.score is not None else None,
        ),
        span("shutby", bubble.shut) if bubble.shut else span("halves", [_half(half) for half in bubble.halves]),
    )
    style = f"left:{box.left:.2f}%;width:{box.width:.2f}%;top:{box.top:.0f}px;height:{routing.BOX:.0f}px"
    class_ = f"bubble edge-{tone} is-{bubble.status} {state}".strip()
    if bubble.shut:
        return div(f"{class_} shut", *inside, style=style)
    return link(
        bubble.href,
        *inside,
        class_=class_,
        data_key=f"map-{bubble.key}",
        data_lit=bubble.key,
        data_lights=" ".join(dict.fromkeys(lights)),
        aria_current="true" if bubble.key == view.selected else None,
        style=style,
        title=bubble.stamp.told if bubble.stamp else None,
    )


def _half(half: Half) -> Markup:
    bar = score_bar(half.score, status_of(half.status).tone)
    return span("half", span("", half.title), bar, span("number", score(half.score)))


def _omen_sign(found: Sequence[Omen]) -> Markup | None:
    if not found:
        return None
    words = "; ".join(f"{one.title}: {one.words}" for one in found)
    return span("omen", sign("amber", f"Early warning: {words}"), title=f"Early warning. {words}")


def _listed(lane: Lane, arrows: Sequence[Arrow], lanes: Sequence[Lane]) -> Markup:
    titles = {bubble.key: bubble.title for one in lanes for bubble in one.bubbles}
    items = []
    for bubble in lane.bubbles:
        leads = [titles[a.effect] for a in arrows if a.cause == bubble.key and a.effect in titles]
        items.append(
            tag(
                "li",
                status_mark(bubble.status, worded=False),
                span("", bubble.title) if bubble.shut else link(bubble.href, bubble.title),
                span("number", score(bubble.score)),
                span("sub", bubble.shut or (f"leads to {', '.join(leads)}" if leads else "")),
                span("sub", f"Early warning: {_omens_said(bubble.omens)}") if bubble.omens else None,
            )
        )
    return tag(
        "section",
        tag("header", tag("h2", lane.title), span("aside", status_mark(lane.status))),
        tag("ul", items),
        class_="card going",
    )


def _omens_said(found: Sequence[Omen]) -> str:
    return "; ".join(f"{one.title} is {one.words}" for one in found)


def _panel(panel: Panel) -> Markup:
    return tag(
        "aside",
        tag("header", tag("h2", panel.title), link(panel.close_href, "Close", class_="aside", data_key="map-close")),
        tag(
            "p",
            status_mark(panel.status, note=panel.reason),
            span("strong", score(panel.score)) if panel.score is not None else None,
            span("quiet", f"{panel.perspective} · {panel.owner}" if panel.owner else panel.perspective),
            class_="facts",
        ),
        tag("p", panel.description, class_="quiet") if panel.description else None,
        tag("p", panel.progress) if panel.progress else None,
        _deeds(panel),
        _omens(panel.omens),
        tag("h3", f"Metrics, {panel.says}"),
        tag("ul", [_metric(m) for m in panel.metrics], class_="panelmetrics")
        if panel.metrics
        else tag(
            "p",
            "No metric of this objective is reported here; attach one that this unit reports.",
            class_="empty",
        ),
        _neighbours("Driven by", panel.drivers),
        _neighbours("Leads to", panel.effects),
        [
            tag("h3", "Initiatives"),
            tag(
                "ul",
                [tag("li", tag("b"), span("", title), span("sub", about)) for title, about in panel.initiatives],
                class_="links",
            ),
        ]
        if panel.initiatives
        else None,
        class_="card panel",
        aria_label=f"Objective {panel.title}",
    )


def _metric(m: MetricLine) -> Markup:
    return tag(
        "li",
        status_mark(m.status, worded=False, note=m.reason),
        link(m.href, m.title, class_="name"),
        span("number strong", m.value),
        span("sub", f"{m.about} · target {m.target}"),
        sparkline(m.line, None, 72, 18, m.aim),
    )


def _deeds(panel: Panel) -> Markup | None:
    """Where to go on from the selected objective."""
    found = [
        link(panel.draw_href, "Draw a link from here", data_key="map-draw") if panel.draw_href else None,
        link(panel.objective_href, "Open the objective") if panel.objective_href else None,
    ]
    return tag("p", found, class_="deeds") if any(found) else None


def _omens(found: Sequence[Omen]) -> list[Markup]:
    if not found:
        return []
    rows = [
        tag("li", status_mark(one.status, worded=False), link(one.href, one.title), span("sub", sentence(one.words)))
        for one in found
    ]
    return [tag("h3", "Early warning"), tag("ul", rows, class_="links")]


def _neighbours(title: str, found: Sequence[Neighbour]) -> list[Markup]:
    if not found:
        return []
    rows = [
        tag(
            "li",
            status_mark(n.status, worded=False),
            link(n.href, n.title),
            span("sub", n.because, " ", _observed(n)),
        )
        for n in found
    ]
    return [tag("h3", title), tag("ul", rows, class_="links")]


def _observed(neighbour: Neighbour) -> Markup | None:
    """The way to the link itself, and what was observed of it."""
    if not neighbour.link_href:
        return None
    word = VERDICTS[neighbour.verdict][0] if neighbour.verdict else "No hypothesis"
    return link(neighbour.link_href, word, class_="quiet")


def early_warnings(view: MapView) -> Markup:
    """Every early warning in words, by the objective that may follow."""
    found = [(bubble, one) for lane in view.lanes for bubble in lane.bubbles for one in bubble.omens]
    head = tag("header", tag("h2", "Early warnings"), span("aside", "before the objective itself turns red"))
    if not found:
        words = "No leading metric is in trouble under an objective that is not red yet."
        return tag("section", head, tag("p", words, class_="empty"), class_="card")
    rows = [
        tag(
            "li",
            status_mark(one.status, worded=False),
            span("", link(one.href, one.title), f" {one.words}"),
            span("sub", "Warns of ", link(bubble.href, bubble.title), f", {status_of(bubble.status).word.lower()} now"),
        )
        for bubble, one in found
    ]
    return tag("section", head, tag("ul", rows, class_="links"), class_="card")


def map_table(view: MapView) -> Markup:
    """The map's twin: every objective with its status, scores and links, in words."""
    titles = {bubble.key: bubble.title for lane in view.lanes for bubble in lane.bubbles}
    rows = [
        [
            lane.title,
            link(b.href, b.title),
            status_mark(b.status),
            score(b.score),
            *(score(h.score) for h in b.halves),
            b.metrics,
            sentence(_omens_said(b.omens)) or "–",
            ", ".join(titles[a.effect] for a in view.arrows if a.cause == b.key and a.effect in titles) or "–",
        ]
        for lane in view.lanes
        for b in lane.bubbles
    ]
    heads = [
        "Perspective",
        "Objective",
        "Status",
        "Score",
        "Leading",
        "Lagging",
        "Metrics",
        "Early warning",
        "Leads to",
    ]
    return table(heads, rows, numbers=(3, 4, 5, 6), label="Objectives")


def links_table(view: MapView) -> Markup:
    """Every link in words: why, and what was observed."""
    titles = {bubble.key: bubble.title for lane in view.lanes for bubble in lane.bubbles}
    rows = [
        [
            titles[a.cause],
            titles[a.effect],
            link(a.href, a.because) if a.href else a.because,
            a.says or "–",
            sign_of(a),
        ]
        for a in view.arrows
        if a.cause in titles and a.effect in titles
    ]
    if not rows:
        return tag("p", "No links yet. Choose an objective on the map, then “Draw a link from here”.", class_="empty")
    return table(["Cause", "Effect", "Because", "Hypothesis", "Observed here"], rows, numbers=(), label="Links")


def sign_of(arrow: Arrow) -> Markup:
    """What was observed of a link, as shape and word."""
    word, mark = VERDICTS[arrow.verdict] if arrow.verdict else ("No hypothesis", "no_target")
    return span("observed", sign(mark), " ", word)
