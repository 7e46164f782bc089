"""The one component of our own: shows HTML that a view has drawn, and turns clicks into places, without a reload."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import way
from views.draw import style
from views.draw.html import Markup
from views.place import place_of


@cache
def _component() -> Any:
    script = Path(__file__).with_name("canvas.js").read_text(encoding="utf-8")
    return st.components.v2.component("fourfold_canvas", js=script, css=style.sheet())


def canvas(markup: Markup, key: str) -> None:
    """Show markup (escaped where it was made); a click on a link in it asks for that place."""

    def clicked() -> None:
        href = getattr(st.session_state.get(key), "go", None)
        if isinstance(href, str):
            way.want(place_of(href))

    _component()(data={"html": str(markup)}, key=key, on_go_change=clicked)
