"""YAML that is a bomb, a program, or no text: refused with a problem at its place, in a moment."""

from pathlib import Path
from time import process_time

import pytest
import yaml

from data.documents import Problems, parse
from data.errors import DefinitionError
from flows.drafts import try_out
from flows.refresh import refresh
from tests.attacks import Attack
from tests.making import REVENUE, make

NINE = ", ".join(["*{0}"] * 9)
LAUGHS = "a: &a [x, x, x]\n" + "".join(
    f"{after}: &{after} [{NINE.format(before)}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "YAML: aliases without end": (
        LAUGHS,
        "a: &a '" + "x" * 100_000 + "'\nb: [" + ", ".join(["*a"] * 50_000) + "]\n",
        "a: &a [*a]\n",
        "a: &a {b: {c: *a}}\n",
        "a: &a {x: 1}\n" + "".join(f"m{n}: &m{n} {{<<: [*a, *a]}}\n" for n in range(2000)),
        "a: &a x\n" + "".join(f"b{n}: *a\n" for n in range(5000)),
        "".join(f"a{n}: &a{n} x\n" for n in range(30_000)),
    ),
    "YAML: tags": (
        "a: !!python/object/apply:os.system ['touch {pwned}']\n",
        "a: !!python/object/new:os.system ['touch {pwned}']\n",
        "a: !!python/name:os.system\n",
        "a: !!python/module:os\n",
        "!!python/object/apply:subprocess.check_output [['touch', '{pwned}']]\n",
        "a: !<tag:yaml.org,2002:python/object/apply:os.system> ['touch {pwned}']\n",
        "a: !include {pwned}\n",
        "a: !!binary aGVsbG8=\n",
        "a: !!set {b, c}\n",
        "a: !ruby/object:Gem::Installer {}\n",
    ),
    "YAML: endless nesting": (
        "a: " + "[" * 20_000 + "]" * 20_000,
        "a: " + "{a: " * 3000 + "1" + "}" * 3000,
        "- " * 5000 + "x",
        "".join(" " * n + "a:\n" for n in range(1500)),
        "a: &a " + "[" * 5000 + "]" * 5000,
        "? " * 3000 + "a",
    ),
    "YAML: huge documents": (
        "a: " + "x" * 20_000_000,
        "".join(f"k{n}: 1\n" for n in range(200_000)),
        "a:\n" + "- x\n" * 600_000,
        "#" * 3_000_000 + "\na: 1\n",
    ),
    "YAML: what is no text, number or day": (
        "a: \x00b\n",
        "a: \x1b[31m\n",
        "a: \ud800\n",
        "a: " + "9" * 50_000 + "\n",
        "a: 1e999999\n",
        "a: .inf\n",
        "a: .nan\n",
        "a: 2024-99-99\n",
    ),
}
EVERY = [
    pytest.param(kind, text, id=f"{kind.removeprefix('YAML: ')}-{number}")
    for kind, texts in BOMBS.items()
    for number, text in enumerate(texts)
]
AT_ONCE = 3.0  # seconds of CPU; the slowest took 36 before


@pytest.mark.parametrize(("kind", "text"), EVERY)
def test_hostile_yaml_is_a_problem_told_at_once(kind: str, text: str, tmp_path: Path, attack: Attack) -> None:
    pwned, problems, began = tmp_path / "pwned", Problems(), process_time()
    found = parse(text.replace("{pwned}", str(pwned)), tmp_path / "x.yaml", "x.yaml", problems)
    assert found is None
    assert len(problems.found) == 1 and len(str(problems.found[0])) < 2000, "one problem, and not the bomb itself"
    assert process_time() - began < AT_ONCE
    assert not pwned.exists()
    attack.held(kind)


def test_the_control_runs_what_a_careless_reader_would(tmp_path: Path) -> None:
    pwned = tmp_path / "pwned"
    yaml.load(BOMBS["YAML: tags"][0].replace("{pwned}", str(pwned)), Loader=yaml.UnsafeLoader)
    assert pwned.exists()


def test_large_and_deep_within_reason_is_read(tmp_path: Path) -> None:
    problems = Problems()
    for text in (
        "a:\n" + "- {key: value, n: 1}\n" * 8_000,
        "a: &a {x: 1}\nb: *a\n",
        "a: " + "[" * 50 + "]" * 50,
        "a: &day 2024-01-31\nb: *day\n",
    ):
        assert parse(text, tmp_path / "x.yaml", "x.yaml", problems) is not None, problems.found


def test_a_bomb_in_any_file_leaves_the_snapshot_in_force(tmp_path: Path, attack: Attack) -> None:
    folder = make(tmp_path, {"people.yaml": "people: {}\n"})
    kept = refresh(folder).id
    for name in ("workspace.yaml", "people.yaml", "metrics/financial/revenue.yaml", "sources/books.yaml"):
        before = (folder / name).read_text()
        (folder / name).write_text(LAUGHS)
        with attack.refused("YAML: a workspace's files", DefinitionError, match="grows without end"):
            refresh(folder)
        (folder / name).write_text(before)
    assert (folder / "var/CURRENT").read_text().strip() == kept


def test_a_draft_is_held_to_the_same(company: Path, attack: Attack) -> None:
    for texts in BOMBS.values():
        tried = try_out(company, "metrics/financial/revenue.yaml", texts[0])
        assert tried.workspace is None and tried.problems
        attack.held("YAML: drafts")
    assert not try_out(company, "metrics/financial/revenue.yaml", REVENUE).problems
