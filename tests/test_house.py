"""The house's manners, checked on every tracked file: rooms, floors, length, docstrings, where packages come from."""

import ast
import importlib
import importlib.metadata
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAXIMUM_LINES = 400

# Floors, top first. A module may import rooms of a lower floor and itself; app.py is above pages but not above cli.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("pages",),
    ("views",),
    ("flows",),
    ("strategy", "metrics", "connectors"),
    ("access", "data"),
)
ROOMS = tuple(room for floor in FLOORS for room in floor)

# Who else may not be imported where: (what is imported, where that is allowed, why).
ONLY_IN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("streamlit", ("app.py", "pages/", "tests/", "bench/"), "only screens speak Streamlit"),
    (
        "duckdb",
        ("data/", "metrics/engines/duck.py", "tests/", "bench/"),
        "the warehouse and one engine speak DuckDB",
    ),
    ("tests", ("tests/",), "the house does not lean on its tests"),
    ("bench", ("bench/", "tests/"), "the house does not lean on its benchmarks"),
    ("plotly.express", (), "plotly.graph_objects is 20 times faster on the server"),
    ("unittest.mock", (), "tests use the real thing"),
)
# What requirements.txt lists although no module names it: loaded by address or by another package.
LOADED_BY_NAME = {"psycopg"}
PAGES_MAY_IMPORT = {"pages", "views"}
APP_MAY_IMPORT = {"pages", "views", "flows", "strategy", "metrics", "access", "data"}
VIEWS_NEVER_IMPORT = {"connectors", "pages", "cli"}
EXECUTABLE = ("run", ".ci/run")


@cache
def tracked() -> tuple[str, ...]:
    """Paths of all files in the repository and of new files that git does not ignore, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [path for path in listed.stdout.split("\0") if path]
    else:  # an unpacked archive has no .git: walk, but not into what is made on this machine
        made = {".venv", "var", "__pycache__"}
        paths = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file() and not made & set(p.parts)]
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def python_files() -> tuple[str, ...]:
    return tuple(path for path in tracked() if path.endswith(".py"))


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


def imports_of(path: str) -> set[str]:
    """Full names of all modules that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import; write the full name"
            module = node.module or ""
            names.add(module)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def rooms_imported(path: str) -> set[str]:
    return {name.partition(".")[0] for name in imports_of(path)} & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_room_exists_and_is_a_package(room: str) -> None:
    assert (ROOT / room / "__init__.py").is_file()


@pytest.mark.parametrize("room", ROOMS)
def test_room_loads_from_this_checkout(room: str) -> None:
    origin = importlib.import_module(room).__file__
    assert origin is not None
    assert Path(origin).resolve() == ROOT / room / "__init__.py", f"another package named '{room}' is in the way"


def test_files_are_short() -> None:
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in python_files()}
    too_long = {path: length for path, length in lengths.items() if length > MAXIMUM_LINES}
    assert not too_long, f"files over {MAXIMUM_LINES} lines; split them by what they know"


def test_no_page_lies_directly_in_pages() -> None:
    """A fresh Streamlit server runs pages/x.py alone, without app.py and any check in it."""
    stray = [p.name for p in (ROOT / "pages").glob("*.py") if p.name != "__init__.py"]
    assert not stray, "a page belongs into a section, pages/<section>/<page>.py"


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in python_files() if not (ast.get_docstring(tree_of(path)) or "").strip()]
    assert not silent, "these lack a module docstring of one sentence"


def test_arrows_only_go_down() -> None:
    wrong: list[str] = []
    for height, floor in enumerate(FLOORS):
        lower = {room for rooms in FLOORS[height + 1 :] for room in rooms}
        for room in floor:
            wrong += [
                f"{path} imports {', '.join(sorted(up))}"
                for path in python_files()
                if path.startswith(f"{room}/") and (up := rooms_imported(path) - lower - {room})
            ]
    assert not wrong


