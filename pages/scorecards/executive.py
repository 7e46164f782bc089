"""The executive's screen: four perspectives, what needs attention, why the score moved."""

from pages import Page
from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from views import executive
from views.desk import Desk
from views.draw import executive as draw
from views.draw.head import head
from views.rights import FourfoldError

PAGE = Page(
    title="Executive",
    needs="scorecard.view",
    path="executive",
    section="Scorecards",
    order=10,
    help="Four perspectives, what needs attention and why the score moved, on one screen.",
)


def render(desk: Desk) -> None:
    """Draw the page."""
    picks = pick(desk, PAGE.needs)
    try:
        view = executive.build(desk, picks)
    except FourfoldError as error:
        frame.top(head(picks.unit_title, picks.period_title), lambda: picker(desk, picks), picks.notes)
        frame.told(error)
        frame.foot(desk)
        return
    frame.top(head(view.title, view.subtitle, view.status, view.score), lambda: picker(desk, picks), picks.notes)
    canvas(draw.executive(view), "executive", "executive")
    frame.foot(desk, draw.trends(view))
