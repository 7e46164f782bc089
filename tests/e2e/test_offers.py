"""What pages offer, pressed: through the framework's agent API, which is switched on for this test alone.

A page offers nothing that the door refuses, and what is pressed all the same, forged, does nothing. Pages, items and
buttons are found by following links; offered_commands.csv tells which button of which page led to which command.
"""

import csv
import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from sqlalchemy import Engine

from access.roles import BUILT_IN
from bench._visitor import Shown, visiting
from strategy.reading import read
from strategy.state import open_state, state_url
from strategy.tables import Audit
from tests.browsing import awaited
from tests.e2e.crowd import PART, name, person
from tests.golden_files import hold

ITEMS = frozenset(
    (
        "objective",
        "issue",
        "action",
        "review",
        "request",
        "dispute",
        "metric",
        "draft",
        "person",
        "link",
        "edit",
        "rule",
    )
)
FRAME = ("picker.", "people.")  # how somebody looks, not what he does
NOT_PRESSED = {"Refresh now": "a refresh of the whole company takes seconds; test_walks.py presses it"}
ROLES = ("viewer", "contributor", "administrator", "analyst", "manager", "executive")  # who may less comes first
WORDS = "Because that is what we agreed on"

Address = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture(scope="module")
def state(crowd: Path) -> Iterator[Engine]:
    """The state database of the served company."""
    engine = open_state(state_url(crowd / "var"))
    yield engine
    engine.dispose()


def newest(state: Engine) -> int:
    """The id of the newest row of the audit."""
    return max((row.id for row in read(state, Audit)), default=0)


def done(state: Engine, after: int) -> list[str]:
    """The commands that were carried out, or refused and written down, since a row of the audit."""
    return [row.command for row in read(state, Audit, Audit.id > after, order_by=[Audit.id])]


# -- where there is something to press


async def addresses(address: str, who: str) -> list[Address]:
    """The pages of somebody's menu, and of each kind of thing that they lead to the first one."""
    found: dict[tuple[str, ...], Address] = {}
    async with visiting(address, who) as visitor:
        menu = [path for path in (await visitor.open("")).menu if path]
        found |= {(path,): (path, ()) for path in menu}
        for path, query in iter_growing(found):
            for kind, link in links(await visitor.open(path, dict(query))):
                if kind[0] in menu:
                    found.setdefault(kind, link)
    return list(found.values())


def iter_growing(found: Mapping[Any, Address]) -> Iterator[Address]:
    """The values of a mapping that grows meanwhile."""
    seen = 0
    while seen < len(found):
        yield list(found.values())[seen]
        seen += 1


def links(shown: Shown) -> Iterator[tuple[tuple[str, ...], Address]]:
    """Where a page leads: the kind of place, and the place."""
    for href in re.findall(r'href="([^"]+)"', shown.words):
        target = urlsplit(html.unescape(href))
        query = tuple(parse_qsl(target.query))
        if target.path and not target.scheme:
            yield (target.path, *sorted({key for key, _ in query} & ITEMS)), (target.path, query)


# -- pressing


@dataclass
class Agent:
    """Somebody who uses the app without a browser."""

    client: httpx.Client
    seen: dict[str, Any] = field(default_factory=dict)

    def come_in(self, who: str) -> None:
        """A new session, looking as a sample person."""
        self.seen = self.ask({})
        self.ask({"widget_state": {"people.widget": who}})

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One interaction; the snapshot that follows."""
        session = {"session_id": self.seen["session_id"]} if self.seen else {}
        answer: dict[str, Any] = self.client.post("/_stcore/agent/interact", json={**session, **request}).json()
        return answer

    def open(self, where: Address) -> dict[str, Any]:
        """An address; `error` in the answer where it is not open to this person."""
        path, query = where
        return self.ask({"page": path, "query_params": {key: [value] for key, value in query}})

    def press(self, page: dict[str, Any], key: str) -> dict[str, Any]:
        """Fill in what is empty, within the same form, and press."""
        offered = {one["key"] for one in page["actions"] if not one["key"].startswith(FRAME)}
        elements = list(nodes(page["tree"]))
        form = next((node.get("form_id") for node in elements if node.get("key") == key), None)
        texts = [node for node in elements if node["type"] in ("text_input", "text_area") and not node.get("value")]
        given = {node["key"]: WORDS for node in texts if node.get("key") in offered and node.get("form_id") == form}
        return self.ask({"widget_state": given, "trigger": {"key": key}})


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every element of a snapshot."""
    if isinstance(tree, dict):
        if "type" in tree:
            yield tree
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


def refusals(page: dict[str, Any]) -> list[str]:
    """What a page says in red that sounds like a lock."""
    said = [
        str(node.get("props", {}).get("body", "")) for node in nodes(page.get("tree", {})) if node["type"] == "error"
    ]
    return [words for words in said if " may not " in words or "in sight" in words]


def test_what_a_page_offers_the_door_lets_through(crowded: str, state: Engine) -> None:
    places = awaited(addresses(crowded, person("executive", PART)))
    pressing = Pressing(state)
    with httpx.Client(base_url=crowded, timeout=60) as client:
        for role in ROLES:
            agent = Agent(client)
            agent.come_in(name(role, PART))
            for place in places:
                pressing.everything(agent, place, role)
    assert not pressing.wrong, "\n".join(pressing.wrong)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["page", "button", "command", *BUILT_IN])
    for row, roles in sorted(pressing.found.items()):
        writer.writerow([*row, *("yes" if role in roles else "no" for role in BUILT_IN)])
    hold("offered_commands.csv", text.getvalue())


@dataclass
class Pressing:
    """Presses buttons, and keeps who was led to which command by which button, and what should not have been."""

    state: Engine
    found: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def everything(self, agent: Agent, place: Address, role: str) -> None:
        """Press every button of a place, each on the page as it then is."""
        page = agent.open(place)
        if "error" in page:
            if page["error"]["code"] != "unknown_page":
                self.wrong.append(f"{place} by {role}: {page['error']}")
            return
        if page["status"] != "ready":
            self.wrong.append(f"{place} by {role} breaks off")
        buttons = [one for one in page["actions"] if one["kind"] == "trigger" and not one["key"].startswith(FRAME)]
        for number, button in enumerate(buttons):
            label = button.get("label") or button["key"]
            page = agent.open(place) if number else page
            if label not in NOT_PRESSED and button["key"] in {one["key"] for one in page["actions"]}:
                self.one(agent, page, button["key"], (place[0], label, role))

    def one(self, agent: Agent, page: dict[str, Any], key: str, what: tuple[str, str, str]) -> None:
        """Press one button."""
        path, label, role = what
        before = newest(self.state)
        after = agent.press(page, key)
        offer = f"{path} offers {role} '{label}'"
        if after.get("status") != "ready":
            self.wrong.append(f"{offer}, and breaks off: {after.get('error')}")
        self.wrong += [f"{offer}, and the door says: {words}" for words in refusals(after)]
        for command in done(self.state, before):
            if command.endswith(" refused"):
                self.wrong.append(f"{offer}: {command}")
            self.found.setdefault((path, label, command), set()).add(role)
