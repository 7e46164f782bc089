"""The demo company's scorecard as a golden file: a change of the engine or of the demo shows as a diff of figures."""

from pathlib import Path

from cli.scorecard import Question, answer, as_content
from flows.opened import open_current
from tests.golden_files import hold

COLUMNS = ("perspective", "key", "indicator", "unit", "period", "value", "target", "score", "status")


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def test_the_demo_scorecard_is_as_it_was(demo: Path) -> None:
    opened = open_current(demo)
    lines = [",".join(COLUMNS)]
    for period in ("2026-10", "2026-Q3", "2025"):
        for unit in ("velora", "operations"):
            found = as_content(answer(opened, Question(unit, period, None, "corporate")))["metrics"]
            lines += [",".join(_cell(row[name]) for name in COLUMNS) for row in found]
    hold("demo_scorecard.csv", "\n".join(lines) + "\n")
