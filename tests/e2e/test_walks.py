"""Walks of real people through a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.refresh import refresh
from tests.e2e.conftest import PATIENCE, looking_as, ready, served

pytestmark = pytest.mark.browser
PATHS = ("executive", "departments", "map", "metric?metric=on_time_delivery", "catalog", "definitions", "health")


def options(page: Page, label: str) -> list[str]:
    """The titles that a picker offers."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option").first.wait_for()
    found = [text.strip() for text in page.get_by_role("option").all_inner_texts()]
    page.keyboard.press("Escape")
    return found


def choose(page: Page, label: str, title: str) -> None:
    """Choose an entry of a picker as a hand would."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=title, exact=True).click()


def test_the_executive_opens_on_one_screen(executive: Page, app: str) -> None:
    executive.goto(app)
    ready(executive)
    expect(executive).to_have_url(re.compile(r"/executive\?unit=velora&period=2026-10"))
    for words in ("Needs attention", "Why the score", "Priorities", "Going well", "Leading", "Lagging"):
        expect(executive.get_by_text(words).first).to_be_visible()
    foot = executive.locator(".pagefoot").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] <= 900, "the executive's first screen fits 1440 x 900"


def test_from_a_red_metric_to_its_rows_in_two_clicks(executive: Page, app: str) -> None:
    executive.goto(f"{app}/executive")
    ready(executive)
    row = executive.locator(".attention tr", has=executive.locator(".is-red")).first
    title = row.locator("a.name").inner_text()
    row.locator("a.name").click()
    expect(executive).to_have_url(re.compile(r"/metric\?"))
    expect(executive.get_by_role("heading", name=title, exact=True)).to_be_visible()
    for words in ("Definition", "Where it comes from", "Owner"):
        expect(executive.get_by_text(words, exact=True).first).to_be_visible()
    executive.get_by_role("link", name="Rows", exact=True).click()
    expect(executive.locator(".drill tbody tr").first).to_be_visible()
    expect(executive.locator(".rowfoot")).to_contain_text("rows")


def test_a_manager_sees_only_his_own_units(manager: Page, app: str) -> None:
    manager.goto(app)
    ready(manager)
    expect(manager).to_have_url(re.compile(r"/departments\?unit=purchasing"))
    assert options(manager, "Unit") == ["Purchasing", "Logistics"]
    menu = manager.get_by_test_id("stSidebarNav")
    assert "Executive" not in menu.inner_text()
    assert "Data health" not in menu.inner_text()
    manager.goto(f"{app}/departments?unit=assembly")
    ready(manager)
    expect(manager.get_by_text("The unit in this link is not open to you")).to_be_visible()
    expect(manager.get_by_role("heading", name=re.compile("^Purchasing"))).to_be_visible()


def test_a_forbidden_link_on_a_fresh_server_shows_nothing_of_the_page(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    with served(demo, tmp_path / "log") as address, looking_as(browser, address, "jonas_brandt") as context:
        page = context.new_page()
        page.goto(f"{address}/executive?unit=velora")
        expect(page.get_by_text("This page is not open to you, or does not exist")).to_be_visible()
        page.wait_for_timeout(500)
        text = page.locator("body").inner_text()
        for words in ("Needs attention", "Why the score", "Velora Cycles  ", "Page not found"):
            assert words not in text
        assert page.locator(".exec").count() == 0


def test_the_first_link_of_a_fresh_server_opens_without_a_scare(browser: Browser, demo: Path, tmp_path: Path) -> None:
    with served(demo, tmp_path / "log") as address, looking_as(browser, address, "clara_winther") as context:
        page = context.new_page()
        page.goto(f"{address}/map")
        ready(page)
        expect(page.get_by_role("heading", name=re.compile("Strategy map"))).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_picks_stand_in_the_address_and_survive_a_reload(executive: Page, app: str) -> None:
    executive.goto(f"{app}/executive")
    ready(executive)
    choose(executive, "Period", "Aug 2026")
    expect(executive).to_have_url(re.compile("period=2026-08"))
    choose(executive, "Unit", "Operations")
    expect(executive).to_have_url(re.compile("unit=operations"))
    expect(executive.get_by_text("August 2026, closed")).to_be_visible()
    executive.reload()
    ready(executive)
    expect(executive.get_by_role("combobox", name="Period", exact=True)).to_have_value("Aug 2026")
    expect(executive.get_by_role("heading", name=re.compile("^Operations"))).to_be_visible()
    executive.get_by_role("link", name="Strategy map", exact=True).click()
    expect(executive.get_by_role("heading", name=re.compile("Strategy map of Operations"))).to_be_visible()
    expect(executive).to_have_url(re.compile("unit=operations&period=2026-08"))


def test_a_chosen_sample_person_survives_a_reload(browser: Browser, app: str) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(app)
        ready(page)
        choose(page, "Looking as", "Lea Okafor")
        expect(page.locator(".banner")).to_contain_text("Lea Okafor")
        expect(page).to_have_url(re.compile(r"/departments\?unit=service"))  # Executive is not open to her
        page.goto(app)
        ready(page)
        expect(page.locator(".banner")).to_contain_text("Lea Okafor")
        expect(page).to_have_url(re.compile(r"/departments\?unit=service"))


def test_an_objective_opens_beside_the_map_and_by_keyboard(executive: Page, app: str) -> None:
    executive.goto(f"{app}/map")
    ready(executive)
    bubble = executive.locator("a.bubble", has_text="Keep the delivery promise")
    bubble.focus()
    executive.keyboard.press("Enter")
    panel = executive.locator(".panel")
    expect(panel.get_by_role("heading", name="Keep the delivery promise")).to_be_visible()
    expect(panel.get_by_text("Driven by")).to_be_visible()
    expect(executive).to_have_url(re.compile("objective=keep_promise"))
    assert executive.locator("path.edge.chosen").count() >= 2
    executive.get_by_text("The map as a table").click()
    expect(executive.get_by_role("table", name="Objectives")).to_contain_text("Keep the delivery promise")


def test_a_link_opens_the_same_screen_in_another_window(executive: Page, app: str) -> None:
    executive.goto(f"{app}/departments?unit=operations&period=2026-09")
    ready(executive)
    href = executive.locator("a.name", has_text="On-time delivery").get_attribute("href")
    assert href
    executive.goto(f"{app}/{href}")
    ready(executive)
    expect(executive.get_by_text("Operations · September 2026, closed")).to_be_visible()


@pytest.mark.parametrize("path", PATHS)
def test_every_page_fits_a_phone(browser: Browser, app: str, path: str) -> None:
    with looking_as(browser, app, "clara_winther", size=(390, 844)) as context:
        page = context.new_page()
        page.goto(f"{app}/{path}")
        ready(page)
        page.wait_for_timeout(300)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
        hidden = page.locator(".canvas .scroll:visible").evaluate_all(
            "found => found.filter(one => !one.closest('details') && one.scrollWidth > one.clientWidth + 1)"
            ".map(one => one.innerText.slice(0, 80))"
        )
        assert hidden == [], "lies beyond the edge"


def test_a_new_snapshot_shows_on_the_next_run_without_a_restart(
    browser: Browser, own_demo: Path, tmp_path: Path
) -> None:
    with served(own_demo, tmp_path / "log") as address, looking_as(browser, address, "david_lindqvist") as context:
        page = context.new_page()
        page.goto(f"{address}/catalog")
        before = ready(page).locator(".pagefoot").inner_text()
        made = refresh(own_demo, force=True)
        page.goto(f"{address}/health")
        ready(page)
        expect(page.locator(".pagefoot")).to_contain_text(made.id)
        assert made.id not in before
        page.get_by_role("button", name="Refresh now").click()
        expect(page.get_by_text("Nothing has changed").first).to_be_visible(timeout=PATIENCE)


def test_only_loopback_lets_sample_people_in(browser: Browser, demo: Path, tmp_path: Path) -> None:
    with (
        served(demo, tmp_path / "log", address="0.0.0.0") as address,
        looking_as(browser, address, "clara_winther") as context,
    ):
        page = context.new_page()
        page.goto(f"{address}/executive")
        expect(page.get_by_text("Nobody is signed in")).to_be_visible()
        assert page.locator(".exec").count() == 0
