"""Objectives: what each unit wants, who answers for it, how far it is, what it serves; written and handed down here."""

from datetime import date

import streamlit as st

from pages import Page
from pages.parts import frame, objective_deeds, objective_forms, way
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from views import objective, objectives
from views.desk import Desk
from views.draw import objective as draw_one
from views.draw import objectives as draw
from views.draw.head import head
from views.objective import ObjectiveView
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError, Refused

PAGE = Page(
    title="Objectives",
    needs="strategy.view",
    path="objectives",
    section="Strategy",
    order=20,
    help="What each unit wants, who answers for it, how far it is, and what it serves.",
)


def render(desk: Desk) -> None:
    """Draw the list, one objective, a form, or the plan as it stood on a day, as the address says."""
    picks = pick(desk, PAGE.needs)
    key, on = st.query_params.get("objective", ""), st.query_params.get("on", "")
    try:
        if key:
            _one(desk, picks, key)
        elif on:
            _then(desk, picks, on)
        elif st.query_params.get("edit") in ("new", "take"):
            _new(desk, picks, st.query_params.get("above", ""))
        else:
            _list(desk, picks)
    except (FourfoldError, Refused) as error:
        _head(desk, picks, "Objectives", picks.unit_title)
        frame.told(error)
        _back(picks)
    frame.foot(desk)


def _head(desk: Desk, picks: Picks, title: str, says: str) -> None:
    frame.top(head(title, says), lambda: picker(desk, picks, scorecard=False), picks.notes)


def _list(desk: Desk, picks: Picks) -> None:
    view = objectives.build(desk, picks)
    _head(desk, picks, view.title, view.subtitle)
    with st.container(horizontal=True, gap="small", key="deeds"):
        if view.may_write:
            if st.button("New objective", type="primary", icon=":material/add:", key="objective.new"):
                way.go_on(place_of(picks.to("objectives", edit="new")))
            objective_deeds.name_plan(desk, picks)
        _as_of(desk)
    if view.drafts:
        canvas(draw.drafts(view.drafts), "drafts", "goals")
    canvas(draw.objectives(view), "objectives", "goals")
    left, right = st.columns([1.6, 1], gap="small")
    with left:
        if view.units:
            canvas(draw.alignment(view.units), "alignment", "goals")
        if view.above:
            canvas(draw.gaps(view), "gaps", "goals")
    with right if view.units or view.above else st.container():
        canvas(draw.versions(view.versions), "versions", "goals")


def _as_of(desk: Desk) -> None:
    """The plan as it stood on a day that is chosen."""

    def chosen() -> None:
        day = st.session_state["objective.on"]
        if isinstance(day, date):
            st.query_params["on"] = day.isoformat()

    with st.popover("The plan on a day", icon=":material/history:"):
        st.date_input(
            "As it stood at the end of", value=None, max_value=desk.office.today, key="objective.on", on_change=chosen
        )


def _then(desk: Desk, picks: Picks, on: str) -> None:
    try:
        day = date.fromisoformat(on)
    except ValueError:
        _head(desk, picks, "Objectives", picks.unit_title)
        frame.told(FourfoldError(f"'{on}' is not a day; write it as 2026-01-31"), "No such day")
        _back(picks)
        return
    view = objectives.build_then(desk, picks, day)
    _head(desk, picks, view.title, view.subtitle)
    with st.container(horizontal=True, gap="small", key="deeds"):
        _back(picks, "The plan as it is")
    canvas(draw.then(view), "then", "goals")


def _new(desk: Desk, picks: Picks, above: str) -> None:
    offer, draft = "its owner above accepts it, or returns it", "a draft until it is put in force"
    says = f"{picks.unit_title}; {offer if above else draft}"
    if not desk.may("strategy.plan", picks.unit):
        raise Refused(f"objectives of {picks.unit_title} are written by who may plan there")
    _head(desk, picks, "Take a part on" if above else "New objective", says)
    with st.container(horizontal=True, gap="small", key="deeds"):
        _back(picks)
    if above:
        objective_forms.take(desk, picks, above)
    else:
        objective_forms.new(desk, picks)


def _one(desk: Desk, picks: Picks, key: str) -> None:
    view = objective.build(desk, picks, key)
    shown = (None, None) if view.draft else (view.status, view.score)
    top = head(view.title, view.subtitle, *shown, over=view.over)
    frame.top(top, lambda: picker(desk, picks, scorecard=False), picks.notes)
    with st.container(horizontal=True, gap="small", key="deeds"):
        _back(picks)
        objective_deeds.deeds(desk, picks, view)
    canvas(draw_one.way_up(view.steps), "wayup", "goals")
    edit = st.query_params.get("edit", "")
    if edit in objective_forms.FORMS and objective_forms.FORMS[edit].needs in view.may:
        objective_forms.form(desk, picks, view, edit)
        return
    _about(desk, picks, view)


def _about(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    left, right = st.columns([1.7, 1], gap="small")
    with left:
        canvas(draw_one.number(view), "number", "goals")
        if "answer" in view.may:
            objective_deeds.answer(desk, picks, view)
        canvas(draw_one.measures(view), "measures", "goals")
        if view.parts:
            canvas(draw_one.parts(view), "parts", "goals")
        for line in view.results:
            canvas(draw_one.result(line), f"result-{line.key}", "goals")
            objective_deeds.check_in(desk, picks, view, line)
    with right:
        canvas(draw_one.smart(view), "smart", "goals")
        canvas(draw_one.facts(view), "facts", "goals")
        canvas(draw.versions(view.versions), "versions", "goals")


def _back(picks: Picks, title: str = "All objectives") -> None:
    if st.button(title, icon=":material/arrow_back:", key="objective.back"):
        way.go_on(place_of(picks.to("objectives")))
