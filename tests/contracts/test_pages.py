"""Every page that discovery finds keeps the contract of pages; tests/e2e/test_access.py opens each by every role."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from access.roles import PERMISSIONS
from pages import SECTIONS, Screen, screens
from views.desk import Desk
from views.entry import open_desk

SAMPLES = {
    "executive": "clara_winther",
    "manager": "jonas_brandt",
    "analyst": "david_lindqvist",
    "administrator": "oskar_lind",
}
EVERY = [pytest.param(screen, id=screen.page.path) for screen in screens()]


def draw(folder: str, person: str, path: str) -> None:
    """A page as app.py draws it; Streamlit runs this function's source on its own, hence the imports inside."""
    from pathlib import Path as Folder

    from pages import screens as every
    from pages.parts import way
    from views.entry import open_desk as desk_of

    way.announce({}, path)
    screen = next(one for one in every() if one.page.path == path)
    screen.render(desk_of(Folder(folder), person))


def drawn(folder: Path, person: str, path: str, **query: str) -> AppTest:
    """The page drawn once, with a query."""
    test = AppTest.from_function(draw, args=(str(folder), person, path), default_timeout=30)
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


@pytest.fixture(scope="module")
def desks(demo: Path) -> dict[str, Desk]:
    """A desk for each role."""
    return {role: open_desk(demo, person) for role, person in SAMPLES.items()}


def test_discovery_finds_the_pages_of_the_product() -> None:
    assert {screen.page.path for screen in screens()} >= {
        "executive",
        "departments",
        "map",
        "metric",
        "catalog",
        "health",
    }


@pytest.mark.parametrize("screen", EVERY)
def test_a_page_says_what_it_needs_and_where_it_stands(screen: Screen) -> None:
    assert screen.page.needs in PERMISSIONS
    assert screen.page.section in SECTIONS
    assert screen.page.title
    assert screen.page.help
    assert screen.page.path.isidentifier(), "a path is part of an address: letters, digits, underscores"


@pytest.mark.parametrize("screen", EVERY)
def test_a_page_survives_a_query_that_names_nothing(screen: Screen, demo: Path, desks: dict[str, Desk]) -> None:
    role = next(role for role, desk in desks.items() if desk.may(screen.page.needs))
    wrong = dict.fromkeys(
        ("unit", "period", "scorecard", "metric", "objective", "by", "dataset", "part", "from"), "nonsense"
    )
    test = drawn(demo, SAMPLES[role], screen.page.path, **wrong)
    assert not test.exception, [error.message for error in test.exception]
