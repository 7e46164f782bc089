"""Draws one review: its agenda with numbers and stories, the item in hand, its people, and its pack."""

from collections.abc import Mapping

from views.draw.actions import stand
from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import sign, status_mark
from views.pack import PackItem, PackRow, PackView
from views.review import Guest, ReviewView, cut_words, progress
from views.review_items import CameOf, ItemLine
from views.wording import counted


def agenda(view: ReviewView) -> Markup:
    """The agenda as it would be now, with numbers and stories."""
    if not view.whole and not view.items:
        says = f"The numbers of {view.unit_title} are not yours to see. What concerns you stands here once it is open."
        return div("card", div("empty", tag("b", "You are invited"), says))
    if not view.items:
        says = "Nothing is off target, overdue or waiting. What comes up until then stands here by itself."
        return div("card", div("empty", tag("b", "Nothing to talk about yet"), says))
    aside = counted(len(view.items), "item")
    body = [[tag("h3", title), tag("ul", [_told(one) for one in items])] for title, items in view.sections.items()]
    title = "The agenda as it builds itself" if view.state in ("planned", "missed") else "The agenda"
    if not view.whole:
        title, aside = "What is about you", counted(len(view.items), "item")
    return tag(
        "section",
        tag("header", tag("h2", title), span("aside", aside)),
        div("agenda", body),
        _cut(view),
        class_="card",
        aria_label="Agenda",
    )


def run(view: ReviewView) -> Markup:
    """The agenda in short while the review is open: what is settled, which item is in hand."""
    chosen = view.chosen.key if view.chosen else ""
    body = [
        [tag("h3", title), tag("ul", [_short(one, one.key == chosen, view.unit_title) for one in items])]
        for title, items in view.sections.items()
    ]
    return tag(
        "section",
        tag("header", tag("h2", "Agenda"), span("aside", progress(view))),
        div("agenda short", body),
        _cut(view),
        class_="card",
        aria_label="Agenda",
    )


def in_hand(one: ItemLine) -> Markup:
    """The item in hand: number, story, what came of it."""
    title = link(one.behind, one.title) if one.behind else one.title
    figures = []
    if one.number:
        name = f"{one.where}, {one.when}" if one.when else one.where
        mark = status_mark(one.status) if one.status else None
        figures.append(div("figure", span("quiet", name), span("huge" if one.target else "large", one.number), mark))
    if one.target:
        figures.append(div("figure", span("quiet", "Target"), span("large", one.target)))
    if one.owner:
        figures.append(div("figure", span("quiet", "Answers for it"), span("large", one.owner)))
    return tag(
        "section",
        tag("header", tag("h2", title), stand(one.stand)),
        div("figures", figures) if figures else None,
        tag("p", one.narrative, class_="story") if one.narrative else None,
        tag("p", f"Left out: {one.why_out}", class_="quiet") if one.why_out else None,
        tag("ul", [_came(each) for each in one.came], class_="came") if one.came else None,
        class_="card inhand",
        aria_label="In hand",
    )


def people(view: ReviewView) -> Markup:
    """Who is invited and why, and what they answered."""
    return tag(
        "section",
        tag("header", tag("h2", "People"), span("aside", "invited by what they answer for")),
        tag("ul", [_guest(one) for one in view.guests], class_="people"),
        class_="card",
        aria_label="People",
    )


def said(words: str) -> Markup:
    """Something that has to be known first."""
    return div("notice", words)


def pack(view: PackView) -> Markup:
    """What the review leaves behind."""
    parts = [
        _part("In short", tag("p", view.summary, class_="summary"), tag("p", view.counts, class_="quiet")),
        div("tworows", _decisions(view), _actions(view)),
        _part("Off target", _numbers(view.reds) if view.reds else tag("p", "Nothing is off target.")),
        _part("Minutes", div("agenda", _minutes(view.sections))),
        div("tworows", _omissions(view), _part("People", tag("ul", [tag("li", one) for one in view.people]))),
        _part("Without a colour", _numbers(view.gaps)) if view.gaps else None,
        tag("p", view.foot, class_="seal"),
    ]
    return div("stack pack", parts)


def _part(title: str, *body: object) -> Markup:
    return tag("section", tag("header", tag("h2", title)), *body, class_="card meetings", aria_label=title)


