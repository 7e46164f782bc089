"""Finds metrics by words."""

from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold
from cli.eyes import AsPerson, desk_of
from cli.telling import failing_in_words, tell, tell_json
from flows.opened import open_current
from metrics.definitions.metric import Metric


@fourfold.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words that key, title, description or tags hold.")],
    person: AsPerson = None,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """Find metrics whose key, title, description or tags hold every word."""
    with failing_in_words(as_json):
        folder = existing(workspace)
        opened = open_current(folder) if person is None else desk_of(folder, person).opened
    found = [one for one in opened.workspace.metrics.values() if all(word.casefold() in _said(one) for word in words)]
    if as_json:
        tell_json([{"key": one.key, "title": one.title, "perspective": one.perspective} for one in found])
        return
    for one in found:
        tell(f"{one.key}  {one.title}" + (f": {one.description}" if one.description else ""))
    if not found:
        tell("No metric holds all of these words.")


def _said(one: Metric) -> str:
    return " ".join((one.key, one.title, one.description, *one.tags)).casefold()
