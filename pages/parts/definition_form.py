"""A draft's form with its YAML beside it: edit either, the other follows; owns the session keys `definition.*`.

The text is the one truth: widgets are filled from it before they are drawn, and write into it when they change.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.markdown import plain
from views.definition_form import Entry, Form, Group, Problem, form_of_text, written
from views.desk import Desk
from views.rights import FourfoldError

_TEXT, _OF, _STUCK, _YAML = "definition.text", "definition.of", "definition.stuck", "definition.yaml"
NONE = "\u2013"
SHORT = ("decimals", "measured_in", "time", "months", "back", "percentile", "later")  # two of them share a line


def text_of(draft: str, saved: str) -> str:
    """The text in the editor: what was typed since, else what was saved. `draft` tells drafts and versions apart."""
    if st.session_state.get(_OF) != draft:
        st.session_state[_OF], st.session_state[_TEXT] = draft, saved
        st.session_state[_STUCK] = {}
    text: str = st.session_state[_TEXT]
    return text


def forget() -> None:
    """Let go of what was typed."""
    st.session_state.pop(_OF, None)


def editor() -> None:
    """The YAML as text."""
    st.session_state[_YAML] = st.session_state[_TEXT]

    def typed() -> None:
        st.session_state[_TEXT] = st.session_state[_YAML]
        st.session_state[_STUCK] = {}

    st.text_area(
        "The same as YAML",
        key=_YAML,
        on_change=typed,
        height=360,
        help="Leave the field, or press Ctrl+Enter, and the form and the preview follow.",
    )


def form(desk: Desk, made: Form) -> None:
    """The fields, each with what the workspace says of it."""
    for place, group in enumerate(made.groups):
        if place < 3:
            st.markdown(f"##### {group.title}")
            _fields(desk, group)
        else:
            wrong = any(entry.problem for entry in group.entries)
            with st.expander(group.title, expanded=wrong):
                _fields(desk, group)


def made_form(desk: Desk, text: str, problems: Sequence[Problem]) -> Form | str:
    """The form of a text, or why it cannot be drawn."""
    try:
        return form_of_text(text, desk.workspace, problems)
    except FourfoldError as error:
        return str(error)


def _fields(desk: Desk, group: Group) -> None:
    short = [entry for entry in group.entries if entry.widget in ("choice", "flag") or entry.path[-1] in SHORT]
    for entry in group.entries:
        if entry not in short:
            _field(desk, entry)
        elif entry in short[::2]:
            pair = short[short.index(entry) : short.index(entry) + 2]
            for column, one in zip(st.columns(2, gap="small"), pair, strict=False):
                with column:
                    _field(desk, one)


def _field(desk: Desk, entry: Entry) -> None:
    key = f"definition.field.{entry.name}"
    stuck: dict[str, tuple[str, str]] = st.session_state[_STUCK]
    shown, problem = entry.shown, entry.problem
    if entry.name in stuck:
        shown, problem = stuck[entry.name]

    def changed() -> None:
        value = st.session_state[key]
        given = ("true" if value else "") if entry.widget == "flag" else value
        try:
            st.session_state[_TEXT] = written(st.session_state[_TEXT], entry.path, given, desk.workspace)
            stuck.pop(entry.name, None)
        except FourfoldError as error:
            stuck[entry.name] = (str(value), str(error))

    _widget(entry, key, shown, changed)
    if problem:
        st.markdown(f":red-badge[:material/error: Mend] :red[{plain(problem)}]")


def _widget(entry: Entry, key: str, shown: str | None, changed: Callable[[], None]) -> None:
    says = entry.help or None
    if entry.widget == "flag":
        st.session_state[key] = shown == "true"
        st.checkbox(entry.label, key=key, on_change=changed, help=says)
    elif entry.widget == "choice":
        titles = dict(entry.options)
        st.session_state[key] = shown
        options = [*([None] if entry.optional or shown is None else []), *titles]
        name = titles.get
        st.selectbox(
            entry.label,
            options,
            format_func=lambda k: name(k, NONE) if k else NONE,
            key=key,
            on_change=changed,
            help=says,
        )
    elif entry.widget == "words":
        st.session_state[key] = shown or ""
        st.text_area(entry.label, height=80, key=key, on_change=changed, help=says)
    else:
        st.session_state[key] = shown or ""
        st.text_input(entry.label, key=key, on_change=changed, help=says)


__all__ = ["Form", "Problem", "editor", "forget", "form", "made_form", "text_of"]
