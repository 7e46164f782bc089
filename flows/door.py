"""The one door for commands: permission, scope, handler, audit row, commit."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from access.policy import Policy, Refused
from access.viewer import Viewer
from data.errors import FourfoldError
from strategy.commands import Command
from strategy.state import transaction
from strategy.tables import Audit


def nothing() -> None:
    """Nothing else belongs to the deed."""


@dataclass(frozen=True)
class Door:
    """Carries out commands on one workspace's state."""

    engine: Engine
    policy: Policy

    def do(self, viewer: Viewer, command: Command, also: Callable[[], None] = nothing) -> int:
        """Carry out a command; returns the id of its audit row. On `Refused` or `CommandError` nothing has changed.

        `also` is what belongs to the deed and lies outside of the state: done last before the commit; where it fails,
        nothing is committed. The refusal of a command that is watched is written down in a row of its own.
        """
        try:
            return self._done(viewer, command, also)
        except (Refused, FourfoldError) as refusal:
            if type(command).watched:
                with transaction(self.engine) as session:
                    session.add(self._row(viewer, command, refusal))
            raise

    def _done(self, viewer: Viewer, command: Command, also: Callable[[], None]) -> int:
        unit = command.unit_of()
        self.policy.require(viewer, type(command).needs, None if unit is None else (unit,))
        with transaction(self.engine) as session:
            audit = self._row(viewer, command)
            session.add(audit)
            session.flush()
            command.carry_out(session, viewer, audit)
            also()
            return audit.id

    def _row(self, viewer: Viewer, command: Command, refusal: Exception | None = None) -> Audit:
        name, payload = type(command).__name__, command.payload()
        if refusal is not None:
            name, payload = f"{name} refused", {**payload, "refused": str(refusal)}
        return Audit(who=viewer.key, command=name, unit=command.unit_of(), payload=payload)
