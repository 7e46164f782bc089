"""Begins a workspace."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from cli.commands.app import fourfold
from cli.telling import failing_in_words, tell
from flows import starter


@fourfold.command()
def init(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Write a small, commented workspace that works at once. Nothing is overwritten."""
    with failing_in_words(as_json=False):
        written = starter.write(folder)
    tell(f"A workspace lies in {written}. Look at it in the browser:")
    tell(f"    FOURFOLD_WORKSPACE={quote(str(folder))} FOURFOLD_SAMPLE_PEOPLE=1 ./run")
    tell("Then put your own files into files/, and change sources/, models/ and metrics/; workspace.yaml comes first.")
    tell("docs/first-review.md of Fourfold leads from here to a first review in half an hour.")
