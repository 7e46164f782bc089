"""Draws one objective: its way up, its number, measures, parts, key results, SMART, and what a change would do."""

from collections.abc import Sequence

from views.draw.html import Markup, div, link, span, tag
from views.draw.marks import progress_bar, status_mark
from views.objective import MeasureLine, ObjectiveView, PartLine, ResultLine, Step
from views.objective_preview import Preview, ScoreMoved
from views.wording import DASH, score, share, status_of


def way_up(steps: Sequence[Step]) -> Markup:
    """From the vision down to the objective: each stop above can be opened, where it is the viewer's to see."""
    items = [
        tag(
            "li",
            link(one.href, one.title) if one.href else span("long", one.title, title=one.title),
            span("sub", one.about),
        )
        for one in steps
    ]
    return tag("nav", tag("ol", items, class_="wayup"), class_="card", aria_label="What it serves")


def tabs(found: Sequence[tuple[str, str, bool]]) -> Markup:
    """Links to the forms that edit it (address, title, whether it is shown)."""
    links = [
        link(href, title, class_="tab on" if on else "tab", aria_current="page" if on else None)
        for href, title, on in found
    ]
    return tag("nav", links, class_="tabs")


def number(view: ObjectiveView) -> Markup:
    """Its score, how far it is on its way, and its key results."""
    tone = status_of(view.status).tone if view.status else "grey"
    mark = status_mark(view.status, note=view.reason) if view.status else span("quiet", view.reason)
    title = "Score it would have" if view.draft else "Score of 10"
    cells = [div("figure", span("quiet", title), span("huge", score(view.score)), mark)]
    if view.results:
        told = f"{len(view.results)} key results" if len(view.results) > 1 else "1 key result"
        cells.append(
            div("figure", span("quiet", "Key results"), span("huge", share(view.results_score)), span("quiet", told))
        )
    if view.done is not None:
        bar = progress_bar(view.done, view.expected, tone)
        cells.append(div("figure wide", span("quiet", "Way"), bar, span("quiet", view.way)))
    says = tag("p", view.description, class_="wrap") if view.description else None
    notice = div("notice", view.notice) if view.notice else None
    return div("card headline", notice, says, div("figures", cells))


def measures(view: ObjectiveView) -> Markup:
    """The metrics that tell whether it is reached."""
    if not view.measures:
        says = "Choose the metrics that tell whether it is reached: without one it cannot be put in force."
        return _card("Measured by", "", div("empty", tag("b", "No metric"), says))
    return _card("Measured by", "part: of the score", _goals([_measure(one) for one in view.measures], "Metric"))


def _goals(rows: Sequence[Markup], first: str) -> Markup:
    heads = ("", first, "Now", "Target", "Score", "Weight", "Part") if first == "Metric" else _PART_HEADS
    right = set(range(2, len(heads)))
    head = tag("tr", [tag("th", h, scope="col", class_="number" if i in right else None) for i, h in enumerate(heads)])
    return div("goals", tag("table", tag("thead", head), tag("tbody", rows)))


_PART_HEADS = ("", "Objective", "Score", "Weight", "Part")


def _measure(one: MeasureLine) -> Markup:
    own = span("badge tone-grey", "own goal") if one.own else None
    return tag(
        "tr",
        tag("td", status_mark(one.status, worded=False, note=one.reason)),
        tag("td", link(one.href, one.title, class_="name"), own, span("sub", one.about), class_="thing"),
        tag("td", one.value, class_="number"),
        tag("td", one.target, class_="number side"),
        tag("td", score(one.score), class_="number score"),
        tag("td", f"{one.weight:g}", class_="number side"),
        tag("td", share(one.part) if one.part is not None else DASH, class_="number side"),
    )


def parts(view: ObjectiveView) -> Markup:
    """The objectives that hang on it."""
    rows = [_part(one) for one in view.parts]
    return _card("Parts handed down", "part: of the score", _goals(rows, "Objective"))


