"""The front door: who is here, open the workspace, draw the page that he may see."""

from functools import partial

import streamlit as st

from access.policy import Refused
from data.errors import FourfoldError
from pages import Screen, open_to
from pages.parts import frame, people, signing, way
from pages.parts.settling import settle
from views.desk import Desk
from views.entry import open_desk, sample_people, sample_people_open, workspace_folder

settle()


def main() -> None:
    """One run: everything is asked anew, so that a new snapshot, role or person counts at once."""
    frame.dress()
    folder = workspace_folder()
    if signing.is_set_up():
        signing.enter(folder, draw)
        return
    if not sample_people_open(folder, st.get_option("server.address")):
        frame.closed()
        return
    try:
        known = sample_people(folder)
        desk = open_desk(folder, people.chosen(known))
    except (FourfoldError, Refused) as error:
        frame.told(error, "There is nothing to show yet")
        return
    people.switch(known)
    frame.banner(desk)
    draw(desk)


def draw(desk: Desk) -> None:
    """The menu of the pages that are open to this viewer, and the page that he is on."""
    screens = open_to(desk)
    pages = {screen.page.path: _page(screen, desk) for screen in screens}
    sections: dict[str, list[object]] = {}
    for screen in screens:
        sections.setdefault(screen.page.section, []).append(pages[screen.page.path])
    first = st.Page(partial(frame.home, desk), title="Fourfold", url_path="home", default=True, visibility="hidden")
    here = st.navigation({"": [first], **sections}, expanded=True)  # type: ignore[dict-item]  # pages of one kind
    way.announce(pages, here.url_path)
    way.follow()
    here.run()


def _page(screen: Screen, desk: Desk) -> st.Page:
    page = screen.page
    return st.Page(partial(_drawn, screen, desk), title=page.title, url_path=page.path, help=page.help or None)


def _drawn(screen: Screen, desk: Desk) -> None:
    """The page; what is refused while it is drawn is told in words, never as a fault."""
    try:
        screen.render(desk)
    except (FourfoldError, Refused) as error:
        frame.told(error)
        frame.foot(desk)


main()
