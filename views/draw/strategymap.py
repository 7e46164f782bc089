"""Draws the strategy map: lanes, boxes, links, the selected objective, and the same as a list and as a table."""

from collections.abc import Sequence

from views.draw import routing
from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import score_bar, sparkline, status_mark
from views.draw.tables import table
from views.strategymap import Arrow, Bubble, Lane, MapView, MetricLine, Neighbour, Panel
from views.wording import score, status_of

_HEADS = {"up": "M0 7 4 0 8 7Z", "down": "M0 0 4 7 8 0Z", "right": "M0 0 7 4 0 8Z", "left": "M7 0 0 4 7 8Z"}


def strategy_map(view: MapView) -> Markup:
    """The map with the panel of the selected objective beside it; a list takes its place on a narrow screen."""
    if not any(lane.bubbles for lane in view.lanes):
        return div(
            "card",
            tag(
                "p",
                tag("b", "No objectives yet"),
                "Objectives and their links are written in the workspace's "
                "strategy.yaml; they appear here after the next refresh.",
                class_="empty",
            ),
        )
    graph = div("mapgraph", _graph(view))
    listed = div("maplist", [_listed(lane, view.arrows, view.lanes) for lane in view.lanes])
    board = div("mapboard", graph, listed)
    return div("mapview with-panel" if view.panel else "mapview", board, _panel(view.panel) if view.panel else None)


def _graph(view: MapView) -> Markup:
    found = routing.plan(
        [[b.key for b in lane.bubbles] for lane in view.lanes], [(a.cause, a.effect) for a in view.arrows]
    )
    lanes = [
        div(
            "lane",
            div("lanename", tag("b", lane.title), status_mark(lane.status, worded=False), span("", score(lane.score))),
            style=f"top:{routing.lane_top(i) - 12:.0f}px;height:{routing.BOX + 24:.0f}px",
        )
        for i, lane in enumerate(view.lanes)
    ]
    because = {(a.cause, a.effect): a.because for a in view.arrows}
    lit = {r.edge for r in found.routes if view.selected in r.edge}
    routes = sorted(found.routes, key=lambda r: r.edge in lit)
    svg = tag(
        "svg",
        [
            tag(
                "path",
                tag("title", because.get(r.edge, "")),
                d=r.path,
                class_=_edge_class(r.edge, lit, view.selected),
                data_lit=_edge_id(r.edge),
            )
            for r in routes
        ],
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
            class_=f"arrowhead {r.way} {_edge_class(r.edge, lit, view.selected)}",
            data_lit=_edge_id(r.edge),
            style=f"left:{r.head[0]:.2f}%;top:{r.head[1]:.0f}px",
        )
        for r in routes
    ]
    near = {key for edge in lit for key in edge}
    boxes = [_box(bubble, found.boxes[bubble.key], view, near) for lane in view.lanes for bubble in lane.bubbles]
    return join([*lanes, div("mapfield", svg, heads, boxes, style=f"height:{found.height:.0f}px", data_dims=True)])


def _edge_id(edge: tuple[str, str]) -> str:
    return f"{edge[0]}>{edge[1]}"


def _edge_class(edge: tuple[str, str], lit: set[tuple[str, str]], selected: str | None) -> str:
    return "edge chosen" if edge in lit else "edge faint" if selected else "edge"


def _box(bubble: Bubble, box: routing.Box, view: MapView, near: set[str]) -> Markup:
    tone = status_of(bubble.status).tone
    state = (
        "chosen" if bubble.key == view.selected else "near" if bubble.key in near else "far" if view.selected else ""
    )
    lights = [_edge_id((a.cause, a.effect)) for a in view.arrows if bubble.key in (a.cause, a.effect)]
    lights += [k for a in view.arrows if bubble.key in (a.cause, a.effect) for k in (a.cause, a.effect)]
    return link(
        bubble.href,
        span("name", bubble.title),
        span(
            "line",
            status_mark(bubble.status, note=bubble.reason),
            span("value", score(bubble.score)) if bubble.score is not None else None,
        ),
        span(
            "halves",
            [
                span(
                    "half",
                    span("", h.title),
                    score_bar(h.score, status_of(h.status).tone),
                    span("number", score(h.score)),
                )
                for h in bubble.halves
            ],
        ),
        class_=f"bubble edge-{tone} is-{bubble.status} {state}".strip(),
        data_key=f"map-{bubble.key}",
        data_lit=bubble.key,
        data_lights=" ".join(dict.fromkeys(lights)),
        aria_current="true" if bubble.key == view.selected else None,
        style=f"left:{box.left:.2f}%;width:{box.width:.2f}%;top:{box.top:.0f}px;height:{routing.BOX:.0f}px",
    )


def _listed(lane: Lane, arrows: Sequence[Arrow], lanes: Sequence[Lane]) -> Markup:
    titles = {bubble.key: bubble.title for one in lanes for bubble in one.bubbles}
    items = []
    for bubble in lane.bubbles:
        leads = [titles[a.effect] for a in arrows if a.cause == bubble.key and a.effect in titles]
        items.append(
            tag(
                "li",
                status_mark(bubble.status, worded=False),
                link(bubble.href, bubble.title),
                span("number", score(bubble.score)),
                span("sub", f"leads to {', '.join(leads)}" if leads else ""),
            )
        )
    return tag(
        "section",
        tag("header", tag("h2", lane.title), span("aside", status_mark(lane.status))),
        tag("ul", items),
        class_="card going",
    )


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
        tag("h3", f"Metrics, {panel.says}"),
        tag("ul", [_metric(m) for m in panel.metrics], class_="panelmetrics")
        if panel.metrics
        else tag(
            "p",
            "No metric measures this objective yet; name some under its `metrics:` in strategy.yaml.",
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


def _neighbours(title: str, found: Sequence[Neighbour]) -> list[Markup]:
    if not found:
        return []
    rows = [
        tag("li", status_mark(n.status, worded=False), link(n.href, n.title), span("sub", n.because)) for n in found
    ]
    return [tag("h3", title), tag("ul", rows, class_="links")]


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
            ", ".join(titles[a.effect] for a in view.arrows if a.cause == b.key and a.effect in titles) or "–",
        ]
        for lane in view.lanes
        for b in lane.bubbles
    ]
    heads = ["Perspective", "Objective", "Status", "Score", "Leading", "Lagging", "Metrics", "Leads to"]
    return table(heads, rows, numbers=(3, 4, 5, 6), label="Objectives")
