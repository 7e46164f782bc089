"""Shows what a metric, table or dataset rests on, or what rests on it."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from cli.commands.app import DEMO, AsJson, Workspace, existing, fourfold, show
from cli.eyes import AsPerson, desk_of
from cli.telling import failing_in_words, tell_json
from flows.lineage import Link, down, up
from flows.workspace import assemble


@fourfold.command()
def lineage(
    name: Annotated[
        str, typer.Argument(help="A metric, table or dataset; `table:orders` where several bear the name.")
    ],
    rests: Annotated[bool, typer.Option("--down/--up", help="What it rests on (default), or what rests on it.")] = True,
    person: AsPerson = None,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """Show what a metric, table or dataset rests on, or what rests on it, with the columns that are read."""
    with failing_in_words(as_json):
        folder = existing(workspace)
        definitions = assemble(folder) if person is None else desk_of(folder, person).workspace
        found = down(definitions, name) if rests else up(definitions, name)
    if as_json:
        tell_json(asdict(found))
    else:
        show(tree_of(found))


def tree_of(link: Link) -> Tree:
    """The lineage as a tree for a terminal."""
    tree = Tree(_line(link), guide_style="dim")
    for one in link.then:
        tree.add(tree_of(one))
    return tree


def _line(link: Link) -> Text:
    line = Text.assemble((link.key, "bold"), f"  {link.kind}", (f"  {link.about}" if link.about else "", "dim"))
    return line.append(f"  ({', '.join(link.columns)})") if link.columns else line
