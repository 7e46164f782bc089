"""The option `--as`: a command tells what one person may see, by the same desk that pages read from."""

from pathlib import Path
from typing import Annotated

import typer

from access.policy import Refused
from views.desk import Desk
from views.entry import open_desk

AsPerson = Annotated[
    str | None,
    typer.Option("--as", "--person", help="As seen by a person (key of people.yaml, or invited). Default: everything."),
]


def desk_of(folder: Path, person: str) -> Desk:
    """The desk of a person with the roles that hold today; `Refused` for nobody's key, and without any role."""
    desk = open_desk(folder, person, "command line")
    if not desk.viewer.grants:
        raise Refused(f"{desk.viewer.name} holds no role today")
    return desk
