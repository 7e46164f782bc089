"""Two processes behind nginx, with state in PostgreSQL: what is done on one counts on the other.

The configuration is the one that docs/many-users.md gives: only addresses and paths are put in.
"""

import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import create_engine, text

from flows.refresh import refresh
from tests.e2e.conftest import PATIENCE, ROOT, free_port, ready, served
from tests.e2e.provided import ACCOUNTS, PEOPLE, ROLES, mock_provider, secrets_for
from tests.integration.conftest import postgres  # noqa: F401  a fixture, used by name
from tests.making import make, sales

pytestmark = pytest.mark.browser
SERVERS = 2


def configuration(folder: Path, ports: list[int], tls: int) -> str:
    """The block of docs/many-users.md, for these processes, in this folder."""
    page = (ROOT / "docs" / "many-users.md").read_text(encoding="utf-8")
    block = page[page.index("    # /etc/nginx/conf.d/fourfold.conf") : page.index("- **Sticky.**")]
    given = {
        "127.0.0.1:8501": f"127.0.0.1:{ports[0]}",
        "127.0.0.1:8502": f"127.0.0.1:{ports[1]}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;",
        "/etc/ssl/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
    }
    for old, new in given.items():
        assert block.count(old) >= 1, f"docs/many-users.md no longer says {old}"
        block = block.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return (
        f"daemon off;\nerror_log {folder}/error.log;\npid {folder}/pid;\nevents {{}}\n"
        f"http {{\ninclude /etc/nginx/mime.types;\n{temporary}{block}}}\n"
    )


@dataclass(frozen=True)
class Houses:
    """What is served: the proxy's address, the workspace, and for each process a cookie that leads to it."""

    address: str
    folder: Path
    browser: Browser
    cookies: tuple[str, ...]

    def window(self, server: int) -> BrowserContext:
        """A window of its own, that stays with one process."""
        context = self.browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "fourfold_server", "value": self.cookies[server], "url": self.address}])
        return context

    def signed_in(self, context: BrowserContext, subject: str) -> Page:
        """Sign in as an account; the page that then shows."""
        page = context.new_page()
        page.goto(self.address)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name=subject, exact=True).click()
        page.wait_for_url(lambda url: url.startswith(self.address))
        return ready(page)


