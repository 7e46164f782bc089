"""The one door for commands: permission, scope, handler, audit row, commit."""

from dataclasses import dataclass

from sqlalchemy import Engine

from access.policy import Policy
from access.viewer import Viewer
from strategy.commands import Command
from strategy.state import transaction
from strategy.tables import Audit


@dataclass(frozen=True)
class Door:
    """Carries out commands on one workspace's state."""

    engine: Engine
    policy: Policy

    def do(self, viewer: Viewer, command: Command) -> int:
        """Carry out a command; returns the id of its audit row. On `Refused` or `CommandError` nothing has changed."""
        unit = command.unit_of()
        self.policy.require(viewer, type(command).needs, None if unit is None else (unit,))
        with transaction(self.engine) as session:
            audit = Audit(who=viewer.key, command=type(command).__name__, unit=unit, payload=command.payload())
            session.add(audit)
            session.flush()
            command.carry_out(session, viewer, audit)
            return audit.id
