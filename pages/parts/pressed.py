"""A pressed button remembers the version that its form was drawn with: so a second writer is told what changed.

Else the form would be drawn anew, with what the first writer saved, before the deed is done. It is done in the run that
follows the click, by that run's desk: who has lost a right since cannot use it once more. Owns the keys `pressed.*`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.parts import way
from pages.parts.markdown import plain
from views.place import Place
from views.rights import FourfoldError, Refused
from views.wording import sentence

_PENDING, _ROUND = "pressed.pending", "pressed.round"


def noted(deed: str, key: str, version: int) -> dict[str, Any]:
    """What a button is given so that `carried_out` finds it: which deed, on which record as it was drawn."""

    def note() -> None:
        st.session_state[_PENDING] = (deed, key, version)

    return {"on_click": note}


def field(name: str, key: str) -> str:
    """The key of a form's field: the same until a deed on that record is done, then a new, empty one."""
    return f"pressed.{name}.{key}.{st.session_state.get(f'{_ROUND}.{key}', 0)}"


def said(name: str, key: str) -> Any:
    """What a field holds; None where it was not drawn."""
    return st.session_state.get(field(name, key))


def carried_out(key: str, deeds: Mapping[str, Callable[[int], str]], back: Place) -> None:
    """Do what was pressed on a record, if anything: a deed takes the version looked at and returns what to say then.

    Then the page goes on at `back`; a refusal is said, and what was typed stays.
    """
    deed, of, version = st.session_state.get(_PENDING, ("", "", 0))
    if of != key or deed not in deeds:
        return
    st.session_state.pop(_PENDING)
    try:
        words = deeds[deed](version)
    except (FourfoldError, Refused) as error:
        st.error(sentence(str(error)).rstrip(".") + ".")
        return
    st.session_state[f"{_ROUND}.{key}"] = st.session_state.get(f"{_ROUND}.{key}", 0) + 1
    st.toast(plain(words))
    way.go_on(back)


def act(deed: Callable[[], object], words: str, back: Place) -> None:
    """Do what needs no version; then say so and go on, or say why it was refused."""
    try:
        deed()
    except (FourfoldError, Refused) as error:
        st.error(sentence(str(error)).rstrip(".") + ".")
        return
    st.toast(plain(words))
    way.go_on(back)
