"""The audit: who did what, and whether somebody has changed it past the door."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from strategy.seals import verified
from strategy.state import open_state, state_url

audit = typer.Typer(help="Who did what, and whether somebody has changed that past the door.", no_args_is_help=True)
fourfold.add_typer(audit, name="audit")


@audit.command()
def verify(
    kept: Annotated[
        str | None, typer.Option("--kept", help="A seal printed earlier and kept elsewhere; it must still be there.")
    ] = None,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """Walk along the chain of seals and tell every row that was changed, taken out or put in past the door.

    Keep the newest seal outside of the database: with --kept it also tells when the end was cut off.
    """
    with failing_in_words(as_json):
        found = verified(open_state(state_url(existing(workspace) / "var")), kept)
    if as_json:
        tell_json(asdict(found))
    else:
        for fault in found.faults:
            tell(fault)
        older = f"; {counted('rows', found.older)} from before the chain began" if found.older else ""
        tell(f"{counted('rows', found.rows)} sealed, {counted('faults', len(found.faults))}{older}")
        tell(f"Newest seal: {found.newest}")
    if found.faults:
        raise typer.Exit(1)
