"""Keeps what was made last of each kind: the windows of one measure come one after another and need the same."""

from collections.abc import Callable
from typing import Any


class Latest:
    """The last thing of each kind, with what it was made from; another one takes its place, so that little is held."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[object, ...], Any]] = {}

    def of(self, kind: str, made_from: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What `make` makes from these very objects."""
        known = self._kept.pop(kind, None)  # before another one is made: never are two held at once
        if known is None or any(old is not new for old, new in zip(known[0], made_from, strict=True)):
            known = made_from, make()
        self._kept[kind] = known
        return known[1]
