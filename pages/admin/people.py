"""People: who may come in, what one of them sees and does, and why; invitations, roles, deactivation."""

from collections.abc import Callable

import streamlit as st

from pages import Page
from pages.parts import frame, way
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from views import people as view
from views.desk import Desk
from views.draw import people as draw
from views.draw.head import head
from views.place import Place
from views.rights import FourfoldError, Refused
from views.wording import sentence

PAGE = Page(
    title="People",
    needs="people.manage",
    path="people",
    section="Admin",
    order=20,
    help="Who may come in, what a person sees and does, and why.",
)


def render(desk: Desk) -> None:
    """Draw everybody, or the one whom the address names."""
    try:
        shown = view.build(desk, st.query_params.to_dict())
    except Refused as refusal:
        frame.top(head("People", "Who may come in, and as what"))
        frame.told(refusal)
        frame.foot(desk)
        return
    if shown.chosen is None:
        frame.top(head("People", "Who may come in, and as what"), lambda: _invite(desk))
        canvas(draw.people(shown), "people", "tables")
    else:
        one = shown.chosen
        frame.top(head(one.row.name, one.row.title or one.row.key))
        _deeds(desk, one)
        canvas(draw.person(one), "person", "tables")
    frame.foot(desk)


def _invite(desk: Desk) -> None:
    with st.popover("Invite", icon=":material/person_add:"):
        name = st.text_input("Name", key="people.name")
        email = st.text_input("Address", key="people.email", help="The one that the identity provider has verified.")
        title = st.text_input("Title", key="people.title")
        key = st.text_input("Key", key="people.key", help="small_letters_and_underscores, as in people.yaml")
        if st.button("Invite", type="primary", key="people.invite"):
            _do(lambda: view.invite(desk, key, name, email, title), "Invited; now give a role", key.strip())


def _deeds(desk: Desk, one: view.PersonView) -> None:
    person = one.person
    with st.container(horizontal=True, gap="small", key="deeds"):
        if st.button("Everybody", icon=":material/arrow_back:", key="people.back"):
            way.go(Place("people", {}))
        _give(desk, one)
        for held in one.given:
            if held.ends is None or held.ends > desk.office.today:
                words = f"End {held.role.lower()} ({view.until(held)})"
                if st.button(words, key=f"people.end.{held.key}"):
                    _do(lambda held=held: view.end(desk, held), "Ends today")  # type: ignore[misc]
        if person.member is None:
            return
        with st.popover("More", icon=":material/more_horiz:"):
            if st.button("Sign out everywhere", key="people.sign_out", width="stretch"):
                _do(lambda: view.sign_out(desk, person), "Signed out everywhere")
            if person.member.account and st.button("Free for another account", key="people.free", width="stretch"):
                _do(lambda: view.free(desk, person), "The next account that proves the address takes the place")
            if person.active and st.button("Let in no more", key="people.off", width="stretch"):
                _do(lambda: view.deactivate(desk, person), "Let in no more")
            if not person.active and st.button("Let in again", key="people.on", width="stretch"):
                _do(lambda: view.activate(desk, person), "May sign in again")


def _give(desk: Desk, one: view.PersonView) -> None:
    roles, units = desk.workspace.roles, desk.opened.tree.units
    with st.popover("Give a role", icon=":material/add:"):
        role = st.selectbox("Role", list(roles), format_func=lambda key: roles[key].title, key="people.role")
        over = st.multiselect(
            "Over", list(units), format_func=lambda key: units[key].title, key="people.units", placeholder="Units"
        )
        titles = view.perspectives(desk)
        shown = st.multiselect(
            "Showing", list(titles), format_func=titles.__getitem__, key="people.shown", placeholder="All perspectives"
        )
        if st.button("Give it", type="primary", key="people.give"):
            _do(lambda: view.give(desk, one.person.key, role, over, shown), f"{roles[role].title} from today on")


def _do(deed: Callable[[], None], words: str, person: str | None = None) -> None:
    try:
        deed()
    except (FourfoldError, Refused) as error:
        st.error(plain(sentence(str(error))))
        return
    st.toast(plain(words))
    if person:
        way.go(Place("people", {"person": person}))
    st.rerun()
