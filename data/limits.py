"""How much memory and time a statement may take: a watch interrupts the one that takes longer than it may."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

AGAIN, IDLE = 0.2, 60.0  # seconds: between two interrupts of the same statement, and between looks at none


class LimitsModel(BaseModel):
    """What statements may take: `memory` of all questions together, such as 2GB (none: half of what the machine has).

    `seconds` is for one statement of a page, a preview or the command line, `refresh_seconds` for one of a refresh.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    memory: str | None = Field(default=None, pattern=r"^[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B$")
    seconds: float = Field(default=60, gt=0, le=86_400)
    refresh_seconds: float = Field(default=3_600, gt=0, le=604_800)


def memory_for_questions(asked: str | None) -> str | None:
    """`asked`, else half of what the machine has: the engine's own limit is all but a fifth, for each open snapshot."""
    if asked is not None or not hasattr(os, "sysconf"):
        return asked
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') // 2 >> 20}MiB"


class Interruptible(Protocol):
    """What runs a statement that another thread may stop."""

    def interrupt(self) -> None:
        """Stop what runs; nothing where nothing does."""
        ...


@dataclass
class Statement:
    """Something that runs: when it must be done (on the monotonic clock), and whether it was `late` and interrupted."""

    ends: float
    what: Interruptible
    late: bool = False


class _Watch:
    """One thread that sleeps until the next statement is due; there is none before the first one."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._running: dict[int, Statement] = {}
        self._thread: threading.Thread | None = None
        self._looks = float("inf")  # when the thread looks again

    def begin(self, one: Statement) -> None:
        with self._wake:
            self._running[id(one)] = one
            if self._thread is None or not self._thread.is_alive():
                self._looks = one.ends
                self._thread = threading.Thread(target=self._look, name="fourfold-limits", daemon=True)
                self._thread.start()
            elif one.ends < self._looks:
                self._wake.notify()

    def end(self, one: Statement) -> None:
        """After this nobody interrupts it any more: the next statement of the same cursor is another one."""
        with self._wake:
            del self._running[id(one)]

    def _look(self) -> None:
        with self._wake:
            while True:
                now = monotonic()
                for one in self._running.values():
                    if one.ends <= now:
                        one.late = True
                        one.what.interrupt()  # again at each look: what is just beginning may not have heard it
                self._looks = min((max(one.ends, now + AGAIN) for one in self._running.values()), default=now + IDLE)
                self._wake.wait(self._looks - now)


_WATCH = _Watch()


@contextmanager
def limited(what: Interruptible, seconds: float | None) -> Iterator[Statement]:
    """Whatever runs in this block on `what` is interrupted after so many seconds (None: never)."""
    one = Statement(monotonic() + (seconds or 0), what)
    if seconds is None:
        yield one
        return
    _WATCH.begin(one)
    try:
        yield one
    finally:
        _WATCH.end(one)
