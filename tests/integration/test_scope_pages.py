"""The first lock, seen from outside: no page sends a word to the browser about what is hidden from its viewer."""

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from access.viewer import Grant
from flows.opened import open_current
from pages import screens
from strategy.rooms import record_kinds
from strategy.state import open_state, state_url
from tests.contracts.test_caches import draw
from tests.looking import NOW
from tests.scope_world import Secrets, all_records, desk_for, marked, secrets_of, texts
from views.desk import Desk

GRANTS: dict[str, tuple[Grant, ...]] = {
    "manager": (Grant("manager", ("operations",)),),
    "process of a part": (Grant("manager", ("operations",), ("process",)), Grant("viewer", ("velora",), ("customer",))),
}


@pytest.fixture(scope="module")
def desks(demo: Path) -> dict[str, Desk]:
    opened, state = marked(open_current(demo)), open_state(state_url(demo / "var"))
    return {name: desk_for(opened, demo, state, grants) for name, grants in GRANTS.items()}


@pytest.fixture(scope="module")
def secrets(desks: dict[str, Desk]) -> dict[str, Secrets]:
    return {name: secrets_of(desk) for name, desk in desks.items()}


@pytest.mark.parametrize("who", ["manager", "process of a part"])
def test_no_page_shows_what_is_hidden(who: str, desks: dict[str, Desk], secrets: dict[str, Secrets]) -> None:
    """Pages as the framework draws them: canvases, texts, tables, charts, and the options of every choice."""
    desk, secret = desks[who], secrets[who]
    drawn = [screen.page.path for screen in screens() if desk.may(screen.page.needs)]
    assert len(drawn) > 8
    found = [f"{path}: {one}" for path in drawn for one in secret.told_by(shown_on(desk, path))]
    found = [one for one in found if not allowed(one)]
    assert not found, "\n".join(found[:30])


def allowed(told: str) -> bool:
    """The names of all units where a conflict is raised (docs/access.md); what Fourfold's own library holds for all."""
    path, _, secret = told.partition(": ")
    return secret.startswith("\u27e6unit ") if path == "governance" else path == "library" and secret[0].isalpha()


def shown_on(desk: Desk, path: str, **query: str) -> list[str]:
    """All that a page sends to the browser, as words."""
    NOW.append(desk)
    try:
        test = AppTest.from_function(draw, args=(path,), default_timeout=60)
        for name, value in query.items():
            test.query_params[name] = value
        test.run()
    finally:
        NOW.clear()
    assert not test.exception, [error.message for error in test.exception]
    return [html.unescape(text) for text in protos(test._tree)]


def protos(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        if hasattr(proto := getattr(child, "proto", None), "ListFields"):
            yield from _strings(proto)
        yield from protos(child)


def _strings(message: Any) -> Iterator[str]:
    """Every text of a protocol message, as it is; what is JSON within is taken apart."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield from texts(json.loads(one)) if one[:1] in ("[", "{") else [one]
            elif hasattr(one, "ListFields"):
                yield from _strings(one)


FORGED = ("objective", "issue", "action", "review", "request", "dispute", "link", "metric", "unit")


def test_forged_addresses_of_all_pages_show_nothing_hidden(desks: dict[str, Desk], secrets: dict[str, Secrets]) -> None:
    """Every page with every parameter that names something, each naming what is hidden from the viewer."""
    desk, secret = desks["manager"], secrets["manager"]
    gone = {kind.__tablename__: {one.key for one in all_records(desk._state, kind)} for kind in record_kinds()}
    hidden = {name: min(keys & secret.names) for name, keys in gone.items() if keys & secret.names}
    query = {name: hidden[name] for name in FORGED if name in hidden}
    query |= {"metric": "average_pay", "unit": "finance"}
    assert len(query) > 5
    for screen in screens():
        if desk.may(screen.page.needs):
            told = secret.told_by(shown_on(desk, screen.page.path, **query))
            found = [f"{screen.page.path}: {one}" for one in told if one not in query.values()]
            assert not [one for one in found if not allowed(one)], found[:10]
