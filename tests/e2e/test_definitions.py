"""An analyst drafts a clone of a metric and sees what it would show; another one publishes it, and it is there."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data.errors import CommandError
from tests.e2e.conftest import PATIENCE, looking_as, ready, served
from views.entry import open_desk

pytestmark = pytest.mark.browser
KEY = "on_time_to_dealers"
FILE = f"metrics/customer/{KEY}.yaml"


def type_in(page: Page, label: str, text: str) -> None:
    """Type into a field of the form and leave it, as a hand would."""
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Enter")


def draft_a_clone(page: Page, address: str) -> str:
    """From the list to a draft with a preview, with a slip on the way; returns its address."""
    page.goto(f"{address}/definitions")
    ready(page)
    page.get_by_role("link", name="On-time delivery", exact=True).click()
    page.get_by_role("button", name="Clone").click()
    type_in(page, "Title", "On time to dealers")
    type_in(page, "Key", KEY)
    page.get_by_role("button", name="Begin the draft").click()
    page.wait_for_url(re.compile(r"draft=\d+"))
    expect(page.get_by_text("Would show, Velora Cycles, October 2026")).to_be_visible(timeout=PATIENCE)
    type_in(page, "Numerator: filter", "chanel = 'dealer'")
    expect(page.get_by_text("did you mean 'channel'?")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Would show")).to_have_count(0)
    type_in(page, "Numerator: filter", "channel = 'dealer'")
    type_in(page, "Denominator: filter", "channel = 'dealer'")
    expect(page.get_by_role("textbox", name="The same as YAML")).to_have_value(
        re.compile(r"denominator: .*channel = 'dealer'"), timeout=PATIENCE
    )
    expect(page.get_by_text("Would show, Velora Cycles, October 2026")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Hand over for publishing").click()
    expect(page.get_by_text("you wrote it, so you cannot publish it")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    return page.url


def test_one_analyst_drafts_and_another_publishes(own_demo: Path, browser: Browser, tmp_path: Path) -> None:
    with served(own_demo, tmp_path / "app.log") as address:
        with looking_as(browser, address, "david_lindqvist") as author:
            there = draft_a_clone(author.new_page(), address)
        desk = open_desk(own_demo, "david_lindqvist")
        (one,) = desk.workbench.drafts()
        with pytest.raises(CommandError, match="a second person has to decide"):
            desk.workbench.publish(one)
        assert not (own_demo / FILE).exists()
        before = (own_demo / "var" / "CURRENT").read_text(encoding="utf-8")
        with looking_as(browser, address, "nora_haddad") as second:
            page = second.new_page()
            page.goto(f"{address}/definitions")
            ready(page)
            expect(page.locator(".drafts")).to_contain_text("your turn")
            page.goto(there)
            ready(page)
            page.get_by_role("button", name="What would change?").click()
            expect(page.locator(".plan")).to_contain_text("On time to dealers", timeout=PATIENCE)
            page.get_by_role("button", name="Publish", exact=True).click()
            expect(page.get_by_text("Published", exact=True).first).to_be_visible(timeout=4 * PATIENCE)
            page.goto(f"{address}/definitions?metric={KEY}")
            ready(page)
            expect(page.get_by_role("heading", name="On time to dealers", exact=True)).to_be_visible()
            page.goto(f"{address}/metric?metric={KEY}")
            ready(page)
            expect(page.get_by_role("heading", name="On time to dealers", exact=True)).to_be_visible()
    assert "channel = 'dealer'" in (own_demo / FILE).read_text(encoding="utf-8")
    assert (own_demo / "var" / "CURRENT").read_text(encoding="utf-8") != before


def test_a_draft_fits_a_phone_and_is_reached_by_keyboard(own_demo: Path, browser: Browser, tmp_path: Path) -> None:
    desk = open_desk(own_demo, "david_lindqvist")
    text = desk.workbench.text("revenue")
    one = desk.workbench.start("revenue", "financial", text.replace("title: Revenue", "title: Turnover"))
    with (
        served(own_demo, tmp_path / "app.log") as address,
        looking_as(browser, address, "david_lindqvist", size=(390, 844)) as context,
    ):
        page = context.new_page()
        page.goto(f"{address}/definitions?draft={one.id}")
        ready(page)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
        page.get_by_role("textbox", name="Title", exact=True).focus()
        page.keyboard.type(" of the year")
        page.keyboard.press("Tab")
        expect(page.get_by_role("textbox", name="The same as YAML")).to_have_value(
            re.compile("title: Turnover of the year")
        )
