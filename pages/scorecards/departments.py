"""The manager's screen: his units and all their metrics."""

from pages import Page
from pages.parts import frame
from pages.parts.canvas import canvas
from pages.parts.picker import pick, picker
from views import departments
from views.desk import Desk
from views.draw import departments as draw
from views.draw.head import head
from views.rights import FourfoldError

PAGE = Page(
    title="My departments",
    needs="department.view",
    path="departments",
    section="Scorecards",
    order=20,
    help="All metrics of your own units, with the units below them; every number leads to its rows.",
)


def render(desk: Desk) -> None:
    """Draw the page."""
    picks = pick(desk, PAGE.needs)
    try:
        view = departments.build(desk, picks)
    except FourfoldError as error:
        frame.top(head(picks.unit_title, picks.period_title), lambda: picker(desk, picks), picks.notes)
        frame.told(error)
        frame.foot(desk)
        return
    frame.top(head(view.title, view.subtitle, view.status, view.score), lambda: picker(desk, picks), picks.notes)
    canvas(draw.departments(view), "departments", "tables")
    frame.foot(desk)
