"""The fast road for YAML reads what the thorough reader reads, place for place, or leaves it to that one."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from data.documents import _plain, _Unreadable
from data.plainly import read_plainly, scalar

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("data/demo", "flows/starter", "tests/fixtures")
FILES = [p for f in FOLDERS for p in sorted((ROOT / f).rglob("*.yaml")) if "var" not in p.parts]
TEXTS = [text for path in FILES if len(text := path.read_text(encoding="utf-8")) < 1500]
PIECES = (
    *" \n:,-[]{}#'\"|>&*!%@`?=~.+_/\\0123aé\t\r\x85",
    *("  ", ": ", "- ", "\n  ", "\n- ", "null", "true", "yes", "1e3", "0x1", "010", "1_0", "2025-01-31", " #"),
    *(
        "|\n ",
        ">\n ",
        "\r\n",
        '"":',
        "'a':b",
        "{}",
        "[]",
        "2025-01",
        "12:30:45",
        ".5",
        "1.",
        "--- ",
        "<<: ",
        "&a ",
        "*a",
    ),
)


def thoroughly(text: str) -> tuple[Any, dict[Any, tuple[int, int]]] | None:
    """The same by ruamel.yaml alone; None for what it refuses."""
    places: dict[Any, tuple[int, int]] = {(): (0, 0)}
    try:
        return _plain(YAML(typ="rt").load(text), (), places), places
    except (MarkedYAMLError, _Unreadable):
        return None


def agree(text: str) -> None:
    fast = read_plainly(text)
    if fast is not None:
        try:
            slow = thoroughly(text)
        except RuntimeError:  # ruamel.yaml cannot place some comments; what it would have read is the same
            return
        assert slow is not None, "only the fast road reads it"
        assert repr(fast[0]) == repr(slow[0])
        assert fast[1] == slow[1]


def test_every_file_of_ours_takes_the_fast_road() -> None:
    left = [path.name for path in FILES if read_plainly(path.read_text(encoding="utf-8")) is None]
    assert left == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_both_roads_agree_on_every_file_of_ours(path: Path) -> None:
    agree(path.read_text(encoding="utf-8"))


@given(
    st.sampled_from(TEXTS),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 4)), min_size=1, max_size=3),
)
def test_both_roads_agree_on_files_with_slips(text: str, slips: list[tuple[float, str, int]]) -> None:
    for where, piece, gone in slips:
        at = round(where * len(text))
        text = text[:at] + piece + text[at + gone :]
    agree(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "!!python/object/apply:os.system ['true']\n",
        "a: !mine []\n",
        "a: ! 1\n",
        "a: >-# b\n  c\n",
        "<<: {a: 1}\n",
        "%YAML 1.1\n---\na: yes\n",
        "a: 1\na: 2\n",
        "a: [1\n",
        "a:\t1\n",
        "a: 010\n",
        "a: 1_000\n",
        "1.5: a\n",
        "a: >\n \n  b\n",
        'a: [b, "":c]\n',
        "a: " + "[" * 200 + "]" * 200,
    ],
)
def test_what_two_versions_may_read_differently_is_left_to_the_thorough_reader(text: str) -> None:
    assert read_plainly(text) is None


def test_scalars_are_those_of_yaml_1_2() -> None:
    read = [scalar(text) for text in ("on", "no", "true", "~", "12", "-1.5", "41e6", "95 %", "2025-01", "+")]
    assert read == ["on", "no", True, None, 12, -1.5, 41e6, "95 %", "2025-01", "+"]
