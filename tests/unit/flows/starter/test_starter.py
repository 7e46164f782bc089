"""The first workspace: works at once, whole or not at all, and overwrites nothing."""

import csv
from datetime import date
from pathlib import Path

import pytest

from data.errors import CommandError
from flows import starter
from flows.opened import open_current
from flows.refresh import refresh
from flows.workspace import assemble
from metrics.values.reading import periods_in, read_values

TODAY = date(2026, 11, 3)


def test_is_without_problems_and_has_every_perspective(tmp_path: Path) -> None:
    workspace = assemble(starter.write(tmp_path / "mine", TODAY))
    kinds = {(metric.perspective, metric.indicator) for metric in workspace.metrics.values()}
    assert {perspective for perspective, _ in kinds} == {"financial", "customer", "process", "people"}
    assert {indicator for _, indicator in kinds} == {"leading", "lagging"}


def test_refreshes_and_scores_every_metric_that_has_anchors(tmp_path: Path) -> None:
    folder = starter.write(tmp_path / "mine", TODAY)
    manifest = refresh(folder, now=TODAY)
    assert manifest.as_of == date(2026, 10, 31)
    assert sum(state.quarantined for state in manifest.datasets.values()) == 0
    opened = open_current(folder)
    newest = periods_in(opened.engine(), "month")[0]
    metrics = dict(opened.workspace.metrics)
    values = read_values(opened.engine(), metrics, list(metrics), ["company"], "month", newest.end, newest.end)
    scored = {value.metric for value in values if value.score is not None}
    assert scored == {key for key, metric in metrics.items() if metric.anchors is not None}


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 31), date(2027, 12, 31), date(2028, 2, 29)])
def test_files_end_with_the_last_closed_month(tmp_path: Path, today: date) -> None:
    folder = starter.write(tmp_path / "mine", today)
    for name, columns in {"orders": ("ordered_on", "delivered_on"), "complaints": ("received_on",)}.items():
        with (folder / "files" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            days = [row[column] for row in csv.DictReader(file) for column in columns if row[column]]
        assert max(days) < today.replace(day=1).isoformat()


def test_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CommandError, match=r"not empty.*name a new folder"):
        starter.write(tmp_path)
    with pytest.raises(CommandError, match="is a file"):
        starter.write(tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_may_be_written_into_an_empty_folder_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert starter.write(empty, TODAY) == empty
    assert (empty / ".gitignore").read_text(encoding="utf-8").endswith("var/\n")
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
