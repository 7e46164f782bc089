"""Issues: what is off, who answers for it, what is done about it, and whether that worked."""

import streamlit as st

from pages import Page
from pages.parts import action_deeds, frame, issue_deeds
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from pages.parts.zone import zone
from views import issue, issues
from views.desk import Desk
from views.draw import issues as draw
from views.draw.actions import actions
from views.draw.head import head
from views.picks import Picks
from views.place import Place
from views.rights import FourfoldError, Refused

PAGE = Page(
    title="Issues",
    needs="strategy.view",
    path="issues",
    section="Strategy",
    order=30,
    help="What is off target, who answers for it, what is done until when, and whether it worked.",
)


def render(desk: Desk) -> None:
    """Draw the lists, or one issue, as the address says."""
    picks = pick(desk, PAGE.needs)
    key = st.query_params.get("issue", "")
    try:
        if key:
            _one(desk, picks, key)
        else:
            _list(desk, picks)
    except (FourfoldError, Refused) as error:
        frame.top(
            head("Issues", picks.unit_title), lambda: picker(desk, picks, scorecard=False, time=False), picks.notes
        )
        frame.told(error)
        issue_deeds.back(picks)
    frame.foot(desk)


def _list(desk: Desk, picks: Picks) -> None:
    view = issues.listing(desk, picks, st.query_params.get("show", "open"), zone())
    says = f"{picks.unit_title} and below · {view.subtitle}"
    frame.top(head("Issues", says), lambda: picker(desk, picks, scorecard=False, time=False), picks.notes)
    canvas(draw.listing(view), "issues", "issues")


def _one(desk: Desk, picks: Picks, key: str) -> None:
    view = issue.issue_view(desk, key, zone())
    frame.top(head(view.title, view.subtitle, over="Issue"))
    with st.container(horizontal=True, gap="small", key="deeds"):
        issue_deeds.back(picks)
        issue_deeds.deeds(desk, view)
    left, right = st.columns([1.7, 1], gap="small")
    with left:
        canvas(draw.number(view), "number", "issues")
        chosen = next((one for one in view.actions if one.key == st.query_params.get("action")), None)
        if chosen is not None:
            action_deeds.panel(desk, chosen, Place("issues", {"issue": key}))
        rest = tuple(one for one in view.actions if one is not chosen)
        if rest or chosen is None:
            canvas(actions(rest, "Actions", "", draw.no_action(view)), "actions", "issues")
        issue_deeds.give(desk, view)
    with right:
        canvas(draw.facts(view), "facts", "issues")
        if view.decisions:
            canvas(draw.decisions(view.decisions), "decisions", "issues")
        canvas(draw.history(view), "history", "issues")
