"""What stays is put aside from the collector, and what dies while it is put aside is found at the next turn."""

import gc
import itertools
import weakref
from collections.abc import Iterator

import pytest

from pages.parts import settling


class Ring:
    """Refers to itself, so that only the collector ends it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The collector of the other tests knows everything again."""
    yield
    gc.unfreeze()


def test_what_stays_is_put_aside_and_what_died_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "_runs", itertools.count())
    monkeypatch.setattr(settling, "TRULY", 3)
    ring = Ring()
    told = weakref.ref(ring)
    settling.settle()
    assert gc.get_freeze_count() > 0
    del ring
    gc.collect()
    settling.settle()
    settling.settle()
    assert told() is not None, "it was put aside with all the rest"
    settling.settle()
    assert told() is None, "the true collection finds it"
