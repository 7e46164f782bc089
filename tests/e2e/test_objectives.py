"""A chief hands a part of an objective down; its receiver accepts on a phone, and it counts; a change is previewed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from strategy.goals.tables import Objective, PlanVersion
from tests.e2e.conftest import PATIENCE, looking_as, ready, served
from views.entry import open_desk

pytestmark = pytest.mark.browser
CHIEF, RECEIVER = "clara_winther", "mira_solberg"
PART = "Ship on the promised day"


def fits(page: Page) -> bool:
    found: bool = page.get_by_test_id("stMain").evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    return found


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def hand_down(page: Page, address: str) -> None:
    """From the objective to an offer; the receiver, the metrics and the words above are filled in."""
    page.goto(f"{address}/objectives?objective=keep_promise&period=2026-10")
    ready(page)
    page.get_by_role("button", name="Hand down").click()
    choose(page, "To which unit?", "Operations")
    field = page.get_by_role("textbox", name="What it is called there")
    field.fill(PART)
    field.press("Enter")
    expect(page.get_by_label("What would change")).to_contain_text(PART, timeout=PATIENCE)
    page.get_by_role("button", name="Offer it", exact=True).click()
    expect(page.get_by_text("It waits for Mira Solberg")).to_be_visible(timeout=PATIENCE)


def test_a_part_is_handed_down_accepted_on_a_phone_and_counts(own_demo: Path, browser: Browser, tmp_path: Path) -> None:
    before = {one.key for one in open_desk(own_demo, CHIEF).office.read(Objective)}
    with served(own_demo, tmp_path / "app.log") as address:
        with looking_as(browser, address, CHIEF) as chief:
            hand_down(chief.new_page(), address)
        with looking_as(browser, address, RECEIVER, size=(390, 844)) as receiver:
            page = receiver.new_page()
            page.goto(f"{address}/mine")
            ready(page)
            page.get_by_label("Waiting for me").get_by_role("link", name=PART).click()
            page.wait_for_url(re.compile(r"objectives\?"))
            ready(page)
            expect(page.get_by_text("Clara Winther offers it")).to_be_visible(timeout=PATIENCE)
            assert fits(page)
            page.get_by_role("button", name="Accept").click()
            expect(page.get_by_text("answers for it: Mira Solberg")).to_be_visible(timeout=PATIENCE)
        with looking_as(browser, address, CHIEF) as chief:
            page = chief.new_page()
            page.goto(f"{address}/objectives?objective=keep_promise&period=2026-10")
            ready(page)
            expect(page.get_by_label("Parts handed down")).to_contain_text(PART)
            change_measures(page)
    desk = open_desk(own_demo, CHIEF)
    (part,) = [one for one in desk.office.read(Objective) if one.key not in before]
    assert (part.owner, part.state, part.cascade, part.parent) == (RECEIVER, "active", "accepted", "keep_promise")
    reasons = [one.reason for one in desk.office.read(PlanVersion, PlanVersion.objective == "keep_promise")]
    assert "The promise counts twice." in reasons


def change_measures(page: Page) -> None:
    """The chief weighs a metric otherwise; what that does is shown before, and a reason is asked for."""
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("link", name="Measured by").click()
    weight = page.get_by_role("spinbutton", name="On-time delivery: weight")
    weight.fill("2")
    weight.press("Enter")
    expect(page.get_by_label("What would change")).to_contain_text("other weight", timeout=PATIENCE)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The reason is empty")).to_be_visible(timeout=PATIENCE)
    reason = page.get_by_role("textbox", name="Why, in mid-cycle?")
    reason.fill("The promise counts twice.")
    reason.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Versions of the plan")).to_contain_text("The promise counts twice.", timeout=PATIENCE)
