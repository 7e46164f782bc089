"""Draws the objectives of a unit: the list, drafts and offers, alignment of the units below, versions of the plan."""

from collections.abc import Sequence

from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import progress_bar, status_mark
from views.draw.tables import table
from views.objective_lines import GoalLine
from views.objectives import DraftLine, Group, ObjectivesView, ThenView, UnitLine, VersionLine
from views.wording import DASH, counted, day, score, share, status_of

HEADS = ("", "Objective", "Owner", "Score", "Way", "Key results", "Until", "SMART")
RIGHT = {3, 5}


def objectives(view: ObjectivesView) -> Markup:
    """The unit's objectives in force."""
    if not view.groups:
        says = (
            "Write one with the button above, or take a part of an objective above on: they are listed below."
            if view.may_write
            else "Whoever plans for this unit writes them here."
        )
        return div("card", div("empty", tag("b", "No objective is in force here"), says))
    head = tag("tr", [tag("th", h, scope="col", class_="number" if i in RIGHT else None) for i, h in enumerate(HEADS)])
    body = [row for group in view.groups for row in _group(group)]
    return div("card goals", tag("table", tag("thead", head), tag("tbody", body), aria_label=view.title))


def _group(group: Group) -> list[Markup]:
    title = tag("tr", tag("th", group.title, colspan=len(HEADS), scope="colgroup"), class_="group")
    return [title, *(_line(line) for line in group.lines)]


def _line(one: GoalLine) -> Markup:
    tone = status_of(one.status).tone
    badge = span("badge tone-grey", "priority") if one.priority else None
    parts = f"{' · ' if one.about else ''}{counted(one.parts, 'part')}" if one.parts else ""
    way = progress_bar(one.done, one.expected, tone) if one.done is not None else span("quiet", DASH)
    return tag(
        "tr",
        tag("td", status_mark(one.status, worded=False, note=one.reason)),
        tag(
            "td",
            link(one.href, one.title, class_="name", data_key=one.key),
            badge,
            span("sub one-line", f"{one.about}{parts}", title=one.about),
            class_="thing",
        ),
        tag("td", one.owner or span("tone-red", "nobody"), class_="who"),
        tag("td", score(one.score), class_="number score"),
        tag("td", way, class_="way" if one.done is not None else "way none", title=one.way or None),
        tag("td", share(one.results) if one.results is not None else DASH, class_="number side"),
        tag("td", day(one.end), class_="nowrap side"),
        tag("td", letters(one), class_="side"),
    )


def letters(one: GoalLine) -> Markup:
    """The five letters of SMART; those that fail stand out, with the reason as a tooltip."""
    fails = {letter.letter: letter for letter in one.fails}
    drawn = [
        tag("b", name, title=f"{fails[name].word}: {fails[name].fails}") if name in fails else tag("i", name)
        for name in "SMART"
    ]
    said = "; ".join(f"{letter.word} fails: {letter.fails}" for letter in one.fails) or "all five letters hold"
    return span("letters", drawn, span("unseen", said))


def drafts(lines: Sequence[DraftLine]) -> Markup:
    """What is not in force yet."""
    items = [
        tag(
            "li",
            link(one.href, one.title, class_="name"),
            span("badge tone-amber", "your turn") if one.mine else None,
            span("sub", f"{one.words} · {one.owner}"),
        )
        for one in lines
    ]
    return _card("Drafts and offers", counted(len(lines), "objective"), tag("ul", items, class_="plainlist"))


def gaps(view: ObjectivesView) -> Markup:
    """Objectives above that none here serves."""
    items = [
        tag("li", title, link(href, "Take a part on", aria_label=f"Take a part of {title} on") if href else None)
        for title, href in view.above
    ]
    return _card("Above, and not served here", counted(len(items), "objective"), tag("ul", items, class_="takelist"))


def alignment(lines: Sequence[UnitLine]) -> Markup:
    """The units below: how many of their objectives lead up to the top, and what they leave unanswered."""
    rows = [
        [
            span(f"depth{min(one.depth, 3)}", link(one.href, one.title)),
            one.objectives or DASH,
            share(one.share),
            _names(one.orphans),
            _gaps(one),
        ]
        for one in lines
    ]
    heads = ["Unit", "Objectives", "Aligned", "Lead nowhere", "Above, and not served"]
    found = table(heads, rows, (1, 2), "Alignment of the units below", stacks=True)
    return _card("Alignment below", "share that leads up to the top", found, "aligned")


def _gaps(one: UnitLine) -> object:
    if not one.objectives:
        return span("quiet", "no objective of its own yet")
    titles = ", ".join(title for title, _ in one.gaps)
    return link(one.href, f"{len(one.gaps)}", title=titles) if one.gaps else span("quiet", DASH)


def _names(found: Sequence[tuple[str, str]], most: int = 2) -> object:
    if not found:
        return span("quiet", DASH)
    shown = [join([link(href, title), tag("br")]) for title, href in found[:most]]
    rest = f"and {len(found) - most} more" if len(found) > most else ""
    return span("", shown, span("quiet", rest, title=", ".join(title for title, _ in found[most:])) if rest else None)


def versions(lines: Sequence[VersionLine]) -> Markup:
    """The versions of the plan, newest first."""
    items = [
        tag(
            "li",
            tag("b", link(one.href, one.title) if one.href else one.title),
            span("sub", f"{day(one.on)} · {one.who} · ", link(one.then_href, "the plan then")),
            tag("p", one.reason) if one.reason else None,
            [span("sub said", words) for words in one.changes],
        )
        for one in lines
    ]
    if not items:
        body: Markup = div("empty", tag("b", "No version yet"), "Whatever changes the plan in force stands here.")
    else:
        body = tag("ol", items, class_="plainlist")
    return _card("Versions of the plan", "newest first", body)


def then(view: ThenView) -> Markup:
    """The plan as it stood on a day."""
    rows = [
        [
            join([span("name", one.title), span("sub", one.perspective)]),
            one.owner,
            one.metrics,
            one.dates or DASH,
            one.since if one.since != "As now" else span("quiet", one.since),
        ]
        for one in view.lines
    ]
    if not rows:
        return div("card", div("empty", tag("b", "No objective was in force"), "The plan began later."))
    heads = ["Objective", "Owner", "Measured by", "From, to", "Since then"]
    return div("card", table(heads, rows, (), view.title))


def _card(title: str, aside: str, body: object, class_: str = "") -> Markup:
    head = tag("header", tag("h2", title), span("aside", aside))
    return tag("section", head, body, class_=f"card {class_}".strip(), aria_label=title)
