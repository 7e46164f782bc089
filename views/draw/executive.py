"""Draws the executive screen: tiles, what needs attention, why the score moved, priorities, what goes well."""

from collections.abc import Sequence

from views.attention import Concern, Mention
from views.draw.html import Markup, div, join, link, span, tag, text
from views.draw.marks import asof, change_mark, progress_bar, score_bar, sparkline, status_mark
from views.draw.tables import twin
from views.draw.waterfall import axis, waterfall
from views.executive import ExecutiveView, Tile
from views.priorities import Priority
from views.wording import SCORED, counted, score, share, status_of


def executive(view: ExecutiveView) -> Markup:
    """The whole screen below the header."""
    return div(
        "exec",
        tag(
            "section", [_tile(tile, view.trend_words) for tile in view.tiles], class_="tiles", aria_label="Perspectives"
        ),
        div("middle", _attention(view), _why(view)),
        div("bottom", _priorities(view), _going_well(view.strengths, view.strength_count), _states(view)),
    )


def _card(title: str, aside: object, *body: object, class_: str = "") -> Markup:
    head = tag("header", tag("h2", title), span("aside", text(aside)))
    return tag("section", head, *body, class_=f"card {class_}".strip(), aria_label=title)


def _tile(tile: Tile, trend_words: str) -> Markup:
    tone = status_of(tile.status).tone
    value = (
        [span("big", score(tile.score)), span("of", "of 10")]
        if tile.score is not None
        else [span("big none", "No score")]
    )
    change = change_mark(tile.change, tile.change_good, tile.change_up) if tile.change else None
    known = [f"{s:.1f}" for s in tile.trend if s is not None]
    label = f"{tile.title}, score over {trend_words}: {known[0]} to {known[-1]}" if known else ""
    return tag(
        "section",
        tag("header", tag("h2", link(tile.href, tile.title)), status_mark(tile.status, note=tile.reason)),
        div("head", value, change, sparkline(tile.trend, tone, 88, 32, label=label)),
        div(
            "pair",
            *(
                part
                for row in tile.halves
                for part in (
                    span("name", row.title),
                    score_bar(row.score, status_of(row.status).tone),
                    _half(row.score),
                )
            ),
        ),
        div(
            "foot",
            _worst(tile),
            _counts(tile),
            span(
                "coverage",
                f"{tile.scored} of {tile.due} scored, coverage {share(tile.coverage)}",
                title="the share of the weight that is due which has a score",
            ),
            asof(tile.stamp),
        ),
        class_="card tile",
        aria_label=tile.title,
    )


def _half(value: float | None) -> Markup:
    return span("number", score(value))


def _counts(tile: Tile) -> Markup:
    marks = [
        span(f"status tone-{status_of(key).tone}", status_mark(key, worded=False), str(tile.counts.get(key, 0)))
        for key in reversed(SCORED)
        if tile.counts.get(key, 0)
    ]
    return span("counts", marks)


def _worst(tile: Tile) -> Markup:
    return (
        span("worst", "Weakest: ", link(tile.worst.href, tile.worst.title), title=tile.worst.title)
        if tile.worst
        else span("worst")
    )


def _attention(view: ExecutiveView) -> Markup:
    if not view.concerns:
        good = tag("p", tag("b", "Nothing is off target"), "Every metric with a score is on target.", class_="empty")
        return _card("Needs attention", "", good, class_="attention")
    heads = [
        ("", ""),
        ("Metric", ""),
        ("Actual", "number"),
        ("Target", "number"),
        ("Score", "number"),
        ("Change", "number"),
        ("24 months", ""),
        ("Signal or noise", ""),
        ("Action, owner", ""),
    ]
    table = tag(
        "table",
        tag(
            "thead",
            tag("tr", [tag("th", h or span("unseen", "Status"), class_=c, scope="col") for h, c in heads]),
        ),
        tag("tbody", [_concern(one) for one in view.concerns]),
    )
    return _card(
        "Needs attention",
        f"{len(view.concerns)} of {view.concern_count} · red and newly turned first",
        table,
        class_="attention",
    )


