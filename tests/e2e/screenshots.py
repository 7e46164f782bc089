"""Makes the pictures of docs/img from the running demo: `python -m tests.e2e.screenshots` (a tool, not a test)."""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.browsing import FLAGS
from tests.conftest import BROWSERS, make_demo
from tests.e2e.conftest import COOKIE, ready, served
from views.entry import open_desk

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "img"
WIDE, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class Shot:
    """One picture: file name, address, whose eyes, window, colours."""

    name: str
    path: str
    person: str = "clara_winther"
    size: tuple[int, int] = WIDE
    scheme: Literal["light", "dark"] = "light"


SHOTS = (
    Shot("executive-light", "executive"),
    Shot("executive-dark", "executive", scheme="dark"),
    Shot("executive-phone", "executive", size=PHONE),
    Shot("map-light", "map"),
    Shot("map-selected-dark", "map?objective=keep_promise", scheme="dark"),
    Shot("departments-light", "departments", person="mira_solberg"),
    Shot("departments-phone", "departments", person="jonas_brandt", size=PHONE),
    Shot("metric-light", "metric?metric=on_time_delivery&by=channel"),
    Shot("metric-dark", "metric?metric=supplier_defect_rate&by=rows", scheme="dark"),
    Shot("catalog-light", "catalog", person="david_lindqvist"),
    Shot("definitions-light", "definitions?draft=1", person="david_lindqvist"),
    Shot("health-light", "health", person="david_lindqvist"),
)


def draft(demo: Path) -> None:
    """A draft to look at: the target of a metric raised by two points."""
    bench = open_desk(demo, "david_lindqvist").workbench
    text = bench.text("on_time_delivery").replace("value: 95 %, from", "value: 97 %, from")
    bench.start("on_time_delivery", "customer", text)


def main() -> None:
    """Make every picture; names on the command line make only those."""
    wanted = set(sys.argv[1:])
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        make_demo(demo)
        draft(demo)
        with served(demo, Path(folder) / "log") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            for shot in SHOTS:
                if wanted and shot.name not in wanted:
                    continue
                context = browser.new_context(
                    viewport={"width": shot.size[0], "height": shot.size[1]}, color_scheme=shot.scheme
                )
                context.add_cookies([{"name": COOKIE, "value": shot.person, "url": address}])
                page = context.new_page()
                page.goto(f"{address}/{shot.path}")
                ready(page).wait_for_timeout(800)
                page.screenshot(path=IMAGES / f"{shot.name}.png")
                context.close()
            browser.close()


if __name__ == "__main__":
    main()
