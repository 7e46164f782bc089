"""Editing one field of a YAML text leaves all else as it was written."""

from pathlib import Path

import pytest

from data.editing import GONE, edited, flow, parsed, value_at, write_whole
from data.errors import CommandError
from tests.unit.data.test_plainly import FILES, ROOT

TEXT = """\
# a remark
title: "Revenue"   # and another
agg: {table: sales, function: sum, expr: amount}
target:
  - {value: 94 %, to: 2024-12}
tags: [a, 'b']
"""


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("title",), "Sales", 'title: "Revenue"   # and', 'title: "Sales"     # and'),
        (("agg", "expr"), "amount - tax", "expr: amount}", "expr: amount - tax}"),
        (("agg", "filter"), "ok", "expr: amount}", "expr: amount, filter: ok}"),
        (("agg", "expr"), GONE, ", expr: amount}", "}"),
        (("tags",), GONE, "tags: [a, 'b']\n", ""),
        (("target",), 5, "target:\n  - {value: 94 %, to: 2024-12}\n", "target: 5\n"),
        (("measured_in",), "%", "agg:", "measured_in: '%'\nagg:"),
        (("stock", "opened"), GONE, "", ""),
    ],
)
def test_one_field_is_changed(path: tuple[str, ...], value: object, old: str, new: str) -> None:
    assert edited(TEXT, path, value, ("agg",)) == TEXT.replace(old, new, 1)


def test_a_map_that_becomes_empty_goes_too() -> None:
    assert edited("a: 1\nb: {c: {d: 1}}\n", ("b", "c", "d"), GONE) == "a: 1\n"


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.parent.parent.name == "metrics"], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_our_own_metrics_stay_as_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert edited(text, ("title",), value_at(text, ("title",))) == text


@pytest.mark.parametrize(
    "text", ["95 %", "true", "7", "[{value: 94 %, to: 2024-12}, 3]", "{goal: target, red: 5 from target}"]
)
def test_a_value_on_one_line_comes_back(text: str) -> None:
    assert flow(parsed(text)) == text


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2\n", "a: 'x\n"])
def test_what_is_no_yaml_is_told_with_its_place(text: str) -> None:
    with pytest.raises(CommandError, match=r"line .* is not valid YAML"):
        value_at(text, ("a",))
    with pytest.raises(CommandError, match="holds no fields"):
        edited("- a\n", ("b",), 1)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_whole(path, "one")
    write_whole(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert list(tmp_path.iterdir()) == [path]
