"""The definitions: browse, write or clone one by form or as YAML, see what it would show; a second person publishes."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages import Page
from pages.parts import definition_form, draft_deeds, frame, way
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from views import definition_preview as preview
from views import definitions as view
from views.desk import Desk
from views.draw import charts
from views.draw import definitions as draw
from views.draw.head import head
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError
from views.workbench import Drafted

PAGE = Page(
    title="Definitions",
    needs="definition.view",
    path="definitions",
    section="Analysis",
    order=30,
    help="Every definition; drafts with a live preview, published by a second person.",
)


def render(desk: Desk) -> None:
    """Draw the list, one definition, or one draft, as the address says."""
    picks = pick(desk, PAGE.needs)
    draft, metric = st.query_params.get("draft", ""), st.query_params.get("metric", "")
    try:
        if draft:
            _draft(desk, picks, draft)
        elif metric:
            _definition(desk, picks, metric)
        else:
            _list(desk, picks)
    except FourfoldError as error:
        frame.top(head("Definitions", picks.unit_title), lambda: picker(desk, picks, scorecard=False), picks.notes)
        frame.told(error)
        _back(picks)
    frame.foot(desk)


def _list(desk: Desk, picks: Picks) -> None:
    says = f"What is computed, and what is being written; values of {picks.unit_title}, {picks.period_title}"
    frame.top(head("Definitions", says), lambda: picker(desk, picks, scorecard=False), picks.notes)
    found = view.listing(desk, picks, view.Wanted())
    with st.container(key="filters", horizontal=True, gap="small"):
        query = st.text_input(
            "Search", key="definitions.q", placeholder="Title, formula, owner, tag", label_visibility="collapsed"
        )
        perspective = _filter("perspective", "Every perspective", desk.workspace.perspectives)
        kind = _filter(
            "kind",
            "Every kind",
            {k: k.replace("_", " ") for k in sorted({m.kind for m in desk.workspace.metrics.values()})},
        )
        owner = _filter("owner", "Every owner", found.owners)
        status = _filter("status", "Every status", found.statuses)
        if desk.workbench.may_draft:
            draft_deeds.begin(desk, picks)
    wanted = view.Wanted(query or "", perspective, kind, owner, status)
    found = found if wanted == view.Wanted() else view.listing(desk, picks, wanted)
    if found.drafts:
        canvas(draw.drafts(found.drafts), "drafts", "definitions")
    canvas(draw.listing(found), "definitions", "definitions")


def _filter(name: str, every: str, titles: Mapping[str, str]) -> str | None:
    chosen: str | None = st.selectbox(
        name.capitalize(),
        list(titles),
        index=None,
        placeholder=every,
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        key=f"definitions.{name}",
    )
    return chosen


def _definition(desk: Desk, picks: Picks, key: str) -> None:
    shown = view.definition(desk, picks, key)
    frame.top(head(shown.title, f"In force · {shown.key}"), lambda: picker(desk, picks, scorecard=False), picks.notes)
    with st.container(horizontal=True, gap="small", key="deeds"):
        _back(picks)
        if st.button("See its values", icon=":material/show_chart:"):
            way.go(place_of(picks.to("metric", metric=key)))
        if desk.workbench.may_draft:
            draft_deeds.change(desk, picks, shown)
            draft_deeds.begin(desk, picks, shown)
    if shown.drafts:
        canvas(draw.drafts(shown.drafts), "drafts", "definitions")
    left, right = st.columns(2, gap="small")
    with left:
        canvas(draw.definition(shown), "definition", "definitions")
    with right:
        st.code(shown.text, language="yaml", wrap_lines=True)


def _draft(desk: Desk, picks: Picks, number: str) -> None:
    one = desk.workbench.draft(int(number) if number.isdigit() else 0)
    text = definition_form.text_of(f"{one.id}.{one.version}", one.text)
    told = view.draft_head(desk, one, text)
    frame.top(
        head(told.title, told.subtitle, over=told.words), lambda: picker(desk, picks, scorecard=False), picks.notes
    )
    if told.says:
        canvas(draw.said(told), "said", "definitions")
    tried = desk.workbench.try_out(one, text)
    with st.container(horizontal=True, gap="small", key="deeds"):
        _back(picks)
        draft_deeds.deeds(desk, picks, one, told, text)
        asked = draft_deeds.asks_plan(sound=not tried.problems)
    draft_deeds.planned(desk, picks, one, text, asked=asked)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        if told.editable:
            left_over = _form(desk, text, tried.own)
        else:
            left_over = [str(problem) for problem in tried.own]
            _reading(desk, one, told, tried)
    with right:
        if not tried.problems:
            place = f"{picks.unit_title}, {picks.period_title}"
            _preview(preview.preview(desk, picks, one, tried), place)
        wrong = [*left_over, *(str(problem) for problem in tried.problems if problem.file != one.name)]
        if wrong:
            canvas(draw.problems(wrong), "problems", "definitions")
        elif tried.problems:
            st.caption("The preview follows as soon as the marked fields are mended.")
        if told.editable:
            definition_form.editor()
        else:
            st.code(text, language="yaml", wrap_lines=True)
        if told.moved_on:
            canvas(draw.changed(told.moved_on, "New in the file"), "moved", "definitions")
        if told.changed and one.base and told.editable:
            canvas(draw.changed(told.changed, "What the draft changes"), "changed", "definitions")


def _form(desk: Desk, text: str, problems: Sequence[definition_form.Problem]) -> list[str]:
    """The form; returns the problems that none of its fields shows."""
    made = definition_form.made_form(desk, text, problems)
    if isinstance(made, str):
        return [made]
    with st.container(key="form"):
        definition_form.form(desk, made)
    return [str(problem) for problem in made.left]


def _reading(desk: Desk, one: Drafted, told: view.DraftHead, tried: view.Tried) -> None:
    """A draft as somebody else, or one's own once it is handed over: in words, with what it changes."""
    shown = view.drafted_definition(desk, one, tried)
    if shown is not None:
        canvas(draw.definition(shown), "definition", "definitions")
    if told.changed and one.base:
        canvas(draw.changed(told.changed, "What the draft changes"), "changed", "definitions")


def _preview(shown: preview.PreviewView, place: str) -> None:
    with st.container(key="chart"):
        canvas(draw.preview(shown, place), "preview", "definitions")
        if shown.series is not None:
            st.plotly_chart(
                charts.over_time(shown.series, height=220), key="draftchart", config={"displayModeBar": False}
            )
            canvas(draw.preview_table(shown), "previewtable", "definitions")


def _back(picks: Picks) -> None:
    if st.button("All definitions", icon=":material/arrow_back:", key="definitions.back"):
        way.go(place_of(picks.to("definitions")))
