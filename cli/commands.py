"""The commands of `fourfold`: each asks one room below for its answer and tells it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.report import refreshed, refreshed_in_words
from cli.telling import Bar, failing_in_words, tell, tell_json
from data.demo.generate import generate
from data.errors import CommandError
from data.lock import exclusive
from flows import starter
from flows.refresh import refresh as run_refresh
from flows.workspace import assemble

DEMO = Path(__file__).resolve().parent.parent / "data" / "demo"

fourfold = typer.Typer(
    help="Fourfold: a balanced scorecard that is computed, not typed in.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Workspace = Annotated[
    Path,
    typer.Option("--workspace", "-w", envvar="FOURFOLD_WORKSPACE", help="The folder of the company's definitions."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for a machine.")]


@fourfold.command()
def init(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Write a small, commented workspace that works at once. Nothing is overwritten."""
    with failing_in_words(as_json=False):
        written = starter.write(folder)
    tell(f"A workspace lies in {written}. Look at it in the browser:")
    tell(f"    FOURFOLD_WORKSPACE={folder} ./run")
    tell("Then put your own files into files/, and change sources/, models/ and metrics/; workspace.yaml comes first.")


@fourfold.command()
def check(workspace: Workspace = DEMO, as_json: AsJson = False) -> None:
    """Check all definitions and tell every problem at once, with file, line and remedy. Reads no facts."""
    with failing_in_words(as_json):
        found = assemble(existing(workspace))
    counts = {
        "sources": len(found.sources),
        "tables": len(found.catalog.tables),
        "metrics": len(found.metrics),
        "objectives": len(found.plan.objectives),
        "scorecards": len(found.scorecards),
        "people": len(found.people),
    }
    if as_json:
        tell_json({"workspace": found.name, "problems": [], **counts})
    else:
        tell(f"{found.name}: all is well. " + ", ".join(f"{count} {name}" for name, count in counts.items()))


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
    if as_json:
        tell_json(refreshed(manifest))
    else:
        tell(refreshed_in_words(manifest))
    if manifest.extra.get("answers_failed"):
        raise typer.Exit(1)


def existing(workspace: Path) -> Path:
    """The full path of a workspace; CommandError with the remedy for a folder that is none."""
    folder = workspace.expanduser().resolve()
    if not (folder / "workspace.yaml").is_file():
        remedy = f"name a workspace with --workspace or FOURFOLD_WORKSPACE, or make one: ./run fourfold init {folder}"
        raise CommandError(f"{folder} has no workspace.yaml; {remedy}")
    return folder
