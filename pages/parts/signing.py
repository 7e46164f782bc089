"""Signing in and out with an identity provider; owns the session keys `signing.*`.

The provider says who is here; what he may do is asked of the workspace and the state on every run. The cookie that the
framework keeps lasts for weeks: how long it counts, and whether it does at all, is decided behind `views.entry`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from views.desk import Desk
from views.draw import head as draw
from views.entry import open_signed_in, sign_out
from views.rights import FourfoldError, Refused
from views.wording import sentence

_TOLD = "signing.told"


def is_set_up() -> bool:
    """Whether secrets.toml names an identity provider."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def enter(folder: Path, then: Callable[[Desk], None]) -> None:
    """Draw the page for who is signed in; else the way in, or why there is none."""
    if not st.user.is_logged_in:
        canvas(draw.empty("Sign in to Fourfold", "Your organisation's own account opens it."), "signin")
        _doors("Sign in")
        return
    claims = st.user.to_dict()
    first = _TOLD not in st.session_state
    st.session_state[_TOLD] = True
    try:
        desk = open_signed_in(folder, claims, first=first, origin=_origin())
    except Refused as refusal:
        frame.told(refusal, "You cannot come in")
        if st.button("Sign in again", type="primary", key="signing.again"):
            st.logout()
        return
    except FourfoldError as error:
        frame.told(error, "There is nothing to show yet")
        return
    _who(desk, claims)
    then(desk)


def _doors(words: str) -> None:
    """A button for each provider."""
    auth = st.secrets["auth"]
    named = [key for key, value in auth.items() if isinstance(value, Mapping)]
    if "client_id" in auth and st.button(words, type="primary", key="signing.in"):
        st.login()
    for name in named:
        if st.button(f"{words} with {name.capitalize()}", type="primary", key=f"signing.in.{name}"):
            st.login(name)


def _who(desk: Desk, claims: Mapping[str, Any]) -> None:
    """Who is signed in, at the foot of the sidebar, and the way out."""
    viewer = desk.viewer
    roles = ", ".join(desk.workspace.roles[role].title for role in viewer.roles if role in desk.workspace.roles)
    with st.sidebar:
        st.caption(f"**{plain(viewer.name)}**  \n{plain(viewer.title or roles)}")
        with st.popover("Sign out", icon=":material/logout:"):
            here = st.button("Sign out here", key="signing.out", width="stretch")
            everywhere = desk.may("session.own") and st.button(
                "Sign out everywhere", key="signing.out_everywhere", width="stretch"
            )
    if here or everywhere:
        try:
            sign_out(desk, claims, everywhere=everywhere)
        except (FourfoldError, Refused) as error:
            st.error(plain(sentence(str(error))))
            return
        st.logout()


def _origin() -> str:
    address = st.context.ip_address
    return f"page {address}" if address else "page"
