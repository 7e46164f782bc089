"""What is done live in a review: minutes, a decision, an action, leaving out, closing; owns the keys `live.*`."""

from datetime import timedelta

import streamlit as st

from pages.parts.action_deeds import act
from pages.parts.canvas import canvas
from views import reviewing
from views.desk import Desk
from views.draw import review as draw
from views.place import Place
from views.review import ReviewView, here
from views.review_items import ItemLine

GIVEN = timedelta(days=28)  # an action is due so many days from today, unless said otherwise


def in_hand(desk: Desk, one: ReviewView) -> None:
    """The item in hand: what is to be known of it, what is said, and what comes of it."""
    item = one.chosen
    if item is None:
        canvas(
            draw.said("Nothing stands on the agenda. Close the review, or let somebody bring a topic."),
            "none",
            "reviews",
        )
        return
    canvas(draw.in_hand(item), "inhand", "reviews")
    if not one.holds:
        return
    stay, on = here(one, item=item.key), here(one, item=one.next or item.key)
    if item.state == "left_out":
        if st.button("Talk about it after all", key=f"live.up.{item.key}"):
            act(lambda: reviewing.take_up(desk, item), "It is on the agenda again", stay)
        return
    minutes = st.text_area(
        "What was said?",
        item.minutes,
        key=f"live.minutes.{item.key}.{item.version}",
        max_chars=5000,
        height=96,
        placeholder="A sentence or two; decisions and actions have their own buttons",
    )
    with st.container(horizontal=True, gap="small", key="live"):
        if st.button("Save and go on" if one.next else "Save", type="primary", key=f"live.save.{item.key}"):
            act(lambda: reviewing.write(desk, item, minutes), "Kept", on)
        _decide(desk, one, item, stay)
        _give(desk, item, stay)
        if item.state == "open":
            _leave(desk, item, on)


def _decide(desk: Desk, one: ReviewView, item: ItemLine, stay: Place) -> None:
    with st.popover("Decide", icon=":material/gavel:"):
        place = f"{item.key}.{len(item.came)}"
        title = st.text_input("What is decided?", key=f"live.decision.{place}", max_chars=200)
        because = st.text_input("Why?", key=f"live.because.{place}", max_chars=2000)
        if item.target or item.when:
            st.caption(f"It cites {item.title} of {item.where}, {item.when}: {item.number}, target {item.target}.")
        later = desk.office.today + timedelta(days=90)
        again = st.date_input("Look back at it on", later, min_value=desk.office.today, key=f"live.again.{place}")
        if st.button("Decide it", type="primary", key=f"live.decide.{place}"):
            act(lambda: reviewing.decide(desk, one, item, title, because, again), "Decided", stay)


def _give(desk: Desk, item: ItemLine, stay: Place) -> None:
    with st.popover("Give an action", icon=":material/assignment_ind:"):
        known = reviewing.doers(desk, item)
        if not known:
            st.caption("Nobody who could act on it has a role here; roles are given in people.yaml.")
            return
        place = f"{item.key}.{len(item.came)}"
        title = st.text_input("What is to be done?", key=f"live.action.{place}", max_chars=200)
        doer = st.selectbox("Who?", known, format_func=lambda one: one.name, key=f"live.who.{place}")
        due = st.date_input("Until", desk.office.today + GIVEN, min_value=desk.office.today, key=f"live.due.{place}")
        moved, change = reviewing.move_of(desk, item, doer.unit), 0.0
        if moved is not None:
            change = st.number_input(
                f"Should change it by ({moved.unit})" if moved.unit else "Should change it by",
                value=moved.change,
                step=10.0**-moved.digits,
                format=f"%+.{moved.digits}f",
                key=f"live.change.{place}.{doer.unit}",
                help=f"{moved.title}: what closes the gap is proposed.",
            )
        if st.button("Give it", type="primary", key=f"live.give.{place}"):
            act(lambda: reviewing.act_on(desk, item, doer, title, due, moved, change), f"Given to {doer.name}", stay)


def _leave(desk: Desk, item: ItemLine, on: Place) -> None:
    with st.popover("Leave out", icon=":material/visibility_off:"):
        why = st.text_input("Why? The pack shows it.", key=f"live.out.{item.key}", max_chars=2000)
        if st.button("Leave it out", key=f"live.leave.{item.key}"):
            act(lambda: reviewing.leave_out(desk, item, why), "Left out; the pack says so", on)


def close(desk: Desk, one: ReviewView) -> None:
    """Who was there, a summary, and the pack is made."""
    with st.popover("Close the review", icon=":material/done_all:"):
        names = {guest.person: guest.name for guest in one.guests}
        usual = [guest.person for guest in one.guests if guest.state in ("accepted", "present")]
        there = st.pills(
            "Who was there?",
            list(names),
            selection_mode="multi",
            default=usual,
            format_func=names.__getitem__,
            key="live.there",
        )
        left = sum(item.state == "open" for item in one.items)
        if left:
            st.caption(f"{left} of the agenda were not talked about; the pack says so.")
        summary = st.text_area("In short", key="live.summary", max_chars=5000, height=96)
        if st.button("Close it and publish the pack", type="primary", key="live.close"):
            act(lambda: reviewing.close(desk, one, there or [], summary), "Closed; the pack is published", here(one))
