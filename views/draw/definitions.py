"""Draws the definitions page: the list, a definition, a draft's head, its preview, what it would change."""

from collections.abc import Sequence

from views.definition_preview import PlanView, PreviewView
from views.definitions import Definition, DraftHead, DraftLine, Listing
from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import sign, status_mark
from views.draw.tables import table, twin
from views.wording import counted

SIGNS = {"open": "not_due", "offered": "amber", "rejected": "red", "published": "green", "withdrawn": "no_target"}
HOW = {"added": "New", "removed": "Gone", "changed": "Changed", "follows": "Follows"}


def listing(view: Listing) -> Markup:
    """The definitions as a table, or what to do when none matches."""
    if not view.entries:
        words = (
            "No definition matches. Try fewer words or another filter; title, key, owner, formula, tags are searched."
        )
        return div("card", div("empty", tag("b", "Nothing found"), words))
    rows = [
        [
            join([link(e.href, e.title, class_="name", data_key=e.key), span("sub", f"{e.key} · {e.kind}")]),
            span("withmark", e.value, status_mark(e.status, worded=False) if e.status else None),
            join([span("", e.formula), span("sub", e.description)]),
            e.perspective,
            e.owner or "–",
            e.used,
        ]
        for e in view.entries
    ]
    says = f"{len(view.entries)} of {counted(view.total, 'definition')}"
    heads = ["Metric", "Now", "Formula", "Perspective", "Owner", "Used in"]
    return div("card cataloglist", div("quiet", says), table(heads, rows, numbers=(1,)))


def drafts(lines: Sequence[DraftLine]) -> Markup:
    """The drafts in hand."""
    items = [
        tag(
            "li",
            sign(SIGNS[line.state], line.words),
            span(
                "",
                link(line.href, line.title, class_="name"),
                span("badge tone-amber", "your turn") if line.waits else None,
            ),
            span("area", "yours" if line.mine else line.author),
            span("sub", f"{line.words} · {line.when}"),
        )
        for line in lines
    ]
    return div(
        "card drafts",
        tag("header", tag("h2", "Drafts in hand"), span("aside", counted(len(lines), "draft"))),
        tag("ul", items, class_="going"),
    )


def definition(view: Definition) -> Markup:
    """One definition in words and facts."""
    facts = [(tag("dt", name), tag("dd", words)) for name, words in view.facts]
    stale = "The file has changed since the last refresh; values follow with the next one." if view.stale else ""
    return div(
        "card definition",
        tag("header", tag("h2", "In words"), span("aside", view.perspective)),
        tag("p", view.description) if view.description else None,
        div("formula", view.formula),
        tag("dl", facts),
        div("notice", stale) if stale else None,
    )


def said(head: DraftHead) -> Markup:
    """What a draft's reader has to know first."""
    return div("stack", [div("notice", words) for words in head.says])


def changed(lines: Sequence[str], title: str) -> Markup:
    """Lines that differ, as they were and as they are."""
    marked = [span("plus" if line.startswith("+") else "minus", line, "\n") for line in lines]
    return div("card lines", tag("header", tag("h2", title)), tag("pre", marked))


def problems(lines: Sequence[str]) -> Markup:
    """What is wrong with the text, where no field of the form can show it."""
    return div(
        "card problems",
        tag(
            "header",
            tag("h2", counted(len(lines), "problem")),
            span("aside", "publishing waits for a sound definition"),
        ),
        [tag("pre", line) for line in lines],
    )


def preview(view: PreviewView, place: str) -> Markup:
    """The newest value of a preview with target, score, the rows behind it and what it cost."""
    if view.fault:
        return div("empty", tag("b", "No preview"), view.fault)
    facts = [
        (f"Would show, {place}", span("huge", view.value)),
        ("Target", span("large", view.target)),
        ("Score", join([span("large", view.score), " ", status_mark(view.status, note=view.reason)])),
        ("Rows behind it", span("large", view.behind)),
    ]
    cells = [div("figure", span("quiet", name), value) for name, value in facts]
    says = [tag("p", words, class_="quiet") for words in (view.reason, f"Scanned {view.cost}.") if words]
    return div("headline", div("figures", cells), says)


def preview_table(view: PreviewView) -> Markup:
    """The periods of a preview, beside what is published."""
    heads = ["Period", "Draft", "Published", "Target", "Score", "Status", "Rows", "Note"]
    rows = [
        [r.period, r.value, r.published, r.target, r.score, status_mark(r.status), r.rows, r.note] for r in view.rows
    ]
    return twin("Show as a table", heads, rows)


def plan(view: PlanView) -> Markup:
    """What a draft would change, metric by metric, then the scores above them."""
    if not view.lines:
        return div(
            "card",
            div("empty", tag("b", "Nothing changes"), "The draft changes words; no value or score depends on them."),
        )
    parts = [
        div(
            "planned",
            tag("h3", line.title, span("badge tone-grey", HOW[line.how])),
            tag("p", line.counts, class_="quiet"),
            table(["Where", "From and to"], line.moved, numbers=()) if line.moved else None,
        )
        for line in view.lines
    ]
    above = counted(view.parent_count, "score of a parent changes", "scores of parents change")
    parents = table(["Where", "From and to"], view.parents, numbers=()) if view.parents else None
    return div(
        "card plan",
        tag("header", tag("h2", "What would change")),
        parts,
        div("planned", tag("h3", above if view.parent_count else "No score of a parent changes"), parents),
    )