def _decisions(view: PackView) -> Markup:
    rows = [
        tag(
            "li",
            span("name", title),
            div("sub", told),
            tag("ul", [tag("li", one) for one in cites], class_="cites") if cites else None,
        )
        for title, told, cites in view.decisions
    ]
    return _part("Decisions", tag("ul", rows, class_="rows") if rows else tag("p", "None was taken.", class_="quiet"))


def _actions(view: PackView) -> Markup:
    rows = [tag("li", span("name", title), div("sub", told)) for title, told in view.actions]
    return _part("Actions", tag("ul", rows, class_="rows") if rows else tag("p", "None was given.", class_="quiet"))


def _omissions(view: PackView) -> Markup:
    rows = [tag("li", title, span("sub", how)) for title, how in view.omissions]
    body = tag("ul", rows, class_="rows") if rows else tag("p", "Every item was talked about.", class_="quiet")
    return _part("Not talked about", body, tag("p", f"No room: {view.cut}", class_="quiet") if view.cut else None)


def _numbers(rows: tuple[PackRow, ...]) -> Markup:
    heads = ("Metric", "Actual", "Target", "Status", "Answers for it")
    head = tag("tr", [tag("th", h, scope="col", class_="number" if i in (1, 2) else None) for i, h in enumerate(heads)])
    body = [
        tag(
            "tr",
            tag("td", span("name", row.title), span("sub", row.where), class_="metric"),
            tag("td", row.value, class_="number"),
            tag("td", row.target, class_="number target"),
            tag("td", status_mark(row.status, note=row.reason)),
            tag("td", row.owner),
        )
        for row in rows
    ]
    return tag("table", tag("thead", head), tag("tbody", body))


def _minutes(sections: Mapping[str, tuple[PackItem, ...]]) -> list[list[Markup]]:
    return [[tag("h3", title), tag("ul", [_minute(one) for one in items])] for title, items in sections.items()]


def _minute(one: PackItem) -> Markup:
    mark = status_mark(one.status, worded=False) if one.status else None
    against = f" against {one.target}" if one.target else ""
    return tag(
        "li",
        div(
            "what",
            span("title", mark, " ", span("name", one.title), span("quiet", f" {one.where}")),
            span("number", f"{one.number}{against}"),
        ),
        div("story", one.narrative),
        tag("p", one.minutes, class_="said") if one.minutes else None,
        tag("p", one.note, class_="quiet") if one.note else None,
        [div("came", each) for each in one.came],
    )


def _told(one: ItemLine) -> Markup:
    mark = join([status_mark(one.status, worded=False), " "]) if one.status else None
    title = link(one.behind, one.title, class_="name") if one.behind else span("name", one.title)
    against = span("quiet", f" against {one.target}") if one.target else None
    who = f" {one.where} \u00b7 {one.owner}" if one.owner else f" {one.where}"
    return tag(
        "li",
        div("what", span("title", mark, title, span("quiet", who)), span("number", one.number, against)),
        div("story", one.narrative) if one.narrative else None,
    )


def _short(one: ItemLine, on: bool, home: str) -> Markup:
    settled = {"discussed": "green", "left_out": "no_target"}.get(one.state, "not_due")
    below = [one.where] if one.where != home else []
    below += [counted(len(one.came), "outcome")] if one.came else []
    return tag(
        "li",
        div(
            "what",
            span("title", sign(settled, one.stand.word), link(one.href, one.title, data_key=one.key)),
            span("number", one.number),
        ),
        div("story", " \u00b7 ".join(below)) if below else None,
        class_="on" if on else None,
        aria_current="true" if on else None,
    )


def _came(one: CameOf) -> Markup:
    return tag(
        "li",
        join([span("quiet", f"{one.what}: "), span("name", one.title), f", {one.detail} "]),
        stand(one.stand) if one.stand else None,
    )


def _guest(one: Guest) -> Markup:
    why = one.why[:1].upper() + one.why[1:]
    words = f"{why}. \u201c{one.words}\u201d" if one.words else why
    return tag("li", span("name", one.name), stand(one.stand), span("sub", words) if words else None)


def _cut(view: ReviewView) -> Markup | None:
    words = cut_words(view)
    return div("foot", f"No room for: {words}") if words else None
