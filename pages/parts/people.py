"""Who is looking, where no identity provider says so: a sample person, chosen in the sidebar and kept in a cookie.

Only on the demo (or where its owner says so) and only on loopback; `views.entry` decides. The cookie is worth no more
than the choice itself: it spares a visitor to choose again in each new tab.
"""

import streamlit as st

from pages.parts import picker, way
from pages.parts.markdown import plain
from views.entry import SamplePerson
from views.rights import Refused

COOKIE = "fourfold_sample_person"
_CHOSEN, _WIDGET = "people.chosen", "people.widget"  # a widget's own state does not outlive a switch of pages


def chosen(people: list[SamplePerson]) -> str:
    """The key of the sample person whose eyes the visitor borrows, by default the first; `Refused` if there is none."""
    if not people:
        raise Refused("people.yaml names nobody with a role; give somebody one, then refresh")
    keys = [person.key for person in people]
    if st.session_state.get(_CHOSEN) not in keys:
        kept = st.context.cookies.get(COOKIE)
        st.session_state[_CHOSEN] = kept if kept in keys else keys[0]
    key: str = st.session_state[_CHOSEN]
    return key


def switch(people: list[SamplePerson]) -> None:
    """The choice, at the foot of the sidebar."""
    titles = {person.key: person.name for person in people}
    here = next(person for person in people if person.key == st.session_state[_CHOSEN])
    st.session_state[_WIDGET] = here.key

    def changed() -> None:
        st.session_state[_CHOSEN] = st.session_state[_WIDGET]
        st.query_params.clear()
        picker.forget()
        way.lead_home()  # where the page that he is on is not open to the new one

    with st.sidebar:
        st.selectbox("Looking as", list(titles), format_func=titles.__getitem__, key=_WIDGET, on_change=changed)
        st.caption(f"{plain(here.title)}  \n{plain(', '.join(here.roles))}")
