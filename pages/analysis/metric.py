"""One metric in depth: its line over time, definition, lineage, and what lies behind the number."""

import streamlit as st

from pages import Page
from pages.parts import frame, issue_deeds
from pages.parts.canvas import canvas
from pages.parts.picker import pick, pick_metric, picker
from pages.parts.remarks import remarks
from views import drill, metric
from views.desk import Desk
from views.draw import charts
from views.draw import drill as draw_drill
from views.draw import metric as draw
from views.draw.head import head
from views.rights import FourfoldError

PAGE = Page(
    title="Metric",
    needs="metric.view",
    path="metric",
    section="Analysis",
    order=10,
    help="One metric over time with target, bands and natural limits; its definition, lineage and rows.",
)


def render(desk: Desk) -> None:
    """Draw the page."""
    picks = pick(desk, PAGE.needs)
    titles = metric.choices(desk, picks, st.query_params.get("metric"))
    key = pick_metric(titles)

    def pickers() -> None:
        picker(desk, picks, scorecard=False, metrics=titles, metric=key)

    try:
        view = metric.build(desk, picks, key)
        below = drill.build(desk, picks, desk.workspace.metrics[key], st.query_params.to_dict())
    except FourfoldError as error:
        frame.top(head(titles.get(key, "Metric"), picks.unit_title), pickers, picks.notes)
        frame.told(error)
        frame.foot(desk)
        return
    frame.top(head(view.title, view.subtitle, over=view.about), pickers, picks.notes)
    left, right = st.columns([1.9, 1], gap="small")
    with left:
        with st.container(key="chart"):
            canvas(draw.headline(view), "headline", "tables")
            st.plotly_chart(charts.over_time(view.series), key="overtime", config={"displayModeBar": False})
            canvas(draw.beneath(view), "beneath", "tables")
        issue_deeds.of_metric(desk, picks, key)
        canvas(draw_drill.drill(below, draw.history(view.history)), "drill", "tables")
        remarks(desk, picks, key)
    with right:
        canvas(draw.definition(view), "definition", "tables")
        canvas(draw.lineage(view), "lineage", "tables")
    frame.foot(desk)
