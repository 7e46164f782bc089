"""Replays a past from a file."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold
from cli.telling import Bar, failing_in_words, tell, tell_json
from data.errors import CommandError
from flows.replay import replay as run_replay


@fourfold.command()
def replay(
    file: Annotated[Path, typer.Argument(help="Dated lines: at, who, do, with; see docs/strategy.md.")],
    workspace: Workspace = DEMO,
    as_json: AsJson = False,
) -> None:
    """Carry out dated commands of the past in an empty state, each by its person at its moment: all, or none."""
    with failing_in_words(as_json), Bar() as bar:
        if not file.is_file():
            raise CommandError(f"there is no file {file}")
        done = run_replay(existing(workspace), file, bar)
    if as_json:
        tell_json(done)
    else:
        tell(f"{sum(done.values()):,} deeds: {', '.join(f'{count:,} {name}' for name, count in done.items())}.")
