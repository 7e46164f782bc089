"""What can be done to an action: tell how it stands, finish, verify, move, hand over, withdraw.

An owner needs three clicks from the list: the action, how it stands, Save.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import streamlit as st

from pages.parts.canvas import canvas
from pages.parts.pressed import carried_out, field, noted, said
from views import acting, opening
from views.actions import HEALTH_WORDS, WORKED_WORDS, ActionLine
from views.desk import Desk
from views.draw import actions as draw
from views.place import Place


def panel(desk: Desk, line: ActionLine, back: Place) -> None:
    """One action in full, with the form that its state asks for; after a deed the page goes on at `back`."""
    carried_out(line.key, _deeds(desk, line), back)
    canvas(draw.action(line), f"action-{line.key}", "issues")
    manages = desk.office.may("action.manage", line.unit)
    own = line.owner == desk.viewer.key
    if line.state == "open" and (own or manages):
        _told(line)
    if line.state == "done" and manages:
        _verified(line)
    if line.state in ("open", "done") and (own or manages):
        _more(desk, line, manages=manages)


def _deeds(desk: Desk, line: ActionLine) -> Mapping[str, Callable[[int], str]]:
    """What each button does, with the version that was looked at, and what is said then."""

    def words(name: str = "words") -> str:
        return str(said(name, line.key) or "")

    def looked_at(version: int) -> ActionLine:
        return replace(line, version=version)

    def save(version: int) -> str:
        acting.update(desk, looked_at(version), said("health", line.key) or line.health, words())
        return "Saved"

    def finish(version: int) -> str:
        acting.finish(desk, looked_at(version), words())
        return f"Done. {line.verifier_name} says whether it worked."

    def verify(version: int) -> str:
        acting.verify(desk, looked_at(version), said("worked", line.key) or "", words("learned"))
        return "Kept"

    def send_back(version: int) -> str:
        acting.send_back(desk, looked_at(version), words("learned"))
        return f"Sent back to {line.owner_name}"

    def move(version: int) -> str:
        due = said("due", line.key)
        acting.move(desk, looked_at(version), due if isinstance(due, date) else line.due_on, words("why"))
        return "Moved"

    def hand_over(version: int) -> str:
        acting.hand_over(desk, looked_at(version), said("owner", line.key) or "", words("why"))
        return "Handed over"

    def withdraw(version: int) -> str:
        acting.withdraw(desk, looked_at(version), words("why"))
        return "Withdrawn"

    return {deed.__name__: deed for deed in (save, finish, verify, send_back, move, hand_over, withdraw)}


def _told(line: ActionLine) -> None:
    with st.form(f"action-told-{line.key}", border=False):
        st.segmented_control(
            "How does it stand?",
            list(HEALTH_WORDS),
            default=line.health,
            format_func=HEALTH_WORDS.__getitem__,
            key=field("health", line.key),
        )
        st.text_area(
            "What is there to say?",
            placeholder="May stay empty, unless something blocks it",
            key=field("words", line.key),
            max_chars=2000,
            height=76,
        )
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button("Save", type="primary", **noted("save", line.key, line.version))
            st.form_submit_button("Done", icon=":material/check:", **noted("finish", line.key, line.version))


def _verified(line: ActionLine) -> None:
    if line.early:
        st.caption("The effect is expected later; it may be too early to tell.")
    with st.form(f"action-verified-{line.key}", border=False):
        st.segmented_control(
            "Did it work?",
            list(WORKED_WORDS),
            default=line.suggested,
            format_func=WORKED_WORDS.__getitem__,
            key=field("worked", line.key),
            help="Suggested by the number, where it says enough; the answer is yours.",
        )
        st.text_area("What was learned?", key=field("learned", line.key), max_chars=2000, height=76)
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button("Save", type="primary", **noted("verify", line.key, line.version))
            st.form_submit_button("Send back", icon=":material/undo:", **noted("send_back", line.key, line.version))


def _more(desk: Desk, line: ActionLine, *, manages: bool) -> None:
    with st.expander("Another day, another person, or not at all"):
        st.text_input("Why?", key=field("why", line.key), max_chars=2000)
        if line.state == "open":
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                st.date_input("Day", line.due_on, key=field("due", line.key))
                st.button("Move it", key=f"action.move.{line.key}", **noted("move", line.key, line.version))
        if manages:
            people = opening.able(desk, line.unit)
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                st.selectbox(
                    "Person",
                    list(people),
                    index=list(people).index(line.owner) if line.owner in people else None,
                    format_func=lambda key: people.get(key, key),
                    key=field("owner", line.key),
                )
                st.button("Hand it over", key=f"action.hand.{line.key}", **noted("hand_over", line.key, line.version))
            st.button(
                "Withdraw it",
                icon=":material/delete:",
                key=f"action.withdraw.{line.key}",
                **noted("withdraw", line.key, line.version),
            )
