"""Finds every table and command of this room by walking its folders: none is listed anywhere."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import strategy


@cache
def load() -> None:
    """Import every module below strategy/ but the migrations; from then on all tables and commands are known."""
    for info in walk_packages(strategy.__path__, "strategy."):
        if ".migrations" not in info.name and not info.ispkg:
            import_module(info.name)
