"""What happened: the changes of one item, what somebody changed meanwhile, and the state at any moment from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from strategy.glance import once
from strategy.state import IN_VIEW, reading
from strategy.tables import Audit, AuditChange, Record

STAMPS = ("changed_by", "changed_at", "made_by", "made_at", "version")  # told by the audit row itself
LONGEST_VALUE = 80


@dataclass(frozen=True)
class Change:
    """One row changed by one command; `before` and `after` hold only the fields that differ. `at` is UTC."""

    audit: int
    at: datetime
    who: str
    command: str
    kind: str
    key: str
    version: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def changes_of(engine: Engine, kind: str, keys: Sequence[str], limit: int = 200) -> list[Change]:
    """What was done to some rows of a table, newest first."""

    def read() -> list[Change]:
        query = _changes().where(AuditChange.kind == kind, AuditChange.key.in_(keys))
        with reading(engine) as session:
            found = [Change(*row) for row in session.execute(query.order_by(AuditChange.id.desc()).limit(limit))]
        return [within(engine, one) for one in found]

    return list(once(engine, ("changes", kind, tuple(keys), limit), read))


def within(engine: Engine, one: Change) -> Change:
    """A change without what it says of metrics that are not in the view of a viewer's state."""
    veil = engine.get_execution_options().get(IN_VIEW)
    return one if veil is None else replace(one, before=veil.scrubbed(one.before), after=veil.scrubbed(one.after))


def told_since(session: Session, record: Record, version: int) -> str:
    """In words: who changed what in a record since a version of it."""
    if version > record.version:
        return f"version {version} of it does not exist; the newest is {record.version}"
    query = _changes().where(
        AuditChange.kind == record.__tablename__, AuditChange.key == record.key, AuditChange.version > version
    )
    told = [
        f"{one.who} changed {name} from {_short(one.before, name)} to {_short(one.after, name)}"
        for one in (Change(*row) for row in session.execute(query.order_by(AuditChange.id)))
        for name in one.after or {}
        if name not in STAMPS
    ]
    return f"since you looked at it, {'; '.join(told) or 'it was touched'}. Look at it anew, then decide"


def rebuilt(engine: Engine, until: datetime | None = None, kind: str | None = None) -> dict[str, dict[str, Any]]:
    """{table: {key: {column: plain value}}} from audit rows alone: as it was at a moment (UTC), or as it is."""
    query = _changes().order_by(AuditChange.id)
    if until is not None:
        query = query.where(Audit.at <= until)
    if kind is not None:
        query = query.where(AuditChange.kind == kind)
    tables: dict[str, dict[str, Any]] = {}
    with reading(engine) as session:
        for row in session.execute(query):
            one = Change(*row)
            rows = tables.setdefault(one.kind, {})
            if one.after is None:
                rows.pop(one.key)
            else:
                rows[one.key] = {**rows.get(one.key, {}), **one.after}
    return tables


def _changes() -> Any:
    return select(
        Audit.id,
        Audit.at,
        Audit.who,
        Audit.command,
        AuditChange.kind,
        AuditChange.key,
        AuditChange.version,
        AuditChange.before,
        AuditChange.after,
    ).join(Audit, Audit.id == AuditChange.audit_id)


def _short(values: Mapping[str, Any] | None, name: str) -> str:
    value = (values or {}).get(name)
    if value in (None, ""):
        return "nothing"
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
