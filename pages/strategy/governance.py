"""Governance: who decides, who answers for what, what was moved up, and conflicts between units (checklist 63)."""

import streamlit as st

from pages import Page
from pages.parts import frame, governance_deeds
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from pages.parts.zone import zone
from views.desk import Desk
from views.draw import governance as draw
from views.draw.head import head
from views.governance import TABS, answers, decisions, disputes, rules, tabs
from views.picks import Picks
from views.rights import FourfoldError, Refused

PAGE = Page(
    title="Governance",
    needs="strategy.view",
    path="governance",
    section="Strategy",
    order=50,
    help="Who decides on what, who answers for what, what was moved up, conflicts between units.",
)


def render(desk: Desk) -> None:
    """Draw the part that the address names, or one request."""
    picks = pick(desk, PAGE.needs)
    key = st.query_params.get("request", "")
    try:
        if key:
            _request(desk, picks, key)
        else:
            _page(desk, picks)
    except (FourfoldError, Refused) as error:
        frame.top(
            head("Governance", picks.unit_title), lambda: picker(desk, picks, scorecard=False, time=False), picks.notes
        )
        frame.told(error)
        governance_deeds.back(picks)
    frame.foot(desk)


def _page(desk: Desk, picks: Picks) -> None:
    linked = "between" in st.query_params or "dispute" in st.query_params
    asked = st.query_params.get("show", "conflicts" if linked else "decisions")
    shown = asked if asked in TABS else "decisions"
    waits, settles = decisions.build(desk, picks, zone()), disputes.build(desk, picks, zone())
    counts = {"decisions": waits.turns, "conflicts": sum(line.mine for line in settles)}
    frame.top(
        head("Governance", f"{picks.unit_title} and below"),
        lambda: picker(desk, picks, scorecard=False, time=False),
        picks.notes,
    )
    canvas(draw.tabs(tabs(picks, shown, counts)), "tabs", "governance")
    if shown == "decisions":
        canvas(draw.decisions(waits), "decisions", "governance")
        governance_deeds.moved_up(desk, picks, waits.ups)
        governance_deeds.ask(desk, picks, waits.total)
    elif shown == "answers":
        governance_deeds.duties(desk, picks)
        canvas(draw.answers(answers.build(desk, picks)), "answers", "governance")
    elif shown == "rules":
        canvas(draw.rules(rules.build(desk, picks)), "rules", "governance")
        governance_deeds.set_rules(desk, picks)
    else:
        _conflicts(desk, picks, settles)


def _conflicts(desk: Desk, picks: Picks, lines: tuple[disputes.DisputeLine, ...]) -> None:
    chosen = next((line for line in lines if line.key == st.query_params.get("dispute")), None)
    if chosen:
        governance_deeds.settled(desk, picks, chosen)
    canvas(draw.disputes((chosen,) if chosen else lines), "conflicts", "governance")
    if chosen:
        governance_deeds.settle(desk, chosen)
    else:
        governance_deeds.raise_one(desk, picks, st.query_params.to_dict(), len(lines))


def _request(desk: Desk, picks: Picks, key: str) -> None:
    view = decisions.request_view(desk, key, zone())
    governance_deeds.decided(desk, picks, view)
    frame.top(head(view.line.title, view.line.about, over="Request"))
    governance_deeds.back(picks)
    left, right = st.columns([1.7, 1], gap="small")
    with left:
        canvas(draw.request(view), "request", "governance")
        governance_deeds.decide(view)
    with right:
        canvas(draw.history(view.history), "history", "governance")
