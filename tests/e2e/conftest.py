"""A served app and a browser for walks through it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.crowd import with_everybody

ROOT = Path(__file__).resolve().parents[2]
COOKIE = "fourfold_sample_person"
PATIENCE = 30_000  # ms


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(
    workspace: Path, log: Path, address: str = "127.0.0.1", *, port: int | None = None, flags: Sequence[str] = ()
) -> Iterator[str]:
    """The app on a free port, freshly started and listening on an address; yields where a browser finds it."""
    port = port or free_port()
    environment = {**os.environ, "FOURFOLD_WORKSPACE": str(workspace), "FOURFOLD_SAMPLE_PEOPLE": "1"}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        f"--server.port={port}",
        f"--server.address={address}",
        *flags,
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(120):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{address}/_stcore/health"):
                return
        except URLError:
            time.sleep(0.25)
    pytest.fail(f"the app did not come up:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def app(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the demo company."""
    with served(demo, tmp_path_factory.mktemp("served") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def crowd(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with somebody of every role over a part and over the whole; tests change its state."""
    return with_everybody(demo, tmp_path_factory.mktemp("crowd") / "demo")


@pytest.fixture(scope="session")
def crowded(crowd: Path) -> Iterator[str]:
    """That company, served; with the framework's way in for programs, which no production server has."""
    with served(crowd, crowd / "log", flags=["--server.enableAgentApi=true"]) as address:
        yield address


def looking_as(browser: Browser, address: str, person: str, *, size: tuple[int, int] = (1440, 900)) -> BrowserContext:
    """A window in which this sample person has been chosen before."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": COOKIE, "value": person, "url": address}])
    return context


@pytest.fixture
def executive(browser: Browser, app: str) -> Iterator[Page]:
    """A window of the chief executive."""
    with looking_as(browser, app, "clara_winther") as context:
        yield context.new_page()


@pytest.fixture
def manager(browser: Browser, app: str) -> Iterator[Page]:
    """A window of the head of supply chain: purchasing and logistics."""
    with looking_as(browser, app, "jonas_brandt") as context:
        yield context.new_page()


def ready(page: Page) -> Page:
    """Wait until the page is drawn whole: its foot comes last."""
    page.locator(".pagefoot").wait_for()
    return page
