"""Makes a new snapshot."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold
from cli.report import refreshed, refreshed_in_words
from cli.telling import Bar, failing_in_words, tell, tell_json
from data.demo.generate import generate
from data.lock import exclusive
from flows.refresh import refresh as run_refresh
from flows.replay import begin
from flows.tick import tick


@fourfold.command()
def refresh(
    workspace: Workspace = DEMO,
    force: Annotated[bool, typer.Option("--force", help="Compute even where nothing has changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load the sources, compute all values, publish them as a new snapshot. The app serves the old one meanwhile."""
    with failing_in_words(as_json), Bar() as bar:
        folder = existing(workspace)
        if folder == DEMO:
            with exclusive(DEMO / "var" / "FACTS_LOCK"):
                generate(DEMO / "files", progress=bar)
        manifest = run_refresh(folder, bar, force=force)
        lived = begin(folder, bar)
        ticked = tick(folder)
    if as_json:
        tell_json(refreshed(manifest) | {"lived": lived, "clock": asdict(ticked)})
    else:
        past = [f"The company's past: {sum(lived.values()):,} deeds of two years."] if lived else []
        tell("\n".join([refreshed_in_words(manifest), *past, ticked.told, *ticked.refused]))
    if manifest.extra.get("answers_failed"):
        raise typer.Exit(1)
