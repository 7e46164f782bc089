"""An executive holds a review and gives an action; its owner finds and updates it on a phone; the audit shows both."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data.errors import CommandError
from strategy.approvals.commands import ApproveRequest
from strategy.approvals.tables import Request
from strategy.history import changes_of
from strategy.issues.tables import Action
from strategy.reviews.tables import Decision, Pack
from tests.e2e.conftest import PATIENCE, looking_as, ready, served
from views.entry import open_desk

pytestmark = pytest.mark.browser
CHIEF, OWNER = "clara_winther", "henrik_maas"
TITLE = "Two fitters check each weld for four weeks"
DECIDED = "No bike leaves assembly before its second check"
METRIC = "First-pass yield"


def fits(page: Page) -> bool:
    found: bool = page.get_by_test_id("stMain").evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    return found


def hold(page: Page, address: str) -> None:
    """From the list of reviews to a decision and an action on a red, and to the pack."""
    page.goto(f"{address}/reviews")
    ready(page)
    page.get_by_role("link", name="Strategy review", exact=True).first.click()
    expect(page.get_by_label("Agenda")).to_contain_text("The agenda as it builds itself", timeout=PATIENCE)
    page.get_by_role("button", name="Open the review").click()
    expect(page.get_by_label("In hand")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Agenda").get_by_role("link", name=METRIC, exact=True).click()
    expect(page.get_by_label("In hand")).to_contain_text(f"{METRIC}", timeout=PATIENCE)
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text(f"It cites {METRIC} of Velora Cycles")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("textbox", name="What is decided?").fill(DECIDED)
    page.get_by_role("textbox", name="What is decided?").press("Enter")
    page.get_by_role("button", name="Decide it").click()
    expect(page.get_by_label("In hand")).to_contain_text(DECIDED, timeout=PATIENCE)
    page.get_by_role("button", name="Give an action").click()
    page.get_by_role("textbox", name="What is to be done?").fill(TITLE)
    page.get_by_role("textbox", name="What is to be done?").press("Enter")
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_label("In hand")).to_contain_text("Henrik Maas", timeout=PATIENCE)
    expect(page.get_by_label("In hand")).to_contain_text(TITLE, timeout=PATIENCE)
    page.get_by_role("textbox", name="What was said?").fill("The yield fell after the change of shifts.")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_label("In hand")).not_to_contain_text(TITLE, timeout=PATIENCE)


def close(page: Page) -> None:
    """Close the review; its pack is there to be sent."""
    page.get_by_role("button", name="Close the review").click()
    page.get_by_role("textbox", name="In short").fill("One decision, on the yield of assembly.")
    page.get_by_role("textbox", name="In short").press("Control+Enter")
    page.get_by_role("button", name="Close it and publish the pack").click()
    expect(page.get_by_label("Not talked about")).to_contain_text("Not reached", timeout=PATIENCE)
    for label, ending in (("Markdown", ".md"), ("HTML", ".html")):
        with page.expect_download() as waited:
            page.get_by_role("button", name=label).click()
        assert waited.value.suggested_filename == f"strategy-review{ending}"
        text = Path(waited.value.path()).read_text(encoding="utf-8")
        assert DECIDED in text
        assert "Supplier defects" in text, "a red that was not talked about is in the pack"


def update_on_a_phone(page: Page, address: str) -> None:
    """Three clicks: the action, how it stands, Save."""
    page.goto(f"{address}/mine")
    ready(page)
    assert fits(page)
    page.get_by_label("Waiting for me").get_by_role("link", name=TITLE).click()
    page.get_by_label(f"Action: {TITLE}").wait_for()
    page.get_by_role("radio", name="At risk").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Waiting for me").first).not_to_contain_text(TITLE, timeout=PATIENCE)
    page.goto(f"{address}/reviews")
    ready(page)
    assert fits(page)


def test_a_review_leads_to_an_action_that_its_owner_updates(own_demo: Path, browser: Browser, tmp_path: Path) -> None:
    with served(own_demo, tmp_path / "app.log") as address:
        with looking_as(browser, address, CHIEF) as chief:
            page = chief.new_page()
            hold(page, address)
            close(page)
            there = page.url
        with looking_as(browser, address, OWNER, size=(390, 844)) as owner:
            update_on_a_phone(owner.new_page(), address)
        with looking_as(browser, address, CHIEF, size=(390, 844)) as chief:
            page = chief.new_page()
            page.goto(there)
            ready(page)
            assert fits(page)
    desk = open_desk(own_demo, CHIEF)
    (action,) = [one for one in desk.office.read(Action) if one.title == TITLE]
    assert (action.owner, action.expected_metric) == (OWNER, "first_pass_yield")
    told = [(change.who, change.command) for change in changes_of(desk.state, "action", [action.key])]
    assert told == [(OWNER, "UpdateAction"), (CHIEF, "GiveAction")]
    (decision,) = [one for one in desk.office.read(Decision) if one.title == DECIDED]
    assert decision.cites[0]["metric"] == "first_pass_yield"
    pack = next(one for one in desk.office.read(Pack) if one.review == decision.review)
    assert pack.snapshot == desk.snapshot
    assert pack.sound


def approve_on_a_phone(page: Page, address: str) -> None:
    """From what waits for him, three clicks: open it, say why, approve."""
    page.goto(f"{address}/mine")
    ready(page)
    page.get_by_label("Waiting for me").get_by_role("link", name="A second test stand").click()
    page.get_by_role("textbox", name="Comment").fill("It pays back within the year.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved", exact=True).first).to_be_visible(timeout=PATIENCE)
    page.goto(f"{address}/governance")
    ready(page)
    assert fits(page)


def test_nobody_approves_his_own_request_and_who_decides_does(own_demo: Path, browser: Browser, tmp_path: Path) -> None:
    with served(own_demo, tmp_path / "app.log") as address:
        with looking_as(browser, address, OWNER) as owner:
            ask_for_a_stand(owner.new_page(), address)
        desk = open_desk(own_demo, OWNER)
        (request,) = [one for one in desk.office.read(Request) if one.title == "A second test stand"]
        with pytest.raises(CommandError, match="a second person has to decide"):
            desk.do(ApproveRequest(request.key, request.version))
        assert desk.office.one(Request, request.key).state == "waiting"
        with looking_as(browser, address, "mira_solberg", size=(390, 844)) as decider:
            approve_on_a_phone(decider.new_page(), address)
    decided = open_desk(own_demo, OWNER).office.one(Request, request.key)
    assert (decided.state, decided.decided_by) == ("approved", "mira_solberg")
    told = [(change.who, change.command) for change in changes_of(desk.state, "request", [request.key])]
    assert told == [("mira_solberg", "ApproveRequest"), (OWNER, "AskApproval")]


def ask_for_a_stand(page: Page, address: str) -> None:
    """Ask on the page Governance; who decides is told before, and no button lets one decide on it oneself."""
    page.goto(f"{address}/governance?unit=assembly")
    ready(page)
    page.get_by_text("Ask for a decision").click()
    page.get_by_role("textbox", name="What is to be decided?").fill("A second test stand")
    page.get_by_role("textbox", name="Why?").fill("One stand is the bottleneck.")
    page.get_by_role("spinbutton", name=re.compile("Amount")).fill("12000")
    page.get_by_role("spinbutton", name=re.compile("Amount")).press("Enter")
    expect(page.get_by_text("Mira Solberg decides.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("link", name="A second test stand").first.click()
    expect(page.get_by_role("heading", name="A second test stand")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
