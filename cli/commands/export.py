"""Writes the whole state of a workspace: what people said and did."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import class_mapper

from access.policy import Refused
from cli.commands.app import DEMO, Workspace, existing, fourfold
from cli.eyes import AsPerson, desk_of
from cli.telling import failing_in_words
from strategy.archive import written
from strategy.plain import plain
from strategy.rooms import record_kinds
from strategy.state import open_state, state_url
from views.desk import Desk


@fourfold.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; nothing: standard output.")] = None,
    person: AsPerson = None,
    workspace: Workspace = DEMO,
) -> None:
    """Write the whole state as JSON: objectives, duties, reviews, actions, drafts, notes, with their history.

    `fourfold import` reads it back unchanged, also into another kind of database. With `--as` it holds the records
    that one person may read, as they are now, and is not for importing.
    """
    with failing_in_words(as_json=False):
        folder = existing(workspace)
        content = written(open_state(state_url(folder / "var"))) if person is None else as_seen(desk_of(folder, person))
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if file is None:
        sys.stdout.write(text)
        return
    beside = file.with_name(f".{file.name}.making")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
    typer.echo(f"{sum(map(len, content['tables'].values())):,} rows are in {file}.", err=True)


def as_seen(desk: Desk) -> dict[str, Any]:
    """The records that a viewer may read, by table."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for kind in record_kinds():
        names = [column.key for column in class_mapper(kind).columns]
        try:
            found = desk.office.read(kind, order_by=[kind.key])
        except Refused:
            continue
        tables[kind.__tablename__] = [plain({name: getattr(one, name) for name in names}) for one in found]
    return {"seen_by": desk.viewer.key, "tables": tables}
