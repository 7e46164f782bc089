"""What can be done to a review before and after it: plan, set a cadence, answer, move, cancel; owns `review.*`."""

from datetime import timedelta

import streamlit as st

from pages.parts import way
from pages.parts.pressed import act
from views import review as view
from views import reviewing
from views.desk import Desk
from views.place import Place
from views.review import ReviewView
from views.reviews import EVERY, WEEKDAYS, DecisionLine, Reviews
from views.rights import FourfoldError, Refused
from views.wording import sentence

VERDICTS = {"worked": "It worked", "failed": "It did not", "too_early": "Too early to tell"}


def plan(desk: Desk, unit: str) -> None:
    """A review on a day: everything is filled in, who should be there is invited by itself."""
    units = reviewing.units_for(desk, cadence=False)
    with st.popover("Plan a review", icon=":material/event:"):
        where = _unit(units, unit, "review.unit")
        people = view.holders(desk, where)
        title = st.text_input("Title", f"Review of {units[where]}", key=f"review.title.{where}", max_chars=200)
        chair = _chair(desk, people, f"review.chair.{where}")
        with st.container(horizontal=True, gap="small"):
            due = st.date_input("Day", desk.office.today, min_value=desk.office.today, key="review.due")
            minutes = st.number_input("Minutes", 5, 480, 30, 5, key="review.minutes")
        if st.button("Plan it", type="primary", key="review.plan"):
            _opened(lambda: reviewing.plan(desk, where, title, chair, due, int(minutes)))


def cadence(desk: Desk, unit: str) -> None:
    """How often a unit meets."""
    units = reviewing.units_for(desk, cadence=True)
    with st.popover("Set a cadence", icon=":material/event_repeat:"):
        where = _unit(units, unit, "cadence.unit")
        people = view.holders(desk, where)
        every = st.segmented_control(
            "Meets", list(EVERY), default="month", format_func=EVERY.__getitem__, key="cadence.every"
        )
        rhythm = every or "month"
        if rhythm == "week":
            on = 1 + WEEKDAYS.index(st.selectbox("Day", WEEKDAYS, key="cadence.weekday"))
        else:
            on = int(st.number_input("Day of the month", 1, 28, 5, key=f"cadence.day.{rhythm}"))
        named = {"week": "Weekly", "month": "Monthly", "quarter": "Quarterly"}[rhythm]
        title = st.text_input(
            "Title", f"{named} review of {units[where]}", key=f"cadence.title.{where}.{rhythm}", max_chars=200
        )
        chair = _chair(desk, people, f"cadence.chair.{where}")
        minutes = st.number_input("Minutes", 5, 480, 30, 5, key="cadence.minutes")
        if st.button("Set it and plan the first", type="primary", key="cadence.set"):
            _opened(lambda: reviewing.set_cadence(desk, where, title, chair, rhythm, on, int(minutes)))


def end_cadence(desk: Desk, found: Reviews) -> None:
    """Stop a cadence."""
    with st.popover("End a cadence", icon=":material/event_busy:"):
        known = {one.key: one for one in found.cadences}
        key = st.selectbox(
            "Which?", list(known), format_func=lambda k: f"{known[k].unit}, {known[k].rule}", key="cadence.which"
        )
        if st.button("End it", key="cadence.end") and key:
            act(lambda: reviewing.retire(desk, known[key]), "No further review is planned by it", Place("reviews"))


def planned(desk: Desk, one: ReviewView) -> None:
    """The buttons of a review that has not begun: what this viewer may do with it."""
    here = view.here(one)
    able = one.holds and one.state in ("planned", "missed")
    if able and st.button("Open the review", type="primary", icon=":material/play_arrow:", key="review.open"):
        act(lambda: reviewing.begin(desk, one), "Open: the numbers on the table stay as they are", here)
    if one.mine is not None and one.state == "planned":
        _answer(desk, one, here)
    if one.mine is not None and one.state in ("planned", "open"):
        with st.popover("Bring a topic", icon=":material/add:"):
            title = st.text_input("What is to be talked about?", key=f"topic.title.{len(one.items)}", max_chars=200)
            text = st.text_area("What should the others know?", key=f"topic.text.{len(one.items)}", max_chars=2000)
            if st.button("Put it on the agenda", type="primary", key="topic.bring"):
                mine = one.mine
                act(lambda: reviewing.bring(desk, mine, title, text), "It stands on the agenda", here)
    if able:
        _change(desk, one, here)


