"""Brings a measure of the library into a workspace."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.app import AsJson, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from data.errors import CommandError
from flows.library import Addition, Wish, prepare, write

Into = Annotated[
    Path, typer.Option("--workspace", "-w", envvar="FOURFOLD_WORKSPACE", help="The workspace that gets the metric.")
]


@fourfold.command()
def add(  # noqa: PLR0913, PLR0917  (each argument is a flag)
    keys: Annotated[list[str], typer.Argument(help="Keys of measures; `fourfold library` lists them.")],
    workspace: Into,
    table: Annotated[list[str] | None, typer.Option(help="The table, or role=table where it asks for several.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="column=own column or SQL condition; may repeat.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="part=own metric that stands for it; may repeat.")] = None,
    perspective: Annotated[str, typer.Option(help="Where it goes. Default: as the library has it.")] = "",
    named: Annotated[str, typer.Option("--as", help="Another key for the new metric.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for it: a key of people.yaml.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bind ready measures to a workspace's tables, and write their files. Nothing is overwritten."""
    with failing_in_words(as_json):
        wish = Wish(
            tuple(dict.fromkeys(keys)),
            pairs("--table", table, alone=True),
            pairs("--column", column),
            pairs("--metric", metric),
            perspective,
            named,
            owner,
        )
        addition = prepare(existing(workspace), wish)
        if not dry_run:
            write(addition)
        if as_json:
            tell_json(
                {"written": not dry_run, "files": addition.texts, "bound": _bound(addition), "kept": addition.kept}
            )
        else:
            tell(_told(addition, dry_run))


def pairs(flag: str, given: list[str] | None, *, alone: bool = False) -> dict[str, str]:
    """`name=text` of a repeated flag as a mapping; with `alone` a bare text stands under the empty name."""
    found: dict[str, str] = {}
    for one in given or ():
        name, sign, text = one.partition("=")
        if not sign and alone:
            name, text = "", name
        if not text.strip():
            raise CommandError(f"{flag} {one}: write it as name=value")
        if name.strip() in found:
            raise CommandError(f"{flag} {one}: '{name}' is given twice")
        found[name.strip()] = text.strip()
    return found


def _bound(addition: Addition) -> dict[str, dict[str, object]]:
    return {role: {"table": found.table, "columns": found.columns} for role, found in addition.matches.items()}


def _told(addition: Addition, dry_run: bool) -> str:
    lines = []
    for role, found in addition.matches.items():
        lines.append(f"{role} is the table {found.table}")
        lines += [f"    {name} is {own} ({found.why[name]})" for name, own in found.columns.items()]
    lines += [f"{key} is your metric {own}" for key, own in addition.kept.items()]
    for name, text in addition.texts.items():
        lines += [f"--- {name}", text.rstrip()] if dry_run else [f"Wrote {name}"]
    return "\n".join(lines)
