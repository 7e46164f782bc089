"""Draws the governance page: decisions that wait, who answers for what, the rules, conflicts between units."""

from collections.abc import Sequence

from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import sign
from views.draw.tables import table
from views.governance import Tab
from views.governance.answers import AnswersView, RaciLine, UnitLine
from views.governance.decisions import DecisionsView, RequestLine, RequestView, UpLine
from views.governance.disputes import DisputeLine
from views.governance.rules import RulesView
from views.wording import counted, listed

SIGNS = {  # the shape that stands before a thing in each state
    "waiting": "amber",
    "approved": "green",
    "self_approved": "green",
    "rejected": "red",
    "withdrawn": "no_target",
    "open": "amber",
    "decided": "green",
}
DISPUTE_WORDS = {"open": "Waits for a decision", "decided": "Decided", "withdrawn": "Settled between them"}


def tabs(found: Sequence[Tab]) -> Markup:
    """Links to the parts of the page, with the one that is shown."""
    links = [
        link(t.href, t.title, class_="tab on" if t.on else "tab", aria_current="page" if t.on else None) for t in found
    ]
    return tag("nav", links, class_="tabs", aria_label="Parts of this page")


# -- decisions


def decisions(view: DecisionsView) -> Markup:
    """What waits, what was moved up, what was decided."""
    waits = [_request(one) for one in view.waiting] or div(
        "empty",
        tag("b", "Nothing waits for a decision"),
        "Ask for one below; the decision rights say who decides, and small things you decide yourself.",
    )
    ups = [_up(one) for one in view.ups] or div(
        "empty", tag("b", "Nothing was moved up"), "What waits longer than its clock allows moves up a level by itself."
    )
    past = [_request(one) for one in view.decided] or div(
        "empty", tag("b", "Nothing was decided yet"), "What was decided stands here, with who and why."
    )
    return div(
        "halves",
        _card("Waiting for a decision", counted(len(view.waiting), "request") if view.waiting else "", waits),
        _card("Moved up", counted(len(view.ups), "thing") if view.ups else "", ups),
        _card("Decided", "newest first" if view.decided else "", past, wide=True),
    )


def _card(title: str, aside: str, body: object, *, wide: bool = False) -> Markup:
    inner = tag("ul", body, class_="lines") if isinstance(body, list) else body
    return tag(
        "section",
        tag("header", tag("h2", title), span("aside", aside) if aside else None),
        inner,
        class_="card wide" if wide else "card",
        aria_label=title,
    )


def _request(one: RequestLine) -> Markup:
    waits = one.state == "waiting"
    says = f"waits {one.waits}{', moved up to you' if one.moved else ''} · {one.deciders}" if waits else one.answer
    return tag(
        "li",
        div(
            "what",
            span("withmark", sign(SIGNS[one.state]), link(one.href, one.title, class_="name", data_key=one.key)),
            span("badge tone-amber", "your turn") if one.turn else span("area", "" if waits else one.waits),
        ),
        span("sub", one.about),
        span("sub", tag("b", one.word) if not waits else None, " · " if not waits and says else "", says),
    )


def _up(one: UpLine) -> Markup:
    return tag(
        "li",
        div(
            "what",
            span("withmark", sign("red" if not one.answer else "amber"), link(one.href, one.title, class_="name")),
            span("badge tone-amber", "to you") if one.asks else span("area", one.when),
        ),
        span("sub", one.why),
        span("sub", f"{one.path} · {one.when}" if one.asks else one.path),
        span("sub", tag("b", "Answer"), " · ", one.answer) if one.answer else None,
    )


def request(view: RequestView) -> Markup:
    """One request: why, what happens when it is approved, and who decides."""
    line = view.line
    facts = [(tag("dt", name), tag("dd", words)) for name, words in view.facts]
    note = "You asked for this: a second person decides." if view.own and line.state == "waiting" else ""
    return tag(
        "section",
        tag("header", tag("h2", "What is asked for"), span("withmark", sign(SIGNS[line.state]), line.word)),
        tag("p", view.reason, class_="wrap lead"),
        div("notice", tag("b", "When approved, this is done: "), view.carries) if view.carries else None,
        tag("dl", facts),
        div("notice", note) if note else None,
        div("answer", tag("h3", "Answer"), tag("p", line.answer, class_="wrap")) if line.answer else None,
        class_="card request",
        aria_label="Request",
    )


def history(entries: Sequence[tuple[str, str, str]]) -> Markup:
    """Who did what, when."""
    lines = [tag("li", tag("b", who), f" {did}", span("sub", when)) for who, did, when in entries]
    return _card("History", "newest first", lines)


# -- who answers