def _part(one: PartLine) -> Markup:
    return tag(
        "tr",
        tag("td", status_mark(one.status, worded=False) if not one.words else None),
        tag(
            "td",
            link(one.href, one.title, class_="name"),
            span("badge tone-amber", one.words) if one.words else None,
            span("sub", f"{one.unit} · {one.owner}"),
            class_="thing",
        ),
        tag("td", score(one.score), class_="number score"),
        tag("td", f"{one.weight:g}", class_="number side"),
        tag("td", share(one.part) if one.part is not None else DASH, class_="number side"),
    )


def result(one: ResultLine) -> Markup:
    """A key result with its last words."""
    tone = "amber" if one.asks else "grey"
    confidence = f" · confidence {one.confidence} of 10" if one.confidence is not None else ""
    source = f" · as {one.metric} says" if one.metric else ""
    return div(
        "card",
        div(
            "result",
            span("name", one.title),
            span("way", progress_bar(one.done, None, "green" if one.done and one.done >= 1 else "amber")),
            span("number", share(one.done)),
            span("sub", f"{one.value}, {one.way}{source} · weight {one.weight:g}"),
            span(
                "sub",
                span(f"tone-{tone}", "a check-in is due") if one.asks else one.checked,
                f" · {one.owner}{confidence}",
            ),
        ),
        tag("ul", [tag("li", span("quiet", who), " ", words) for who, words in one.said], class_="plainlist")
        if one.said
        else None,
    )


def smart(view: ObjectiveView) -> Markup:
    """The five letters, and what is missing."""
    items = [
        tag(
            "li",
            span("letters", tag("b", one.letter) if one.fails else tag("i", one.letter)),
            span("", one.word, span("unseen", " fails" if one.fails else " holds")),
            span("sub", one.fails) if one.fails else None,
        )
        for one in view.letters
    ]
    failed = sum(bool(one.fails) for one in view.letters)
    aside = "all five hold" if not failed else f"{failed} of 5 to mend"
    return _card("SMART", aside, tag("ul", items, class_="smart"))


def facts(view: ObjectiveView) -> Markup:
    """Who, where, when."""
    lines = [(tag("dt", name), tag("dd", words)) for name, words in view.facts]
    return _card("About", "", tag("dl", lines), "facts")


def preview(found: Preview) -> Markup:
    """What a change would do, before it is saved."""
    rows = [_moved(one) for one in found.scores]
    moved = any(one.moves for one in found.scores)
    aside = "in the period shown" if moved else "no score moves"
    table = tag("table", tag("tbody", rows), class_="plain moved", aria_label="Scores")
    metrics = [
        tag("li", tag("b", title), f" {what}", span("sub", f"owner: {owner}")) for title, what, owner in found.metrics
    ]
    people = [tag("li", tag("b", name), span("sub", what)) for name, what in found.people]
    return _card(
        "What would change",
        aside,
        div(
            "stack",
            table,
            None
            if found.whole
            else tag("p", "Computed from what you see; the scores of others rest on more.", class_="sub"),
            div("", tag("h3", "Metrics"), tag("ul", metrics, class_="plainlist")) if metrics else None,
            div("", tag("h3", "Who is concerned"), tag("ul", people, class_="plainlist")) if people else None,
        ),
    )


def _moved(one: ScoreMoved) -> Markup:
    old, new = (score(value) for value in one.score)
    shown = [span("gone", old), " → ", tag("b", new)] if old != new else [span("quiet", new)]
    return tag(
        "tr",
        tag("td", one.title, span("sub", one.where)),
        tag("td", shown, class_="number"),
        tag("td", status_mark(one.status[1])),
    )


def _card(title: str, aside: str, body: object, class_: str = "") -> Markup:
    head = tag("header", tag("h2", title), span("aside", aside))
    return tag("section", head, body, class_=f"card {class_}".strip(), aria_label=title)
