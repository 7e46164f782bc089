"""The strategy map: objectives in lanes, their live scores, and what leads to what."""

import streamlit as st

from pages import Page
from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from views import strategymap
from views.desk import Desk
from views.draw import strategymap as draw
from views.draw.head import head
from views.rights import FourfoldError

PAGE = Page(
    title="Strategy map",
    needs="map.view",
    path="map",
    section="Strategy",
    order=10,
    help="Objectives by perspective, coloured by their live score, with the links of cause and effect.",
)


def render(desk: Desk) -> None:
    """Draw the page."""
    picks = pick(desk, PAGE.needs)
    try:
        view = strategymap.build(desk, picks, st.query_params.get("objective"))
    except FourfoldError as error:
        frame.top(head("Strategy map", picks.period_title), lambda: picker(desk, picks), picks.notes)
        frame.told(error)
        frame.foot(desk)
        return
    frame.top(head(view.title, view.subtitle, view.status, view.score), lambda: picker(desk, picks), picks.notes)
    canvas(draw.strategy_map(view), "map", "map")
    with st.expander("The map as a table"):
        canvas(draw.map_table(view), "maptable")
    frame.foot(desk)
