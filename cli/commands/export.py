"""Writes the whole state of a workspace: what people said and did."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.app import DEMO, Workspace, existing, fourfold
from cli.telling import failing_in_words
from strategy.archive import written
from strategy.state import open_state, state_url


@fourfold.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; nothing: standard output.")] = None,
    workspace: Workspace = DEMO,
) -> None:
    """Write the whole state as JSON: objectives, duties, reviews, actions, drafts, notes, with their history.

    `fourfold import` reads it back unchanged, also into another kind of database.
    """
    with failing_in_words(as_json=False):
        content = written(open_state(state_url(existing(workspace) / "var")))
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if file is None:
        sys.stdout.write(text)
        return
    beside = file.with_name(f".{file.name}.making")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
    typer.echo(f"{sum(map(len, content['tables'].values())):,} rows are in {file}.", err=True)
