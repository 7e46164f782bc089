"""Writes down what a command changed, whatever it is: at each flush, one audit row for each row that differs.

So no handler can forget it, and a change that does not come through the door fails.
"""

from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session, UOWTransaction, object_mapper

from data.errors import CommandError
from strategy.fitting import fit
from strategy.plain import plain
from strategy.tables import Audit, AuditChange, AuditSeal, Base, Record

AUDIT = "audit"  # under this name a session carries the audit row of its command


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Say in each record who made or changed it; refuse changes outside of a command."""
    new, changed, gone = _touched(session)
    if not (new or changed or gone):
        return
    audit: Audit | None = session.info.get(AUDIT)
    if audit is None:
        raise CommandError("the state is changed by commands alone, through the door: it writes the audit row")
    for one in (*new, *changed):
        fit(one)
    for one in new:
        if isinstance(one, Record):
            one.made_by, one.made_at = audit.who, audit.at
            one.changed_by, one.changed_at = audit.who, audit.at
    for one in changed:
        if isinstance(one, Record):
            one.changed_by, one.changed_at = audit.who, audit.at


@event.listens_for(Session, "after_flush")
def _capture(session: Session, _context: UOWTransaction) -> None:
    """Keep the fields that differ, before and after."""
    new, changed, gone = _touched(session)
    audit: Audit | None = session.info.get(AUDIT)
    if audit is None or not (new or changed or gone):
        return
    rows = [_row(audit, one, None, _values(one)) for one in new]
    rows += [_row(audit, one, *_differences(one)) for one in changed]
    rows += [_row(audit, one, _values(one), None) for one in gone]
    session.connection().execute(insert(AuditChange), rows)


def _touched(session: Session) -> tuple[list[Base], list[Base], list[Base]]:
    """What is new, changed and gone of all that is told about: everything but the audit itself."""
    own = (Audit, AuditChange, AuditSeal)
    new = [one for one in session.new if isinstance(one, Base) and not isinstance(one, own)]
    changed = [
        one
        for one in session.dirty
        if isinstance(one, Base) and not isinstance(one, own) and session.is_modified(one, include_collections=False)
    ]
    gone = [one for one in session.deleted if isinstance(one, Base) and not isinstance(one, own)]
    return new, changed, gone


def _row(audit: Audit, one: Base, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    (key,) = object_mapper(one).primary_key_from_instance(one)
    version = getattr(one, "version", None)
    return {
        "audit_id": audit.id,
        "kind": one.__tablename__,
        "key": str(key),
        "version": version,
        "before": before,
        "after": None if after is None else {**after, **({} if version is None else {"version": version})},
    }


def _values(one: Base) -> dict[str, Any]:
    return {name: plain(getattr(one, name)) for name in object_mapper(one).column_attrs.keys()}  # noqa: SIM118


def _differences(one: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = {}, {}
    state = inspect(one)
    for name in object_mapper(one).column_attrs.keys():  # noqa: SIM118  it is no mapping
        history = state.attrs[name].history
        if history.has_changes():
            before[name] = plain(history.deleted[0]) if history.deleted else None
            after[name] = plain(history.added[0]) if history.added else None
    return before, after
