"""The picker of unit, period and scorecard in a page's head: kept in the address, remembered between pages."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views.desk import Desk
from views.picks import Choice, Picks, nearest_period, picks_of
from views.place import NONE
from views.rights import Permission

_MEMORY, _METRIC = "picker.memory", "picker.metric.last"
_KEYS = ("unit", "period", "scorecard")


def pick(desk: Desk, needs: Permission) -> Picks:
    """What the address asks for, else what was picked last, else the default; the address is completed."""
    asked = {key: st.query_params[key] for key in _KEYS if key in st.query_params}
    picks = picks_of(desk, asked, needs, st.session_state.get(_MEMORY, {}))
    st.session_state[_MEMORY] = picks.query
    for key, value in picks.query.items():
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    return picks


def pick_metric(titles: Mapping[str, str]) -> str:
    """The metric that the address asks for, else the one looked at last, else the first; the address is completed."""
    before: str = st.session_state.get(_METRIC, "")
    asked: str = st.query_params.get("metric", "") or (before if before in titles else next(iter(titles), ""))
    if asked in titles:
        st.session_state[_METRIC] = asked
    if st.query_params.get("metric") != asked:
        st.query_params["metric"] = asked
    return asked


def picker(
    desk: Desk,
    picks: Picks,
    *,
    scorecard: bool = True,
    time: bool = True,
    metrics: Mapping[str, str] = NONE,
    metric: str = "",
) -> None:
    """Draw the picker. A change alters the address; the run that follows reads it from there.

    `time` says whether the page is about a period, or always about now.
    """
    with st.container(key="picker", horizontal=True, horizontal_alignment="right", gap="small"):
        if metric in metrics:
            _select("Metric", "metric", tuple(Choice(key, title) for key, title in metrics.items()), metric)
        _select("Unit", "unit", picks.units, picks.unit)
        if time:
            _select("View", "span", picks.spans, picks.span, lambda span: nearest_period(desk, span, picks.period))
            _select("Period", "period", picks.periods, picks.period_key)
        if scorecard and len(picks.scorecards) > 1 and picks.scorecard:
            _select("Scorecard", "scorecard", picks.scorecards, picks.scorecard)


def forget() -> None:
    """Forget what was picked: somebody else is looking now."""
    for key in (_MEMORY, _METRIC):
        st.session_state.pop(key, None)


def _select(label: str, key: str, choices: tuple[Choice, ...], chosen: str, into_period: Any = None) -> None:
    widget = f"picker.{key}"
    titles = {c.key: c.title if c.key == chosen else "\u2003" * c.depth + c.title for c in choices}
    room = 48 + 6 * len(label) + round(7.4 * min(max(len(titles.get(chosen, "")), 5), 24))  # px: label, text, arrow
    st.session_state[widget] = chosen

    def changed() -> None:
        value = st.session_state[widget]
        if into_period:
            st.query_params["period"] = into_period(value)
        else:
            st.query_params[key] = value

    st.selectbox(
        label,
        [c.key for c in choices],
        format_func=lambda k: titles.get(k, k),
        key=widget,
        on_change=changed,
        filter_mode="fuzzy" if len(choices) > 8 else None,
        width=room,
    )