@pytest.fixture(scope="module")
def houses(
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: str,  # noqa: F811  the fixture
) -> Iterator[Houses]:
    """A small company behind nginx, twice, with a provider and a PostgreSQL."""
    if shutil.which("nginx") is None or shutil.which("openssl") is None:
        pytest.skip("no nginx with openssl on the PATH; install them (Debian: apt-get install nginx-light openssl)")
    folder = make(tmp_path_factory.mktemp("many"), {"people.yaml": PEOPLE, "roles.yaml": ROLES})
    name = f"many_{uuid4().hex}"
    with create_engine(postgres, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    proxy = folder / "proxy"
    proxy.mkdir()
    ports, tls = [free_port() for _ in range(SERVERS)], free_port()
    address = f"https://127.0.0.1:{tls}"
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOURFOLD_STATE_URL", postgres.replace("/postgres?", f"/{name}?"))
        refresh(folder, now=date(2025, 7, 5))
        metadata = stack.enter_context(mock_provider(folder / "provider.log", ACCOUNTS))
        flags = [f"--secrets.files={secrets_for(folder, address, metadata)}"]
        for port in ports:
            stack.enter_context(served(folder, folder / f"app{port}.log", port=port, flags=flags))
        certify(proxy)
        (proxy / "nginx.conf").write_text(configuration(proxy, ports, tls), encoding="utf-8")
        nginx = subprocess.Popen(["nginx", "-p", str(proxy), "-c", str(proxy / "nginx.conf")], stderr=subprocess.PIPE)
        try:
            yield Houses(address, folder, browser, leading(address, proxy / "fourfold.log", ports))
        finally:
            nginx.terminate()
            nginx.wait(10)


def certify(folder: Path) -> None:
    """A certificate of our own for this machine."""
    files = ["-keyout", str(folder / "fourfold.key"), "-out", str(folder / "fourfold.pem")]
    subject = ["-subj", "/CN=127.0.0.1", "-days", "2", "-nodes"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", *files, *subject]
    subprocess.run(command, check=True, capture_output=True)


def ask(address: str, path: str, cookie: str = "", **headers: str) -> tuple[int, dict[str, str]]:
    """Ask the proxy for something, without a browser."""
    trusting = ssl._create_unverified_context()
    request = Request(f"{address}{path}", headers={"Cookie": cookie, **headers})
    try:
        with urlopen(request, context=trusting) as answer:
            return answer.status, dict(answer.headers)
    except HTTPError as refused:
        return refused.code, dict(refused.headers)


def leading(address: str, log: Path, ports: list[int]) -> tuple[str, ...]:
    """For each process a value of the cookie that leads to it."""
    found: dict[int, str] = {}
    asked = 0
    for number in range(200):
        try:
            ask(address, "/_stcore/health", f"fourfold_server=v{number}")
        except OSError:
            time.sleep(0.1)
            continue
        asked += 1
        found.setdefault(led_to(log, asked), f"v{number}")
        if len(found) == len(ports):
            return tuple(found[port] for port in ports)
    pytest.fail("the proxy did not come up, or sends everybody to one process")


def led_to(log: Path, asked: int) -> int:
    """The port of the process that gave the answer of this number; the proxy writes it down just after."""
    for _ in range(200):
        lines = log.read_text(encoding="utf-8").splitlines()
        if len(lines) >= asked:
            return int(re.findall(r"127\.0\.0\.1:(\d+)", lines[asked - 1])[-1])
        time.sleep(0.02)
    pytest.fail("the proxy writes no log")


def test_signing_out_everywhere_counts_on_the_other_process(houses: Houses) -> None:
    with houses.window(0) as context, houses.window(1) as other:
        elsewhere = houses.signed_in(other, "wil-1")
        time.sleep(1.1)  # a provider says in whole seconds when somebody signed in
        page = houses.signed_in(context, "wil-1")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign out everywhere").click()
        page.get_by_role("button", name="End session").click()
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=PATIENCE)
        elsewhere.reload()
        expect(elsewhere.get_by_text("You were signed out everywhere; sign in again")).to_be_visible(timeout=PATIENCE)


def test_what_somebody_writes_on_one_process_is_read_on_the_other(houses: Houses) -> None:
    with houses.window(0) as context, houses.window(1) as other:
        page, reader = houses.signed_in(context, "mira-1"), houses.signed_in(other, "mira-1")
        metric = f"{houses.address}/metric?metric=revenue&unit=east&period=2025-01"
        page.goto(metric)
        ready(page).get_by_role("textbox").last.fill("Two dealers paid early")
        page.get_by_role("button", name="Write it down").click()
        expect(page.get_by_text("Two dealers paid early").first).to_be_visible(timeout=PATIENCE)
        reader.goto(metric)
        expect(ready(reader).get_by_text("Two dealers paid early").first).to_be_visible(timeout=PATIENCE)


def test_a_refresh_that_one_process_publishes_is_served_by_the_other(houses: Houses) -> None:
    with houses.window(0) as context, houses.window(1) as other:
        page, reader = houses.signed_in(context, "nora"), houses.signed_in(other, "nora")
        reader.goto(f"{houses.address}/health")
        before = ready(reader).locator(".pagefoot").inner_text()
        rows = ("2025-01-10,shop,100,60,a,x,true", "2025-02-10,works,70,30,b,x,true")
        (houses.folder / "files" / "sales.csv").write_text(sales(*rows), encoding="utf-8")
        page.goto(f"{houses.address}/health")
        ready(page).get_by_role("button", name="Refresh now").click()
        expect(page.get_by_text(re.compile("is in use"))).to_be_visible(timeout=PATIENCE)
        reader.reload()
        ready(reader)
        expect(reader.locator(".pagefoot")).not_to_have_text(before, timeout=PATIENCE)


def test_the_proxy_sets_a_sticky_cookie_and_closes_what_nobody_else_closes(houses: Houses) -> None:
    status, headers = ask(houses.address, "/", **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert re.match(r"fourfold_server=[0-9a-f]{32}; Path=/; Secure; HttpOnly; SameSite=Lax", headers["Set-Cookie"])
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Frame-Options"] == "DENY"
    assert ask(houses.address, "/media/0123456789abcdef.csv")[0] == 403
    assert ask(houses.address, "/media/0123456789abcdef.csv", "_streamlit_user=x")[0] == 404
    assert ask(houses.address, "/_stcore/agent/openapi.json")[0] == 404
    with houses.window(0) as context:
        houses.signed_in(context, "mira-1")
        cookies = {one["name"]: one for one in context.cookies()}
        assert cookies["_streamlit_user"]["secure"]
        assert cookies["_streamlit_user"]["httpOnly"]
