"""The command line's frame: the app that commands register with, and the options that they share."""

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from data.errors import CommandError

PIPED_WIDTH = 140  # characters, where no terminal says how wide it is
DEMO = Path(__file__).resolve().parent.parent.parent / "data" / "demo"

fourfold = typer.Typer(
    help="Fourfold: a balanced scorecard that is computed, not typed in.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@fourfold.callback()
def commands() -> None:
    """Fourfold: a balanced scorecard that is computed, not typed in."""


Workspace = Annotated[
    Path,
    typer.Option("--workspace", "-w", envvar="FOURFOLD_WORKSPACE", help="The folder of the company's definitions."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for a machine.")]


def counted(name: str, count: int) -> str:
    """`1 source`, `2 sources`; the names are plurals."""
    singular = {"people": "person"}.get(name, name.removesuffix("s"))
    return f"{count} {singular if count == 1 else name}"


def show(what: RenderableType) -> None:
    """Something laid out for a human, on standard output, as wide as the terminal."""
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(what)


def existing(workspace: Path) -> Path:
    """The full path of a workspace; CommandError with the remedy for a folder that is none."""
    folder = workspace.expanduser().resolve()
    if not (folder / "workspace.yaml").is_file():
        make = f"./run fourfold init {quote(str(folder))}"
        remedy = f"name a workspace with --workspace or FOURFOLD_WORKSPACE, or make one: {make}"
        raise CommandError(f"{folder} has no workspace.yaml; {remedy}")
    return folder