def _concern(one: Concern) -> Markup:
    badge = span(f"badge tone-{status_of(one.status).tone}", one.turned) if one.turned else None
    label = f"{one.title}: 24 months"
    return tag(
        "tr",
        tag("td", status_mark(one.status, worded=False, note=one.reason)),
        tag(
            "td",
            link(one.href, one.title, class_="name", data_key=one.key),
            badge,
            span("sub", one.about, title=one.about),
            class_="metric",
        ),
        tag(
            "td",
            link(one.href, one.value, title=one.stamp.told if one.stamp else None),
            class_="number value",
        ),
        tag("td", one.target, class_="number quiet target"),
        tag("td", score(one.score), class_="number score"),
        tag("td", one.change, class_="number moved"),
        tag("td", sparkline(one.line, None, 80, 24, one.aim, label), class_="line"),
        tag("td", span("", one.signal), class_="signal", title=one.signal_detail or one.signal),
        tag("td", _answer(one), class_="answer"),
    )


def _answer(one: Concern) -> Markup:
    """What is being done about it; a red about which nothing is done says so."""
    if one.answer is None:
        return span("tone-red" if one.status == "red" else "quiet", "No issue" if one.status == "red" else "–")
    answer = one.answer
    tone = f"tone-{status_of(answer.stand.sign).tone}"
    words = link(answer.href, answer.title, class_=f"{tone} clipped" if tone == "tone-red" else "clipped")
    return join([words, span("sub", answer.who)])


def _why(view: ExecutiveView) -> Markup:
    why = view.why
    body = waterfall(why.steps) if why.steps else tag("p", tag("b", why.title), why.remedy, class_="empty")
    say = div("say", *(tag("p", tag("b", bold), " ", rest) for bold, rest in why.says)) if why.says else None
    under = None
    if why.steps:
        table = twin("Table", ["Step", "Part of the change"], [[step.label, step.words] for step in why.steps])
        under = div("under", table, span("quiet", f"axis from {axis(why.steps)[0]:.1f}"))
    return _card(why.title, why.aside, body, under, say, class_="why")


def _priorities(view: ExecutiveView) -> Markup:
    if not view.priorities:
        body = tag(
            "p",
            tag("b", "No priorities yet"),
            "Mark an objective as a priority on the page Objectives.",
            class_="empty",
        )
        return _card("Priorities", "", body)
    return _card(
        "Priorities",
        "done, against expected by now",
        tag("ul", [_priority(p) for p in view.priorities]),
        class_="priorities",
    )


def _priority(one: Priority) -> Markup:
    tone = status_of(one.status).tone
    shown = progress_bar(one.done, one.expected, tone) if one.done is not None else score_bar(one.score, tone)
    return tag(
        "li",
        status_mark(one.status, worded=False),
        link(one.href, one.title, class_="name", title=one.title),
        span("way", shown, title=one.detail),
        span("number", one.figure, title=one.detail),
    )


def _going_well(strengths: Sequence[Mention], count: int) -> Markup:
    if not strengths:
        return _card(
            "Going well",
            "",
            tag("p", tag("b", "Nothing is on target yet"), "Metrics on target stand here.", class_="empty"),
        )
    rows = [
        tag(
            "li",
            status_mark(one.status, worded=False),
            link(one.href, one.title),
            span("area", one.area),
            span("sub", one.says),
        )
        for one in strengths
    ]
    return _card("Going well", f"{len(strengths)} of {count} on target", tag("ul", rows), class_="going")


def _states(view: ExecutiveView) -> Markup:
    """What has no colour, and why: gaps are told as loudly as reds."""
    rows = [
        tag(
            "li",
            status_mark(gap.status, worded=False),
            join([link(gap.href, gap.title)]),
            span("area", gap.area),
            span("sub", gap.says),
        )
        for gap in view.gaps
    ]
    if not rows:
        body: object = tag(
            "p",
            tag("b", "Every metric has a score"),
            "Metrics without data or target would stand here.",
            class_="empty",
        )
    else:
        body = tag("ul", rows)
    return _card("Without a score", counted(view.gap_count, "metric"), body, class_="going")


def trends(view: ExecutiveView) -> Markup:
    """The twin of the tiles' lines: the scores of the perspectives, period by period, newest first."""
    heads = ["Period", *(tile.title for tile in view.tiles)]
    trends = [[score(value) for value in tile.trend] for tile in view.tiles]
    rows = list(zip(view.trend_names, *trends, strict=True))
    return twin(f"Scores of the perspectives over {view.trend_words}", heads, rows[::-1])
