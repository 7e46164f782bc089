"""Does what waited for time."""

from dataclasses import asdict

import typer

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from flows.tick import tick as run_tick


@fourfold.command()
def tick(workspace: Workspace = DEMO, as_json: AsJson = False) -> None:
    """Open issues on what is off target for too long, move up what waits for too long, settle what is solved.

    What was done once is not done again: let a timer call it once an hour.
    """
    with failing_in_words(as_json):
        ticked = run_tick(existing(workspace))
    if as_json:
        tell_json(asdict(ticked))
    else:
        tell("\n".join([ticked.told, *ticked.refused]))
    if ticked.refused:
        raise typer.Exit(1)
