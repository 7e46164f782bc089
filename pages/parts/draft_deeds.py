"""What can be done to drafts: begin, save, hand over, publish, send back; owns the session keys `deed.*`."""

from collections.abc import Callable

import streamlit as st

from pages.parts import definition_form, frame, way
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from views import definition_preview as preview
from views.definitions import Definition, DraftHead
from views.desk import Desk
from views.draw import definitions as draw
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError, Refused
from views.wording import sentence
from views.workbench import Drafted

NEW = "title: {title}\nmeasured_in: count\nagg: {{table: {table}, function: count}}\n"


def begin(desk: Desk, picks: Picks, of: Definition | None = None) -> None:
    """A new metric, or a clone of one: key, title and perspective, then its draft opens."""
    perspectives = desk.workspace.perspectives
    with st.popover("Clone" if of else "New metric", icon=":material/content_copy:" if of else ":material/add:"):
        title = st.text_input("Title", value=f"{of.title}, variant" if of else "", key="deed.title")
        key = st.text_input(
            "Key",
            value=f"{of.key}_variant" if of else "",
            key="deed.key",
            help="small_letters_and_underscores; the file's name",
        )
        chosen = desk.workspace.metrics[of.key].perspective if of else next(iter(perspectives))
        perspective = st.selectbox(
            "Perspective",
            list(perspectives),
            index=list(perspectives).index(chosen),
            format_func=perspectives.__getitem__,
            key="deed.perspective",
        )
        if not st.button("Begin the draft", type="primary", key="deed.begin"):
            return
        try:
            if of:
                one = desk.workbench.clone(of.key, key.strip(), perspective, title.strip())
            else:
                table = next(iter(desk.catalog.tables))
                one = desk.workbench.start(key.strip(), perspective, NEW.format(title=title.strip(), table=table))
        except (FourfoldError, Refused) as error:
            st.error(plain(sentence(str(error))))
            return
    _open(picks, one)


def change(desk: Desk, picks: Picks, shown: Definition) -> None:
    """Go on with one's own draft of a metric, or begin one from its file."""
    if shown.mine is not None:
        if st.button("Go on with your draft", type="primary", key="deed.go_on"):
            way.go(place_of(picks.to("definitions", draft=str(shown.mine))))
    elif st.button("Change it", type="primary", icon=":material/edit:", key="deed.change"):
        perspective = desk.workspace.metrics[shown.key].perspective
        try:
            one = desk.workbench.start(shown.key, perspective, shown.text)
        except (FourfoldError, Refused) as error:
            st.error(plain(sentence(str(error))))
            return
        _open(picks, one)


def deeds(desk: Desk, picks: Picks, one: Drafted, told: DraftHead, text: str) -> None:
    """The buttons of a draft: what this viewer may do with it as it is."""
    bench = desk.workbench
    if told.editable:
        if st.button("Save", key="deed.save", disabled=text == one.text, icon=":material/save:"):
            _do(picks, lambda: bench.save(one, text), "Saved")
        waits = None if told.may_offer else "Save it first; it must be sound and based on the file as it is"
        if st.button(
            "Hand over for publishing", key="deed.offer", disabled=not told.may_offer, type="primary", help=waits
        ):
            _do(picks, lambda: bench.offer(one), "Handed over: a second person publishes it")
        if told.moved_on and st.button("Base it on the file as it is", key="deed.rebase"):
            _do(picks, lambda: bench.rebase(one), "Based anew: look at the changed lines")
        if st.button("Give it up", key="deed.withdraw", icon=":material/delete:"):
            _do(picks, lambda: bench.withdraw(one), "The draft is given up", leave=True)
    if told.may_decide:
        if st.button("Publish", key="deed.publish", type="primary", icon=":material/check:"):
            _publish(desk, one)
        with st.popover("Send back", icon=":material/undo:"):
            comment = st.text_area("What should be different?", key="deed.comment", max_chars=2000)
            if st.button("Send it back", key="deed.reject"):
                _do(picks, lambda: bench.reject(one, comment), "Sent back to its author")


def asks_plan(*, sound: bool) -> bool:
    """The button that asks what would change; whether it was pressed."""
    words = "What would change?"
    return st.button(words, key="deed.plan_now", disabled=not sound, icon=":material/difference:")


def planned(desk: Desk, picks: Picks, one: Drafted, text: str, *, asked: bool) -> None:
    """What would change, computed when asked for, and shown until the text is another one."""
    shown, about = st.session_state.get("deed.plan"), (one.id, text, desk.snapshot, picks.query)
    if asked:
        with st.spinner("Computing with the draft on the same facts"):
            try:
                shown = (*about, preview.plan(desk, picks, one, text))
            except FourfoldError as error:
                frame.told(error, "There is no plan")
                return
        st.session_state["deed.plan"] = shown
    if shown and shown[:4] == about:
        canvas(draw.plan(shown[4]), "plan", "definitions")


def _publish(desk: Desk, one: Drafted) -> None:
    try:
        desk.workbench.publish(one)
    except (FourfoldError, Refused) as error:
        st.error(plain(sentence(str(error))))
        return
    if not desk.may("refresh.run"):
        st.toast("Published. The next refresh computes it.")
    else:
        bar = st.progress(0.0, "Published; now computing it")

        def told(what: str, share: float) -> None:
            bar.progress(min(share, 1.0), sentence(what))

        try:
            desk.refresh_now(told)
        except FourfoldError as error:
            bar.empty()
            st.error(f"It is published, and the refresh failed; the old snapshot stays: {plain(str(error))}")
            return
        st.toast("Published and computed")
    definition_form.forget()
    st.rerun()


def _do(picks: Picks, deed: Callable[[], object], words: str, *, leave: bool = False) -> None:
    try:
        deed()
    except (FourfoldError, Refused) as error:
        st.error(plain(sentence(str(error))))
        return
    definition_form.forget()
    st.toast(plain(words))
    if leave:
        way.go(place_of(picks.to("definitions")))
    st.rerun()


def _open(picks: Picks, one: Drafted) -> None:
    definition_form.forget()
    way.go(place_of(picks.to("definitions", draft=str(one.id))))
