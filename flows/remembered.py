"""What was read of a snapshot's value table, remembered for the next who asks the same: below every scope.

A snapshot never changes, and an answer is kept under exactly what was asked for: metrics, units, span, days. Who may
ask is the desk's affair, before it asks.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

MOST = 60_000  # rows kept for one snapshot, some 30 MB


class Remembered:
    """Answers by question; those that were not asked for longest make room."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._rows = most, 0
        self._kept: OrderedDict[Hashable, tuple[tuple[Any, ...], int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: Hashable, read: Callable[[], Sequence[Any]]) -> list[Any]:
        """The answer, read now or remembered; the list is the caller's own, what it holds is shared and unchanging."""
        known = self.known(asked)
        if known is None:
            known = tuple(read())
            self.keep(asked, known, len(known))
        return list(known)

    def known(self, asked: Hashable) -> tuple[Any, ...] | None:
        """The answer, if it is remembered."""
        with self._lock:
            if asked not in self._kept:
                return None
            self._kept.move_to_end(asked)
            return self._kept[asked][0]

    def keep(self, asked: Hashable, answer: tuple[Any, ...], rows: int) -> None:
        """Remember an answer of so many rows, if there is room for it at all."""
        with self._lock:
            if asked in self._kept or rows > self._most:
                return
            self._kept[asked] = answer, rows
            self._rows += rows
            while self._rows > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._rows -= gone
