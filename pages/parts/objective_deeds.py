"""What can be done to an objective with a click or two: answer an offer, check in, put in force, end; owns `goal.*`."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.parts import way
from pages.parts.markdown import plain
from pages.parts.objective_forms import FORMS
from views import objective_deeds as deed
from views import objective_forms as form
from views.desk import Desk
from views.objective import ObjectiveView, ResultLine
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError, Refused
from views.wording import sentence


def act(done: Callable[[], object], words: str, back: str) -> None:
    """Do it; then say so and go on, or say why it was refused."""
    try:
        done()
    except (FourfoldError, Refused) as error:
        st.error(sentence(str(error)).rstrip(".") + ".")
        return
    st.toast(plain(words))
    way.go_on(place_of(back))


def deeds(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    """The buttons of an objective: what this viewer may do with it as it is."""
    here = picks.to("objectives", objective=view.key)
    for name, one in FORMS.items():
        wanted = one.icon and one.needs in view.may and st.button(one.title, icon=one.icon, key=f"goal.{name}")
        if wanted:
            way.go_on(place_of(picks.to("objectives", objective=view.key, edit=name)))
    if "activate" in view.may:
        with st.popover("Put in force", icon=":material/check:"):
            reason = st.text_input("As a part of which plan?", "the plan of the year", key="goal.activate.reason")
            if st.button("Put in force", type="primary", key="goal.activate"):
                act(lambda: deed.put_in_force(desk, view, reason), "It is in force", here)
    if "retire" in view.may:
        with st.popover("End it", icon=":material/stop_circle:"):
            reason = st.text_input("Why does it end?", key="goal.retire.reason")
            if st.button("End it", key="goal.retire"):
                act(lambda: deed.retire(desk, view, reason), "It has ended", picks.to("objectives"))


def answer(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    """Accept an offer, or return it with words."""
    here = picks.to("objectives", objective=view.key)
    with st.container(border=True, key="answer"):
        months = form.since_choices(desk, picks)
        words = st.text_area("Your answer", key=f"goal.words.{view.key}.{view.version}", max_chars=2000, height=68)
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            month = st.selectbox(
                "It counts above from", list(months), format_func=months.__getitem__, key="goal.since", width=180
            )
            if st.button("Accept", type="primary", icon=":material/check:", key="goal.accept"):
                act(lambda: deed.accept(desk, view, words, month), "Accepted: it is in force", here)
            if st.button("Return it", icon=":material/undo:", key="goal.return"):
                act(lambda: deed.send_back(desk, view, words), "Returned with your words", here)


def check_in(desk: Desk, picks: Picks, view: ObjectiveView, line: ResultLine) -> None:
    """Say how far a key result is: the number is there already where a metric says it."""
    if not line.mine:
        return
    here, of = picks.to("objectives", objective=view.key), f"{line.key}.{line.version}"
    with st.expander("Check in", expanded=line.asks, key=f"goal.checks.{line.key}"):
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            number = st.number_input(
                f"Now{f', {line.unit}' if line.unit else ''}",
                value=line.number if line.number is not None else 0.0,
                disabled=bool(line.metric) and line.number is not None,
                key=f"goal.value.{of}",
                width=150,
            )
            confidence = st.slider("Confidence", 0, 10, line.confidence or 7, key=f"goal.confidence.{of}", width=220)
        words = st.text_input("Why, if there is something to say", key=f"goal.said.{of}", max_chars=2000)
        with st.container(horizontal=True, gap="small"):
            if st.button("Check in", type="primary", key=f"goal.check.{line.key}"):
                act(lambda: deed.check_in(desk, line, float(number), confidence, words), "Checked in", here)
            if "result" in view.may:
                for outcome, title in (("done", "Done"), ("dropped", "Drop it")):
                    if st.button(title, key=f"goal.{outcome}.{line.key}"):
                        reason = words or ("reached" if outcome == "done" else "")
                        act(partial(deed.close_result, desk, line, outcome, reason), sentence(outcome), here)


def name_plan(desk: Desk, picks: Picks) -> None:
    """Give the plan as it stands a name."""
    with st.popover("Name this version", icon=":material/bookmark:"):
        title = st.text_input("Name", f"Plan {desk.office.today.year + 1}", key="goal.plan.title")
        reason = st.text_input("What it is for", key="goal.plan.reason")
        if st.button("Keep it", type="primary", key="goal.plan"):
            key = st.session_state.setdefault("goal.plan.key", deed.fresh("plan"))
            act(lambda: _named(desk, picks, key, title, reason), "The version has a name", picks.to("objectives"))


def _named(desk: Desk, picks: Picks, key: str, title: str, reason: str) -> None:
    deed.name_plan(desk, picks, key, title, reason)
    st.session_state.pop("goal.plan.key", None)
