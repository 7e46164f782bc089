"""One run's look at the state: while nobody does anything, what was read for one run is what the next would read.

Everything in the state changes by a deed, and each deed is sealed. Who asks the same after the same seal, with the same
in view, gets the same; each run asks for the newest seal, so that what another process wrote counts at the next click.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from data.same import Same
from strategy.state import BOOKS, IN_VIEW, READING, written
from strategy.tables import AuditSeal

T = TypeVar("T")
GLANCE = "fourfold_glance"  # an engine's option: the look that its reads belong to
SECONDS = 1.0  # a look lasts, where a run takes longer or a desk is kept
MOST = 4000  # answers kept of one state


class Glance:
    """A run's look. What this process itself does meanwhile is seen at once, what others do after SECONDS."""

    def __init__(self, books: Engine) -> None:
        self._books, self._seal, self._written, self._until = books, "", -1, 0.0

    @property
    def seal(self) -> str:
        """The newest seal: as long as it stays, so does everything that the state says."""
        now = written()
        if now != self._written or time.monotonic() > self._until:
            self._seal, self._written, self._until = newest_seal(self._books), now, time.monotonic() + SECONDS
        return self._seal


class Answers:
    """What was read after one deed, by question; those that were not asked for longest make room."""

    def __init__(self) -> None:
        self._seal = ""
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, seal: str, asked: Hashable, read: Callable[[], T]) -> T:
        """The answer, read now or remembered; it is shared, nobody changes it."""
        with self._lock:
            if seal != self._seal:
                self._kept.clear()
                self._seal = seal
            if asked in self._kept:
                self._kept.move_to_end(asked)
                known: T = self._kept[asked]
                return known
        answer = read()
        with self._lock:
            if seal == self._seal:
                self._kept[asked] = answer
                if len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        return answer


_answers: WeakKeyDictionary[Engine, Answers] = WeakKeyDictionary()
_lock = threading.Lock()


def newest_seal(engine: Engine) -> str:
    """The seal of the newest deed; it covers all before it. Empty before the first.

    Seals come one after another also where deeds of several processes overlap, which the numbers of audit rows do not.
    """
    glance = engine.get_execution_options().get(GLANCE)
    if glance is not None:
        seal: str = glance.seal
        return seal
    with engine.execution_options(**{READING: True}).connect() as connection:
        return connection.scalar(select(AuditSeal.seal).order_by(AuditSeal.id.desc()).limit(1)) or ""


def glanced(engine: Engine, of: Engine | None = None) -> Engine:
    """The same state, whole or as a viewer has it, for one run: that `of` which another one is, else a new one."""
    options = engine.get_execution_options()
    books = options.get(BOOKS, engine)
    look = (of or engine).get_execution_options().get(GLANCE) or Glance(books)
    return engine.execution_options(**{BOOKS: books, GLANCE: look})


def once(engine: Engine, asked: Hashable, read: Callable[[], T]) -> T:
    """What `read` finds, for all runs after the same deed with the same in view; read each time without a glance.

    `asked` says all that the answer depends on beside the state and what of it is in view. Nobody changes the answer.
    """
    options = engine.get_execution_options()
    glance = options.get(GLANCE)
    if glance is None:
        return read()
    with _lock:
        answers = _answers.setdefault(options[BOOKS], Answers())
    return answers.get(glance.seal, (Same(options.get(IN_VIEW)), asked), read)
