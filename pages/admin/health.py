"""Data health: whether the data can be trusted today, and the button that refreshes it."""

import streamlit as st

from pages import Page
from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from views import health
from views.desk import Desk
from views.draw import health as draw
from views.draw.head import head
from views.rights import FourfoldError
from views.wording import sentence

PAGE = Page(
    title="Data health",
    needs="health.view",
    path="health",
    section="Admin",
    order=10,
    help="Freshness, row counts, quarantine, refreshes and problems in definitions.",
)


def render(desk: Desk) -> None:
    """Draw the page."""
    view = health.build(desk, st.query_params.to_dict())
    frame.top(head("Data health", view.subtitle), (lambda: _refresh(desk)) if view.may_refresh else None)
    canvas(draw.health(view), "health", "tables")
    frame.foot(desk)


def _refresh(desk: Desk) -> None:
    """The button; the page keeps serving the old snapshot until the new one is whole."""
    if not st.button("Refresh now", type="primary", key="refresh"):
        return
    bar = st.progress(0.0, "Refreshing")

    def told(what: str, share: float) -> None:
        bar.progress(min(share, 1.0), sentence(what))

    try:
        made = desk.refresh_now(told)
    except FourfoldError as error:
        bar.empty()
        st.error(f"The refresh failed and the old snapshot stays: {plain(str(error))}")
        return
    st.toast(f"Snapshot {made} is in use" if made != desk.snapshot else "Nothing has changed: the snapshot stays")
    st.rerun()
