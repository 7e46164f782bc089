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
def _component(sheet: style.Sheet) -> Any:
    script = Path(__file__).with_name("canvas.js").read_text(encoding="utf-8")
    return st.components.v2.component(f"fourfold_{sheet}", js=script, css=style.sheet(sheet))


def canvas(markup: Markup, key: str, sheet: style.Sheet = "base") -> None:
    """Show markup (escaped where it was made) in a sheet's style; a click on a link in it asks for that place.

    Streamlit sends script and style along with every canvas: hence a small base sheet, and one more where it is needed.
    """

    def clicked() -> None:
        href = getattr(st.session_state.get(key), "go", None)
        if isinstance(href, str):
            way.want(place_of(href))

    _component(sheet)(data={"html": str(markup)}, key=key, on_go_change=clicked)
