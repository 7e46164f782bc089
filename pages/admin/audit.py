"""The audit: who did what, when and from where, with every field before and after."""

import streamlit as st

from pages import Page
from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.zone import zone
from views import audit as view
from views.desk import Desk
from views.draw import audit as draw
from views.draw.head import head
from views.rights import Refused

PAGE = Page(
    title="Audit",
    needs="audit.view",
    path="audit",
    section="Admin",
    order=30,
    help="Who did what, when and from where, with every field before and after.",
)
FIELDS = ("who", "command", "text", "item", "since", "until", "refused")


def render(desk: Desk) -> None:
    """Draw the filters and the deeds that fit."""
    query = {name: value for name in FIELDS if (value := st.query_params.get(name, ""))}
    try:
        shown = view.build(desk, query, zone(), _offset())
    except Refused as refusal:
        frame.top(head("Audit", "Who did what"))
        frame.told(refusal)
        frame.foot(desk)
        return
    frame.top(head("Audit", "Who did what, when and from where; it can only grow"), lambda: _export(desk, query))
    _filters(shown)
    canvas(draw.audit(shown), "audit", "audit")
    _pager(shown)
    frame.foot(desk)


def _filters(shown: view.AuditView) -> None:
    with st.container(key="filters", horizontal=True, gap="small"):
        _text("text", "Search what was said, a key, a person")
        _choice("who", "Everybody", dict(shown.people))
        _choice("command", "Every deed", dict(shown.commands))
        refused = st.toggle("Refused", value=st.query_params.get("refused") == "1", key="audit.refused")
        _set("refused", "1" if refused else "")


def _text(name: str, says: str) -> None:
    given = st.text_input(
        says, value=st.query_params.get(name, ""), key=f"audit.{name}", placeholder=says, label_visibility="collapsed"
    )
    _set(name, given or "")


def _choice(name: str, every: str, titles: dict[str, str]) -> None:
    if not titles:
        return
    asked = st.query_params.get(name, "")
    options = list(titles)
    chosen = st.selectbox(
        every,
        options,
        index=options.index(asked) if asked in options else None,
        placeholder=every,
        format_func=titles.__getitem__,
        key=f"audit.{name}",
        label_visibility="collapsed",
    )
    _set(name, chosen or "")


def _set(name: str, value: str) -> None:
    """Keep a filter in the address; a changed one is looked up at once."""
    if st.query_params.get(name, "") == value:
        return
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
    st.query_params.pop("from", None)
    st.rerun()


def _pager(shown: view.AuditView) -> None:
    offset = _offset()
    with st.container(horizontal=True, gap="small", key="pager"):
        if offset and st.button("Newer", key="audit.newer"):
            st.query_params["from"] = str(max(0, offset - view.PAGE_ROWS))
            st.rerun()
        if offset + len(shown.lines) < shown.count and st.button("Older", key="audit.older"):
            st.query_params["from"] = str(offset + view.PAGE_ROWS)
            st.rerun()


def _offset() -> int:
    asked = st.query_params.get("from", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0


def _export(desk: Desk, query: dict[str, str]) -> None:
    st.download_button(
        "CSV",
        lambda: view.exported(desk, query),
        "audit.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="audit.csv",
    )
