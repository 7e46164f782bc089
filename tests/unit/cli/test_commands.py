"""The command line: words for people, JSON for machines, exit code 0 only when all is well."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.commands import fourfold
from cli.commands.app import counted
from data.lock import exclusive


def call(*arguments: object) -> Result:
    return CliRunner().invoke(fourfold, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A first workspace, refreshed by the command line; read only."""
    folder = tmp_path_factory.mktemp("cli") / "mine"
    assert call("init", folder).exit_code == 0
    assert call("refresh", "--workspace", folder).exit_code == 0
    return folder


def test_init_refuses_a_folder_that_is_not_empty(mine: Path) -> None:
    result = call("init", mine)
    assert result.exit_code == 1
    assert "is not empty" in result.stderr


def test_check_counts(mine: Path) -> None:
    result = call("check", "--workspace", mine, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["problems"] == []
    assert told["metrics"] == len(list(mine.glob("metrics/*/*.yaml")))


def test_check_tells_every_problem_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    assert call("init", broken).exit_code == 0
    for name, wrong, right in (("revenue", "agg:", "aggr:"), ("new_customers", "title:", "tilte:")):
        path = next(broken.glob(f"metrics/*/{name}.yaml"))
        path.write_text(path.read_text(encoding="utf-8").replace(wrong, right, 1), encoding="utf-8")
    plain = call("check", "--workspace", broken)
    assert plain.exit_code == 1
    assert "metrics/financial/revenue.yaml:" in plain.stderr
    assert "did you mean 'title'?" in plain.stderr
    assert "Traceback" not in plain.output
    machine = call("check", "--workspace", broken, "--json")
    assert machine.exit_code == 1
    problems = json.loads(machine.stdout)["problems"]
    assert {problem["file"] for problem in problems} >= {
        "metrics/financial/revenue.yaml",
        "metrics/customer/new_customers.yaml",
    }
    assert all(problem["line"] for problem in problems)


def test_refresh_tells_what_it_did(mine: Path) -> None:
    told = json.loads(call("refresh", "--workspace", mine, "--json").stdout)
    assert told["datasets"]["orders"]["quarantined"] == 0
    assert told["values"] > 1000


def test_refresh_of_a_missing_file_fails_and_keeps_the_snapshot(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    call("init", folder)
    assert call("refresh", "--workspace", folder).exit_code == 0
    before = (folder / "var" / "CURRENT").read_text(encoding="utf-8")
    (folder / "files" / "orders.csv").unlink()
    result = call("refresh", "--workspace", folder)
    assert result.exit_code == 1
    assert "orders.csv" in result.stderr
    assert (folder / "var" / "CURRENT").read_text(encoding="utf-8") == before


def test_a_second_refresh_says_that_another_one_runs(mine: Path) -> None:
    with exclusive(mine / "var" / "LOCK"):
        result = call("refresh", "--workspace", mine)
    assert result.exit_code == 1
    assert "another refresh is running since" in result.stderr


def test_scorecard_for_a_machine(mine: Path) -> None:
    result = call("scorecard", "--workspace", mine, "--json")
    assert result.exit_code == 0
    metrics = json.loads(result.stdout)["metrics"]
    fields = {"key", "perspective", "indicator", "unit", "period", "value", "target", "score", "status"}
    assert all(fields <= metric.keys() for metric in metrics)
    assert {metric["unit"] for metric in metrics} == {"company"}
    assert {metric["key"] for metric in metrics} >= {"revenue", "headcount", "on_time_delivery"}
    assert "complaints" not in {metric["key"] for metric in metrics}, "a building block is not scored"


def test_scorecard_by_unit_period_and_span(mine: Path) -> None:
    months = json.loads(call("scorecard", "--workspace", mine, "--json", "--period", "all", "--unit", "all").stdout)
    revenue = {(m["unit"], m["period"]): m["value"] for m in months["metrics"] if m["key"] == "revenue"}
    newest = max(period for _, period in revenue)
    assert revenue["company", newest] == pytest.approx(revenue["sales", newest] + revenue["delivery", newest])
    year = newest[:4]
    one = json.loads(call("scorecard", "--workspace", mine, "--json", "--period", str(int(year) - 1)).stdout)
    assert {m["span"] for m in one["metrics"]} == {"year"}
    ytd = json.loads(call("scorecard", "--workspace", mine, "--json", "--span", "ytd").stdout)
    got = next(m["value"] for m in ytd["metrics"] if m["key"] == "revenue")
    assert got == pytest.approx(sum(v for (unit, p), v in revenue.items() if unit == "company" and p[:4] == year))


def test_scorecard_for_a_human(mine: Path) -> None:
    result = call("scorecard", "--workspace", mine)
    assert result.exit_code == 0
    assert "Company scorecard" in result.stdout
    assert "– No target" in result.stdout


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--unit", "sale", "did you mean 'sales'?"),
        ("--scorecard", "compani", "did you mean 'company'?"),
        ("--period", "1999-01", "no values for the period"),
    ],
)
def test_scorecard_names_the_nearest(mine: Path, option: str, value: str, words: str) -> None:
    result = call("scorecard", "--workspace", mine, option, value)
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_folder_that_is_no_workspace_is_told_with_the_remedy(tmp_path: Path) -> None:
    for command in ("check", "refresh", "scorecard"):
        result = call(command, "--workspace", tmp_path)
        assert result.exit_code == 1
        assert "./run fourfold init" in result.stderr


def test_scorecard_before_the_first_refresh_tells_to_refresh(tmp_path: Path) -> None:
    call("init", tmp_path / "mine")
    result = call("scorecard", "--workspace", tmp_path / "mine")
    assert result.exit_code == 1
    assert "./run fourfold refresh" in result.stderr


def test_commands_that_are_told_can_be_typed_also_for_a_folder_with_a_space(tmp_path: Path) -> None:
    folder = tmp_path / "our company"
    assert f"FOURFOLD_WORKSPACE='{folder}' " in call("init", folder).output
    told = call("check", "--workspace", tmp_path / "no one").output
    assert f"./run fourfold init '{tmp_path / 'no one'}'" in told.replace("\n", " ")


def test_what_was_checked_is_counted_in_good_words() -> None:
    assert [counted("sources", 1), counted("people", 1), counted("people", 2)] == ["1 source", "1 person", "2 people"]


def test_check_tells_what_the_lint_finds_and_strict_fails_on_warnings(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    call("init", folder)
    spare = "title: Spare\nmeasured_in: count\nagg: {table: orders, function: count}\n"
    (folder / "metrics" / "financial" / "spare.yaml").write_text(spare, encoding="utf-8")
    plain = call("check", "--workspace", folder)
    assert plain.exit_code == 0
    assert "metrics/financial/spare.yaml:1:1: warning unused_metric: nothing uses it" in plain.stdout
    assert call("check", "--workspace", folder, "--strict").exit_code == 1
    machine = json.loads(call("check", "--workspace", folder, "--json").stdout)
    assert machine["ok"]
    finding = next(one for one in machine["findings"] if one["rule"] == "unused_metric")
    assert (finding["of"], finding["level"], finding["file"], finding["line"]) == (
        "spare",
        "warning",
        "metrics/financial/spare.yaml",
        1,
    )


def test_check_lists_its_rules() -> None:
    rules = {one["rule"]: one["level"] for one in json.loads(call("check", "--rules", "--json").stdout)}
    assert rules["no_owner"] == "warning"
    assert "similar_title" in call("check", "--rules").stdout
