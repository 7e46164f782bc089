"""Draws the page of reviews: what is open, coming and held, how often units meet, and the log of decisions."""

from collections.abc import Sequence

from views.draw.actions import stand
from views.draw.html import Markup, div, join, link, span, tag
from views.reviews import CadenceLine, DecisionLine, ReviewLine, Reviews
from views.wording import counted, listed

RAN = ("Review", "Day", "Held by", "Came of it")


def tabs(chosen: str, meetings: str, decisions: str, count: int) -> Markup:
    """Links to the two lists, with the one that is shown."""
    found = (("meetings", "Reviews", meetings), ("decisions", f"Decisions {count}", decisions))
    return tag(
        "nav",
        [
            link(
                href,
                title,
                class_="tab on" if key == chosen else "tab",
                aria_current="page" if key == chosen else None,
            )
            for key, title, href in found
        ],
        class_="tabs",
    )


def meetings(view: Reviews) -> Markup:
    """Open, coming and held reviews."""
    if not (view.open or view.coming or view.held):
        says = (
            "Set how often the unit meets: the next review is then planned by itself, with the people who answer for "
            "its objectives, and its agenda builds itself from the numbers."
            if view.may_set
            else "Plan one, or ask whoever sets the cadence: the agenda of a review builds itself from the numbers."
        )
        return div("card", div("empty", tag("b", "No review is planned here"), says))
    parts = []
    if view.open:
        parts.append(_card("Open now", "", _table(view.open, RAN, _running)))
    if view.coming:
        heads = ("Review", "Day", "Held by", "Come", "Your answer")
        parts.append(_card("Coming", counted(len(view.coming), "review"), _table(view.coming, heads, _coming)))
    if view.held:
        parts.append(_card("Held", _of_all(view), _table(view.held, RAN, _running)))
    return div("stack", parts)


def cadences(view: Reviews) -> Markup:
    """How often units meet, and which do not."""
    rows = [_cadence(one) for one in view.cadences]
    nothing = div("empty", tag("b", "No unit meets regularly yet"), "A cadence plans each next review by itself.")
    without = div("foot", f"Without a cadence: {listed(view.without, 5)}") if view.without and view.cadences else None
    return tag(
        "section",
        tag("header", tag("h2", "How often"), span("aside", "held of those due") if rows else None),
        tag("ul", rows, class_="rows") if rows else nothing,
        without,
        class_="card",
        aria_label="How often",
    )


def decisions(view: Reviews) -> Markup:
    """The log of decisions."""
    if not view.decisions:
        says = "What is decided in a review stands here with the numbers that it rests on, and is looked back at."
        return div("card", div("empty", tag("b", "Nothing has been decided yet"), says))
    cited = f"{view.cited} of {counted(len(view.decisions), 'decision')} cite numbers"
    return _card("Decisions", cited, tag("ul", [decision(one) for one in view.decisions], class_="rows"))


def decision(one: DecisionLine) -> Markup:
    """One decision with its numbers."""
    about = join([f"{one.who}, {one.when} \u00b7 {one.unit}"])
    where = link(one.href, one.review) if one.href else None
    return tag(
        "li",
        div("what", span("name", one.title), stand(one.stand)),
        div("sub", about, " \u00b7 " if where else None, where, f" \u00b7 {one.again}" if one.again else None),
        tag("p", one.because) if one.because else None,
        tag("ul", [tag("li", each) for each in one.cites], class_="cites") if one.cites else None,
        tag("p", one.words, class_="quiet") if one.words else None,
        data_key=one.key,
    )


def _card(title: str, aside: str, body: Markup) -> Markup:
    head = tag("header", tag("h2", title), span("aside", aside) if aside else None)
    return tag("section", head, body, class_="card meetings", aria_label=title)


def _table(rows: Sequence[ReviewLine], heads: Sequence[str], cells: object) -> Markup:
    assert callable(cells)
    head = tag("tr", [tag("th", h, scope="col") for h in heads])
    return tag("table", tag("thead", head), tag("tbody", [tag("tr", cells(row)) for row in rows]))


def _of_all(view: Reviews) -> str:
    shown, known = len(view.held), view.held_count
    return f"the newest {shown} of {known}" if shown < known else "newest first"


def _first(row: ReviewLine) -> Markup:
    return tag("td", link(row.href, row.title, class_="name", data_key=row.key), span("sub", row.unit), class_="review")


def _coming(row: ReviewLine) -> list[Markup]:
    late = row.stand.sign == "red"
    return [
        _first(row),
        tag("td", row.when, span("sub", span("tone-red", "not held") if late else row.soon), class_="when"),
        tag("td", row.chair),
        tag("td", row.answers, class_="people"),
        tag("td", stand(row.mine) if row.mine else span("quiet", "not invited")),
    ]


def _running(row: ReviewLine) -> list[Markup]:
    return [
        _first(row),
        tag("td", row.when, span("sub", row.soon), class_="when"),
        tag("td", row.chair),
        tag("td", row.came),
    ]


def _cadence(one: CadenceLine) -> Markup:
    return tag(
        "li",
        div("what", span("name", one.unit), span("tone-red" if one.late else "quiet", one.kept)),
        div("sub", f"{one.rule} \u00b7 {one.chair}"),
    )
