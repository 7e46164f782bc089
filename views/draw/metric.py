"""Draws the metric screen: the number, its definition, where it comes from, what leads it."""

from collections.abc import Sequence

from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import asof, status_mark
from views.draw.tables import table
from views.lineage import Stage, Stop
from views.metric import HistoryRow, MetricView


def headline(view: MetricView) -> Markup:
    """The number with its target, score, changes and signal: what the chart below unfolds."""
    facts = [
        (
            "Actual",
            span("huge", view.value),
            join([span("quiet", view.unit) if view.unit else "", asof(view.stamp) or ""]),
        ),
        ("Target", span("large", view.target), None),
        ("Score", span("large", view.score), status_mark(view.status, note=view.reason)),
        *((f"vs {name}", span("large", change), span("quiet", f"was {then}")) for name, then, change in view.changes),
        ("Signal or noise", span("strong", view.signal), None),
    ]
    cells = [div("figure", span("quiet", name), value, below) for name, value, below in facts]
    notes = [tag("p", note, class_="quiet") for note in (view.reason, view.coverage) if note]
    return div("headline", div("figures", cells), notes)


def beneath(view: MetricView) -> Markup:
    """What the chart's marks mean, and what the natural limits say."""
    legend = [
        span("key", tag("i", class_=f"swatch {name}"), words)
        for name, words in (
            ("line", "value"),
            ("aim", "target"),
            *((("limit", "natural limits and mean"),) if view.series.limits else ()),
            *((("flag", "special cause"),) if any(view.series.flagged) else ()),
            *(
                (("redband", "off target"), ("amberband", "watch"), ("greenband", "on target"))
                if view.series.banded
                else ()
            ),
        )
    ]
    return div("beneath", div("legend", legend), [tag("p", line, class_="quiet") for line in view.signal_says])


def definition(view: MetricView) -> Markup:
    """The definition: formula in words, owner, how it is read and scored."""
    words = [_piece(piece.words, piece.code, view.hrefs.get(piece.metric or "")) for piece in view.formula]
    facts = [join([tag("dt", name), tag("dd", _file(text) if name == "File" else text)]) for name, text in view.facts]
    answers = None
    if view.answers:
        rows = [
            [a.place, a.expected, a.found, "agrees" if a.ok else tag("b", "differs", class_="tone-red"), a.source]
            for a in view.answers
        ]
        answers = [tag("h3", "Known answers"), table(["", "Expected", "Found", "", "From"], rows, numbers=(1, 2))]
    return tag(
        "section",
        tag("header", tag("h2", "Definition")),
        tag("p", view.description) if view.description else None,
        tag("p", words, class_="formula"),
        tag("dl", facts),
        answers,
        class_="card definition",
        aria_label="Definition",
    )


def _file(name: str) -> Markup:
    """A path that breaks after its slashes where the line is short."""
    folders = name.split("/")
    return tag("code", *(part for folder in folders[:-1] for part in (folder, "/", tag("wbr"))), folders[-1])


def _piece(words: str, code: bool, href: str | None) -> Markup:
    if href:
        return link(href, words)
    return tag("code", words) if code else span("", words)


def lineage(view: MetricView) -> Markup:
    """From source to objective, and what leads the metric and is led by it."""
    stages = [_stage(stage) for stage in view.lineage]
    sides = (
        div("sides", _stops("Led by", view.drivers), _stops("Leads", view.effects))
        if view.drivers or view.effects
        else None
    )
    return tag(
        "section",
        tag("header", tag("h2", "Where it comes from"), span("aside", "source to objective")),
        tag("ol", stages, class_="lineage"),
        sides,
        class_="card",
        aria_label="Lineage",
    )


def _stage(stage: Stage) -> Markup:
    return tag("li", span("stage", stage.title), tag("ul", [tag("li", _stop(stop)) for stop in stage.stops]))


def _stop(stop: Stop) -> Markup:
    name = link(stop.href, stop.title) if stop.href else tag("b", stop.title)
    mark = status_mark(stop.status, worded=False) if stop.status else None
    return join([mark or "", name, span("sub", stop.about)])


def _stops(title: str, stops: Sequence[Stop]) -> Markup | None:
    if not stops:
        return None
    return div("side", tag("h3", title), tag("ul", [tag("li", _stop(stop)) for stop in stops]))


def history(rows: Sequence[HistoryRow]) -> Markup:
    """The chart's twin: every period in words."""
    heads = ["Period", "Actual", "Target", "Score", "Change", "Rows", "Status", "Note"]
    body = [
        [
            link(r.href, r.period),
            span("strong", r.value),
            span("quiet", r.target),
            r.score,
            r.change,
            span("quiet", r.rows),
            status_mark(r.status),
            span("quiet", r.note),
        ]
        for r in rows
    ]
    return table(heads, body, numbers=(1, 2, 3, 4, 5), label="All periods")
