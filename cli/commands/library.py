"""Shows the library of ready measures."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.commands.app import PIPED_WIDTH, AsJson, fourfold
from cli.telling import failing_in_words, tell, tell_json
from data.errors import CommandError
from metrics.library.entry import Entry
from metrics.library.shelf import library as shelf_of
from metrics.library.telling import document, facts, formula, unit


@fourfold.command()
def library(
    words: Annotated[list[str] | None, typer.Argument(help="A key, or words that the measure speaks of.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/library.md.")] = False,
    as_json: AsJson = False,
) -> None:
    """List ready measures that `add` brings into a workspace, or show one with formula, columns and pitfalls."""
    with failing_in_words(as_json):
        shelf, text = shelf_of(), " ".join(words or ())
        if markdown:
            tell(document(shelf).rstrip())
            return
        one = shelf.entries.get(text)
        found = [one] if one else shelf.search(text)
        if not found:
            raise CommandError(f"the library has nothing about '{text}'; try fewer words, or none for the whole list")
        if as_json:
            tell_json([_content(entry) for entry in found])
        else:
            Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(_shown(one) if one else _list(found))


def _content(entry: Entry) -> dict[str, object]:
    said = entry.model_dump(mode="json", exclude={"formula"})
    return {**said, "formula": formula(entry), "needs": entry.needs, "tables": entry.columns(shelf_of().tables)}


def _list(found: list[Entry]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="", title=f"{len(found)} measures", title_justify="left")
    for heading in ("Key", "Perspective", "Measured in", "What it says"):
        table.add_column(heading, no_wrap=heading != "What it says", overflow="fold")
    for entry in found:
        table.add_row(entry.key, entry.shelf, unit(entry), entry.description, style="dim" if entry.block else "")
    return table


def _shown(entry: Entry) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, title=f"{entry.title}: {entry.description}")
    table.title_justify = "left"
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for word, text in facts(entry, shelf_of()):
        table.add_row(word, text)
    return table
