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
        self._kept: OrderedDict[Hashable, tuple[Any, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: Hashable, read: Callable[[], Sequence[Any]]) -> list[Any]:
        """The answer, read now or remembered; the list is the caller's own, what it holds is shared and unchanging."""
        with self._lock:
            known = self._kept.get(asked)
            if known is not None:
                self._kept.move_to_end(asked)
        if known is None:
            known = tuple(read())
            self._keep(asked, known)
        return list(known)

    def _keep(self, asked: Hashable, answer: tuple[Any, ...]) -> None:
        with self._lock:
            if asked in self._kept or len(answer) > self._most:
                return
            self._kept[asked] = answer
            self._rows += len(answer)
            while self._rows > self._most:
                _, gone = self._kept.popitem(last=False)
                self._rows -= len(gone)
