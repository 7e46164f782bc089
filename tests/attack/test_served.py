"""Against a freshly started server, over its own protocol: links, widgets, hashes, uploads and files that are forged.

All words in its company are hostile, so that each page that is opened is also an attempt at HTML and script.
"""

import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from bench._visitor import Shown
from pages import screens
from tests.attack.poisoned import MARK, PAYLOAD, keys_of, poisoned
from tests.attack.wire import Intruder, Live, intruding
from tests.attacks import Attack
from tests.browsing import awaited
from tests.e2e.conftest import looking_as, ready, served
from tests.e2e.crowd import PART, WHOLE, person
from views.entry import open_desk

T = TypeVar("T")
REFUSAL = "This page is not open to you, or does not exist"
ITEMS = {
    "objective": ("objectives", "objective"),
    "issue": ("issues", "issue"),
    "action": ("issues", "action"),
    "review": ("reviews", "review"),
    "request": ("governance", "request"),
}
JUNK = (
    "nowhere", "", "' OR 1=1 --", '"; DROP TABLE audit; --', "../../etc/passwd", "%00", "\u202e\u0000x", "-1", "1e999",
    "[]", "{}", "null", "2026-13", "9999-12-31", "a" * 20_000, "<script>", "${jndi:ldap://x}", "é" * 500, "0x1f",
)  # fmt: skip
PARAMETERS = (
    "unit", "period", "scorecard", "metric", "objective", "issue", "action", "review", "item", "request", "dispute",
    "between", "person", "member", "draft", "dataset", "part", "from", "by", "dimension", "show", "edit", "on",
    "above", "q", "link", "at", "refused", "command", "day",
)  # fmt: skip


