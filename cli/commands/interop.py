"""Reads definitions of dbt and Apache Ossie into a workspace, and writes a workspace's definitions as Ossie."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from flows.interop import Import, export_ossie, import_dbt, import_ossie, write
from metrics.interop.ledger import Left

interop = typer.Typer(
    help="Definitions of others: dbt's semantic layer in, Apache Ossie in and out.", no_args_is_help=True
)
fourfold.add_typer(interop, name="interop")

Into = Annotated[
    Path | None, typer.Option("--into", help="The workspace to write into; without it nothing is written.")
]
Perspective = Annotated[str, typer.Option("--perspective", help="The perspective that the metrics belong to.")]
Unit = Annotated[str | None, typer.Option("--unit", help="The unit that rows belong to; default: the top one.")]
Replace = Annotated[bool, typer.Option("--replace", help="Overwrite files that are there and say something else.")]
Given = Annotated[Path, typer.Argument(help="A semantic_manifest.json, a YAML file, or the folder of a dbt project.")]
Document = Annotated[Path, typer.Argument(help="An Ossie document, JSON or YAML.")]


@interop.command("dbt")
def dbt(
    path: Given,
    into: Into = None,
    perspective: Perspective = "process",
    unit: Unit = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Read a dbt semantic manifest, or dbt's semantic YAML, and list all that cannot be carried."""
    with failing_in_words(as_json):
        home = existing(into) if into else None
        _finish(import_dbt(path, home, perspective, unit), home, replace, as_json)


@interop.command("ossie")
def ossie(
    path: Document,
    into: Into = None,
    perspective: Perspective = "process",
    unit: Unit = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Read an Apache Ossie document (formerly OSI), and list all that cannot be carried."""
    with failing_in_words(as_json):
        home = existing(into) if into else None
        _finish(import_ossie(path, home, perspective, unit), home, replace, as_json)


@interop.command("export")
def export(
    target: Annotated[Path, typer.Argument(help="The file to write, JSON.")],
    workspace: Workspace = DEMO,
    as_json: AsJson = False,
) -> None:
    """Write a workspace's tables, metrics and drivers as an Apache Ossie document; reading it gives the same again."""
    with failing_in_words(as_json):
        document, left = export_ossie(existing(workspace))
        target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if as_json:
            tell_json({"file": str(target), "left": [vars(one) for one in left]})
        else:
            model = document["semantic_model"][0]
            counts = ("datasets", "relationships", "metrics")
            tell(f"{target}: " + ", ".join(counted(name, len(model.get(name, ()))) for name in counts))
            _tell_left(left)


def _finish(found: Import, home: Path | None, replace: bool, as_json: bool) -> None:
    written = write(found, home, replace=replace) if home else []
    if as_json:
        left = [vars(one) for one in found.left]
        tell_json({"files": dict(found.files) if home is None else list(found.files), "left": left})
        return
    if home is None:
        for name, text in found.files.items():
            tell(f"# {name}\n{text}")
    tell(f"{counted('files', len(written))} written to {home}" if home else counted("files", len(found.files)))
    _tell_left(found.left)


def _tell_left(left: tuple[Left, ...]) -> None:
    if left:
        tell(f"{counted('things', len(left))} could not be carried:")
    for one in left:
        tell(f"  {one}")
