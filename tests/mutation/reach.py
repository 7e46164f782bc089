"""Measures once, on the whole code, which lines each test runs and how long it takes."""

import sys
import threading
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from time import perf_counter
from types import FrameType
from typing import Any

import pytest

from tests.mutation.mutants import ROOT
from tests.mutation.swapping import caches

Line = tuple[str, int]


@dataclass(frozen=True)
class Run:
    """One test on the whole code: how long it took while it was watched, and the lines of the catalogue that it ran."""

    test: str
    seconds: float
    lines: frozenset[Line]


class Watch:
    """A pytest plugin that notes lines while tests run; those of a shared fixture count for all its tests."""

    def __init__(self, files: set[str]) -> None:
        self._files = {str(ROOT / file): file for file in files}
        self._lines: set[Line] = set()
        self._shared: dict[int, set[Line]] = defaultdict(set)
        self._cost: dict[int, float] = defaultdict(float)
        self.failures: list[str] = []

    def measure(self, items: list[pytest.Item]) -> list[Run]:
        """Run all tests in their order."""
        found, every = [], caches()
        for item, following in zip(items, [*items[1:], None], strict=True):
            for cache in every:
                cache.cache_clear()
            self._lines = set()
            spent = sum(self._cost.values())
            begin = perf_counter()
            threading.settrace(self._called)
            sys.settrace(self._called)
            try:
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            finally:
                sys.settrace(None)
                threading.settrace(None)
            seconds = perf_counter() - begin - (sum(self._cost.values()) - spent)
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
        begin = perf_counter()
        try:
            return (yield)
        finally:
            self._cost[id(fixturedef)] += perf_counter() - begin
            self._lines = outer

    def _with_shared(self, item: pytest.Item, seconds: float, lines: set[Line]) -> Run:
        info = getattr(item, "_fixtureinfo", None)
        asked = [id(each) for defs in info.name2fixturedefs.values() for each in defs] if info else []
        every = lines.union(*(self._shared[each] for each in asked if each in self._shared))
        cost = sum(self._cost[each] for each in asked if each in self._cost)
        return Run(item.nodeid, max(seconds, 0.001) + cost, frozenset(every))

    def _called(self, frame: FrameType, event: str, arg: object) -> Any:
        del event, arg
        file = self._files.get(frame.f_code.co_filename)
        if file is None:
            return None
        lines = self._lines
        lines.add((file, frame.f_lineno))

        def ran(frame: FrameType, event: str, arg: object) -> Any:
            del event, arg
            lines.add((file, frame.f_lineno))
            return ran

        return ran
