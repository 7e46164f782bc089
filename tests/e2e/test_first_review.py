"""A newcomer's walk, as docs/first-review.md tells it: from an empty workspace to the first review and what came of it.

With FOURFOLD_SCREENSHOTS=docs/img it also makes the pictures of that page.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flows import starter
from flows.refresh import refresh
from flows.tick import tick
from strategy.issues.tables import Action
from strategy.reviews.tables import Pack, Review
from tests.e2e.conftest import PATIENCE, looking_as, ready, served
from views.entry import open_desk

pytestmark = pytest.mark.browser
SAYS = "Look at each order before its day is promised"
DECIDED = "No day is promised without the word of who delivers"
TALKED, LEFT = "Complaint rate", "On-time delivery"


def picture(page: Page, name: str) -> None:
    """A picture for the page in docs, where pictures are asked for."""
    if folder := os.environ.get("FOURFOLD_SCREENSHOTS"):
        page.wait_for_timeout(600)
        page.screenshot(path=Path(folder) / f"first-review-{name}.png")


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """What `fourfold init` and `./run` make."""
    folder = starter.write(tmp_path / "company")
    refresh(folder)
    tick(folder)
    return folder


def look_around(page: Page, address: str) -> None:
    """What strategy.yaml began is there."""
    page.goto(f"{address}/objectives")
    ready(page)
    for title in ("Grow from happy customers", "Keep our promises", "Deliver on time", "Learn every month"):
        expect(page.get_by_text(title).first).to_be_visible(timeout=PATIENCE)
    picture(page, "objectives")


def plan(page: Page, address: str) -> None:
    """A monthly review; its first day is planned at once."""
    page.goto(f"{address}/reviews")
    ready(page)
    page.get_by_role("button", name="Set a cadence").click()
    page.get_by_role("button", name="Set it and plan the first").wait_for()
    picture(page, "cadence")
    page.get_by_role("button", name="Set it and plan the first").click()
    expect(page.get_by_label("Agenda")).to_contain_text(LEFT, timeout=PATIENCE)
    picture(page, "agenda")


def hold(page: Page) -> None:
    """Talk, decide, give an action, close."""
    page.get_by_role("button", name="Open the review").click()
    expect(page.get_by_label("In hand")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Agenda").get_by_role("link", name=TALKED, exact=True).click()
    expect(page.get_by_label("In hand")).to_contain_text(TALKED, timeout=PATIENCE)
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_role("textbox", name="What is decided?").fill(DECIDED)
    page.get_by_role("textbox", name="What is decided?").press("Enter")
    page.get_by_role("button", name="Decide it").click()
    expect(page.get_by_label("In hand")).to_contain_text(DECIDED, timeout=PATIENCE)
    page.get_by_role("button", name="Give an action").click()
    page.get_by_role("textbox", name="What is to be done?").fill(SAYS)
    page.get_by_role("textbox", name="What is to be done?").press("Enter")
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_label("In hand")).to_contain_text(SAYS, timeout=PATIENCE)
    page.keyboard.press("Escape")
    picture(page, "live")
    page.get_by_role("textbox", name="What was said?").fill("Most late orders were promised too early.")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_label("In hand")).not_to_contain_text(SAYS, timeout=PATIENCE)
    page.get_by_role("button", name="Close the review").click()
    page.get_by_role("textbox", name="In short").fill("Promise later, and keep it.")
    page.get_by_role("textbox", name="In short").press("Control+Enter")
    page.get_by_role("button", name="Close it and publish the pack").click()
    expect(page.get_by_label("Not talked about")).to_contain_text(LEFT, timeout=PATIENCE)
    picture(page, "pack")


def answer(page: Page, address: str) -> None:
    """Who was asked says how it stands, on a phone."""
    page.goto(f"{address}/mine")
    ready(page)
    page.get_by_label("Waiting for me").get_by_role("link", name=SAYS).click()
    page.get_by_label(f"Action: {SAYS}").wait_for()
    page.get_by_role("radio", name="On track").click()
    picture(page, "mine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Waiting for me").first).not_to_contain_text(SAYS, timeout=PATIENCE)


def test_a_newcomer_holds_his_first_review(company: Path, browser: Browser, tmp_path: Path) -> None:
    with served(company, tmp_path / "app.log") as address:
        with looking_as(browser, address, "anna") as context:
            page = context.new_page()
            look_around(page, address)
            plan(page, address)
            hold(page)
        desk = open_desk(company, "anna")
        (action,) = desk.office.read(Action)
        with looking_as(browser, address, action.owner, size=(390, 844)) as context:
            answer(context.new_page(), address)
    desk = open_desk(company, "anna")
    (action,) = desk.office.read(Action)
    assert (action.title, action.expected_metric, action.health) == (SAYS, "complaint_rate", "on_track")
    (pack,) = desk.office.read(Pack)
    assert pack.sound
    assert [one.state for one in desk.office.read(Review)] == ["closed"]
