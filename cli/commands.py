"""The commands of `fourfold`: each asks one room below for its answer and tells it."""

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer
from rich.console import Console

from cli.report import refreshed, refreshed_in_words
from cli.scorecard import Question, answer, as_content, show
from cli.telling import Bar, failing_in_words, tell, tell_json
from data.calendar import Span
from data.demo.generate import generate
from data.errors import CommandError
from data.lock import exclusive
from flows import starter
from flows.opened import open_current
from flows.refresh import refresh as run_refresh
from flows.schemas import reference as reference_text
from flows.schemas import write_schemas
from flows.workspace import assemble

PIPED_WIDTH = 140  # characters, where no terminal says how wide it is
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
    tell(f"    FOURFOLD_WORKSPACE={quote(str(folder))} FOURFOLD_SAMPLE_PEOPLE=1 ./run")
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
        tell(f"{found.name}: all is well. " + ", ".join(counted(*one) for one in counts.items()))


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


@fourfold.command()
def scorecard(
    workspace: Workspace = DEMO,
    unit: Annotated[str | None, typer.Option(help="A unit's key, or all. Default: the top unit.")] = None,
    period: Annotated[str | None, typer.Option(help="2026-10, 2026-Q3, 2026, ... or all. Default: the newest.")] = None,
    span: Annotated[Span | None, typer.Option(help="The kind of period. Default: month, or as --period says.")] = None,
    card: Annotated[str | None, typer.Option("--scorecard", help="A scorecard's key. Default: every one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show values, targets, scores and status of the current snapshot."""
    with failing_in_words(as_json):
        opened = open_current(existing(workspace))
        found = answer(opened, Question(unit, period, span, card))
        if as_json:
            tell_json(as_content(found))
        else:
            show(found, Console(width=None if sys.stdout.isatty() else PIPED_WIDTH))


@fourfold.command()
def schema(
    folder: Annotated[
        Path, typer.Argument(help="Where the JSON Schemas go; an editor then completes and checks YAML.")
    ],
) -> None:
    """Write a JSON Schema for each kind of file in a workspace; VS Code wants them under `yaml.schemas`."""
    with failing_in_words(as_json=False):
        for path in write_schemas(folder):
            tell(str(path))


@fourfold.command()
def reference() -> None:
    """Print the reference of all files of a workspace as Markdown."""
    tell(reference_text().rstrip())


def counted(name: str, count: int) -> str:
    """`1 source`, `2 sources`; the names are plurals."""
    singular = {"people": "person"}.get(name, name.removesuffix("s"))
    return f"{count} {singular if count == 1 else name}"


def existing(workspace: Path) -> Path:
    """The full path of a workspace; CommandError with the remedy for a folder that is none."""
    folder = workspace.expanduser().resolve()
    if not (folder / "workspace.yaml").is_file():
        make = f"./run fourfold init {quote(str(folder))}"
        remedy = f"name a workspace with --workspace or FOURFOLD_WORKSPACE, or make one: {make}"
        raise CommandError(f"{folder} has no workspace.yaml; {remedy}")
    return folder
