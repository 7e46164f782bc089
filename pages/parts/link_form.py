"""The form of a link beside the map: draw it, say it anew, end it; owns the session keys `link.*`."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import streamlit as st

from pages.parts import way
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from views import map_form, map_link
from views.desk import Desk
from views.draw import map_link as draw
from views.map_form import Filled, LinkForm
from views.map_link import LinkView
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError, Refused
from views.wording import sentence

_KEY = "link.key"
WAYS = {1: "rises, too", -1: "falls"}


def drawing(desk: Desk, picks: Picks, cause: str, effect: str) -> None:
    """The form of a link that is not there yet."""
    form = map_form.new_form(desk, cause, effect)
    with st.container(border=True):
        st.markdown(f"##### {plain(form.title)}")
        if form.hint:
            st.caption(plain(form.hint))
        filled = _fields(desk, form, f"{cause}.{effect}")
        left, right = st.columns(2)
        drawn = left.button("Draw it", type="primary", key="link.draw", width="stretch")
        if right.button("Cancel", key="link.cancel", width="stretch"):
            way.go(place_of(picks.to("map", objective=cause)))
    if drawn:
        key = st.session_state.setdefault(_KEY, map_form.new_key("link"))
        if _done(lambda: map_form.draw(desk, form, filled, key), "Drawn"):
            st.session_state.pop(_KEY, None)
            way.go(place_of(picks.to("map", link=key)))


def looking(desk: Desk, picks: Picks, key: str) -> None:
    """A link that is there, and what may be done to it."""
    shown = map_link.build(desk, picks, key)
    canvas(draw.map_link(shown), "maplink", "map")
    if not shown.editable:
        return
    if not shown.active:
        if st.button("Take it up again", key="link.restore") and _done(
            lambda: map_form.restore(desk, shown), "Restored"
        ):
            st.rerun()
        return
    with st.expander("Say it anew"):
        form = map_form.form_of_link(desk, key)
        filled = _fields(desk, form, f"{key}.{shown.version}")
        if st.button("Save", type="primary", key="link.save") and _done(
            lambda: map_form.revise(desk, shown, filled), "Saved"
        ):
            st.rerun()
    with st.expander("End it"):
        _ending(desk, shown)


def _ending(desk: Desk, shown: LinkView) -> None:
    reason = st.text_area("What was learned?", key=f"link.reason.{shown.key}", max_chars=2000, height=80)
    if st.button("Take it off the map", key="link.end") and _done(
        lambda: map_form.end(desk, shown, reason), "Taken off the map"
    ):
        st.rerun()


def _fields(desk: Desk, form: LinkForm, of: str) -> Filled:
    """The fields, filled in; `of` tells links and versions apart."""
    because = st.text_area("Because", value=form.because, key=f"link.because.{of}", max_chars=2000, height=80)
    leading = _metric("Leading metric", form.leading_options, form.leading, f"link.leading.{of}")
    lagging = _metric("Lagging metric", form.lagging_options, form.lagging, f"link.lagging.{of}")
    sign = st.radio(
        "When the first rises, the second",
        list(WAYS),
        index=list(WAYS).index(form.sign),
        format_func=WAYS.__getitem__,
        horizontal=True,
        key=f"link.sign.{of}",
    )
    left, right = st.columns(2)
    lag = left.number_input("Months later", 0, 60, value=form.lag_months, step=1, key=f"link.lag.{of}")
    first = min(filter(None, [desk.office.today + timedelta(days=1), form.by]))
    by = right.date_input("Shown by", value=form.by, min_value=first, key=f"link.by.{of}", format="YYYY-MM-DD")
    return Filled(because, leading, lagging, sign, None if lag is None else int(lag), by)


def _metric(label: str, options: Mapping[str, str], chosen: str | None, key: str) -> str | None:
    keys = list(options)
    index = keys.index(chosen) if chosen is not None and chosen in options else None
    found: str | None = st.selectbox(
        label, keys, index=index, format_func=options.__getitem__, key=key, placeholder="No metric"
    )
    return found


def _done(deed: Callable[[], object], words: str) -> bool:
    """Carry it out; what stands against it is told in its place."""
    try:
        deed()
    except (FourfoldError, Refused) as error:
        st.error(plain(sentence(str(error))))
        return False
    st.toast(plain(words))
    return True
