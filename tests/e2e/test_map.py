"""A link is drawn with a few clicks, revised on a phone, and ended; the map of that day shows what it was."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from strategy.maps.tables import Link
from strategy.reading import read
from tests.e2e.conftest import PATIENCE, looking_as, ready, served
from views.entry import open_desk

pytestmark = pytest.mark.browser
CHIEF = "clara_winther"
REASON = "Ideas from the floor make bikes that come back less."


@pytest.fixture(scope="module")
def drawn_on(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """An own demo, served: folder and address."""
    folder = Path(shutil.copytree(demo, tmp_path_factory.mktemp("drawn") / "demo"))
    with served(folder, folder.parent / "log") as address:
        yield folder, address


def fits(page: Page) -> bool:
    found: bool = page.get_by_test_id("stMain").evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    return found


def kept(folder: Path) -> Link | None:
    state = open_desk(folder, CHIEF).state
    found = read(state, Link, Link.cause == "better_every_day", Link.effect == "loyal_customers")
    return found[0] if found else None


def test_a_link_is_drawn_revised_on_a_phone_and_ended(browser: Browser, drawn_on: tuple[Path, str]) -> None:
    folder, address = drawn_on
    with looking_as(browser, address, CHIEF) as context:
        page = context.new_page()
        page.goto(f"{address}/map")
        ready(page)
        page.locator("a.bubble", has_text="Better every day").click()
        page.locator(".panel").get_by_role("link", name="Draw a link from here").click()
        expect(page.get_by_text("Choose the objective that")).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".bubble.shut", has_text="Right the first time")).to_contain_text("It leads there already")
        page.locator("a.bubble", has_text="Keep customers for life").click()
        page.get_by_role("textbox", name="Because").fill(REASON)
        page.get_by_role("textbox", name="Because").press("Control+Enter")
        page.get_by_role("button", name="Draw it").click()
        panel = page.locator(".panel")
        expect(panel).to_contain_text(REASON, timeout=PATIENCE)
        expect(panel).to_contain_text("When Ideas put into practice rises, Repeat order rate rises")
        expect(page.locator("path.edge.chosen")).to_have_count(1)
        where = page.url
    made = kept(folder)
    assert made is not None and (made.made_by, made.leading, made.version) == (CHIEF, "ideas_rate", 1)
    with looking_as(browser, address, CHIEF, size=(390, 844)) as context:
        phone = context.new_page()
        phone.goto(where)
        ready(phone)
        assert fits(phone)
        beside, board = phone.locator(".panel").bounding_box(), phone.locator(".maplist").bounding_box()
        assert beside and board and beside["y"] < board["y"], "on a phone the link comes before the map"
        phone.get_by_text("Say it anew", exact=True).click()
        phone.get_by_role("spinbutton", name="Months later").fill("6")
        phone.get_by_role("spinbutton", name="Months later").press("Enter")
        phone.get_by_role("button", name="Save").click()
        expect(phone.locator(".panel")).to_contain_text(re.compile("6.months later"), timeout=PATIENCE)
        phone.get_by_text("End it", exact=True).click()
        phone.get_by_role("textbox", name="What was learned?").fill("It never showed.")
        phone.get_by_role("textbox", name="What was learned?").press("Control+Enter")
        phone.get_by_role("button", name="Take it off the map").click()
        expect(phone.locator(".panel")).to_contain_text("It never showed.", timeout=PATIENCE)
        expect(phone.get_by_role("button", name="Take it up again")).to_be_visible()
    ended = kept(folder)
    assert ended is not None and (ended.state, ended.version, ended.lag_months) == ("ended", 3, 6)


def test_a_finding_is_passed_over_with_its_reason(browser: Browser, drawn_on: tuple[Path, str]) -> None:
    _, address = drawn_on
    with looking_as(browser, address, CHIEF) as context:
        page = context.new_page()
        page.goto(f"{address}/strategy_check")
        ready(page)
        line = page.locator("li", has_text="Skilled people in place > Reliable suppliers")
        line.get_by_role("link", name="Pass over").click()
        box = page.get_by_role("textbox", name="Why does the rule not hold here?")
        box.fill("Buyers are trained next year.")
        box.press("Enter")
        page.get_by_role("button", name="Pass it over").click()
        over = page.locator("section.card", has=page.get_by_role("heading", name="Passed over"))
        expect(over).to_contain_text("Buyers are trained next year.", timeout=PATIENCE)
        over.get_by_role("link", name="Ask again").click()
        page.get_by_role("button", name="Ask again").click()
        expect(over).to_have_count(0, timeout=PATIENCE)
