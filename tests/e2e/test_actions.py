"""A manager opens an issue from a metric and gives an action; its owner updates it on a phone in three clicks."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from strategy.history import changes_of
from strategy.issues.tables import Action, Issue
from tests.e2e.conftest import PATIENCE, looking_as, ready, served
from views.entry import open_desk

pytestmark = pytest.mark.browser
BOSS, OWNER, OTHER = "mira_solberg", "jonas_brandt", "henrik_maas"
TITLE = "Test each lot at the foundry gate"


class Clicks:
    """A hand that counts its clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def click(self, what: Locator) -> None:
        self.count += 1
        what.click()


def fits(page: Page) -> bool:
    found: bool = page.get_by_test_id("stMain").evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    return found


def give_an_action(page: Page, address: str) -> None:
    """From a metric to an issue with an action; only the action's title is typed."""
    page.goto(f"{address}/metric?metric=scrap_rate&unit=assembly")
    ready(page)
    page.get_by_role("button", name="Open an issue").click()
    page.wait_for_url(re.compile(r"issues\?.*issue="))
    ready(page)
    expect(page.get_by_role("heading", name=re.compile("in Assembly"))).to_be_visible(timeout=PATIENCE)
    page.get_by_role("textbox", name="What is to be done?").fill(TITLE)
    page.get_by_role("textbox", name="What is to be done?").press("Enter")
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_label("Actions", exact=True)).to_contain_text(TITLE, timeout=PATIENCE)


def test_an_owner_updates_on_a_phone_in_three_clicks(own_demo: Path, browser: Browser, tmp_path: Path) -> None:
    with served(own_demo, tmp_path / "app.log") as address:
        with looking_as(browser, address, BOSS) as boss:
            give_an_action(boss.new_page(), address)
        with looking_as(browser, address, OTHER, size=(390, 844)) as owner:
            page = owner.new_page()
            page.goto(f"{address}/mine")
            ready(page)
            assert fits(page)
            hand = Clicks(page)
            hand.click(page.get_by_label("Waiting for me").get_by_role("link", name=TITLE))
            page.get_by_label(f"Action: {TITLE}").wait_for()
            assert fits(page)
            hand.click(page.get_by_role("radio", name="At risk"))
            hand.click(page.get_by_role("button", name="Save", exact=True))
            expect(page.get_by_label("My actions")).to_contain_text("At risk", timeout=PATIENCE)
            expect(page.get_by_label("Waiting for me")).not_to_contain_text(TITLE)
            assert hand.count <= 3
        with looking_as(browser, address, BOSS) as boss:
            page = boss.new_page()
            page.goto(f"{address}/issues?unit=assembly")
            ready(page)
            expect(page.get_by_text("Action at risk")).to_be_visible()
    desk = open_desk(own_demo, BOSS)
    (action,) = [one for one in desk.office.read(Action) if one.title == TITLE]
    assert action.owner == OTHER
    told = [(change.who, change.command) for change in changes_of(desk.state, "action", [action.key])]
    assert told == [(OTHER, "UpdateAction"), (BOSS, "GiveAction")]
    issue = desk.office.one(Issue, action.issue or "")
    assert (issue.metric, issue.unit, issue.made_by) == ("scrap_rate", "assembly", BOSS)
