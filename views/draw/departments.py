"""Draws the manager's screen: own units, then every metric in one dense table, perspective by perspective."""

from views.departments import Below, DepartmentsView, Group, Line, Own
from views.draw.html import Markup, div, link, span, tag
from views.draw.marks import asof, sparkline, status_mark
from views.wording import score, status_of


def departments(view: DepartmentsView) -> Markup:
    """The whole screen below the header."""
    own = tag("nav", [_own(one) for one in view.own], class_="own", aria_label="My units") if view.own else None
    heads = [
        ("", "mark"),
        ("Metric", ""),
        ("Actual", "number"),
        ("Target", "number"),
        ("Score", "number"),
        (f"vs {view.before}", "number"),
        *([(f"vs {view.year_before}", "number wide")] if view.year_before else []),
        ("24 months", ""),
        ("Signal or noise", "wide"),
    ]
    head = tag(
        "tr",
        [tag("th", text or span("unseen", "Status"), class_=c or None, scope="col") for text, c in heads],
        [tag("th", link(unit.href, unit.title), class_="unit", scope="col") for unit in view.below],
    )
    bodies = [_group(group, len(heads) + len(view.below), view.before, bool(view.year_before)) for group in view.groups]
    table = tag("table", tag("thead", head), bodies, aria_label=f"Metrics of {view.title}")
    return div("stack", own, div("card metrics", div("scroll", table)))


def _own(one: Own) -> Markup:
    counts = [
        span(f"status tone-{status_of(key).tone}", status_mark(key, worded=False), str(n)) for key, n in one.counts if n
    ]
    return link(
        one.href,
        span("name", one.title),
        span("line", status_mark(one.status), span("value", score(one.score))),
        span("counts", counts),
        asof(one.stamp),
        class_=f"card unitcard {'on' if one.chosen else ''}".strip(),
        aria_current="true" if one.chosen else None,
        data_key=f"own-{one.title}",
    )


def _group(group: Group, width: int, before: str, with_year: bool) -> Markup:
    halves = [span("quiet", f"{half.title.lower()} {score(half.score)}") for half in group.halves]
    head = tag(
        "tr",
        tag(
            "th",
            span(
                "groupname",
                tag("b", group.title),
                status_mark(group.status),
                tag("b", score(group.score)),
                halves,
                asof(group.stamp),
            ),
            colspan=width,
            scope="rowgroup",
        ),
        class_="group",
    )
    return tag("tbody", head, [_line(line, before, with_year) for line in group.lines])


def _line(line: Line, before: str, with_year: bool) -> Markup:
    badge = span(f"badge tone-{status_of(line.status).tone}", line.turned) if line.turned else None
    state = status_of(line.status)
    shown = (
        tag("td", line.score, class_="number")
        if line.score != "–"
        else tag("td", span("state", state.word), class_="number quiet", title=line.reason or state.hint or None)
    )
    return tag(
        "tr",
        tag("td", status_mark(line.status, worded=False, note=line.reason), class_="mark"),
        tag(
            "td",
            link(line.href, line.title, class_="name", data_key=line.key),
            badge,
            span("sub", line.about, title=line.about),
            class_="metric",
        ),
        tag("td", link(line.rows_href, line.value, title=_origin(line)), class_="number value"),
        tag("td", line.target, class_="number quiet target"),
        shown,
        tag("td", line.change, class_="number moved", data_vs=f"vs {before} ", title=f"was {line.before}"),
        tag("td", line.year_change, class_="number wide", title=f"was {line.year_before}") if with_year else None,
        tag("td", sparkline(line.line, None, 92, 24, line.aim, f"{line.title}: 24 months"), class_="line"),
        tag("td", span("", line.signal), class_="signal wide", title=line.signal_detail or line.signal),
        [_below(one) for one in line.below],
    )


def _origin(line: Line) -> str:
    told = f", {line.stamp.told}" if line.stamp else ""
    return f"Rows behind this number{told}"


def _below(one: Below) -> Markup:
    if one.status is None:
        return tag("td", span("unseen", one.words), class_="unit")
    return tag(
        "td",
        link(
            one.href,
            status_mark(one.status, worded=False),
            title=f"{one.title}: {one.words}",
            aria_label=f"{one.title}: {one.words}",
        ),
        class_="unit",
    )
