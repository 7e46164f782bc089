"""YAML files as people write them: places of errors, byte-order marks, line ends, double keys, what is no YAML."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from data.documents import Document, Problem, Problems, check, nearest, read
from data.errors import DefinitionError


class Inner(BaseModel):
    """A part."""

    model_config = ConfigDict(extra="forbid")
    colour: str
    size: int = 1


class Model(BaseModel):
    """A whole."""

    model_config = ConfigDict(extra="forbid")
    title: str
    kind: str = Field(default="a", pattern="^[ab]$")
    parts: tuple[Inner, ...] = ()
    either: int | Inner | None = None


def document(folder: Path, text: str | bytes, name: str = "thing.yaml") -> tuple[Document | None, Problems]:
    path = folder / "metrics" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    problems = Problems()
    return read(path, folder, problems), problems


def told(folder: Path, text: str | bytes) -> list[str]:
    """Every problem of a text, as it is printed."""
    found, problems = document(folder, text)
    if found is not None:
        check(Model, found, problems)
    return [str(problem) for problem in problems.found]


def test_a_sound_file_is_read_as_plain_values(tmp_path: Path) -> None:
    text = "title: A\nparts:\n- {colour: red, size: 0x10}\n- colour: 'on'\nday: 2025-01-31\nyes: off\nnumber: 1_000.5\n"
    found, problems = document(tmp_path, text)
    assert found is not None
    assert problems.found == []
    assert found.name == "metrics/thing.yaml"
    assert found.content["parts"] == [{"colour": "red", "size": 16}, {"colour": "on"}]
    assert (found.content["yes"], found.content["number"]) == (
        "off",
        1000.5,
    )  # YAML 1.2: only true and false are booleans
    assert str(found.content["day"]) == "2025-01-31"
    kinds = {type(value) for value in (found.content["yes"], found.content["parts"], found.content["parts"][0]["size"])}
    assert kinds == {str, list, int}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_byte_order_mark_and_line_ends_do_not_move_a_place(tmp_path: Path, mark: str, ends: str) -> None:
    text = mark + "title: A\nparts:\n  - colour: red\n    sice: 2\n".replace("\n", ends)
    (only,) = told(tmp_path, text)
    assert only == (
        "metrics/thing.yaml:4:5: parts.0.sice: 'sice' is not a field here (did you mean 'size'?)\n"
        "        sice: 2\n"
        "        ^"
    )


@pytest.mark.parametrize(
    ("text", "first_line"),
    [
        ("titel: A\n", "metrics/thing.yaml:1:1: titel: 'titel' is not a field here (did you mean 'title'?)"),
        ("kind: a\n", "metrics/thing.yaml:1:1: the field 'title' is missing"),
        ("title: A\nparts:\n- size: 3\n", "metrics/thing.yaml:3:3: parts.0: the field 'colour' is missing"),
        (
            "title: A\nparts:\n- {colour: red, size: big}\n",
            "metrics/thing.yaml:3:17: parts.0.size: 'big' ",
        ),
        ("title: A\nkind: c\n", "metrics/thing.yaml:2:1: kind: 'c' String should match"),
        ("title: A\neither: {size: 2}\n", "metrics/thing.yaml:2:1: either: the field 'colour' is missing"),
    ],
)
def test_problems_stand_at_the_node_they_are_about(tmp_path: Path, text: str, first_line: str) -> None:
    problems = told(tmp_path, text)
    assert any(problem.splitlines()[0].startswith(first_line) for problem in problems), problems


def test_all_problems_of_a_file_are_told(tmp_path: Path) -> None:
    assert len(told(tmp_path, "kind: c\nparts: [{}, {colour: red, sice: 1}]\n")) == 4


def test_branches_of_a_union_that_were_not_meant_are_silent(tmp_path: Path) -> None:
    assert len(told(tmp_path, "title: A\neither: {size: 2}\n")) == 1
    assert len(told(tmp_path, "title: A\neither: nothing of these\n")) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: A\ntitle: B\n", ":2:1: the same key stands twice; keep one of them\n    title: B\n    ^"),
        ("title: A\nparts:\n- colour: red\n  colour: blue\n", ":4:3: the same key stands twice; keep one of them"),
        ("title: [A\nkind: a\n", "is not valid YAML"),
        ("title: A\n\tkind: a\n", "is not valid YAML"),
        ("title: 'A\n", "is not valid YAML"),
        (b"title: caf\xe9\n", ": is not UTF-8 text: byte 10 cannot be read (save the file as UTF-8)"),
        (b"\xff\xfet\x00i\x00", "is not UTF-8 text: byte 0 cannot be read"),
    ],
)
def test_what_is_no_yaml_says_where(tmp_path: Path, text: str | bytes, message: str) -> None:
    (only,) = told(tmp_path, text)
    assert only.startswith("metrics/thing.yaml")
    assert message in only


@pytest.mark.parametrize("text", ["", "# nothing but a remark\n", "---\n", "~\n"])
def test_an_empty_file_has_no_fields(tmp_path: Path, text: str) -> None:
    found, problems = document(tmp_path, text)
    assert found is not None
    assert (found.content, problems.found) == ({}, [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("!!python/object/apply:os.system ['true']\n", "1:1"),
        ("title: !!python/name:os.system\n", "1:1"),
        ("title: A\nparts:\n- !mine {colour: red}\n", "3:3"),
        ("title: A\nparts: !mine []\n", "2:1"),
    ],
)
def test_tags_make_no_objects(tmp_path: Path, text: str, place: str) -> None:
    (only,) = told(tmp_path, text)
    assert only.startswith(f"metrics/thing.yaml:{place}: the tag ")
    assert "means nothing here; leave it out" in only


def test_text_may_be_marked_as_text(tmp_path: Path) -> None:
    found, problems = document(tmp_path, "title: !!str 2025\n")
    assert found is not None
    assert (found.content, problems.found) == ({"title": "2025"}, [])


def test_anchors_and_merged_maps_are_read(tmp_path: Path) -> None:
    text = "title: A\nparts:\n- &red {colour: red}\n- *red\n- {<<: *red, size: 2}\n- {<<: *red, sice: 2}\n"
    (only,) = told(tmp_path, text)
    assert only.startswith("metrics/thing.yaml:6:3: parts.3.sice: 'sice' is not a field here") or ":6:" in only


@pytest.mark.parametrize("text", ["title: &a\n- *a\n", "title: &a\n  b: *a\n"], ids=["a list", "a map"])
def test_what_holds_itself_ends_all_the_same(tmp_path: Path, text: str) -> None:
    assert len(told(tmp_path, text)) == 1


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    growing = "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    (only,) = told(tmp_path, "a: &a [1,1,1,1,1,1,1,1,1]\n" + growing)
    assert "grows without end, by aliases of aliases" in only


def test_a_missing_file_is_a_problem_without_a_line(tmp_path: Path) -> None:
    problems = Problems()
    assert read(tmp_path / "units.yaml", tmp_path, problems) is None
    assert [str(problem) for problem in problems.found] == ["units.yaml: the file is missing"]


def test_problems_are_raised_together_in_the_order_of_files_and_lines() -> None:
    problems = Problems()
    problems.raise_if_any()
    for name, line in (("b.yaml", 3), ("a.yaml", 9), ("b.yaml", None), ("a.yaml", 2)):
        problems.add(Problem(name, "is wrong", line))
    with pytest.raises(DefinitionError) as error:
        problems.raise_if_any()
    assert [(p.file, p.line) for p in error.value.problems] == [
        ("a.yaml", 2),
        ("a.yaml", 9),
        ("b.yaml", None),
        ("b.yaml", 3),
    ]
    assert str(error.value).splitlines() == [
        "a.yaml:2: is wrong",
        "a.yaml:9: is wrong",
        "b.yaml: is wrong",
        "b.yaml:3: is wrong",
    ]


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("amuont", ["amount", "cost"], "did you mean 'amount'?"),
        ("xyz", ["b", "a"], "known: a, b"),
        ("xyz", [], ""),
        ("xyz", [f"name_{n}" for n in range(20)], ""),
    ],
)
def test_nearest_names(name: str, known: list[str], hint: str) -> None:
    assert nearest(name, known) == hint


def test_a_remark_that_the_reader_cannot_place_is_told(tmp_path: Path) -> None:
    (only,) = told(tmp_path, "%YAML 1.2\n---\ntitle: #|\n  A\n  B\n\nkind: a\n")
    assert "has a remark that cannot be placed" in only
