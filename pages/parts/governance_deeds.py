"""What can be done on the governance page: ask, decide, answer, give duties, set rules, settle; owns `governance.*`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from pages.parts import way
from pages.parts.markdown import plain
from pages.parts.pressed import act, carried_out, field, noted, said
from views.desk import Desk
from views.governance import RACI, answers, decisions, disputes, people, rules
from views.picks import Picks
from views.place import Place, place_of


def back(picks: Picks) -> None:
    """To the whole page."""
    if st.button("All decisions", icon=":material/arrow_back:", key="governance.back"):
        way.go_on(place_of(picks.to("governance")))


# -- decisions


def ask(desk: Desk, picks: Picks, turn: int) -> None:
    """The form of a new request, empty at each `turn`; who would decide is told before it is sent."""
    form = decisions.asking(desk)
    if not form.units:
        return
    with st.expander("Ask for a decision", icon=":material/add:"):
        with st.container(horizontal=True, gap="small"):
            kind = st.selectbox("Kind", list(form.kinds), format_func=form.kinds.__getitem__, key="governance.kind")
            units = list(form.units)
            unit = st.selectbox(
                "Unit",
                units,
                index=units.index(picks.unit) if picks.unit in units else 0,
                format_func=form.units.__getitem__,
                key=f"governance.unit.{picks.unit}",
            )
            amount = _amount(form.measures[kind], f"governance.amount.{turn}")
        title = st.text_input("What is to be decided?", key=f"governance.title.{turn}", max_chars=200)
        reason = st.text_area("Why?", key=f"governance.reason.{turn}", max_chars=2000, height=76)
        st.caption(plain(decisions.foretold(desk, kind, unit, amount)))
        if st.button("Ask", type="primary", key="governance.ask"):
            act(
                lambda: decisions.ask(desk, kind, unit, title, reason, amount),
                "Asked",
                place_of(picks.to("governance")),
            )


def _amount(measure: str, key: str, label: str = "Amount") -> float | None:
    if not measure:
        return None
    value = st.number_input(f"{label} ({measure})", min_value=0.0, value=0.0, step=1.0, format="%.0f", key=key)
    return float(value)


def decided(desk: Desk, picks: Picks, one: decisions.RequestView) -> None:
    """Do what was pressed on a request, on the version that was looked at."""

    def comment() -> str:
        return str(said("comment", one.line.key) or "")

    def approve(version: int) -> str:
        decisions.approve(desk, replace(one, version=version), comment())
        return "Approved"

    def reject(version: int) -> str:
        decisions.reject(desk, replace(one, version=version), comment())
        return "Rejected"

    def withdraw(version: int) -> str:
        decisions.withdraw(desk, replace(one, version=version))
        return "Taken back"

    deeds = {"approve": approve, "reject": reject, "withdraw": withdraw}
    carried_out(one.line.key, deeds, place_of(picks.to("governance")))


def decide(one: decisions.RequestView) -> None:
    """Approve or reject, or take back."""
    key, version = one.line.key, one.version
    if one.may_decide:
        st.text_area("Comment", key=field("comment", key), max_chars=2000, height=76, placeholder="Why")
        with st.container(horizontal=True, gap="small", key="deeds"):
            st.button("Approve", type="primary", icon=":material/check:", **noted("approve", key, version))
            st.button("Reject", icon=":material/close:", **noted("reject", key, version))
    if one.may_withdraw:
        st.button("Take it back", icon=":material/undo:", **noted("withdraw", key, version))


def moved_up(desk: Desk, picks: Picks, ups: Sequence[decisions.UpLine]) -> None:
    """Say what one does about what was moved up to one."""
    mine = {up.key: up for up in ups if up.asks}
    if not mine:
        return
    with st.expander("Answer what was moved up to you", icon=":material/reply:"):
        key = st.selectbox("What", list(mine), format_func=lambda one: mine[one].title, key="governance.up")
        words = st.text_input("What do you do about it?", key=f"governance.up.words.{key}", max_chars=2000)
        if st.button("Answer", type="primary", key="governance.up.answer"):
            act(lambda: decisions.answer(desk, mine[key], words), "Answered", place_of(picks.to("governance")))


# -- who answers


def duties(desk: Desk, picks: Picks) -> None:
    """Give a part, name a champion, end either."""
    form, here = answers.giving(desk, picks), place_of(picks.to("governance", show="answers"))
    with st.container(horizontal=True, gap="small", key="deeds"):
        if form.may_give:
            with st.popover("Give a part", icon=":material/person_add:"):
                subject = st.selectbox(
                    "In what?", list(form.subjects), format_func=form.subjects.__getitem__, key="governance.subject"
                )
                owned = subject[0] != "metric"
                roles = [role for role in RACI if not (owned and role == "A")]
                person = _person(form.people, "Who?", "governance.person")
                role = st.segmented_control(
                    "As what?",
                    roles,
                    default=roles[0],
                    format_func=RACI.__getitem__,
                    key=f"governance.role.{'owned' if owned else 'metric'}",
                    help="The accountable of an objective or an initiative is its owner." if owned else None,
                )
                if st.button("Give it", type="primary", key="governance.give") and person and role:
                    act(partial(answers.give, desk, subject, person, role), "Given", here)
        if form.units:
            with st.popover("Name a champion" if form.may_name else "Propose a champion", icon=":material/star:"):
                units = list(form.units)
                unit = st.selectbox(
                    "Of which unit?", units, format_func=form.units.__getitem__, key="governance.champion.unit"
                )
                person = _person(form.people, "Who?", "governance.champion")
                if st.button("Name", type="primary", key="governance.name") and person:
                    _named(desk, unit, person, here)
        if form.duties or form.champions:
            with st.popover("End", icon=":material/event_busy:"):
                _end(desk, form, here)


def _named(desk: Desk, unit: str, person: str, here: Place) -> None:
    told: list[str] = []
    act(lambda: told.append(answers.name_champion(desk, unit, person)), "Done: see Decisions where it waits", here)


def _end(desk: Desk, form: answers.Giving, here: Place) -> None:
    if form.duties:
        duty = st.selectbox(
            "A part", list(form.duties), index=None, format_func=form.duties.__getitem__, key="governance.end.duty"
        )
        if st.button("End the part", key="governance.end.duty.do", disabled=duty is None) and duty:
            act(lambda: answers.end_duty(desk, duty), "Ended", here)
    if form.champions:
        champion = st.selectbox(
            "A champion",
            list(form.champions),
            index=None,
            format_func=form.champions.__getitem__,
            key="governance.end.champion",
        )
        if st.button("End it", key="governance.end.champion.do", disabled=champion is None) and champion:
            act(lambda: answers.end_champion(desk, champion), "Ended", here)


def _person(people: Mapping[str, str], label: str, key: str) -> str | None:
    chosen: str | None = st.selectbox(label, list(people), index=None, format_func=people.__getitem__, key=key)
    return chosen


# -- rules


def set_rules(desk: Desk, picks: Picks) -> None:
    """Add, change and end lines and clocks, for whoever governs here."""
    form, here = rules.ruling(desk, picks), place_of(picks.to("governance", show="rules"))
    if form is None:
        return
    with st.container(horizontal=True, gap="small", key="deeds"):
        if form.empty and st.button("Begin with the usual rules", type="primary", key="governance.usual"):
            act(lambda: rules.begin_usual(desk, picks.unit), "Set; change what is different with you", here)
        with st.popover("Set a decision right", icon=":material/gavel:"):
            _right(desk, form, here)
        with st.popover("Set a clock", icon=":material/timer:"):
            _clock(desk, form, here)
        if form.rights or form.clocks:
            with st.popover("End", icon=":material/event_busy:"):
                _end_rule(desk, form, here)


def _right(desk: Desk, form: rules.Ruling, here: Place) -> None:
    kind = st.selectbox("Decision", list(form.kinds), format_func=form.kinds.__getitem__, key="governance.right.kind")
    unit = st.selectbox(
        "In this unit and below", list(form.units), format_func=form.units.__getitem__, key="governance.right.unit"
    )
    up_to = None
    if form.measures[kind] and not st.toggle("Any amount", key="governance.right.any"):
        up_to = _amount(form.measures[kind], "governance.right.up_to", "Up to")
    decider = st.selectbox(
        "Who decides", list(form.deciders), format_func=form.deciders.__getitem__, key="governance.right.decider"
    )
    if st.button("Set it", type="primary", key="governance.right.set"):
        act(lambda: rules.set_right(desk, unit, kind, decider, up_to), "Set", here)


def _clock(desk: Desk, form: rules.Ruling, here: Place) -> None:
    watches = st.selectbox(
        "What waits", list(form.watches), format_func=form.watches.__getitem__, key="governance.clock.watches"
    )
    unit = st.selectbox(
        "In this unit and below", list(form.units), format_func=form.units.__getitem__, key="governance.clock.unit"
    )
    after = st.number_input("Up a level after", min_value=1, max_value=400, value=7, key="governance.clock.after")
    if st.button("Set it", type="primary", key="governance.clock.set"):
        act(lambda: rules.set_clock(desk, unit, watches, int(after)), "Set", here)


def _end_rule(desk: Desk, form: rules.Ruling, here: Place) -> None:
    right = st.selectbox(
        "A decision right",
        list(form.rights),
        index=None,
        format_func=form.rights.__getitem__,
        key="governance.end.right",
    )
    if st.button("End the line", key="governance.end.right.do", disabled=right is None) and right:
        act(lambda: rules.end_right(desk, right), "Ended", here)
    clock = st.selectbox(
        "A clock", list(form.clocks), index=None, format_func=form.clocks.__getitem__, key="governance.end.clock"
    )
    if st.button("Stop the clock", key="governance.end.clock.do", disabled=clock is None) and clock:
        act(lambda: rules.end_clock(desk, clock), "Stopped", here)


# -- conflicts


def settled(desk: Desk, picks: Picks, one: disputes.DisputeLine) -> None:
    """Do what was pressed on a conflict, on the version that was looked at."""

    def words(name: str) -> str:
        return str(said(name, one.key) or "")

    def decide_it(version: int) -> str:
        disputes.decide(desk, replace(one, version=version), words("decision"))
        return "Decided"

    def close(version: int) -> str:
        disputes.withdraw(desk, replace(one, version=version), words("how"))
        return "Closed"

    def name(version: int) -> str:
        disputes.name_arbiter(desk, replace(one, version=version), words("arbiter"))
        return "Named"

    deeds = {"settle": decide_it, "close": close, "arbiter": name}
    carried_out(one.key, deeds, place_of(picks.to("governance", show="conflicts")))


def settle(desk: Desk, one: disputes.DisputeLine) -> None:
    """Decide, name another arbiter, take back."""
    if one.mine:
        st.text_area("What is decided?", key=field("decision", one.key), max_chars=2000, height=76)
        st.button("Decide", type="primary", icon=":material/gavel:", **noted("settle", one.key, one.version))
    with st.container(horizontal=True, gap="small", key="deeds"):
        if one.raiser:
            with st.popover("Settled between us", icon=":material/handshake:"):
                st.text_area("How?", key=field("how", one.key), max_chars=2000, height=76)
                st.button("Close it", **noted("close", one.key, one.version))
        if one.governed:
            with st.popover("Somebody else settles it", icon=":material/person:"):
                _person(people(desk), "Who?", field("arbiter", one.key))
                st.button("Name", **noted("arbiter", one.key, one.version))


def raise_one(desk: Desk, picks: Picks, asked: dict[str, str], turn: int) -> None:
    """The form of a new conflict; opened by a link from the strategy map it is filled."""
    form = disputes.raising(desk, picks, asked)
    if form is None:
        return
    here = place_of(picks.to("governance", show="conflicts"))
    with st.expander("Write a conflict down", icon=":material/add:", expanded=bool(form.metrics)):
        with st.container(horizontal=True, gap="small"):
            units, others = list(form.units), list(form.others)
            unit = st.selectbox(
                "Our side", units, units.index(form.unit), format_func=form.units.__getitem__, key="governance.ours"
            )
            other = st.selectbox(
                "The other side",
                [key for key in others if key != unit],
                index=[key for key in others if key != unit].index(form.other) if form.other in others else None,
                format_func=form.others.__getitem__,
                key="governance.theirs",
            )
            above = disputes.arbiter_for(desk, unit, other or "")
            known = list(form.people)
            arbiter = st.selectbox(
                "Who settles it",
                known,
                index=known.index(above) if above in known else None,
                format_func=form.people.__getitem__,
                key=f"governance.neutral.{unit}.{other}",
                help="Proposed is who heads the lowest unit above both sides.",
            )
        title = st.text_input("What about?", form.title, key=f"governance.about.{turn}", max_chars=200)
        about = st.text_area(
            "What happens, and what it costs", key=f"governance.costs.{turn}", max_chars=2000, height=76
        )
        if form.metric_titles:
            st.caption(f"Shown by {plain(' and '.join(form.metric_titles))}")
        if st.button("Write it down", type="primary", key="governance.raise"):
            act(
                lambda: disputes.raise_dispute(desk, unit, other or "", title, about, arbiter or "", form.metrics),
                "Written down",
                here,
            )
