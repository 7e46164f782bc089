"""What every page is drawn in: head with picker, body, foot; and how a refusal or an empty state looks."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from pages.parts import people, way
from pages.parts.canvas import canvas
from views.desk import Desk
from views.draw import head as draw
from views.draw.html import Markup
from views.place import Place
from views.wording import sentence


def top(markup: Markup, picker: Callable[[], Any] | None = None, notes: Sequence[str] = ()) -> None:
    """The head on the left, the picker on the right, and below them what a link asked for in vain."""
    if picker is None:
        canvas(markup, "head")
    else:
        with st.container(key="top", horizontal=True, vertical_alignment="bottom", gap="small"):
            canvas(markup, "head")
            picker()
    if notes:
        canvas(draw.notices(notes), "notices")


def foot(desk: Desk, more: Markup | None = None) -> None:
    """The foot: how fresh the data is, and which snapshot it comes from; `more` stands at its end."""
    canvas(draw.foot(desk, more), "foot")


def told(error: Exception, title: str = "Nothing to show here") -> None:
    """An error of ours as an empty state: its text names the place and the remedy."""
    canvas(draw.empty(title, sentence(str(error)).rstrip(".") + "."), "empty")


def dress() -> None:
    """The frame's own look, the sign and the menu."""
    here = Path(__file__)
    st.set_page_config(
        page_title="Fourfold",
        page_icon=here.with_name("sign.svg"),
        layout="wide",
        initial_sidebar_state=208,
        menu_items={"About": "**Fourfold**: a balanced scorecard that is computed, not typed in."},
    )
    st.logo(here.with_name("sign.svg"), size="medium")
    st.html(here.with_name("shell.css"))


def banner(desk: Desk) -> None:
    """Says that this is a demonstration, and through whose eyes."""
    canvas(draw.banner(desk, f"{people.COOKIE}={desk.viewer.key}"), "banner")


def closed() -> None:
    """No identity provider and no sample people: nobody is let in."""
    canvas(
        draw.empty(
            "Nobody is signed in",
            "Sample people are for the demo on this machine alone. Serve the demo workspace on "
            "127.0.0.1, or set FOURFOLD_SAMPLE_PEOPLE=1 for a workspace of your own on loopback.",
        ),
        "closed",
    )


def home(desk: Desk) -> None:
    """The front page: leads on to the page that the viewer's role opens first."""
    asked = urlsplit(st.context.url or "").path.rstrip("/").rsplit("/", 1)[-1]
    base = str(st.get_option("server.baseUrlPath") or "").strip("/").rsplit("/", 1)[-1]
    home_page = desk.policy.home(desk.viewer) or ""
    lost = asked not in ("", base) and not way.leads_home()
    if lost or not way.is_open(home_page):
        open_pages = (
            "Choose one from the menu."
            if way.is_open(home_page)
            else "No page is open to you; roles are given in people.yaml."
        )
        canvas(draw.empty("This page is not open to you, or does not exist", open_pages), "nowhere")
        return
    way.go(Place(home_page, st.query_params.to_dict()))
