"""The chain that makes the audit tell on whoever changes it: each command's seal covers the one before it.

What is sealed: the audit row and its changes, as canonical JSON, hashed (SHA-256) together with the seal before. A row
that is changed, missing or put in between breaks the chain there. Rows cut off at the end are noticed by who has kept
the newest seal elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Row, Select, func, select, text
from sqlalchemy.orm import Session

from strategy.plain import plain
from strategy.state import reading
from strategy.tables import Audit, AuditChange, AuditSeal

BEGINNING = "0" * 64
SEALING = 0x5EA1  # what commands on one PostgreSQL wait for, until the one before has committed
STEP = 1000  # audit rows held in memory at once


@dataclass(frozen=True)
class Verified:
    """What a walk along the chain found: how many rows are sealed, the newest seal, and each fault in words.

    `older` rows are from before the chain began, and carry no seal.
    """

    rows: int
    older: int
    newest: str
    faults: tuple[str, ...]


def seal(session: Session, audit: Audit) -> None:
    """Seal a carried-out command, as the last thing before its commit."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEALING})
    before = session.scalar(select(AuditSeal.seal).order_by(AuditSeal.id.desc()).limit(1)) or BEGINNING
    changes = session.execute(_changes().where(AuditChange.audit_id == audit.id)).all()
    session.add(AuditSeal(audit_id=audit.id, seal=_seal(before, audit, changes)))
    session.flush()


def verified(engine: Engine, expected: str | None = None) -> Verified:
    """Walk along the chain. `expected` is a seal that was kept elsewhere: it must still be in the chain."""
    with reading(engine) as session:
        rows = session.scalar(select(func.count()).select_from(AuditSeal)) or 0
        newest = session.scalar(select(AuditSeal.seal).order_by(AuditSeal.id.desc()).limit(1)) or BEGINNING
        first = session.scalar(select(func.min(AuditSeal.audit_id)))
        unsealed = select(Audit.id).where(Audit.id.not_in(select(AuditSeal.audit_id))).order_by(Audit.id)
        without = list(session.scalars(unsealed))
        older = [number for number in without if first is None or number < first]
        faults = [f"audit row {n} was put in past the door: it has no seal" for n in without[len(older) :]]
        faults += _faults(session)
        if expected and expected != BEGINNING and not _is_there(session, expected):
            faults.append(f"the seal {expected[:12]}... that was kept is in the chain no more: its end was cut off")
    return Verified(rows, len(older), newest, tuple(faults))


def _faults(session: Session) -> Iterator[str]:
    before, last = BEGINNING, 0
    while True:
        seals = session.scalars(select(AuditSeal).where(AuditSeal.id > last).order_by(AuditSeal.id).limit(STEP)).all()
        if not seals:
            return
        numbers = [one.audit_id for one in seals]
        audits = {one.id: one for one in session.scalars(select(Audit).where(Audit.id.in_(numbers)))}
        found = session.execute(_changes().where(AuditChange.audit_id.in_(numbers))).all()
        changes = {number: list(rows) for number, rows in groupby(sorted(found, key=_audit_of), _audit_of)}
        for one in seals:
            audit = audits.get(one.audit_id)
            if audit is None:
                yield f"audit row {one.audit_id} is missing"
            elif one.seal != _seal(before, audit, changes.get(audit.id, [])):
                yield (
                    f"audit row {audit.id} ({audit.command} by {audit.who}, {audit.at:%Y-%m-%d %H:%M}) or the seal "
                    "before it has been changed"
                )
            before, last = one.seal, one.id
        session.expunge_all()


def _audit_of(row: Row[Any]) -> int:
    number: int = row.audit_id
    return number


def _is_there(session: Session, kept: str) -> bool:
    return session.scalar(select(AuditSeal.id).where(AuditSeal.seal == kept)) is not None


def _changes() -> Select[Any]:
    return select(
        AuditChange.id,
        AuditChange.audit_id,
        AuditChange.kind,
        AuditChange.key,
        AuditChange.version,
        AuditChange.before,
        AuditChange.after,
    ).order_by(AuditChange.id)


def _seal(before: str, audit: Audit, changes: Sequence[Row[Any]]) -> str:
    told = {
        "before": before,
        "audit": [audit.id, audit.at, audit.who, audit.command, audit.unit, audit.origin, audit.payload],
        "changes": [list(row[2:]) for row in changes],
    }
    return hashlib.sha256(json.dumps(plain(told), sort_keys=True, ensure_ascii=True).encode()).hexdigest()
