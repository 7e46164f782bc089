"""What is done live in a review: minutes, a decision, an action, leaving out, closing; owns the keys `live.*`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from pages.parts.pressed import act, carried_out, field, noted, said
from views import reviewing
from views.desk import Desk
from views.draw import review as draw
from views.review import ReviewView, here
from views.review_items import ItemLine

GIVEN = timedelta(days=28)  # an action is due so many days from today, unless said otherwise
AGAIN = timedelta(days=90)  # a decision is looked back at after so many
Deeds = Mapping[str, Callable[[int], str]]


def in_hand(desk: Desk, one: ReviewView) -> None:
    """The item in hand: what is to be known of it, what is said, and what comes of it."""
    item = one.chosen
    if item is None:
        nothing = "Nothing stands on the agenda. Close the review, or let somebody bring a topic."
        canvas(draw.said(nothing), "none", "reviews")
        return
    stay, on = here(one, item=item.key), here(one, item=one.next or item.key)
    carried_out(item.key, _settling(desk, item), on)
    carried_out(item.key, _coming(desk, one, item), stay)
    canvas(draw.in_hand(item), "inhand", "reviews")
    if not one.holds:
        return
    if item.state == "left_out":
        st.button("Talk about it after all", key="live.up", **noted("take_up", item.key, item.version))
        return
    with st.form(f"minutes-{item.key}", border=False):
        st.text_area(
            "What was said?",
            item.minutes,
            key=field("minutes", item.key),
            max_chars=5000,
            height=96,
            placeholder="A sentence or two; decisions and actions have their own buttons",
        )
        label = "Save and go on" if one.next else "Save"
        st.form_submit_button(label, type="primary", **noted("write", item.key, item.version))
    with st.container(horizontal=True, gap="small", key="live"):
        _decide(desk, item)
        _give(desk, item)
        if item.state == "open":
            with st.popover("Leave out", icon=":material/visibility_off:"):
                st.text_input("Why? The pack shows it.", key=field("out", item.key), max_chars=2000)
                st.button("Leave it out", key="live.leave", **noted("leave_out", item.key, item.version))


def _settling(desk: Desk, item: ItemLine) -> Deeds:
    """The deeds after which the next item is taken up."""

    def write(version: int) -> str:
        reviewing.write(desk, replace(item, version=version), _text("minutes", item))
        return "Kept"

    def leave_out(version: int) -> str:
        reviewing.leave_out(desk, replace(item, version=version), _text("out", item))
        return "Left out; the pack says so"

    return {deed.__name__: deed for deed in (write, leave_out)}


def _coming(desk: Desk, one: ReviewView, item: ItemLine) -> Deeds:
    """The deeds after which one stays with the item."""

    def decide(_version: int) -> str:
        again = said("again", item.key)
        reviewing.decide(
            desk, one, item, _text("decision", item), _text("because", item), again if isinstance(again, date) else None
        )
        return "Decided"

    def give(version: int) -> str:
        doer, due = said("who", item.key), said("due", item.key)
        moved = reviewing.move_of(desk, item, doer.unit)
        change = float(said(f"change.{doer.unit}", item.key) or 0.0)
        reviewing.act_on(desk, replace(item, version=version), doer, _text("action", item), due, moved, change)
        return f"Given to {doer.name}"

    def take_up(version: int) -> str:
        reviewing.take_up(desk, replace(item, version=version))
        return "It is on the agenda again"

    return {deed.__name__: deed for deed in (decide, give, take_up)}


def _text(name: str, item: ItemLine) -> str:
    return str(said(name, item.key) or "")


def _decide(desk: Desk, item: ItemLine) -> None:
    with st.popover("Decide", icon=":material/gavel:"):
        st.text_input("What is decided?", key=field("decision", item.key), max_chars=200)
        st.text_input("Why?", key=field("because", item.key), max_chars=2000)
        if item.when:
            against = f", target {item.target}" if item.target else ""
            st.caption(f"It cites {plain(item.title)} of {plain(item.where)}, {item.when}: {item.number}{against}.")
        today = desk.office.today
        st.date_input("Look back at it on", today + AGAIN, min_value=today, key=field("again", item.key))
        st.button("Decide it", type="primary", key="live.decide", **noted("decide", item.key, item.version))


def _give(desk: Desk, item: ItemLine) -> None:
    with st.popover("Give an action", icon=":material/assignment_ind:"):
        known = reviewing.doers(desk, item)
        if not known:
            st.caption("Nobody who could act on it has a role here; roles are given in people.yaml.")
            return
        st.text_input("What is to be done?", key=field("action", item.key), max_chars=200)
        doer = st.selectbox("Who?", known, format_func=lambda one: one.name, key=field("who", item.key))
        today = desk.office.today
        st.date_input("Until", today + GIVEN, min_value=today, key=field("due", item.key))
        moved = reviewing.move_of(desk, item, doer.unit)
        if moved is not None:
            st.number_input(
                f"Should change it by ({moved.unit})" if moved.unit else "Should change it by",
                value=moved.change,
                step=10.0**-moved.digits,
                format=f"%+.{moved.digits}f",
                key=field(f"change.{doer.unit}", item.key),
                help=f"{moved.title}: what closes the gap is proposed.",
            )
        st.button("Give it", type="primary", key="live.give", **noted("give", item.key, item.version))


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
