"""Draws actions: lines of a list, one in full with what was told of it."""

from collections.abc import Sequence

from views.actions import ActionLine, Stand, Told
from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import sign


def stand(one: Stand, *, worded: bool = True) -> Markup:
    """How something stands, as shape and word."""
    mark = sign(one.sign)
    return span("stand", mark, span("word" if worded else "unseen", one.word))


def actions(
    lines: Sequence[ActionLine], title: str, aside: str, empty: Markup | None = None, *, owners: bool = True
) -> Markup:
    """A card with actions, one line each; without `owners` where all are one person's."""
    return tag(
        "section",
        tag("header", tag("h2", title), span("aside", aside) if aside else None),
        tag("ul", [_line(one, owners) for one in lines], class_="actions") if lines else empty,
        class_="card",
        aria_label=title,
    )


def _line(one: ActionLine, owners: bool) -> Markup:
    due = span("due tone-red" if one.late else "due", one.due)
    return tag(
        "li",
        div("what", link(one.href, one.title, class_="name", data_key=one.key), stand(one.stand)),
        div("who", span("", one.owner_name) if owners else None, due, span("quiet", one.slip) if one.slip else None),
        div("does", _effect(one)) if one.expects else None,
        _newest(one.told),
    )


def _effect(one: ActionLine) -> Markup:
    effect = span("quiet", f" · {one.effect}") if one.effect else None
    return join([span("", "Expected: ", one.expects), effect])


def _newest(told: Sequence[Told]) -> Markup | None:
    said = next((one for one in told if one.text), None)
    return div("quiet", f"“{said.text}” {said.who}, {said.when}") if said else None


def action(one: ActionLine) -> Markup:
    """One action in full: what it is for, what it should do, what was told."""
    about = [
        ("For", link(f"issues?issue={one.issue}", one.issue_title) if one.issue_title else None),
        ("Expected", one.expects),
        ("So far", one.effect),
        ("Day", join([one.due, f"; {one.slip}" if one.slip else ""])),
        (
            "Verified by" if one.state in ("open", "done") else "Learned",
            one.verifier_name if one.state in ("open", "done") else one.verdict,
        ),
    ]
    facts = [(tag("dt", name), tag("dd", words)) for name, words in about if words]
    return tag(
        "section",
        tag("header", tag("h2", one.title), stand(one.stand)),
        tag("p", one.words, class_="wrap") if one.words else None,
        tag("dl", facts),
        tag("ol", [_told(each) for each in one.told], class_="told") if one.told else None,
        class_="card action",
        aria_label=f"Action: {one.title}",
    )


def _told(one: Told) -> Markup:
    return tag(
        "li",
        div("", tag("b", one.who), f" {one.about}", span("quiet", f" · {one.when}")),
        tag("p", one.text, class_="wrap") if one.text else None,
    )
