"""Commands inside of requests: kept as name and payload, made again when they are approved."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import COMMANDS, Command, Deed

NEVER: tuple[Permission, ...] = ("approval.decide", "clock.run")  # a decision is nobody's to delegate


def command_of(name: str, payload: Mapping[str, Any]) -> Command:
    """The command of that name from a plain payload; CommandError for one that is none, or that cannot be asked for."""
    kind = COMMANDS.get(name)
    if kind is None:
        raise CommandError(f"there is no command '{name}'")
    if kind.needs in NEVER or kind.__name__ == "AskApproval":
        raise CommandError(f"'{name}' cannot be asked for; whoever may do it does it himself")
    strange = sorted(set(payload) - {field.name for field in fields(kind)})
    if strange:
        raise CommandError(f"the command {name} has no {', '.join(strange)}")
    try:
        made: Command = TypeAdapter(kind).validate_python(dict(payload))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise CommandError(f"the command {name} cannot be made: {told}") from error
    return made


def within(deed: Deed, command: Command, unit: str) -> None:
    """CommandError unless the command changes something of this very unit: who decides must see what he decides on."""
    record = command.subject(deed.session)
    if getattr(type(command), "kind", None) is not None and record is None:
        raise CommandError("what is to be changed does not exist; ask for something that does")
    scope = command.unit_of() if record is None else record.scope
    if type(command).whole or scope is None:
        scope = deed.policy.root
    if scope != unit:
        raise CommandError(f"this would change something of {scope}, not of {unit}; ask for it there")
