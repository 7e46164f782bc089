"""What can be done to an action: tell how it stands, finish, verify, move, hand over; owns the session keys `action.*`.

An owner needs three clicks from the list: the action, how it stands, Save.
"""

from collections.abc import Callable
from datetime import date

import streamlit as st

from pages.parts import way
from pages.parts.canvas import canvas
from views import acting, opening
from views.actions import HEALTH_WORDS, WORKED_WORDS, ActionLine
from views.desk import Desk
from views.draw import actions as draw
from views.place import Place
from views.rights import FourfoldError, Refused
from views.wording import sentence


def panel(desk: Desk, line: ActionLine, back: Place) -> None:
    """One action in full, with the form that its state asks for; after a deed the page goes `back`."""
    canvas(draw.action(line), f"action-{line.key}", "issues")
    manages = desk.office.may("action.manage", line.unit)
    own = line.owner == desk.viewer.key
    if line.state == "open" and (own or manages):
        _told(desk, line, back)
    if line.state == "done" and manages:
        _verified(desk, line, back)
    if line.state in ("open", "done") and (own or manages):
        _more(desk, line, back, manages=manages)


def _told(desk: Desk, line: ActionLine, back: Place) -> None:
    with st.form(f"action-told-{line.key}", border=False):
        health = st.segmented_control(
            "How does it stand?",
            list(HEALTH_WORDS),
            default=line.health,
            format_func=HEALTH_WORDS.__getitem__,
            key=f"action.health.{line.key}.{line.version}",
        )
        words = st.text_area(
            "What is there to say?",
            placeholder="May stay empty, unless something blocks it",
            key=f"action.words.{line.key}.{line.version}",
            max_chars=2000,
            height=76,
        )
        with st.container(horizontal=True, gap="small"):
            saved = st.form_submit_button("Save", type="primary", key=f"action.save.{line.key}")
            done = st.form_submit_button("Done", icon=":material/check:", key=f"action.done.{line.key}")
    if saved:
        act(lambda: acting.update(desk, line, health or line.health, words), "Saved", back)
    if done:
        act(lambda: acting.finish(desk, line, words), f"Done. {line.verifier_name} says whether it worked.", back)


def _verified(desk: Desk, line: ActionLine, back: Place) -> None:
    if line.early:
        st.caption("The effect is expected later; it may be too early to tell.")
    with st.form(f"action-verified-{line.key}", border=False):
        worked = st.segmented_control(
            "Did it work?",
            list(WORKED_WORDS),
            default=line.suggested,
            format_func=WORKED_WORDS.__getitem__,
            key=f"action.worked.{line.key}.{line.version}",
            help="Suggested by the number, where it says enough; the answer is yours.",
        )
        words = st.text_area(
            "What was learned?", key=f"action.learned.{line.key}.{line.version}", max_chars=2000, height=76
        )
        with st.container(horizontal=True, gap="small"):
            saved = st.form_submit_button("Save", type="primary", key=f"action.verify.{line.key}")
            returned = st.form_submit_button("Send back", icon=":material/undo:", key=f"action.return.{line.key}")
    if saved and worked is None:
        st.error("Choose an answer first.")
    elif saved and worked is not None:
        act(lambda: acting.verify(desk, line, worked, words), "Kept", back)
    if returned:
        act(lambda: acting.send_back(desk, line, words), f"Sent back to {line.owner_name}", back)


def _more(desk: Desk, line: ActionLine, back: Place, *, manages: bool) -> None:
    with st.expander("Another day, another person, or not at all"):
        words = st.text_input("Why?", key=f"action.why.{line.key}", max_chars=2000)
        if line.state == "open":
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                due = st.date_input("Day", line.due_on, key=f"action.due.{line.key}.{line.version}")
                if st.button("Move it", key=f"action.move.{line.key}") and isinstance(due, date):
                    act(lambda: acting.move(desk, line, due, words), "Moved", back)
        if manages:
            people = opening.able(desk, line.unit)
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                owner = st.selectbox(
                    "Person",
                    list(people),
                    index=list(people).index(line.owner) if line.owner in people else None,
                    format_func=lambda key: people.get(key, key),
                    key=f"action.owner.{line.key}.{line.version}",
                )
                if st.button("Hand it over", key=f"action.hand.{line.key}") and owner:
                    act(lambda: acting.hand_over(desk, line, owner, words), f"Handed over to {people[owner]}", back)
            if st.button("Withdraw it", icon=":material/delete:", key=f"action.withdraw.{line.key}"):
                act(lambda: acting.withdraw(desk, line, words), "Withdrawn", back)


def act(deed: Callable[[], object], words: str, back: Place) -> None:
    """Do it; then say so and go on, or say why it was refused."""
    try:
        deed()
    except (FourfoldError, Refused) as error:
        st.error(sentence(str(error)).rstrip(".") + ".")
        return
    st.toast(words)
    way.go_on(back)
