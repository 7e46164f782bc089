"""Measures once, on the whole code, which lines each test runs and how much processor time it takes."""

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.mutation.mutants import ROOT
from tests.mutation.swapping import caches

Line = tuple[str, int]
TOLD_ENOUGH = 200  # calls of a function, one after the other, that show no new line: that test watches it no longer


@dataclass(frozen=True)
class Run:
    """One test on the whole code: its seconds of processor time while watched, and the lines of the catalogue it ran.

    `module` and `session` are the seconds of the fixtures that it shares with other tests of its module, or with all.
    """

    test: str
    seconds: float
    lines: frozenset[Line]
    module: float = 0.0
    session: float = 0.0


def spent() -> float:
    """Processor seconds of this process and of those that it started and that have ended: no matter what else runs."""
    return sum(os.times()[:4])


class Watch:
    """A pytest plugin that notes lines while tests run; those of a shared fixture count for all its tests."""

    def __init__(self, files: set[str]) -> None:
        self._files = {str(ROOT / file): file for file in files}
        self._lines: set[Line] = set()
        self._shared: dict[int, set[Line]] = defaultdict(set)
        self._cost: dict[int, float] = defaultdict(float)
        self._idle: dict[CodeType, int] = defaultdict(int)
        self.failures: list[str] = []

    def measure(self, items: list[pytest.Item]) -> list[Run]:
        """Run all tests in their order."""
        found, every = [], caches()
        for item, following in zip(items, [*items[1:], None], strict=True):
            for cache in every:
                cache.cache_clear()
            self._lines = set()
            self._idle.clear()
            before = sum(self._cost.values())
            begin = spent()
            threading.settrace(self._called)
            sys.settrace(self._called)
            try:
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            finally:
                sys.settrace(None)
                threading.settrace(None)
            seconds = spent() - begin - (sum(self._cost.values()) - before)
            found.append((item, seconds, self._lines))
        return [self._with_shared(*each) for each in found]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a failed test says."""
        if report.failed:
            self.failures.append(f"{report.nodeid}: {report.longreprtext[-2000:]}")

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        """Note lines of a fixture that several tests share by itself."""
        if fixturedef.scope == "function":
            return (yield)
        outer, self._lines = self._lines, self._shared[id(fixturedef)]
        self._idle.clear()
        begin, before = spent(), sum(self._cost.values())
        try:
            return (yield)
        finally:
            inner = sum(self._cost.values()) - before  # fixtures that were made for this one have their own line
            self._cost[id(fixturedef)] += spent() - begin - inner
            self._lines = outer
            self._idle.clear()

    def _with_shared(self, item: pytest.Item, seconds: float, lines: set[Line]) -> Run:
        info = getattr(item, "_fixtureinfo", None)
        asked = [each for defs in info.name2fixturedefs.values() for each in defs] if info else []
        every = lines.union(*(self._shared[id(each)] for each in asked if id(each) in self._shared))
        costs = {True: 0.0, False: 0.0}
        for each in asked:
            costs[each.scope == "session"] += self._cost.get(id(each), 0.0)
        return Run(item.nodeid, max(seconds, 0.001), frozenset(every), costs[False], costs[True])

    def _called(self, frame: FrameType, event: str, arg: object) -> Any:
        del event, arg
        code = frame.f_code
        file = self._files.get(code.co_filename)
        if file is None or self._idle[code] > TOLD_ENOUGH:
            return None
        lines = self._lines
        known = len(lines)
        lines.add((file, frame.f_lineno))

        def ran(frame: FrameType, event: str, arg: object) -> Any:
            del arg
            if event == "return":
                self._idle[code] = 0 if len(lines) > known else self._idle[code] + 1
            else:
                lines.add((file, frame.f_lineno))
            return ran

        return ran
