"""The catalog: every definition, searchable."""

import streamlit as st

from pages import Page
from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from views import catalog
from views.desk import Desk
from views.draw import catalog as draw
from views.draw.head import head

PAGE = Page(
    title="Catalog",
    needs="catalog.view",
    path="catalog",
    section="Analysis",
    order=20,
    help="All metrics with formula, owner and use; searchable by any word of their definition.",
)
USES = {"scored": "On a scorecard", "block": "Building blocks"}


def render(desk: Desk) -> None:
    """Draw the page."""
    picks = pick(desk, PAGE.needs)
    frame.top(
        head("Catalog", f"Every definition in use, with values of {picks.unit_title}, {picks.period_title}"),
        lambda: picker(desk, picks, scorecard=False),
        picks.notes,
    )
    with st.container(key="filters", horizontal=True, gap="small"):
        query = (
            st.text_input(
                "Search",
                key="q",
                bind="query-params",
                placeholder="Title, formula, owner, tag",
                label_visibility="collapsed",
            )
            or ""
        )
        perspective = st.selectbox(
            "Perspective",
            list(desk.workspace.perspectives),
            index=None,
            placeholder="Every perspective",
            format_func=lambda k: desk.workspace.perspectives[k],
            label_visibility="collapsed",
            key="catalog.perspective",
        )
        kind = st.selectbox(
            "Use",
            list(USES),
            index=None,
            placeholder="Scored and building blocks",
            key="catalog.kind",
            format_func=USES.__getitem__,
            label_visibility="collapsed",
        )
    canvas(draw.catalog(catalog.build(desk, picks, query, perspective, kind)), "catalog", "tables")
    frame.foot(desk)
