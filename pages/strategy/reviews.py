"""Reviews: coming and held, how often units meet, what was decided; one of them prepared, held live, or as its pack."""

import streamlit as st

from pages import Page
from pages.parts import frame, review_deeds, review_live
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from pages.parts.zone import zone
from views import pack, pack_files, review, reviews
from views.desk import Desk
from views.draw import review as draw
from views.draw import reviews as draw_list
from views.draw.head import head
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError, Refused

PAGE = Page(
    title="Reviews",
    needs="strategy.view",
    path="reviews",
    section="Strategy",
    order=40,
    help="Agendas that build themselves, minutes and decisions taken live, and the packs of what was held.",
)


def render(desk: Desk) -> None:
    """Draw the lists, or one review, as the address says."""
    picks = pick(desk, PAGE.needs)
    key = st.query_params.get("review", "")
    try:
        if key:
            _one(desk, picks, key)
        else:
            _list(desk, picks)
    except (FourfoldError, Refused) as error:
        frame.top(head("Reviews", picks.unit_title), lambda: picker(desk, picks, scorecard=False, time=False))
        frame.told(error)
        review_deeds.back(picks.unit)
    frame.foot(desk)


def _list(desk: Desk, picks: Picks) -> None:
    found = reviews.listing(desk, picks)
    show = "decisions" if st.query_params.get("show") == "decisions" else "meetings"
    frame.top(head("Reviews", found.subtitle), lambda: picker(desk, picks, scorecard=False, time=False), picks.notes)
    links = picks.to("reviews"), picks.to("reviews", show="decisions")
    canvas(draw_list.tabs(show, *links, len(found.decisions)), "tabs", "reviews")
    if show == "decisions":
        _decisions(desk, picks, found)
        return
    if found.may_plan or found.may_set:
        with st.container(horizontal=True, gap="small", key="deeds"):
            if found.may_plan:
                review_deeds.plan(desk, picks.unit)
            if found.may_set:
                review_deeds.cadence(desk, picks.unit)
                if found.cadences:
                    review_deeds.end_cadence(desk, found)
    left, right = st.columns([1.9, 1], gap="small")
    with left:
        canvas(draw_list.meetings(found), "meetings", "reviews")
    with right:
        canvas(draw_list.cadences(found), "cadences", "reviews")


def _decisions(desk: Desk, picks: Picks, found: reviews.Reviews) -> None:
    back = place_of(picks.to("reviews", show="decisions"))
    if found.may_plan and any(one.state == "in_force" for one in found.decisions):
        with st.container(horizontal=True, gap="small", key="deeds"):
            review_deeds.revoke(desk, found.decisions, back)
    for one in found.decisions:
        if one.asked:
            review_deeds.look_back(desk, one, back)
    canvas(draw_list.decisions(found), "decisions", "reviews")


def _one(desk: Desk, picks: Picks, key: str) -> None:
    view = review.review_view(desk, key, st.query_params.get("item", ""), zone())
    frame.top(head(view.title, view.subtitle, over=f"Review \u00b7 {view.stand.word.lower()}"))
    with st.container(horizontal=True, gap="small", key="deeds"):
        review_deeds.back(picks.unit)
        review_deeds.planned(desk, view)
        if view.state == "open" and view.holds:
            review_live.close(desk, view)
        if view.pack is not None:
            _downloads(desk, view)
    if view.why and view.state in ("planned", "cancelled", "missed"):
        canvas(draw.said(f"{'Moved' if view.state == 'planned' else view.stand.word}: {view.why}"), "why", "reviews")
    if view.pack is not None:
        canvas(draw.pack(pack.pack_view(desk, view.pack)), "pack", "reviews")
        return
    left, right = st.columns([1.9, 1], gap="small")
    with left:
        if view.state == "open" and view.whole:
            review_live.in_hand(desk, view)
        else:
            canvas(draw.agenda(view), "agenda", "reviews")
    with right:
        if view.state == "open" and view.whole:
            canvas(draw.run(view), "run", "reviews")
        if view.guests:
            canvas(draw.people(view), "people", "reviews")


def _downloads(desk: Desk, view: review.ReviewView) -> None:
    assert view.pack is not None
    shown = pack.pack_view(desk, view.pack)
    for ending, title, kind, text in (
        ("md", "Markdown", "text/markdown", pack_files.markdown(shown)),
        ("html", "HTML", "text/html", pack_files.html(shown)),
    ):
        st.download_button(
            title, text, pack_files.file_name(shown, ending), kind, key=f"pack.{ending}", icon=":material/download:"
        )