def _answer(desk: Desk, one: ReviewView, here: Place) -> None:
    mine = one.mine
    if mine is None or mine.person == one.chair:
        return
    if mine.state != "accepted" and st.button("I come", icon=":material/check:", key="invitation.accept"):
        act(lambda: reviewing.answer(desk, mine, comes=True), "Answered", here)
    if mine.state != "declined":
        with st.popover("I cannot", icon=":material/close:"):
            why = st.text_input("Why?", key="invitation.why", max_chars=500)
            if st.button("Decline", key="invitation.decline"):
                act(lambda: reviewing.answer(desk, mine, comes=False, words=why), "Answered", here)


def _change(desk: Desk, one: ReviewView, here: Place) -> None:
    with st.popover("Change", icon=":material/tune:"):
        usual = max(one.due, desk.office.today + timedelta(days=1))
        due = st.date_input("Another day", usual, min_value=desk.office.today, key=f"review.move.{one.version}")
        why = st.text_input("Why?", key=f"review.why.{one.version}", max_chars=500)
        with st.container(horizontal=True, gap="small"):
            if st.button("Move it", key="review.moved"):
                act(lambda: reviewing.move(desk, one, due, why), "Moved; those who come are asked anew", here)
            if st.button("Cancel it", icon=":material/delete:", key="review.cancel"):
                act(lambda: reviewing.cancel(desk, one, why), "Cancelled", here)
        people = view.holders(desk, one.unit)
        others = [key for key in people if key != one.chair]
        chair = st.selectbox("Who holds it?", others, None, people.__getitem__, key=f"review.holder.{one.version}")
        if st.button("Hand it over", key="review.hand", disabled=chair is None):
            act(lambda: reviewing.hand_over(desk, one, chair or ""), "Handed over", here)
        known = reviewing.invitable(desk, one)
        guest = st.selectbox("Who else should come?", list(known), None, known.__getitem__, key="review.guest")
        if st.button("Invite", key="review.invite", disabled=guest is None):
            act(lambda: reviewing.invite(desk, one, guest or ""), "Invited", here)


def look_back(desk: Desk, one: DecisionLine, back: Place) -> None:
    """Did a decision work? Asked once its day has come."""
    with st.form(f"verdict-{one.key}"):
        verdict = st.segmented_control(
            f"Did it work? {one.title}", list(VERDICTS), format_func=VERDICTS.__getitem__, key=f"verdict.{one.key}"
        )
        words = st.text_input("What was found?", key=f"verdict.words.{one.key}", max_chars=2000)
        later = desk.office.today + timedelta(days=90)
        again = st.date_input("If it is too early: look again on", later, key=f"verdict.again.{one.key}")
        saved = st.form_submit_button("Save", key=f"verdict.save.{one.key}")
    if saved and verdict is None:
        st.error("Choose an answer first.")
    elif saved and verdict is not None:
        act(lambda: reviewing.look_back(desk, one, verdict, words, again), "Kept", back)


def revoke(desk: Desk, found: tuple[DecisionLine, ...], back: Place) -> None:
    """Take a decision back; it stays in the log."""
    with st.popover("Revoke a decision", icon=":material/undo:"):
        known = {one.key: one for one in found if one.state == "in_force"}
        key = st.selectbox("Which?", list(known), None, lambda k: known[k].title, key="decision.which")
        why = st.text_input("Why?", key="decision.why", max_chars=2000)
        if st.button("Revoke it", key="decision.revoke", disabled=key is None):
            act(lambda: reviewing.revoke(desk, known[key or ""], why), "Revoked; it stays in the log", back)


def _unit(units: object, unit: str, key: str) -> str:
    assert isinstance(units, dict)
    keys = list(units)
    place = keys.index(unit) if unit in keys else 0
    chosen: str = st.selectbox("Unit", keys, place, units.__getitem__, key=key)
    return chosen


def _chair(desk: Desk, people: dict[str, str], key: str) -> str:
    keys = list(people)
    place = keys.index(desk.viewer.key) if desk.viewer.key in keys else 0
    chosen: str = st.selectbox("Who holds it?", keys, place, people.__getitem__, key=key)
    return chosen


def _opened(deed: object) -> None:
    assert callable(deed)
    try:
        key = deed()
    except (FourfoldError, Refused) as error:
        st.error(sentence(str(error)).rstrip(".") + ".")
        return
    way.go_on(Place("reviews", {"review": str(key)}))


def back(unit: str) -> None:
    """To the lists."""
    if st.button("All reviews", icon=":material/arrow_back:", key="review.back"):
        way.go_on(Place("reviews", {"unit": unit}))