def answers(view: AnswersView) -> Markup:
    """The report on coverage by unit, then the RACI table."""
    covered = f"{view.covered} of {counted(len(view.units), 'unit')} with a champion"
    units = tag(
        "section",
        tag("header", tag("h2", "Units"), span("aside", covered)),
        _stacking(["Unit", "Head", "Champion", "Answers for", "Missing"], [_unit(one) for one in view.units]),
        class_="card",
        aria_label="Coverage by unit",
    )
    if not view.lines:
        says = "Objectives, metrics and initiatives stand here with their people once there are any in this unit."
        return div("stack", units, div("card", div("empty", tag("b", "Nothing to answer for yet"), says)))
    whole = f"{view.complete} of {len(view.lines)} with an accountable and a responsible"
    heads = ["", "Accountable", "Responsible", "Consulted", "Informed"]
    return div(
        "stack",
        units,
        tag(
            "section",
            tag("header", tag("h2", "Roles"), span("aside", whole)),
            _stacking(heads, [_raci(one) for one in view.lines]),
            class_="card raci",
            aria_label="Roles",
        ),
    )


def _stacking(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup:
    """A table whose rows become blocks on a phone, each cell with its head before it."""
    head = tag("tr", [tag("th", name, scope="col") for name in heads])
    body = [
        tag(
            "tr",
            [
                tag("td", cell, data_label=name, class_="none" if cell == "–" else None)
                for name, cell in zip(heads, row, strict=True)
            ],
        )
        for row in rows
    ]
    return tag("table", tag("thead", head), tag("tbody", body), class_="plain stacking")


def _unit(one: UnitLine) -> list[object]:
    return [
        span(f"unit depth{min(one.depth, 3)}", tag("b", one.title), span("quiet", f" {one.level}")),
        one.head or "–",
        one.champions or "–",
        one.owned or "–",
        span("withmark", sign("amber"), listed(one.gaps)) if one.gaps else span("withmark", sign("green"), "nothing"),
    ]


def _raci(one: RaciLine) -> list[object]:
    name = link(one.href, one.title, class_="name") if one.href else tag("b", one.title)
    missing = span("withmark quiet", sign("amber"), "missing")
    return [
        join([name, span("sub", f"{one.kind} · {one.unit}")]),
        one.accountable or missing,
        one.responsible or missing,
        one.consulted or "–",
        one.informed or "–",
    ]


# -- rules


def rules(view: RulesView) -> Markup:
    """The table of decision rights and the clocks."""
    if view.empty:
        says = (
            "Decision rights say who decides on what, up to how much; clocks say after how long a thing moves up. "
            "Whoever governs this unit begins with the usual ones below."
        )
        return div("card", div("empty", tag("b", "No rules yet"), says))
    rights = table(
        ["Decision", "Unit and below", "Reach", "Who decides"],
        [[tag("b", one.kind) if one.first else "", one.unit, one.reach or "–", one.decides] for one in view.rights],
        numbers=(),
        label="Decision rights",
    )
    clocks = table(
        ["What waits", "Unit and below", "Up a level after"],
        [[tag("b", one.watches), one.unit, one.after] for one in view.clocks],
        numbers=(),
        label="Clocks",
    )
    return div(
        "halves",
        _ruled("Decision rights", "the nearest unit's rules count first", rights, view.unruled, "Nobody decides on"),
        _ruled("Clocks", "once more for each further level", clocks, view.unwatched, "No clock for"),
    )


def _ruled(title: str, aside: str, body: Markup, without: Sequence[str], says: str) -> Markup:
    gap = f"{says}: {listed([word.lower() for word in without], most=6)}." if without else ""
    return tag(
        "section",
        tag("header", tag("h2", title), span("aside", aside)),
        body,
        div("foot", gap) if gap else None,
        class_="card",
        aria_label=title,
    )


# -- conflicts


def disputes(lines: Sequence[DisputeLine]) -> Markup:
    """The conflicts, open ones first."""
    if not lines:
        says = (
            "When two units work against each other, one of them writes it down, and somebody above both decides. "
            "The strategy map shows metrics that pull apart."
        )
        return div("card", div("empty", tag("b", "No conflict between units"), says))
    return _card("Conflicts between units", counted(len(lines), "conflict"), [_dispute(one) for one in lines])


def _dispute(one: DisputeLine) -> Markup:
    facts = [one.sides, f"raised by {one.raised}", f"{one.arbiter} settles it"]
    metrics = [(" · " if at else "", link(href, title)) for at, (title, href) in enumerate(one.metrics)]
    return tag(
        "li",
        div(
            "what",
            span("withmark", sign(SIGNS[one.state]), link(one.href, one.title, class_="name", data_key=one.key)),
            span("badge tone-amber", "yours to settle") if one.mine else span("area", DISPUTE_WORDS[one.state]),
        ),
        span("sub", " · ".join(facts)),
        tag("p", one.about, class_="wrap"),
        span("sub", metrics) if metrics else None,
        div("answer", tag("b", DISPUTE_WORDS[one.state]), f" · {one.decided}: ", one.decision)
        if one.decision
        else None,
    )
