"""What can be done to issues: open one with a click, explain, give an action, hand over, close; owns `issue.*`."""

import streamlit as st

from pages.parts import way
from pages.parts.action_deeds import act
from pages.parts.canvas import canvas
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
            st.error(sentence(str(error)))
            return
        way.go(Place("issues", {"issue": key}))


def deeds(desk: Desk, one: IssueView) -> None:
    """The buttons of an issue: what this viewer may do with it as it is."""
    here = Place("issues", {"issue": one.key})
    manages, own = desk.office.may("action.manage", one.unit), one.owner == desk.viewer.key
    if one.state == "open" and (manages or own):
        with st.popover("What is behind it", icon=":material/edit_note:"):
            cause = st.text_area(
                "What is behind it?", one.cause, key=f"issue.cause.{one.key}.{one.version}", max_chars=2000
            )
            if st.button("Save", type="primary", key="issue.explain"):
                act(lambda: acting.explain(desk, one, cause), "Saved", here)
    if one.state == "open" and manages:
        with st.popover("Hand over", icon=":material/person:"):
            people = opening.able(desk, one.unit)
            owner = st.selectbox("Who answers for it?", list(people), format_func=people.__getitem__, key="issue.owner")
            if st.button("Hand it over", key="issue.hand") and owner:
                act(lambda: acting.hand_over_issue(desk, one, owner), f"Handed over to {people[owner]}", here)
    if one.state == "open" and desk.office.may("review.hold", one.unit):
        with st.popover("Decide", icon=":material/gavel:"):
            _decide(desk, one, here)
    if one.state == "open" and (manages or own):
        with st.popover("Close", icon=":material/done_all:"):
            _close(desk, one, here)
    if one.state == "closed" and (manages or own):
        with st.popover("Open again", icon=":material/undo:"):
            words = st.text_input("Why?", key="issue.why", max_chars=2000)
            if st.button("Open it again", key="issue.reopen"):
                act(lambda: acting.reopen(desk, one, words), "Open again", here)


def _decide(desk: Desk, one: IssueView, here: Place) -> None:
    title = st.text_input("What is decided?", key=f"issue.decision.{len(one.decisions)}", max_chars=200)
    because = st.text_input("Why?", key=f"issue.because.{len(one.decisions)}", max_chars=2000)
    st.caption(f"It rests on {one.metric_title} as it is now: {one.value}, target {one.target}.")
    if st.button("Write it down", type="primary", key="issue.decide"):
        act(lambda: acting.decide(desk, one, title, because), "Decided", here)


def _close(desk: Desk, one: IssueView, here: Place) -> None:
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
        key="issue.outcome",
    )
    words = st.text_area("What was learned?", key="issue.learned", max_chars=2000, height=76)
    if st.button("Close it", type="primary", key="issue.close", disabled=outcome is None):
        act(lambda: acting.close(desk, one, outcome or "", words), "Closed", here)


def give(desk: Desk, one: IssueView) -> None:
    """The form of a new action: only its title is typed."""
    if one.state != "open" or not desk.office.may("action.manage", one.unit):
        return
    form = opening.giving(desk, one)
    if not form.offers:
        st.caption("Its metric has no value here; an action could not say what it should change.")
        return
    with st.expander("Give an action", expanded=not one.alive, icon=":material/add:"):
        title = st.text_input("What is to be done?", key=f"issue.title.{len(one.actions)}", max_chars=200)
        with st.container(horizontal=True, gap="small"):
            owner = st.selectbox(
                "Who?",
                list(form.owners),
                index=list(form.owners).index(form.owner) if form.owner in form.owners else None,
                format_func=form.owners.__getitem__,
                key=f"issue.who.{one.key}",
            )
            due = st.date_input("Until", form.due, min_value=desk.office.today, key=f"issue.due.{one.key}")
        with st.container(horizontal=True, gap="small"):
            offer = st.selectbox(
                "Should move", form.offers, format_func=lambda o: o.title, key=f"issue.metric.{one.key}"
            )
            change = st.number_input(
                f"by ({offer.unit})" if offer.unit else "by",
                value=offer.change,
                step=10.0**-offer.digits,
                format=f"%+.{offer.digits}f",
                key=f"issue.change.{one.key}.{offer.metric}",
                help="What closes the gap to the target is proposed.",
            )
            by = st.date_input("Seen by", opening.effect_by(due), min_value=due, key=f"issue.by.{one.key}.{due}")
        if st.button("Give it", type="primary", key="issue.give") and owner:
            act(
                lambda: acting.give(
                    desk, one.key, title, owner, due, metric=offer.metric, change=change * offer.factor, by=by
                ),
                f"Given to {form.owners[owner]}",
                Place("issues", {"issue": one.key}),
            )


def back(picks: Picks) -> None:
    """To the lists."""
    if st.button("All issues", icon=":material/arrow_back:", key="issue.back"):
        way.go_on(place_of(picks.to("issues")))
