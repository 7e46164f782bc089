"""What a column can hold, asked before the database is: SQLite keeps a text of any length, PostgreSQL breaks off."""

from typing import Any

from sqlalchemy import String, inspect
from sqlalchemy.orm import object_mapper

from data.errors import CommandError
from strategy.tables import Base


def fit(one: Base) -> None:
    """CommandError with the field where a new or changed row holds more than its column does."""
    state = inspect(one)
    for name, column in object_mapper(one).columns.items():
        value: Any = state.dict.get(name)
        kind = column.type
        if isinstance(kind, String) and kind.length is not None and isinstance(value, str) and len(value) > kind.length:
            raise CommandError(f"{_said(name)} has {len(value):,} characters; at most {kind.length} are kept")


def _said(name: str) -> str:
    return name.replace("_", " ")
