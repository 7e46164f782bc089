"""Looks the audit through: who did what, when, in which unit, and what differed before and after."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Engine, String, and_, cast, false, func, or_, select

from strategy.history import Change, within
from strategy.state import reading
from strategy.tables import Audit, AuditChange

REFUSED = " refused"  # how the name of a refused command ends
MOST = 500  # rows at once


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty fields ask for nothing. Days are inclusive, UTC. `text` is sought in what was said and
    in keys. `units` is the scope of who looks: None for all, else rows of these units alone.
    """

    who: str = ""
    command: str = ""
    text: str = ""
    item: str = ""
    since: date | None = None
    until: date | None = None
    refused: bool = False
    units: Collection[str] | None = None


@dataclass(frozen=True)
class Told:
    """One row of the audit with what it changed."""

    id: int
    at: datetime
    who: str
    command: str
    unit: str | None
    origin: str | None
    payload: dict[str, Any]
    changes: tuple[Change, ...]

    @property
    def refused(self) -> str:
        """Why it was refused; empty where it was carried out."""
        return str(self.payload.get("refused", "") or "")


def looked_up(engine: Engine, wanted: Wanted, limit: int = 100, offset: int = 0) -> tuple[list[Told], int]:
    """The newest rows that fit, and how many there are in all."""
    where = and_(*_conditions(wanted))
    with reading(engine) as session:
        count = session.scalar(select(func.count()).select_from(Audit).where(where)) or 0
        rows = list(
            session.scalars(
                select(Audit).where(where).order_by(Audit.id.desc()).limit(min(limit, MOST)).offset(max(offset, 0))
            )
        )
        changes = session.scalars(
            select(AuditChange).where(AuditChange.audit_id.in_([row.id for row in rows])).order_by(AuditChange.id)
        )
        by_row = {
            number: tuple(found)
            for number, found in groupby(sorted(changes, key=lambda c: c.audit_id), lambda c: c.audit_id)
        }
    found = [_told(row, by_row.get(row.id, ())) for row in rows]
    return [replace(one, changes=tuple(within(engine, each) for each in one.changes)) for one in found], count


def known(engine: Engine) -> tuple[list[str], list[str]]:
    """Everybody and every command that stand in the audit, for a choice."""
    with reading(engine) as session:
        people = session.scalars(select(Audit.who).distinct().order_by(Audit.who)).all()
        commands = session.scalars(select(Audit.command).distinct().order_by(Audit.command)).all()
    return list(people), list(dict.fromkeys(command.removesuffix(REFUSED) for command in commands))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Audit.id > 0]
    if wanted.units is not None:
        found.append(Audit.unit.in_(sorted(wanted.units)) if wanted.units else false())
    if wanted.who:
        found.append(Audit.who == wanted.who)
    if wanted.command:
        found.append(Audit.command.in_((wanted.command, wanted.command + REFUSED)))
    if wanted.refused:
        said = cast(Audit.payload, String)
        named = and_(said.like('%"refused": "%'), said.not_like('%"refused": ""%'))
        found.append(or_(Audit.command.like(f"%{REFUSED}"), named))
    if wanted.since:
        found.append(Audit.at >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until:
        found.append(Audit.at < datetime.combine(wanted.until + timedelta(days=1), time(), UTC))
    if wanted.item:
        found.append(Audit.id.in_(select(AuditChange.audit_id).where(AuditChange.key == wanted.item)))
    if wanted.text:
        like = f"%{_escaped(wanted.text.strip())}%"
        inside = select(AuditChange.audit_id).where(AuditChange.key.ilike(like, escape="\\"))
        found.append(
            or_(cast(Audit.payload, String).ilike(like, escape="\\"), Audit.id.in_(inside), Audit.who.ilike(like))
        )
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _told(row: Audit, changes: tuple[AuditChange, ...]) -> Told:
    return Told(
        row.id,
        row.at,
        row.who,
        row.command,
        row.unit,
        row.origin,
        row.payload,
        tuple(
            Change(row.id, row.at, row.who, row.command, one.kind, one.key, one.version, one.before, one.after)
            for one in changes
        ),
    )
