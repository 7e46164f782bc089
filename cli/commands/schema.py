"""Writes JSON Schemas for editors."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.app import fourfold
from cli.telling import failing_in_words, tell
from flows.schemas import write_schemas


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
