"""Reads records: as they are, or as they were at a moment."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, Select, select
from sqlalchemy.orm import class_mapper

from strategy.glance import once
from strategy.history import rebuilt
from strategy.plain import typed
from strategy.state import IN_VIEW, reading
from strategy.tables import Base, Record

K = TypeVar("K", bound=Base)


def read(engine: Engine, kind: type[K], *where: ColumnElement[bool], order_by: Sequence[Any] = ()) -> list[K]:
    """Records of a kind that fulfil every condition, detached from the database: changing them changes nothing."""
    statement = select(kind).where(*where).order_by(*order_by)
    asked = _key_of(statement)
    return list(_read(engine, statement) if asked is None else once(engine, asked, lambda: _read(engine, statement)))


def _read(engine: Engine, statement: Select[K]) -> list[K]:
    with reading(engine) as session:
        found = list(session.scalars(statement))
    return _scrubbed(engine, found)


def _key_of(statement: Select[Any]) -> Hashable | None:
    """What a statement asks, with its values; None where SQLAlchemy keeps no statement like it, either."""
    key = statement._generate_cache_key()  # noqa: SLF001  what it keeps compiled statements by; there is no other way
    if key is None:
        return None
    values = (bound.effective_value for bound in key.bindparams)
    return key.key, tuple(tuple(value) if isinstance(value, list) else value for value in values)


def past(engine: Engine, kind: type[K], moment: datetime) -> list[K]:
    """All records of a kind as they were at a moment (UTC), by key, from the audit alone."""
    rows = rebuilt(engine, moment, kind.__tablename__).get(kind.__tablename__, {})
    return _scrubbed(engine, [made(kind, rows[key]) for key in sorted(rows)])


def _scrubbed(engine: Engine, found: list[K]) -> list[K]:
    """Without what the records say of metrics that are not in the view of a viewer's state."""
    veil = engine.get_execution_options().get(IN_VIEW)
    if veil is not None:
        for one in found:
            if isinstance(one, Record):
                veil.scrub(one)
    return found


def made(kind: type[K], values: dict[str, Any]) -> K:
    """A record from plain values, as an audit row or an export holds them."""
    columns = class_mapper(kind).columns
    return kind(**{name: typed(value, columns[name].type.python_type) for name, value in values.items()})
