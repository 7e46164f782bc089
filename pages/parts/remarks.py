"""The notes on a metric with the field to write one; owns the session keys that begin with `remark`."""

import streamlit as st

from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from views import remarks as view
from views.desk import Desk
from views.draw import remarks as draw
from views.picks import Picks
from views.rights import FourfoldError


def remarks(desk: Desk, picks: Picks, metric: str) -> None:
    """Show the notes; who may, writes."""
    shown = view.build(desk, picks, metric)
    canvas(draw.remarks(shown), "remarks", "tables")
    if not shown.writable:
        return
    with st.form(f"remark-{metric}-{picks.unit}", clear_on_submit=True, border=False):
        text = st.text_area(
            plain(shown.asks), max_chars=shown.longest, height=80, key=f"remark-text-{metric}-{picks.unit}"
        )
        sent = st.form_submit_button("Write it down")
    if not sent:
        return
    try:
        view.write(desk, picks, metric, text)
    except FourfoldError as error:
        frame.told(error, "Not written")
        return
    st.rerun()
