"""Draws what every page has: its head, notices, its foot, and empty states."""

from collections.abc import Sequence
from datetime import datetime

from views.desk import Desk
from views.draw.html import Markup, div, link, span, tag
from views.draw.marks import status_mark
from views.freshness import freshness
from views.wording import counted, day, listed, moment, score


def head(title: str, subtitle: str, status: str | None = None, value: float | None = None, over: str = "") -> Markup:
    """The page's title, with a status and score where the page has one, and what it is about."""
    mark = span("titlescore", span("value", score(value)), status_mark(status)) if status else None
    return tag(
        "header",
        div("over", over) if over else None,
        tag("h1", title, mark),
        tag("p", subtitle, class_="quiet"),
        class_="pagehead",
    )


def notices(notes: Sequence[str]) -> Markup:
    """What a link asked for in vain."""
    return div("stack", [div("notice", note) for note in notes])


def foot(desk: Desk, more: Markup | None = None) -> Markup:
    """How fresh the data is, and which snapshot every number on the page comes from; `more` stands at its end."""
    late = [one.dataset for one in freshness(desk).values() if one.late] if desk.sees_feeds else []
    made = datetime.fromisoformat(desk.opened.manifest.created_at).astimezone()
    health = desk.may("health.view")
    number = link("health", desk.snapshot) if health else tag("b", desk.snapshot)
    feeds = (
        span("", tag("b", f"{counted(len(late), 'feed')} late"), f": {listed(late)}")
        if late
        else span("", "All feeds are fresh")
        if desk.sees_feeds
        else None
    )
    return tag(
        "footer",
        span("", "Facts up to ", tag("b", day(desk.as_of))),
        span("", "Refreshed ", tag("b", moment(made))),
        span("", "Snapshot ", number),
        feeds,
        more,
        class_="pagefoot",
    )


def empty(title: str, says: str) -> Markup:
    """Nothing to show: why, and what to do next."""
    return div("card", div("empty", tag("b", title), says))


def banner(desk: Desk, remember: str) -> Markup:
    """Sample people: said on every page, so that nobody takes it for a sign-in. `remember`: a cookie, name=value."""
    viewer = desk.viewer
    roles = listed([desk.workspace.roles[role].title for role in viewer.roles if role in desk.workspace.roles])
    units = listed([unit.title for unit in desk.tops(desk.as_of)])
    return tag(
        "p",
        tag("b", "Demonstration"),
        " without sign-in, on this machine alone. You look through the eyes of ",
        tag("b", viewer.name),
        f", {viewer.title} ({roles}, {units}).",
        class_="banner",
        data_remember=remember,
        role="note",
    )