def test_pages_import_views_only() -> None:
    wrong = {path: rooms_imported(path) - PAGES_MAY_IMPORT for path in python_files() if path.startswith("pages/")}
    assert not {path: rooms for path, rooms in wrong.items() if rooms}


def test_app_stays_on_its_floor() -> None:
    assert rooms_imported("app.py") <= APP_MAY_IMPORT


def test_views_never_import_connectors() -> None:
    wrong = {path: rooms_imported(path) & VIEWS_NEVER_IMPORT for path in python_files() if path.startswith("views/")}
    assert not {path: rooms for path, rooms in wrong.items() if rooms}


@pytest.mark.parametrize(("name", "allowed", "why"), ONLY_IN, ids=[row[0] for row in ONLY_IN])
def test_imported_only_where_allowed(name: str, allowed: tuple[str, ...], why: str) -> None:
    def imports_it(path: str) -> bool:
        return any(found == name or found.startswith(f"{name}.") for found in imports_of(path))

    wrong = [path for path in python_files() if not path.startswith(allowed or ("\0",)) and imports_it(path)]
    assert not wrong, why


def required() -> set[str]:
    """Names of the packages that requirements.txt lists."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [re.match(r"([A-Za-z0-9_.-]+)(\[[^]]*\])?==", line) for line in lines]
    return {match[1].lower() for match in found if match}


def test_requirements_list_what_is_imported_and_no_more() -> None:
    """requirements.txt is the one list of run-time dependencies; what only tests need is in requirements-dev.txt."""
    packages = importlib.metadata.packages_distributions()
    run_time = [path for path in python_files() if path.startswith(tuple(f"{room}/" for room in ROOMS))]
    tops = {name.partition(".")[0] for path in [*run_time, "app.py"] for name in imports_of(path)}
    foreign = tops - set(sys.stdlib_module_names) - {*ROOMS, "bench"}
    imported = {packages.get(name, [f"{name}, which is not installed"])[0].lower() for name in foreign}
    assert imported - required() == set(), "imported, and not in requirements.txt"
    assert required() - imported - LOADED_BY_NAME == set(), "in requirements.txt, and not imported"


def test_unit_tests_mirror_rooms() -> None:
    """tests/unit/<room>/... names a room and, below it, a folder of that room."""
    strangers = []
    for path in python_files():
        parts = Path(path).parts
        if parts[:2] != ("tests", "unit") or parts[-1] in {"__init__.py", "conftest.py"}:
            continue
        folder = Path(*parts[2:-1]) if len(parts) > 3 else None
        if folder is None or folder.parts[0] not in {*ROOMS, "bench"} or not (ROOT / folder).exists():
            strangers.append(path)
    assert not strangers, "a unit test lies in tests/unit/<room>/[<folder of the room>/]"


def test_links_between_documents_lead_somewhere() -> None:
    documents = [path for path in tracked() if path.endswith(".md")]
    link = re.compile(r"\]\(([^)#\s]+)")
    links = [(path, target) for path in documents for target in link.findall((ROOT / path).read_text(encoding="utf-8"))]
    inside = [(path, target) for path, target in links if "://" not in target]
    dead = [f"{path}: {target}" for path, target in inside if not (ROOT / path).parent.joinpath(target).exists()]
    assert not dead


@pytest.mark.parametrize("path", EXECUTABLE)
def test_is_executable(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)


def test_nothing_produced_is_tracked() -> None:
    produced = [path for path in tracked() if {"var", "__pycache__", ".venv"} & set(Path(path).parts)]
    assert not produced


def test_no_word_of_an_unfinished_house() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3, "Not" + "ImplementedError")
    found = [
        f"{path}: {mark}"
        for path in python_files()
        for mark in marks
        if any(f" {mark}" in line for line in (ROOT / path).read_text(encoding="utf-8").splitlines())
    ]
    assert not found
