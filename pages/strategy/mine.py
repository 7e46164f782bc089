"""My work: what waits for the viewer, his actions, what he answers for, and what all of it supports."""

import streamlit as st

from pages import Page
from pages.parts import action_deeds, frame
from pages.parts.canvas import canvas
from pages.parts.zone import zone
from views import mine
from views.desk import Desk
from views.draw import mine as draw
from views.draw.actions import actions
from views.draw.head import head
from views.place import Place
from views.rights import FourfoldError, Refused

PAGE = Page(
    title="My work",
    needs="action.own",
    path="mine",
    section="Strategy",
    order=5,
    help="What waits for you, your actions and responsibilities, and what they support.",
)


def render(desk: Desk) -> None:
    """Draw the page; an action that the address names is opened above the lists."""
    try:
        view = mine.mine(desk, st.query_params.get("action", ""), zone())
    except (FourfoldError, Refused) as error:
        frame.top(head("My work", desk.viewer.name))
        frame.told(error)
        frame.foot(desk)
        return
    frame.top(head("My work", view.subtitle))
    if view.chosen is not None:
        with st.container(key="chosen"):
            action_deeds.panel(desk, view.chosen, Place("mine"))
    left, right = st.columns([1.6, 1], gap="small")
    with left:
        canvas(draw.waiting(view), "waiting", "issues")
        canvas(actions(view.actions, "My actions", "by day", draw.no_action(), owners=False), "actions", "issues")
        if view.settled:
            canvas(actions(view.settled, "Lately settled", "newest first", owners=False), "settled", "issues")
    with right:
        canvas(draw.duties(view), "duties", "issues")
        canvas(draw.supports(view), "supports", "issues")
    frame.foot(desk)
