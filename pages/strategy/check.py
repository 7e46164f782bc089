"""The strategy's check: what it leaves out or overdoes, where to mend it, and what is passed over with a reason."""

from datetime import timedelta

import streamlit as st

from pages import Page
from pages.parts import frame, way
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from pages.parts.picker import pick, picker
from views import strategy_check
from views.desk import Desk
from views.draw import strategy_check as draw
from views.draw.head import head
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError, Refused
from views.wording import sentence

PAGE = Page(
    title="Strategy check",
    needs="strategy.view",
    path="strategy_check",
    section="Strategy",
    order=70,
    help="What objectives, map, people and decision rights leave out or overdo, and where to mend it.",
)
_KEY = "check.key"


def render(desk: Desk) -> None:
    """Draw the page."""
    picks = pick(desk, PAGE.needs)
    view = strategy_check.build(desk, picks)
    frame.top(head(view.title, view.subtitle), lambda: picker(desk, picks, scorecard=False, time=False), picks.notes)
    query = st.query_params
    if query.get("resume"):
        _resume(desk, picks, query["resume"])
    elif query.get("rule"):
        _pass_over(desk, picks, query["rule"], query.get("of", ""), query.get("at", ""))
    canvas(draw.check(view), "checks", "checks")
    frame.foot(desk)


def _pass_over(desk: Desk, picks: Picks, rule: str, of: str, unit: str) -> None:
    """The form in which somebody says why a rule does not hold here."""
    found = strategy_check.finding_of(desk, rule, of, unit)
    if found is None or found.excused:
        st.info("That is settled meanwhile.")
        return
    if not desk.may("strategy.plan", unit):
        st.info("A rule is passed over by who may plan in that unit.")
        return
    with st.container(border=True, key="passing"):
        st.markdown(f"##### Pass over: {plain(found.title)}")
        st.caption(plain(sentence(found.message)))
        left, right = st.columns([3, 1])
        reason = left.text_input("Why does the rule not hold here?", key="check.reason", max_chars=500)
        until = right.date_input(
            "Until (empty: for good)",
            value=None,
            min_value=desk.office.today + timedelta(days=1),
            key="check.until",
            format="YYYY-MM-DD",
        )
        with st.container(horizontal=True, gap="small"):
            done = st.button("Pass it over", type="primary", key="check.pass")
            if st.button("Cancel", key="check.cancel"):
                way.go(place_of(picks.to(PAGE.path)))
        if done:
            key = st.session_state.setdefault(_KEY, strategy_check.new_key("exemption"))
            try:
                strategy_check.exempt(desk, rule, of, unit, reason, until, key)
            except (FourfoldError, Refused) as error:
                st.error(plain(sentence(str(error))))
                return
            st.session_state.pop(_KEY, None)
            st.toast("Passed over")
            way.go(place_of(picks.to(PAGE.path)))


def _resume(desk: Desk, picks: Picks, key: str) -> None:
    """One click asks whether it is meant; the address alone changes nothing."""
    if not strategy_check.may_resume(desk, key):
        return
    with st.container(border=True, horizontal=True, gap="small", vertical_alignment="center", key="passing"):
        st.markdown("Let the check speak of it again?")
        if st.button("Ask again", type="primary", key="check.resume"):
            try:
                strategy_check.resume(desk, key)
            except (FourfoldError, Refused) as error:
                st.error(plain(sentence(str(error))))
                return
            way.go(place_of(picks.to(PAGE.path)))
        if st.button("Cancel", key="check.keep"):
            way.go(place_of(picks.to(PAGE.path)))
