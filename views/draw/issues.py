"""Draws issues: the lists with their tabs, and one issue with its number, facts and history."""

from collections.abc import Sequence

from views.draw.actions import actions, stand
from views.draw.html import Markup, div, link, span, tag
from views.draw.marks import sparkline, status_mark
from views.issue import DecisionLine, IssueView
from views.issues import IssueLine, IssueList, RedLine, Tab
from views.opening import Opening
from views.wording import status_of

NEWEST = 6  # deeds that history shows before it is opened
EMPTY = {
    "open": (
        "No issue is open here",
        "The clock opens one when a metric is off target for longer than it allows; from a metric's page a person "
        "opens one with a click.",
    ),
    "closed": ("Nothing is closed yet", "An issue is closed with an answer to: did it work?"),
    "actions": ("Nobody has anything to do here", "Actions are given on an issue, or in a review."),
    "reds": ("Every red has an issue", "Whatever is off target here has somebody who answers for it."),
}


def listing(view: IssueList) -> Markup:
    """The tabs, and the list that is chosen."""
    body: Markup
    if view.show == "actions" and view.actions:
        body = actions(view.actions, "Actions", "by day")
    elif view.issues:
        body = div("card issuelist", _issues(view.issues, closed=view.show == "closed"))
    elif view.reds:
        body = div("card issuelist", _reds(view.reds))
    else:
        title, says = EMPTY[view.show]
        body = div("card", div("empty", tag("b", title), says))
    return div("stack", tabs(view.tabs), body)


def tabs(found: Sequence[Tab]) -> Markup:
    """Links to the lists, with the one that is shown."""
    return tag(
        "nav",
        [
            link(t.href, t.title, class_="tab on" if t.on else "tab", aria_current="page" if t.on else None)
            for t in found
        ],
        class_="tabs",
    )


def _issues(rows: Sequence[IssueLine], *, closed: bool) -> Markup:
    heads = ("Issue", "Now", "Target", "24 months", "Owner", "Answer" if closed else "Action")
    numbers = {1, 2}
    head = tag(
        "tr", [tag("th", h, scope="col", class_="number" if i in numbers else None) for i, h in enumerate(heads)]
    )
    return tag("table", tag("thead", head), tag("tbody", [_issue(row) for row in rows]))


def _issue(row: IssueLine) -> Markup:
    word = status_of(row.status).word
    return tag(
        "tr",
        tag("td", link(row.href, row.title, class_="name", data_key=row.key), span("sub", row.about), class_="issue"),
        tag("td", row.value, span("sub", status_mark(row.status)), class_="number value"),
        tag("td", row.target, class_="number target"),
        tag(
            "td",
            sparkline(row.line, status_of(row.status).tone, 88, 24, row.aim, f"{row.title}: {word}"),
            class_="line",
        ),
        tag("td", row.owner, class_="owner"),
        tag(
            "td",
            stand(row.stand),
            span("sub", row.action) if row.action else None,
            span("sub", row.detail),
            class_="step",
        ),
    )


def _reds(rows: Sequence[RedLine]) -> Markup:
    heads = ("Metric", "Now", "Target", "Red for")
    head = tag("tr", [tag("th", h, scope="col", class_="number" if i in (1, 2) else None) for i, h in enumerate(heads)])
    body = [
        tag(
            "tr",
            tag("td", link(row.href, row.title, class_="name"), span("sub", row.about), class_="issue"),
            tag("td", row.value, class_="number value"),
            tag("td", row.target, class_="number target"),
            tag("td", row.periods, class_="step"),
        )
        for row in rows
    ]
    return tag("table", tag("thead", head), tag("tbody", body))


def number(view: IssueView) -> Markup:
    """The number that the issue is about, then and now, and what is behind it."""
    cells = [
        (
            f"Now, {view.now_of}" if view.now_of else "Now",
            span("huge", view.value),
            status_mark(view.status) if view.status else "not in your units",
        ),
        ("Target", span("large", view.target), None),
        (f"When opened, {view.was_of}", span("large", view.was), None),
        ("Since then", span("large", view.change), span("quiet", view.signal)),
    ]
    figures = [div("figure", span("quiet", name), value, below) for name, value, below in cells]
    line = sparkline(view.line, None, 340, 56, view.aim, f"{view.metric_title}, 24 months") if view.line else None
    answer = None
    if view.outcome:
        answer = div("notice", tag("b", f"Did it work? {view.outcome}."), f" {view.closing}")
    return tag(
        "section",
        tag("header", tag("h2", link(view.metric_href, view.metric_title) if view.metric_href else view.metric_title)),
        div("headline", div("figures", figures)),
        div("wideline", line),
        answer,
        div("cause", tag("h3", "What is behind it"), tag("p", view.cause, class_="wrap"))
        if view.cause
        else tag("p", "Nobody has said yet what is behind it.", class_="quiet cause"),
        class_="card thenumber",
        aria_label="The number",
    )


def no_action(view: IssueView) -> Markup:
    """Says that nobody does anything yet, and what to do about it."""
    says = "Give one below: who does what until when, and what it should do to the number."
    if view.state == "closed":
        says = "It was closed without one."
    return div("empty", tag("b", "No action"), says)


def there(found: Opening) -> Markup:
    """On a metric's page: the issue that is open on it."""
    return div("notice", "There is an open issue: ", link(found.there, found.there_title, class_="name"))


def facts(view: IssueView) -> Markup:
    """Who and what for."""
    lines = [(tag("dt", name), tag("dd", link(href, words) if href else words)) for name, words, href in view.facts]
    return tag("section", tag("header", tag("h2", "About")), tag("dl", lines), class_="card facts", aria_label="About")


def decisions(found: Sequence[DecisionLine]) -> Markup:
    """What was decided on it, with the numbers that were on the table."""
    lines = [
        tag("li", tag("b", one.title), span("sub", one.who), [span("sub", f"rests on {each}") for each in one.cites])
        for one in found
    ]
    return tag(
        "section",
        tag("header", tag("h2", "Decisions")),
        tag("ul", lines, class_="plainlist"),
        class_="card",
        aria_label="Decisions",
    )


def history(view: IssueView) -> Markup:
    """Everything that was done, newest first."""
    lines = [
        tag(
            "li",
            tag("b", one.who),
            f" {one.did}",
            span("sub", one.what) if one.what else None,
            span("sub", one.when),
        )
        for one in view.history
    ]
    older = lines[NEWEST:]
    return tag(
        "section",
        tag("header", tag("h2", "History"), span("aside", "newest first")),
        tag("ol", lines[:NEWEST], class_="plainlist"),
        tag("details", tag("summary", f"{len(older)} earlier"), tag("ol", older, class_="plainlist"), class_="twin")
        if older
        else None,
        class_="card",
        aria_label="History",
    )
