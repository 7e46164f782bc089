"""The one door for commands: permission, scope, handler, audit row, commit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import strategy.capture  # noqa: F401  listens to every flush from here on
from access.policy import Policy, Refused
from access.viewer import Viewer
from data.errors import CommandError, Conflict, FourfoldError
from strategy.capture import AUDIT
from strategy.clock import SYSTEM, Clock, system
from strategy.commands import Command, Deed, words_of
from strategy.seals import seal
from strategy.state import transaction
from strategy.tables import Audit, Record

ATTEMPTS = 5  # of a command that the database broke off, since two waited for each other
DEADLOCK = ("40P01", "40001")  # PostgreSQL: deadlock detected, could not serialize
TAKEN = "23505"  # PostgreSQL: unique violation
MISSING = "23503"  # PostgreSQL: foreign key violation


def nothing() -> None:
    """Nothing else belongs to the deed."""


@dataclass(frozen=True)
class Door:
    """Carries out commands on one workspace's state, at the time of its clock."""

    engine: Engine
    policy: Policy
    clock: Clock = field(default_factory=Clock)
    origin: str | None = None

    def do(self, viewer: Viewer, command: Command, also: Callable[[], None] = nothing) -> int:
        """Carry out a command; returns the id of its audit row. On `Refused` or `CommandError` nothing has changed.

        `also` is what belongs to the deed and lies outside of the state: done last before the commit; where it fails,
        nothing is committed. The refusal of a command that is watched is written down in a row of its own. Raises
        `Conflict` where somebody else was quicker.
        """
        try:
            return self._tried(viewer, command, also)
        except (Refused, FourfoldError) as refusal:
            if type(command).watched:
                with transaction(self.engine) as session:
                    row = self._row(viewer, command, command.unit_of(), refusal)
                    session.add(row)
                    session.flush()
                    seal(session, row)
            raise

    def by_clock(self, command: Command, who: str = SYSTEM) -> int:
        """Carry out what happens by itself, as Fourfold; in the audit it stands under `who`."""
        viewer, policy = system(self.policy, who)
        return Door(self.engine, policy, self.clock, self.origin or "clock").do(viewer, command)

    def do_in(self, session: Session, viewer: Viewer, command: Command) -> int:
        """Carry out a command as a part of an open transaction: all of it or nothing, with an audit row of its own."""
        command.payload()  # refuses what no database keeps, before one is asked
        record = command.subject(session)
        unit = self._admitted(viewer, command, record)
        audit = self._row(viewer, command, unit)
        before = session.info.get(AUDIT)
        session.add(audit)
        session.flush()
        session.info[AUDIT] = audit
        try:
            command.carry_out(Deed(session, viewer, audit.at, audit, self.policy, partial(self.do_in, session)))
            session.flush()
            seal(session, audit)
        finally:
            session.info[AUDIT] = before
        return audit.id

    def _tried(self, viewer: Viewer, command: Command, also: Callable[[], None]) -> int:
        kind = type(command)
        if not (kind.own and self.policy.may(viewer, kind.own)):
            unit = command.unit_of()
            self.policy.require(viewer, kind.needs, None if unit is None else (unit,))
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction(self.engine) as session:
                    done = self.do_in(session, viewer, command)
                    also()
                    return done
            except StaleDataError as error:
                raise Conflict("somebody else has just changed the same thing; look at it anew, then decide") from error
            except IntegrityError as error:
                if _is_missing(error):
                    raise CommandError("it points to something that is not there (any more); look anew") from error
                if not _is_taken(error):
                    raise
                raise Conflict("somebody else has just made the same thing; look at it, then decide") from error
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in DEADLOCK or attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _admitted(self, viewer: Viewer, command: Command, record: Record | None) -> str | None:
        """The unit that the command concerns, once the policy lets the viewer in; `Refused` else.

        Whether a record is out of scope or does not exist is not told.
        """
        kind = type(command)
        wanted = getattr(kind, "kind", None)
        if wanted is not None and record is None:
            raise Refused(f"{viewer.name} may not {kind.needs}: there is no {words_of(wanted)} of that key in sight")
        if record is not None and kind.own and viewer.key in command.owners(record):
            self.policy.require(viewer, kind.own, None)
            return record.scope
        whole = kind.whole or (record is not None and record.scope is None)
        unit = self.policy.root if whole else record.scope if record is not None else command.unit_of()
        if record is not None and not self.policy.may(viewer, kind.needs, unit):
            raise Refused(
                f"{viewer.name} may not {kind.needs}: there is no {words_of(type(record))} of that key in sight"
            )
        self.policy.require(viewer, kind.needs, None if unit is None else (unit,))
        return None if whole else unit

    def _row(self, viewer: Viewer, command: Command, unit: str | None, refusal: Exception | None = None) -> Audit:
        name, payload = type(command).__name__, command.payload()
        if refusal is not None:
            name, payload = f"{name} refused", {**payload, "refused": str(refusal)}
        return Audit(at=self.clock.now(), who=viewer.key, command=name, unit=unit, payload=payload, origin=self.origin)


def _is_missing(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == MISSING or "FOREIGN KEY constraint failed" in str(error.orig)


def _is_taken(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == TAKEN or "UNIQUE constraint failed" in str(error.orig)
