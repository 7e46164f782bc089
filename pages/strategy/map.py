"""The strategy map: objectives in lanes, their live scores, what leads to what and whether it shows; drawn here."""

import streamlit as st

from pages import Page
from pages.parts import frame, link_form
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from views import conflicts, map_changes, strategymap
from views.desk import Desk
from views.draw import conflicts as draw_conflicts
from views.draw import map_link as draw_link
from views.draw import strategymap as draw
from views.draw.head import head
from views.draw.html import div
from views.picks import Picks
from views.rights import FourfoldError, Refused
from views.strategymap import Asked

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
    asked = strategymap.asked_of(st.query_params.to_dict())
    try:
        view = strategymap.build(desk, picks, asked)
    except FourfoldError as error:
        frame.top(head("Strategy map", picks.period_title), lambda: picker(desk, picks), picks.notes)
        frame.told(error)
        frame.foot(desk)
        return
    frame.top(head(view.title, view.subtitle, view.status, view.score), lambda: picker(desk, picks), picks.notes)
    if asked.link or (asked.draw and asked.effect):
        board, side = st.columns([5, 2], gap="small")
        with board:
            canvas(draw.strategy_map(view), "map", "map")
        with side, st.container(key="beside"):
            _beside(desk, picks, asked)
    else:
        canvas(draw.strategy_map(view), "map", "map")
    if view.on is None:
        below = div("below", draw.early_warnings(view), draw_conflicts.conflicts(conflicts.build(desk, picks)))
        canvas(below, "below", "map")
    with st.expander("The map as a table"):
        canvas(draw.map_table(view), "maptable")
    with st.expander("The links, and what was observed of each"):
        canvas(draw.links_table(view), "mapsaid")
    if desk.may("strategy.view"):
        with st.expander("What was changed on the map, and how it stood then"):
            canvas(draw_link.changes(map_changes.changes(desk, picks)), "mapchanges")
    frame.foot(desk)


def _beside(desk: Desk, picks: Picks, asked: Asked) -> None:
    """A link that is looked at, or the form of one that is drawn."""
    try:
        if asked.link:
            link_form.looking(desk, picks, asked.link)
        elif asked.draw and asked.effect:
            link_form.drawing(desk, picks, asked.draw, asked.effect)
    except (FourfoldError, Refused) as error:
        frame.told(error, "There is no such link")
