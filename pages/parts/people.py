"""Who is looking, where no identity provider says so: a sample person, chosen in the sidebar and kept in a cookie.

Only on the demo (or where its owner says so) and only on loopback; `views.entry` decides. The cookie is worth no more
than the choice itself: it spares a visitor to choose again in each new tab.
"""

import streamlit as st

from pages.parts import picker
from views.entry import SamplePerson
from views.rights import Refused

COOKIE = "fourfold_sample_person"
_KEY, _BEFORE = "people.sample", "people.before"


def chosen(people: list[SamplePerson]) -> str:
    """The key of the sample person whose eyes the visitor borrows, by default the first; `Refused` if there is none."""
    if not people:
        raise Refused("people.yaml names nobody with a role; give somebody one, then refresh")
    keys = [person.key for person in people]
    if st.session_state.get(_KEY) not in keys:
        kept = st.context.cookies.get(COOKIE)
        st.session_state[_KEY] = kept if kept in keys else keys[0]
    key: str = st.session_state[_KEY]
    if st.session_state.setdefault(_BEFORE, key) != key:
        picker.forget()
        st.session_state[_BEFORE] = key
    return key


def switch(people: list[SamplePerson]) -> None:
    """The choice, at the foot of the sidebar."""
    titles = {person.key: person.name for person in people}
    here = next(person for person in people if person.key == st.session_state[_KEY])

    def changed() -> None:
        st.query_params.clear()

    with st.sidebar:
        st.selectbox("Looking as", list(titles), format_func=titles.__getitem__, key=_KEY, on_change=changed)
        st.caption(f"{here.title}  \n{', '.join(here.roles)}")
