"""What can be done to issues: open one with a click, explain, decide, give an action, hand over, close, open again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import streamlit as st

from pages.parts import way
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from pages.parts.pressed import carried_out, field, noted, said
from views import acting, opening
from views.desk import Desk
from views.draw import issues as draw
from views.issue import IssueView
from views.issues import OUTCOME_WORDS
from views.picks import Picks
from views.place import Place, place_of
from views.rights import FourfoldError, Refused
from views.wording import sentence


def of_metric(desk: Desk, picks: Picks, metric: str) -> None:
    """On a metric's page: the way to its open issue, or one click that opens one."""
    found = opening.opening(desk, metric, picks.unit)
    if found is None:
        return
    if found.there:
        canvas(draw.there(found), "theissue", "issues")
    elif found.may and st.button("Open an issue", icon=":material/flag:", key="issue.open"):
        try:
            key = acting.open_issue(desk, found)
        except (FourfoldError, Refused) as error:
            st.error(plain(sentence(str(error))))
            return
        way.go(Place("issues", {"issue": key}))


def deeds(desk: Desk, one: IssueView) -> None:
    """The buttons of an issue: what this viewer may do with it as it is."""
    carried_out(one.key, _deeds(desk, one), Place("issues", {"issue": one.key}))
    manages, own = desk.office.may("action.manage", one.unit), one.owner == desk.viewer.key
    if one.state == "closed":
        if manages or own:
            with st.popover("Open again", icon=":material/undo:"):
                st.text_input("Why?", key=field("why", one.key), max_chars=2000)
                st.button("Open it again", key="issue.reopen", **noted("reopen", one.key, one.version))
        return
    if manages or own:
        with st.popover("What is behind it", icon=":material/edit_note:"):
            st.text_area("What is behind it?", one.cause, key=field("cause", one.key), max_chars=2000)
            st.button("Save", type="primary", key="issue.explain", **noted("explain", one.key, one.version))
    if manages:
        with st.popover("Hand over", icon=":material/person:"):
            people = opening.able(desk, one.unit)
            st.selectbox(
                "Who answers for it?", list(people), format_func=people.__getitem__, key=field("owner", one.key)
            )
            st.button("Hand it over", key="issue.hand", **noted("hand_over", one.key, one.version))
    if desk.office.may("review.hold", one.unit):
        with st.popover("Decide", icon=":material/gavel:"):
            st.text_input("What is decided?", key=field("decision", one.key), max_chars=200)
            st.text_input("Why?", key=field("because", one.key), max_chars=2000)
            st.caption(f"It rests on {plain(one.metric_title)} as it is now: {one.value}, target {one.target}.")
            st.button("Write it down", type="primary", key="issue.decide", **noted("decide", one.key, one.version))
    if manages or own:
        with st.popover("Close", icon=":material/done_all:"):
            _close(one)


def _deeds(desk: Desk, one: IssueView) -> Mapping[str, Callable[[int], str]]:
    """What each button does, with the version that was looked at, and what is said then."""

    def words(name: str) -> str:
        return str(said(name, one.key) or "")

    def looked_at(version: int) -> IssueView:
        return replace(one, version=version)

    def explain(version: int) -> str:
        acting.explain(desk, looked_at(version), words("cause"))
        return "Saved"

    def hand_over(version: int) -> str:
        acting.hand_over_issue(desk, looked_at(version), words("owner"))
        return "Handed over"

    def decide(_version: int) -> str:
        acting.decide(desk, one, words("decision"), words("because"))
        return "Decided"

    def close(version: int) -> str:
        acting.close(desk, looked_at(version), words("outcome"), words("learned"))
        return "Closed"

    def reopen(version: int) -> str:
        acting.reopen(desk, looked_at(version), words("why"))
        return "Open again"

    def give(_version: int) -> str:
        return _given(desk, one)

    return {deed.__name__: deed for deed in (explain, hand_over, decide, close, reopen, give)}


def _close(one: IssueView) -> None:
    if one.alive:
        st.caption("First verify or withdraw its actions; then it can be closed.")
        return
    usual = "worked" if one.helped and one.status == "green" else "partly" if one.helped else None
    known = [key for key in OUTCOME_WORDS if one.helped or key not in ("worked", "partly")]
    outcome = st.radio(
        f"Did it work? {one.metric_title} was {one.was} and is {one.value}, target {one.target}.",
        known,
        index=known.index(usual) if usual else None,
        format_func=OUTCOME_WORDS.__getitem__,
        key=field("outcome", one.key),
    )
    st.text_area("What was learned?", key=field("learned", one.key), max_chars=2000, height=76)
    st.button(
        "Close it",
        type="primary",
        key="issue.close",
        disabled=outcome is None,
        **noted("close", one.key, one.version),
    )


def give(desk: Desk, one: IssueView) -> None:
    """The form of a new action: only its title is typed."""
    if one.state != "open" or not desk.office.may("action.manage", one.unit):
        return
    form = opening.giving(desk, one)
    if not form.offers:
        st.caption("Its metric has no value here; an action could not say what it should change.")
        return
    with st.expander("Give an action", expanded=not one.alive, icon=":material/add:"):
        st.text_input("What is to be done?", key=field("title", one.key), max_chars=200)
        with st.container(horizontal=True, gap="small"):
            st.selectbox(
                "Who?",
                list(form.owners),
                index=list(form.owners).index(form.owner) if form.owner in form.owners else None,
                format_func=form.owners.__getitem__,
                key=field("who", one.key),
            )
            due = st.date_input("Until", form.due, min_value=desk.office.today, key=field("until", one.key))
        with st.container(horizontal=True, gap="small"):
            titles = {offer.metric: offer.title for offer in form.offers}
            chosen = st.selectbox("Should move", titles, format_func=titles.__getitem__, key=field("metric", one.key))
            offer = next(offer for offer in form.offers if offer.metric == chosen)
            st.number_input(
                f"by ({offer.unit})" if offer.unit else "by",
                value=offer.change,
                step=10.0**-offer.digits,
                format=f"%+.{offer.digits}f",
                key=field(f"change.{offer.metric}", one.key),
                help="What closes the gap to the target is proposed.",
            )
            by = opening.effect_by(due)
            st.date_input("Seen by", by, min_value=due, key=field(f"by.{due}", one.key))
        st.button("Give it", type="primary", key="issue.give", **noted("give", one.key, one.version))


def _given(desk: Desk, one: IssueView) -> str:
    """The action as its form says it."""
    form = opening.giving(desk, one)
    offer = next(offer for offer in form.offers if offer.metric == said("metric", one.key))
    owner, due = said("who", one.key) or "", said("until", one.key)
    due = due if isinstance(due, date) else form.due
    acting.give(
        desk,
        one.key,
        str(said("title", one.key) or ""),
        owner,
        due,
        metric=offer.metric,
        change=(said(f"change.{offer.metric}", one.key) or 0.0) * offer.factor,
        by=said(f"by.{due}", one.key) or opening.effect_by(due),
    )
    return f"Given to {form.owners.get(owner, owner)}"


def back(picks: Picks) -> None:
    """To the lists."""
    if st.button("All issues", icon=":material/arrow_back:", key="issue.back"):
        way.go_on(place_of(picks.to("issues")))
