"""The commands of `fourfold`, one file each, found by walking; each asks one room below for its answer and tells it.

Run as a command, only the file of the one that was typed is loaded: half of a short command's time would be the others.
"""

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from cli.commands.app import fourfold

_NAMES = sorted(one.name for one in iter_modules(__path__))
_TYPED = sys.argv[1:2] if Path(sys.argv[0]).parent.name == "cli" else []
for _name in [name for name in _NAMES if name in _TYPED and name != "app"] or _NAMES:
    import_module(f"{__name__}.{_name}")

__all__ = ["fourfold"]
