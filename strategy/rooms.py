"""Finds every table and command of this room by walking its folders: none is listed anywhere."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import strategy
from strategy.tables import Record


@cache
def load() -> None:
    """Import every module below strategy/ but the migrations; from then on all tables and commands are known."""
    for info in walk_packages(strategy.__path__, "strategy."):
        if ".migrations" not in info.name and not info.ispkg:
            import_module(info.name)


@cache
def record_kinds() -> tuple[type[Record], ...]:
    """Every table that people change, found by walking."""
    load()
    found, left = [], [Record]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if "__tablename__" in vars(kind) and kind.__module__.startswith("strategy."):
            found.append(kind)
    return tuple(sorted(found, key=lambda kind: kind.__tablename__))
