"""What the strategy's lint says of the demo company, line by line: a diff of this file is a diff of the story."""

from pathlib import Path

from typer.testing import CliRunner

from cli.commands import fourfold
from tests.golden_files import hold


def test_the_lint_of_the_demo_is_as_written_down(demo: Path) -> None:
    told = CliRunner().invoke(fourfold, ["strategy-lint", "--notes", "--workspace", str(demo)])
    assert told.exit_code == 0, told.output
    hold("strategy_lint.txt", told.stdout)
