"""Signing in with a certified OpenID provider (npm: oidc-provider) in a real browser: whom it knows, and groups."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from flows.refresh import refresh
from strategy.members.tables import Member
from strategy.reading import read
from strategy.state import open_state, state_url
from tests.e2e.conftest import PATIENCE, free_port, ready, served
from tests.e2e.provided import ACCOUNTS, PEOPLE, ROLES, running, secrets_for
from tests.making import make

pytestmark = pytest.mark.browser
PROVIDER = Path(__file__).parent / "provider"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The provider's program with its packages, as its lock file names them; none is a loud skip."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("no node with npm on the PATH; install nodejs to sign in with the certified provider")
    folder = Path(shutil.copytree(PROVIDER, tmp_path_factory.mktemp("certified") / "provider"))
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"no registry of npm: its packages could not be installed: {done.stderr[-500:]}")
    return folder


@pytest.fixture(scope="module")
def house(provider: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A small company behind that provider: its address and its workspace."""
    folder = make(tmp_path_factory.mktemp("house"), {"people.yaml": PEOPLE, "roles.yaml": ROLES})
    refresh(folder, now=date(2025, 7, 5))
    port, provider_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    command = ["node", "provider.mjs", str(provider_port), f"{address}/oauth2callback", json.dumps(ACCOUNTS)]
    metadata = f"http://127.0.0.1:{provider_port}/.well-known/openid-configuration"
    with running(command, folder / "provider.log", metadata, provider):
        secrets = secrets_for(folder, address, metadata, 'client_kwargs = {prompt = "login"}\n')
        flags = [f"--secrets.files={secrets}"]
        with served(folder, folder / "app.log", port=port, flags=flags):
            yield address, folder


def window(browser: Browser) -> BrowserContext:
    """A window of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    return context


def signed_in(context: BrowserContext, address: str, subject: str) -> Page:
    """Sign in with the provider's own form and its consent; the page that then shows."""
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=login]").fill(subject)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.locator("form[action*=confirm] button[type=submit], button:has-text('Continue')").first.click()
    page.wait_for_url(lambda url: url.startswith(address))
    return page


def test_a_person_of_people_yaml_comes_in_with_his_units(house: tuple[str, Path], browser: Browser) -> None:
    address, _ = house
    with window(browser) as context:
        page = ready(signed_in(context, address, "mira-1"))
        expect(page.get_by_text("Head of east")).to_be_visible(timeout=PATIENCE)
        page.goto(f"{address}/departments?unit=west")
        ready(page)
        expect(page.get_by_text("West", exact=True)).to_have_count(0)


def test_a_group_of_the_provider_gives_a_role(house: tuple[str, Path], browser: Browser) -> None:
    address, folder = house
    with window(browser) as context:
        page = ready(signed_in(context, address, "nora"))
        expect(page.get_by_role("link", name="Definitions")).to_be_visible(timeout=PATIENCE)
    (member,) = read(open_state(state_url(folder / "var")), Member, Member.key == "nora_count")
    assert member.account is not None
    assert member.account.endswith("|nora")


def test_who_is_not_known_is_told_so(house: tuple[str, Path], browser: Browser) -> None:
    address, _ = house
    with window(browser) as context:
        page = signed_in(context, address, "liar")
        expect(page.get_by_text("is not known here; an administrator can invite you")).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".pagefoot")).to_have_count(0)
