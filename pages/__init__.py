"""The screens: what a page is, how pages are found, and which of them are open to a viewer.

Never put a module directly into this folder: a freshly started Streamlit would run it alone, without app.py's checks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from views.desk import Desk
from views.rights import Permission

SECTIONS = ("Scorecards", "Strategy", "Analysis", "Admin")  # the order of the menu


@dataclass(frozen=True, kw_only=True)
class Page:
    """A screen. `needs` has no default: nobody can forget to say who may open it. `order` ranks it in its section."""

    title: str
    needs: Permission
    path: str
    section: str
    order: int = 50
    help: str = ""


@dataclass(frozen=True)
class Screen:
    """A page together with what draws it."""

    page: Page
    render: Callable[[Desk], None]


class PageError(TypeError):
    """A module under pages/ that is no page: it lacks PAGE or render(desk). A fault of the program, not of a user."""


@cache
def screens() -> tuple[Screen, ...]:
    """Every page under pages/, in the order of the menu; a new file is found without being listed anywhere."""
    found = [
        screen_of(import_module(info.name)) for info in walk_packages(__path__, f"{__name__}.") if _is_page(info.name)
    ]
    paths = [screen.page.path for screen in found]
    if twice := sorted({path for path in paths if paths.count(path) > 1}):
        raise PageError(f"two pages share the path {', '.join(twice)}; a path is a page's name in links")
    return tuple(sorted(found, key=lambda s: (SECTIONS.index(s.page.section), s.page.order, s.page.title)))


def screen_of(module: ModuleType) -> Screen:
    """The page that a module defines as PAGE and render(desk); PageError if it does not."""
    page, render = getattr(module, "PAGE", None), getattr(module, "render", None)
    if not isinstance(page, Page) or not callable(render):
        raise PageError(f"{module.__name__} must define PAGE = Page(...) and render(desk)")
    if page.section not in SECTIONS:
        raise PageError(f"{module.__name__}: the section '{page.section}' is none of {', '.join(SECTIONS)}")
    return Screen(page, render)


def open_to(desk: Desk) -> tuple[Screen, ...]:
    """The pages that this viewer may open, over at least one unit."""
    return tuple(screen for screen in screens() if desk.may(screen.page.needs))


def _is_page(name: str) -> bool:
    section, _, file = name.removeprefix(f"{__name__}.").partition(".")
    return bool(file) and section != "parts"
