"""Every page by every role against one running server: who may not see it is told so, and gets nothing of it.

What came out is written down: access_matrix.csv reads as a diff when a page or a role changes.
"""

import csv
import io
import re
from pathlib import Path

from access.roles import BUILT_IN
from bench._visitor import Shown, visiting
from pages import screens
from tests.browsing import awaited
from tests.e2e.crowd import PART, person
from tests.golden_files import hold
from views.entry import open_desk

REFUSAL = "This page is not open to you, or does not exist"


async def opened(address: str, who: str, paths: list[str]) -> dict[str, Shown]:
    """Each address as a link from outside opens it, in a tab of its own."""
    found = {}
    for path in paths:
        async with visiting(address, who) as visitor:
            found[path] = await visitor.open(path)
    return found


def outcome(path: str, shown: Shown, own: set[str]) -> str:
    """`yes`: the page, whole, and no unit in it that is not the viewer's; `no`: the refusal and nothing else."""
    words = shown.words
    assert not shown.faults, f"{path}: {shown.faults}"
    if REFUSAL in words:
        assert shown.unknown, "the browser is told that there is no such page"
        assert path not in shown.menu
        for mark in ('class="pagehead', 'class="pagefoot', "unit=", "metric="):
            assert mark not in words, f"{path} is refused, and yet something of it is shown: {mark}"
        return "no"
    assert shown.here == path
    assert 'class="pagefoot' in words, f"{path} is not drawn to its end"
    named = set(re.findall(r"[?&;]unit=([a-z_]+)", words))
    assert named <= own, f"{path} leads to {named - own}"
    return "yes"


def test_every_page_by_every_role_comes_to_the_same_end_as_written_down(crowd: Path, crowded: str) -> None:
    paths = [screen.page.path for screen in screens()]
    seen: dict[str, dict[str, str]] = {}
    for role in BUILT_IN:
        who = person(role, PART)
        desk = open_desk(crowd, who)
        own = {unit.key for unit in desk.units(desk.as_of)}
        found = awaited(opened(crowded, who, paths))
        seen[role] = {path: outcome(path, shown, own) for path, shown in found.items()}
        for screen in screens():
            may = "yes" if desk.may(screen.page.needs) else "no"
            assert seen[role][screen.page.path] == may, f"{screen.page.path} by {role}: the server says {seen[role]}"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["page", "needs", *BUILT_IN])
    for screen in screens():
        path = screen.page.path
        writer.writerow([path, screen.page.needs, *(seen[role][path] for role in BUILT_IN)])
    hold("access_matrix.csv", text.getvalue())