@dataclass
class Target:
    """The served company, and what of it a manager of operations may see."""

    folder: Path
    address: str
    first: Shown
    manager: str = person("manager", PART)
    own: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def target(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A fresh server whose very first request is a link to a page that the visitor may not open."""
    folder = poisoned(demo, tmp_path_factory.mktemp("poisoned") / "demo")
    with served(folder, folder / "log") as address:

        async def knock() -> Shown:
            async with intruding(address, person("contributor", PART)) as visitor:
                return await visitor.open("people")

        found = Target(folder, address, awaited(knock()))
        desk = open_desk(folder, found.manager)
        found.own = {unit.key for unit in desk.units(desk.as_of)}
        found.foreign = set(desk.opened.tree.units) - found.own - set(desk.opened.tree.ancestors(PART, desk.as_of))
        yield found


def told(target: Target, who: str, do: Callable[[Intruder], Awaitable[T]]) -> T:
    """Something done in a tab of somebody."""

    async def run() -> T:
        async with intruding(target.address, who) as visitor:
            return await do(visitor)

    return awaited(run())


def opening(path: str, queries: list[dict[str, str]]) -> Callable[[Intruder], Awaitable[list[Shown]]]:
    """A page opened with each of these queries."""

    async def walk(visitor: Intruder) -> list[Shown]:
        return [await visitor.open(path, query) for query in queries]

    return walk


def audited(target: Target) -> int:
    with sqlite3.connect(f"file:{target.folder}/var/state.sqlite?mode=ro", uri=True) as database:
        return int(database.execute("SELECT count(*) FROM audit").fetchone()[0])


def nothing_foreign(target: Target, shown: Shown) -> None:
    words = shown.words
    assert not shown.faults, shown.faults
    for unit in target.foreign:
        assert f"unit={unit}&" not in words and f'unit={unit}"' not in words, f"leads to {unit}"


def test_the_first_request_of_a_fresh_server_is_refused(target: Target, attack: Attack) -> None:
    assert REFUSAL in target.first.words and target.first.unknown
    assert 'class="pagehead' not in target.first.words
    attack.held("served: forbidden links")


def test_a_hash_of_a_page_that_is_not_open_leads_nowhere(target: Target, attack: Attack) -> None:
    """The menu of somebody else gives the true names of pages; knowing them opens none."""
    hashes: dict[str, str] = {}
    for role in ("analyst", "administrator"):
        hashes |= told(target, person(role, WHOLE), _menu)

    for role in ("viewer",):

        async def walk(visitor: Intruder) -> dict[str, Shown]:
            await visitor.open("")
            shut = {path: one for path, one in hashes.items() if path and path not in visitor.shown.menu}
            return {path: await visitor.forge([], page=one) for path, one in shut.items()}

        for path, shown in told(target, person(role, PART), walk).items():
            assert shown.here != path
            assert not shown.faults
            attack.held("served: forbidden links")


async def _menu(visitor: Intruder) -> dict[str, str]:
    return (await visitor.open("")).menu


@pytest.mark.parametrize("path", [screen.page.path for screen in screens()])
def test_forged_query_parameters_show_nothing_foreign(path: str, target: Target, attack: Attack) -> None:
    desk = open_desk(target.folder, target.manager)
    screen = next(one for one in screens() if one.page.path == path)
    if not desk.may(screen.page.needs):
        return
    some = len(JUNK)
    queries = [
        {name: JUNK[(start + place) % some] for place, name in enumerate(PARAMETERS)} for start in range(0, some, 4)
    ]
    queries += [{"unit": unit} for unit in sorted(target.foreign)[:1]]
    queries += [{"unit": "operations' UNION SELECT * FROM audit --", "metric": "revenue\u0000", "period": "2026-10"}]

    for shown in told(target, target.manager, opening(path, queries)):
        nothing_foreign(target, shown)
        attack.held("served: forged query parameters")


def test_items_of_other_units_are_not_opened_by_their_keys(target: Target, attack: Attack) -> None:
    marks = ", ".join("?" * len(target.foreign))
    for name, (path, table) in ITEMS.items():
        with sqlite3.connect(target.folder / "var/state.sqlite") as database:
            sql = f'SELECT key FROM "{table}" WHERE unit IN ({marks}) LIMIT 3'
            keys = [key for (key,) in database.execute(sql, sorted(target.foreign))]

        queries = [{name: key} for key in keys]
        for key, shown in zip(keys, told(target, person("viewer", PART), opening(path, queries)), strict=True):
            nothing_foreign(target, shown)
            assert f'{name}={key}"' not in shown.words.replace("&amp;", "&"), f"{path}?{name}={key} shows it"
            attack.held("served: keys of other units")


def test_forged_widget_values_change_nothing(target: Target, attack: Attack) -> None:
    """Values for widgets that are there (foreign, wrong in kind, beyond the end), and for those of somebody else."""
    strangers = told(target, person("analyst", WHOLE), lambda visitor: _widgets(visitor, "health"))
    before = audited(target)

    async def walk(visitor: Intruder) -> list[Shown]:
        await visitor.open("departments")
        page = visitor.shown.menu["departments"]
        own = [one for element in visitor.shown.elements.values() if (one := _id(element))][:4]
        values = (
            {"string_value": min(target.foreign)},
            {"string_value": "x" * 50_000},
            {"int_value": 10**12},
            {"bytes_value": b"\x00\xff"},
            {"json_value": json.dumps({"go": "people?person=x", "value": [{}]})},
            {"json_value": "{not json"},
            {"trigger_value": True},
            {"double_value": float("nan")},
        )
        forged = [{"id": widget, **value} for widget in own for value in values]
        forged += [{"id": widget, "trigger_value": True} for widget in strangers]
        return [await visitor.forge([state], page) for state in forged]

    shown = told(target, target.manager, walk)
    assert len(shown) > 20
    for one in shown:
        for unit in target.foreign:
            assert f"unit={unit}&" not in one.words
        assert "people?person" not in one.words
    assert audited(target) == before, "a forged value did something"
    attack.held("served: forged widget values", len(shown))


def _id(element: object) -> str:
    kind = getattr(element, "WhichOneof")("type")  # noqa: B009  classes made at run time
    return str(getattr(getattr(element, kind), "id", "")) if kind else ""


async def _widgets(visitor: Intruder, path: str) -> list[str]:
    await visitor.open(path)
    found = [element for element in visitor.shown.elements.values() if element.WhichOneof("type") == "button"]
    assert found, "the control: whoever may has a button there"
    return [_id(element) for element in found]


def test_uploads_are_refused_or_small_and_never_run(target: Target, attack: Attack) -> None:
    async def walk(visitor: Intruder) -> list[int]:
        await visitor.open("departments")
        codes = []
        async with httpx.AsyncClient(base_url=target.address) as client:
            for session, name, size in (
                (visitor.session, "evil.py", 2 << 20),
                (visitor.session, "../../app.py", 10),
                ("no-session", "evil.py", 10),
                ("../../..", "evil.py", 10),
            ):
                files = {"file": (name, b"import os; os.system('touch pwned')".ljust(size), "text/x-python")}
                sent = await client.put(f"/_stcore/upload_file/{session}/{name}", files=files)
                codes.append(sent.status_code)
        return codes

    codes = told(target, target.manager, walk)
    assert all(code >= 400 for code in codes), codes
    assert not list(target.folder.rglob("*pwned*")) + list(target.folder.rglob("evil*"))
    attack.held("served: uploads", len(codes))


def test_downloads_are_the_viewers_own_and_not_to_be_guessed(target: Target, attack: Attack) -> None:
    """A link under /media needs no cookie (closed at the proxy, docs/sign-in.md): so it must be past all guessing."""
    whole = awaited(_file_and_a_thief(target))
    client = httpx.Client(base_url=target.address)
    assert "audit,at_utc" in client.get(whole).text, "the control: the link itself gives the file"
    name, ending = whole.rpartition("/")[2].split(".", 1)
    assert len(name) >= 32, "as long as a hash: nobody finds it by trying"
    for altered in (
        f"/media/{name[:-1]}{'0' if name[-1] != '0' else '1'}.{ending}",
        f"/media/../{name}.{ending}/../../app.py",
        "/media/",
        "/media/%2e%2e/%2e%2e/app.py",
        "/media/0.csv",
        "/media/..%2f..%2fvar%2fstate.sqlite",
    ):
        answer = client.get(altered)
        assert answer.status_code >= 400 or ("<title>" in answer.text and "audit,at_utc" not in answer.text), altered
        attack.held("served: altered downloads")


async def _file_and_a_thief(target: Target) -> str:
    """The address of an administrator's file, which is made when he asks; who guesses what it is called gets none."""
    async with (
        intruding(target.address, person("administrator", WHOLE)) as owner,
        intruding(target.address, target.manager) as thief,
    ):
        shown = await owner.open("audit")
        await thief.open("departments")
        (button,) = [one for one in shown.elements.values() if one.WhichOneof("type") == "download_button"]
        name = button.download_button.deferred_file_id
        assert len(name) >= 32, "past all guessing"
        for guess in (name[:-1] + ("0" if name[-1] != "0" else "1"), "", "audit.csv", "../" + name, "1"):
            assert not (await thief.ask(_wanted(guess, owner.session))).backend_operation_response.deferred_file.url
        return str((await owner.ask(_wanted(name, owner.session))).backend_operation_response.deferred_file.url)


def _wanted(name: str, session: str) -> BackMsg:
    message = BackMsg()
    message.backend_operation_request.request_id = "1"
    message.backend_operation_request.session_id = session
    message.backend_operation_request.deferred_file.file_id = name
    return message


def test_what_only_developers_may_ask_is_not_answered(target: Target, attack: Attack) -> None:
    """Messages that no page sends: shut down, tell of the repository, write files for coding tools."""

    async def walk(visitor: Intruder) -> list[str]:
        await visitor.open("departments")
        answers = []
        for name in ("debug_shutdown_runtime", "debug_disconnect_websocket", "load_git_info"):
            message = BackMsg()
            setattr(message, name, True)
            await visitor.socket.send(message.SerializeToString())
        message = BackMsg()
        message.backend_operation_request.request_id = "2"
        message.backend_operation_request.session_id = visitor.session
        message.backend_operation_request.install_skills.SetInParent()
        answers.append(str(await visitor.ask(message)))
        answers.append((await visitor.open("departments")).here)
        return answers

    skills, here = told(target, target.manager, walk)
    assert "error" in skills and here == "departments", skills
    assert httpx.get(f"{target.address}/_stcore/health").status_code == 200
    attack.held("served: messages for developers", 4)


FILES = (
    "/.streamlit/secrets.toml", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../app.py", "/app.py",
    "/app/static/../../var/state.sqlite", "/app/static/x", "/component/x/../../etc/passwd", "/var/state.sqlite",
    "/_stcore/agent/interact", "/_stcore/metrics/../../app.py", "//etc/passwd", "/people.yaml",
)  # fmt: skip


def test_no_file_of_ours_is_served(target: Target, attack: Attack) -> None:
    for path in FILES:
        answer = httpx.get(f"{target.address}{path}")
        for words in ("root:", "SQLite format", "cookie_secret", "def main", "people:", "import "):
            assert words not in answer.text.replace("import(", ""), f"{path} gives {words}"
        assert answer.status_code >= 400 or "<title>" in answer.text
        attack.held("served: files of the server")
    assert httpx.post(f"{target.address}/_stcore/agent/interact", json={}).status_code >= 400


# -- HTML and script


def test_no_word_of_anybody_becomes_html_or_a_link(target: Target, attack: Attack) -> None:
    keys = keys_of(target.folder, {name: table for name, (_, table) in ITEMS.items()})
    places: list[tuple[str, dict[str, str]]] = [(screen.page.path, {}) for screen in screens()]
    places += [(ITEMS[name][0], {name: key}) for name, key in keys.items()]
    places += [("metric", {"metric": "on_time_delivery", "by": "rows"}), ("definitions", {"metric": "revenue"})]
    reached, seen = 0, set[str]()
    for who in (person("executive", WHOLE), person("analyst", WHOLE), person("administrator", WHOLE)):

        async def walk(visitor: Intruder) -> list[tuple[str, list[str], list[tuple[str, str]]]]:
            found = []
            await visitor.open("")
            for path, query in places:
                if path in visitor.shown.menu and f"{path} {query}" not in seen:
                    shown = await visitor.open(path, query)
                    assert not shown.faults, f"{path} {query}: {shown.faults}"
                    found.append((f"{path} {query}", list(shown.texts()), list(visitor.marks())))
            return found

        for place, texts, marks in told(target, who, walk):
            seen.add(place)
            for text in texts:
                if MARK in text and "class=" in text:
                    assert not Live(text).found, f"{place}: {Live(text).found[:3]}"
                    reached += text.count(MARK)
            for where, text in marks:
                if MARK in text:
                    assert "[b](" not in text and "![c](" not in text, f"{place}: {where}: {text[:300]}"
                    reached += 1
    assert reached > 500, "the control: the payload stands on the pages"
    attack.held("served: HTML and script in words", len(seen))


def test_the_control_of_html_finds_the_payload_unescaped() -> None:
    assert len(Live(f"<p>{PAYLOAD}</p>").found) >= 3


@pytest.mark.browser
def test_nothing_runs_in_a_real_browser(target: Target, attack: Attack, request: pytest.FixtureRequest) -> None:
    browser = request.getfixturevalue("browser")
    asked: list[str] = []
    with looking_as(browser, target.address, person("executive", WHOLE)) as context:
        page = context.new_page()
        page.on("request", lambda one: asked.append(one.url))
        page.on("dialog", lambda dialog: asked.append(f"evil dialog {dialog.message}"))
        for path in ("executive", "objectives", "issues", "map"):
            page.goto(f"{target.address}/{path}")
            ready(page)
            assert page.locator("body").inner_text().count(MARK) > 0, "the payload is there, as words"
            assert page.evaluate(f"window.{MARK} === undefined")
            attack.held("served: HTML and script in words")
    assert not [url for url in asked if "evil" in url]
