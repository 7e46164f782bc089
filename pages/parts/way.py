"""Going somewhere: a click or a link becomes a page and a query, within the pages that are open to the viewer."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views.place import Place

_OPEN, _HERE, _WANTED, _HOME = "way.open", "way.here", "way.wanted", "way.home"


def announce(open_pages: Mapping[str, Any], here: str) -> None:
    """Tell this run which pages are open (path > st.Page) and which of them is being drawn. Only app.py calls this."""
    st.session_state[_OPEN] = dict(open_pages)
    st.session_state[_HERE] = here
    if here:
        st.session_state.pop(_HOME, None)


def is_open(page: str) -> bool:
    """Whether the viewer may open the page with this path: a link to any other is not drawn as one."""
    return page in st.session_state.get(_OPEN, {})


def want(place: Place) -> None:
    """Ask for a place from within a callback. On the same page the query changes at once; else `follow` switches."""
    if place.page == st.session_state.get(_HERE):
        st.query_params.from_dict(dict(place.query))
    else:
        st.session_state[_WANTED] = place


def follow() -> None:
    """Switch to the page that a callback asked for, if it is open to the viewer; any other wish is dropped."""
    place: Place | None = st.session_state.pop(_WANTED, None)
    if place is not None and is_open(place.page):
        go(place)


def lead_home() -> None:
    """On the front page, lead on to the viewer's own first page, whatever address the browser shows."""
    st.session_state[_HOME] = True


def leads_home() -> bool:
    """Whether `lead_home` was asked for in this run; asking takes it back."""
    return bool(st.session_state.pop(_HOME, False))


def go(place: Place) -> None:
    """Switch to an open page now; does not return."""
    st.switch_page(st.session_state[_OPEN][place.page], query_params=dict(place.query))


def go_on(place: Place) -> None:
    """After a deed: draw the same page anew with this query, or switch to another one; does not return."""
    if place.page == st.session_state.get(_HERE):
        st.query_params.from_dict(dict(place.query))
        st.rerun()
    go(place)
