"""The commands of `fourfold`, one file each, found by walking; each asks one room below for its answer and tells it."""

from importlib import import_module
from pkgutil import iter_modules

from cli.commands.app import fourfold

for _module in sorted(iter_modules(__path__), key=lambda one: one.name):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["fourfold"]
