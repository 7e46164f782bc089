"""The library on the command line: list, one entry, add, for people and for machines."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from cli.commands import fourfold
from tests.conftest import copy_of_demo


def call(*arguments: object) -> Result:
    return CliRunner().invoke(fourfold, [str(argument) for argument in arguments])


def test_the_list_is_searched() -> None:
    told = call("library", "decision").stdout
    assert "decision_lead_time" in told
    assert "on_time_delivery" not in told
    assert "nothing about 'zeppelin'" in call("library", "zeppelin").stderr


def test_one_entry_is_shown_whole() -> None:
    told = call("library", "initiative_roi").stdout
    for word in ("Return on initiatives", "benefits_realised_12m", "Take care", "lagging"):
        assert word in told


def test_the_library_for_a_machine() -> None:
    (found,) = json.loads(call("library", "return_rate", "--json").stdout)
    assert found["tables"] == {"shipments": ["delivered_on", "amount", "returned_on"]}
    assert found["formula"].startswith("ratio:")


def test_add_writes_and_check_passes(tmp_path: Path) -> None:
    demo = copy_of_demo(tmp_path / "demo")
    dry = call("add", "supplier_defect_rate", "-w", demo, "--as", "defects", "--dry-run")
    assert dry.exit_code == 0
    assert "--- metrics/process/defects.yaml" in dry.stdout
    assert not (demo / "metrics/process/defects.yaml").exists()
    told = call("add", "supplier_defect_rate", "-w", demo, "--as", "defects", "--owner", "jonas_brandt")
    assert told.exit_code == 0
    assert "receipts is the table receipts" in told.stdout
    assert "owner: jonas_brandt" in (demo / "metrics/process/defects.yaml").read_text(encoding="utf-8")
    assert call("check", "-w", demo).exit_code == 0


def test_add_for_a_machine_and_its_refusals(tmp_path: Path) -> None:
    demo = copy_of_demo(tmp_path / "demo")
    wished = ("absence_rate", "-w", demo, "--as", "absent", "--json")
    flags = ("--column", "planned_hours=planned_days", "--column", "absent_hours=absent_days")
    told = json.loads(call("add", *wished, *flags, "--dry-run").stdout)
    assert told["written"] is False
    assert told["bound"]["attendance"]["columns"]["absent_hours"] == "absent_days"
    assert "--column attendance.planned_hours=<number>" in json.loads(call("add", *wished).stdout)["error"]
    assert "write it as name=value" in call("add", *wished, "--column", "planned_hours").stderr
    assert "is given twice" in call("add", *wished, *flags, *flags).stderr
