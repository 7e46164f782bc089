"""The audit: who did what, and whether somebody has changed it past the door."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from cli.commands.app import DEMO, AsJson, Workspace, counted, existing, fourfold
from cli.telling import failing_in_words, tell, tell_json
from strategy.auditing import MOST, Told, Wanted, looked_up
from strategy.seals import verified
from strategy.state import open_state, state_url

audit = typer.Typer(help="Who did what, and whether somebody has changed that past the door.", no_args_is_help=True)
fourfold.add_typer(audit, name="audit")


@audit.command("list")
def listed(  # noqa: PLR0913, PLR0917  one option for each thing that can be looked for
    who: Annotated[str, typer.Option("--who", help="Whose deeds: a person's key.")] = "",
    command: Annotated[str, typer.Option("--command", help="Which deeds, e.g. GiveAction.")] = "",
    item: Annotated[str, typer.Option("--item", help="Which item: its key.")] = "",
    text: Annotated[str, typer.Option("--text", help="What was said, or part of a key.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to this day, UTC.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help="At most so many, the newest.")] = 50,
    as_json: AsJson = False,
    workspace: Workspace = DEMO,
) -> None:
    """List who did what, when, in which unit, and which fields it changed; the newest first."""
    first, last = (one.date() if one else None for one in (since, until))
    with failing_in_words(as_json):
        state = open_state(state_url(existing(workspace) / "var"))
        found, count = looked_up(state, Wanted(who, command, text, item, first, last, refused), limit)
    if as_json:
        tell_json({"count": count, "deeds": [asdict(one) for one in found]})
        return
    for one in found:
        tell(_line(one))
    tell(f"{counted('deeds', len(found))} of {count}.")


def _line(one: Told) -> str:
    """A deed in one line."""
    items = ", ".join(f"{change.kind} {change.key}" for change in one.changes)
    why = f": {one.refused}" if one.refused else ""
    return f"{one.at:%Y-%m-%d %H:%M} {one.who:<16} {one.command:<24} {one.unit or '-':<14} {items}{why}"


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
