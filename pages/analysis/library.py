"""The library: ready measures that an analyst may bring into the workspace."""

import streamlit as st

from pages import Page
from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.picker import pick
from views import library
from views.desk import Desk
from views.draw import library as draw
from views.draw.head import head

PAGE = Page(
    title="Library",
    needs="catalog.view",
    path="library",
    section="Analysis",
    order=25,
    help="Ready measures with formula, columns, leading partners and pitfalls, for the analyst to choose from.",
)


def render(desk: Desk) -> None:
    """Draw the page."""
    picks = pick(desk, PAGE.needs)
    title = head("Library", "Ready measures; what they ask for, what leads them, and where they mislead")
    frame.top(title, notes=picks.notes)
    with st.container(key="filters", horizontal=True, gap="small"):
        query = (
            st.text_input(
                "Search",
                key="q",
                bind="query-params",
                placeholder="Title, words, table",
                label_visibility="collapsed",
            )
            or ""
        )
        shelf = st.selectbox(
            "Perspective",
            list(library.SHELF_TITLES),
            index=None,
            placeholder="Every perspective",
            format_func=library.SHELF_TITLES.__getitem__,
            label_visibility="collapsed",
            key="library.shelf",
        )
        parts = st.selectbox(
            "Kind",
            ["all"],
            index=None,
            placeholder="Measures alone",
            format_func=lambda _: "Building blocks too",
            label_visibility="collapsed",
            key="library.parts",
        )
    canvas(draw.library(library.build(desk, picks, query, shelf, parts is not None)), "library", "tables")
    frame.foot(desk)
