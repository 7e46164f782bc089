"""What each role is shown, page by page, without a browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages import open_to
from tests.contracts.test_pages import SAMPLES, drawn
from views.entry import open_desk

ROOT = Path(__file__).resolve().parents[2]


def markup(test: AppTest) -> str:
    """Everything that canvases show on a drawn page."""
    return "\n".join(json.loads(proto.json or proto.mixed.json)["html"] for proto in _canvases(test._tree)).replace(
        "\u00a0", " "
    )


def _canvases(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        proto = getattr(child, "proto", None)
        if str(getattr(proto, "component_name", "")).startswith("fourfold_"):
            yield proto
        yield from _canvases(child)


@pytest.mark.parametrize("person", ["jonas_brandt", "henrik_maas"])
def test_a_managers_pages_name_no_unit_that_is_not_his(person: str, demo: Path) -> None:
    desk = open_desk(demo, person)
    own = {unit.key for unit in desk.units(desk.as_of)}
    for screen in open_to(desk):
        shown = markup(drawn(demo, person, screen.page.path))
        named = set(re.findall(r"unit=([a-z_]+)", shown))
        assert named
        assert named <= own, f"{screen.page.path} leads to {named - own}"


@pytest.mark.parametrize(
    ("role", "path", "words"),
    [
        ("executive", "executive", ("Needs attention", "Why the score", "Priorities", "Without a score", "24 months")),
        ("executive", "map", ("Keep the delivery promise", "Leading", "Lagging")),
        ("manager", "departments", ("Supplier defects", "vs Sep", "Signal or noise", "Not due", "Stale")),
        ("analyst", "catalog", ("92 of 92", "building block", "Gross profit ÷ Revenue")),
        ("analyst", "health", ("order_lines", "late", "Quarantine", "Known answers", "Snapshot")),
        ("analyst", "metric", ("Definition", "Where it comes from", "Owner", "Freshness")),
    ],
)
def test_each_page_shows_what_it_is_for(role: str, path: str, words: tuple[str, ...], demo: Path) -> None:
    shown = markup(drawn(demo, SAMPLES[role], path))
    for word in words:
        assert word in shown, f"{path} lacks {word!r}"


def test_only_those_who_may_get_a_refresh_button(demo: Path) -> None:
    assert [b.label for b in drawn(demo, SAMPLES["analyst"], "health").button] == ["Refresh now"]
    assert not drawn(demo, SAMPLES["executive"], "health").button


def test_the_catalog_is_searched_by_any_word(demo: Path) -> None:
    test = drawn(demo, SAMPLES["analyst"], "catalog")
    test.text_input(key="q").input("supplier defect").run()
    shown = markup(test)
    assert "Supplier defects" in shown
    assert "Gross margin" not in shown
    test.text_input(key="q").input("no such thing").run()
    assert "Nothing found" in markup(test)


def test_rows_of_a_member_are_reached_by_their_address(demo: Path) -> None:
    query = {"metric": "on_time_delivery", "by": "rows", "dimension": "channel", "member": "Web shop"}
    shown = markup(drawn(demo, SAMPLES["executive"], "metric", **query))
    assert "Channel: Web shop" in shown
    assert "Web shop" in shown
    assert "Dealer portal" not in shown


def test_nobody_is_let_in_when_the_server_listens_to_the_world(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_WORKSPACE", str(demo))
    monkeypatch.setenv("FOURFOLD_SAMPLE_PEOPLE", "1")
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not test.exception
    assert "Nobody is signed in" in markup(test)
    assert not test.selectbox
