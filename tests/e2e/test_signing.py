"""Signing in with a real provider in a real browser: who is known, who is not, and sign-ins that count no more."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from flows.door import Door
from flows.refresh import refresh
from strategy.commands import Command
from strategy.members.commands import DeactivatePerson, GiveRole
from strategy.members.tables import Member
from strategy.reading import read
from strategy.state import open_state, state_url
from strategy.tables import Audit
from tests.e2e.conftest import PATIENCE, free_port, ready, served
from tests.e2e.provided import ACCOUNTS, PEOPLE, ROLES, mock_provider, secrets_for
from tests.making import make
from views.entry import open_desk

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class House:
    """A served workspace with a provider beside it."""

    address: str
    folder: Path
    browser: Browser

    def window(self) -> BrowserContext:
        """A window of its own."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
        context.set_default_timeout(PATIENCE)
        return context

    def signed_in(self, context: BrowserContext, subject: str) -> Page:
        """Sign in as an account; the page that then shows."""
        page = context.new_page()
        page.goto(self.address)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name=subject, exact=True).click()
        page.wait_for_url(lambda url: url.startswith(self.address))
        return page

    def do(self, command: Command, who: str = "ada") -> None:
        """Carry out a command as one of the people, past the browser."""
        desk = open_desk(self.folder, who)
        Door(desk.state, desk.policy).do(desk.viewer, command)

    def audit(self) -> list[Audit]:
        """The audit, oldest first."""
        return read(open_state(state_url(self.folder / "var")), Audit, order_by=[Audit.id])


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A small company behind a real provider."""
    folder = make(tmp_path_factory.mktemp("house"), {"people.yaml": PEOPLE, "roles.yaml": ROLES})
    refresh(folder, now=date(2025, 7, 5))
    port = free_port()
    with mock_provider(folder / "provider.log", ACCOUNTS) as metadata:
        flags = [f"--secrets.files={secrets_for(folder, f'http://127.0.0.1:{port}', metadata)}"]
        with served(folder, folder / "app.log", port=port, flags=flags) as address:
            yield House(address, folder, browser)


def test_nothing_is_shown_before_signing_in(house: House) -> None:
    with house.window() as context:
        page = context.new_page()
        for path in ("", "/executive", "/departments?unit=east"):
            page.goto(f"{house.address}{path}")
            expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=PATIENCE)
            expect(page.get_by_text("Revenue")).to_have_count(0)
            expect(page.get_by_text("Looking as")).to_have_count(0)


def test_a_person_of_people_yaml_comes_in_with_his_units(house: House) -> None:
    with house.window() as context:
        page = ready(house.signed_in(context, "mira-1"))
        expect(page.get_by_text("Head of east")).to_be_visible(timeout=PATIENCE)
        page.goto(f"{house.address}/departments?unit=west")
        ready(page)
        expect(page.get_by_text("West", exact=True)).to_have_count(0)
    row = house.audit()[-1]
    assert (row.who, row.command, row.payload["name"]) == ("mira", "SignIn", "Mira East")


@pytest.mark.parametrize(("subject", "name"), [("eve", "Eve Elsewhere"), ("liar", "Mira Too")])
def test_who_is_not_known_is_told_so_and_written_down(house: House, subject: str, name: str) -> None:
    with house.window() as context:
        page = house.signed_in(context, subject)
        expect(page.get_by_text("You cannot come in")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("is not known here; an administrator can invite you")).to_be_visible()
        expect(page.locator(".pagefoot")).to_have_count(0)
    row = house.audit()[-1]
    assert (row.who, row.command, row.payload["name"]) == ("nobody", "SignIn", name)
    assert "is not known here" in row.payload["refused"]


def test_a_group_of_the_provider_gives_a_role(house: House) -> None:
    with house.window() as context:
        page = ready(house.signed_in(context, "nora"))
        expect(page.get_by_role("link", name="Definitions")).to_be_visible(timeout=PATIENCE)
    (member,) = read(open_state(state_url(house.folder / "var")), Member, Member.key == "nora_count")
    assert member.account is not None
    assert member.account.endswith("|nora")


def test_a_copied_cookie_is_worth_nothing_after_signing_out(house: House) -> None:
    with house.window() as context, house.window() as thief:
        page = ready(house.signed_in(context, "mira-1"))
        thief.add_cookies(context.cookies())  # type: ignore[arg-type]  # what it gives is what it takes
        copied = thief.new_page()
        copied.goto(house.address)
        ready(copied)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign out here").click()
        page.get_by_role("button", name="End session").click()
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=PATIENCE)
        copied.reload()
        expect(copied.get_by_text("You have signed out; sign in again")).to_be_visible(timeout=PATIENCE)


def test_signing_out_everywhere_ends_every_other_window(house: House) -> None:
    with house.window() as context, house.window() as other:
        elsewhere = ready(house.signed_in(other, "wil-1"))
        time.sleep(1.1)  # a provider says in whole seconds when somebody signed in
        page = ready(house.signed_in(context, "wil-1"))
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign out everywhere").click()
        page.get_by_role("button", name="End session").click()
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=PATIENCE)
        elsewhere.reload()
        expect(elsewhere.get_by_text("You were signed out everywhere; sign in again")).to_be_visible(timeout=PATIENCE)


def test_a_new_role_counts_at_the_next_click_and_so_does_an_end(house: House) -> None:
    with house.window() as context:
        time.sleep(1.1)
        page = ready(house.signed_in(context, "wil-1"))
        expect(page.get_by_role("link", name="Executive")).to_have_count(0)
        house.do(GiveRole("wil-executive", "wil", "executive", ("company",), date(2025, 1, 1)))
        page.goto(house.address)
        ready(page)
        expect(page.get_by_role("link", name="Executive")).to_be_visible(timeout=PATIENCE)
        (member,) = read(open_state(state_url(house.folder / "var")), Member, Member.key == "wil")
        house.do(DeactivatePerson("wil", member.version))
        page.get_by_role("link", name="Executive").click()
        expect(page.get_by_text("Wil West is deactivated")).to_be_visible(timeout=PATIENCE)


def test_a_sign_in_ends_at_its_own_age_whatever_the_cookie_says(house: House) -> None:
    """The framework's cookie lasts 30 days; how long a sign-in counts is said in roles.yaml, also for open pages."""
    roles = house.folder / "roles.yaml"
    before = roles.read_text(encoding="utf-8")
    with house.window() as context:
        page = ready(house.signed_in(context, "mira-1"))
        roles.write_text(f"{before}sign_in: {{hours: 0.0005}}\n", encoding="utf-8")  # 1.8 s
        refresh(house.folder, now=date(2025, 7, 5))
        time.sleep(2)
        page.reload()
        expect(page.get_by_text("Your sign-in is older than 0.0005 hours; sign in again")).to_be_visible(
            timeout=PATIENCE
        )
        expect(page.get_by_text("Head of east")).to_have_count(0)
    roles.write_text(before, encoding="utf-8")
    refresh(house.folder, now=date(2025, 7, 5))
