"""Draws the strategy's check: how many findings of each kind, then rule by rule what to do about each."""

from views.draw.html import Markup, div, link, span, tag
from views.draw.marks import sign
from views.strategy_check import CheckView, Group, Line

FEW = 8  # lines of a rule that stand open; more are folded away


def check(view: CheckView) -> Markup:
    """The whole report."""
    empty = tag("section", tag("p", view.empty, class_="empty"), class_="card") if view.empty else None
    heads = div(
        "counts",
        [span("count", sign(mark), span("strong", f" {number} "), word.lower()) for word, mark, number in view.counts],
    )
    return div("checks", heads, empty, [_group(group) for group in view.groups], _excused(view.excused))


def _group(group: Group) -> Markup:
    head = tag(
        "header",
        tag("h2", sign(group.mark, group.level), " ", group.says),
        span("aside", f"{group.level} \u00b7 {group.rule}"),
    )
    if group.message:
        said = tag("p", f"{group.message}. ", span("quiet", f"{group.remedy}."), class_="said")
        return tag(
            "section", head, said, tag("ul", [_short(one) for one in group.lines], class_="alike"), class_="card"
        )
    lines = [tag("ul", [_line(one) for one in group.lines[:FEW]], class_="findings")]
    rest = group.lines[FEW:]
    if rest:
        more = tag("summary", f"{len(rest)} more")
        lines.append(tag("details", more, tag("ul", [_line(one) for one in rest], class_="findings")))
    return tag("section", head, lines, class_="card")


def _short(one: Line) -> Markup:
    """A finding that says what its neighbours say."""
    unit = span("sub", one.unit) if one.unit != one.title else None
    out = link(one.pass_href, "Pass over", class_="sub") if one.pass_href else None
    return tag("li", span("", link(one.href, one.title), " ", unit), out)


def _line(one: Line) -> Markup:
    return tag(
        "li",
        div("what", link(one.href, one.title, class_="strong"), span("sub", one.unit)),
        div(
            "why",
            span("", one.message),
            span("sub", one.remedy) if not one.excused else span("sub", f"Passed over: {one.excused}"),
        ),
        link(one.pass_href, "Pass over", class_="sub") if one.pass_href else None,
        link(one.excuse_href, "Ask again", class_="sub") if one.excuse_href else None,
    )


def _excused(groups: tuple[Group, ...]) -> Markup | None:
    lines = [line for group in groups for line in group.lines]
    if not lines:
        return None
    head = tag("header", tag("h2", "Passed over"), span("aside", f"{len(lines)}, each with its reason"))
    return tag("section", head, tag("ul", [_line(one) for one in lines], class_="findings"), class_="card")
