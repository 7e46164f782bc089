"""A person writes down what is behind a number; who may not is not asked; what was written is text, never markup."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.contracts.test_pages import SAMPLES, drawn
from tests.e2e.conftest import looking_as, ready, served
from views.entry import open_desk

SAID = "The castings come late since spring. <b>Not bold</b>"


@pytest.mark.parametrize(("role", "asked"), [("executive", True), ("manager", True), ("analyst", False)])
def test_only_who_may_write_is_asked(role: str, asked: bool, demo: Path) -> None:
    test = drawn(demo, SAMPLES[role], "metric")
    assert bool(test.text_area) == asked


@pytest.mark.browser
def test_a_manager_writes_and_the_boss_reads(own_demo: Path, browser: Browser, tmp_path: Path) -> None:
    with served(own_demo, tmp_path / "app.log") as address:
        there = f"{address}/metric?metric=on_time_delivery&unit=logistics&period=2026-10"
        with looking_as(browser, address, "jonas_brandt") as manager:
            page = manager.new_page()
            page.goto(there)
            ready(page)
            page.get_by_role("textbox", name="What is behind").fill(SAID)
            page.get_by_role("button", name="Write it down").click()
            expect(page.get_by_label("Notes")).to_contain_text(SAID)
        with looking_as(browser, address, "clara_winther") as boss:
            page = boss.new_page()
            page.goto(there.replace("unit=logistics", "unit=velora"))
            ready(page)
            notes = page.get_by_label("Notes")
            expect(notes).to_contain_text(SAID)
            expect(notes).to_contain_text("Jonas Brandt")
            expect(notes).to_contain_text("Logistics, 2026-10")
    desk = open_desk(own_demo, "jonas_brandt")
    assert [note.text for note in desk.notes("on_time_delivery", ["logistics"])] == [SAID]
