"""The form of a definition says what the YAML says, and writes back what is typed, field by field."""

from pathlib import Path

import pytest

from data.documents import Problem
from data.errors import CommandError
from flows.workspace import Workspace, assemble
from metrics.definitions.kinds import KINDS
from views.definition_form import Entry, form_of_text, kind_of, written

DEMO = Path(__file__).resolve().parents[3] / "data" / "demo"
METRICS = sorted(DEMO.glob("metrics/*/*.yaml"))
RATIO = """\
title: On time
measured_in: "%"
ratio:
  numerator: {table: deliveries, function: sum_boolean, expr: "delivered_on <= promised_on"}  # a remark
  denominator: {table: deliveries, function: count}
target: 95 %
anchors: {goal: target, red: 5 % from target}
"""


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return assemble(DEMO)


def entries(text: str, workspace: Workspace, *problems: Problem) -> dict[str, Entry]:
    return {e.name: e for group in form_of_text(text, workspace, problems).groups for e in group.entries}


@pytest.mark.parametrize("path", METRICS, ids=lambda path: path.stem)
def test_a_form_that_nobody_touches_changes_nothing(path: Path, workspace: Workspace) -> None:
    text = path.read_text(encoding="utf-8")
    for entry in entries(text, workspace).values():
        if entry.path[-1] != "__is":
            assert written(text, entry.path, entry.shown, workspace) == text, entry.name


def test_every_field_that_a_file_gives_is_in_its_form(workspace: Workspace) -> None:
    found = entries(RATIO, workspace)
    assert found["ratio.numerator.expr"].shown == "delivered_on <= promised_on"
    assert found["ratio.denominator.function"].shown == "count"
    assert (found["__kind"].shown, found["target"].shown) == ("ratio", "95 %")
    assert found["measured_in"].shown == "%"
    assert ("deliveries", "deliveries") in found["ratio.numerator.table"].options
    assert found["ratio.numerator.table"].widget == "choice"


@pytest.mark.parametrize(
    ("path", "typed", "line"),
    [
        ("title", "Punctual", "title: Punctual\n"),
        (
            "ratio.numerator.expr",
            "true",
            '  numerator: {table: deliveries, function: sum_boolean, expr: "true"} ',
        ),
        ("ratio.denominator.filter", "carrier = 'x'", "function: count, filter: carrier = 'x'}\n"),
        ("target", "[{value: 94 %, to: 2024-12}]", "target: [{value: 94 %, to: 2024-12}]\n"),
        ("decimals", "2", "decimals: 2\n"),
        ("owner", "jonas_brandt", "owner: jonas_brandt\n"),
        ("tags", "[a, b]", "tags: [a, b]\n"),
        ("description", "Two\nlines: here", "description: |-\n"),
    ],
)
def test_what_is_typed_stands_in_the_text(path: str, typed: str, line: str, workspace: Workspace) -> None:
    text = written(RATIO, tuple(path.split(".")), typed, workspace)
    assert line.strip() in text
    assert entries(text, workspace)[path].shown == typed
    assert "# a remark" in text


def test_an_empty_field_is_taken_out(workspace: Workspace) -> None:
    assert "95 %" not in written(RATIO, ("target",), "  ", workspace)
    assert "expr" not in written(RATIO, ("ratio", "numerator", "expr"), "", workspace)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_that_begins_with_something(kind: str, workspace: Workspace) -> None:
    text = written("title: A\nmeasured_in: count\n", ("__kind",), kind, workspace)
    assert kind_of(text) == kind
    inside = [name for name in entries(text, workspace) if name.split(".")[0] == kind]
    assert inside
    other = written(text, ("__kind",), "agg" if kind != "agg" else "ratio", workspace)
    assert kind_of(other) != kind


def test_a_part_of_a_ratio_is_a_metric_or_rows(workspace: Workspace) -> None:
    text = written(RATIO, ("ratio", "numerator", "__is"), "metric", workspace)
    assert entries(text, workspace)["ratio.numerator"].widget == "choice"
    text = written(text, ("ratio", "numerator"), "revenue", workspace)
    assert "numerator: revenue" in text
    text = written(text, ("ratio", "numerator", "__is"), "rows", workspace)
    assert entries(text, workspace)["ratio.numerator.function"].shown == "count"


def test_a_problem_stands_at_its_field_or_above_it_or_is_left(workspace: Workspace) -> None:
    exact = Problem("m.yaml", "no column", 3, 1, "ratio.numerator.expr", "did you mean x?")
    deeper = Problem("m.yaml", "no number", 5, 1, "target.0.value")
    left = Problem("m.yaml", "no field", 5, 1, "colour")
    form = form_of_text(RATIO, workspace, (exact, deeper, left))
    found = {e.name: e.problem for group in form.groups for e in group.entries if e.problem}
    assert found == {"ratio.numerator.expr": "no column (did you mean x?)", "target": "no number"}
    assert form.left == (left,)


def test_what_is_no_yaml_has_no_form_and_is_not_written(workspace: Workspace) -> None:
    with pytest.raises(CommandError, match="not valid YAML"):
        form_of_text("title: [", workspace)
    with pytest.raises(CommandError, match="not valid YAML"):
        written(RATIO, ("target",), "[{value: 3", workspace)
