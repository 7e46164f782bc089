"""Runs tests against one mutant after another, each in a forked child of a process that has loaded all of them.

All limits are of processor time: a machine that is busy with other things changes no verdict.
"""

import gc
import json
import os
import resource
import shutil
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.mutants import Mutant
from tests.mutation.reach import Line, Run, spent
from tests.mutation.swapping import Live

SLOWEST = 10.0  # seconds that any test may take, and so many times what it took on the whole code:
TIMES = 6.0
SILENCE = 60.0  # seconds on the wall in which a child and all that it started use no processor: it waits for ever
MEMORY = 6 << 30  # what a mutant may ask for; one that asks for more has been noticed
WATCHED = 0.4  # of what a test takes while it is watched, it takes otherwise
DEAR = 0.2  # seconds of fixtures of a module, from which on its tests are run in one go
POLL = 0.01


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant.

    `word`: noticed (`by` a test), survived, unreached (no test runs its line), open (time was up before the last test).
    """

    word: str
    by: str = ""
    seconds: float = 0.0
    tests: int = 0


class Order:
    """Which tests run a line, the ones that are likely to notice first: quick, proven on neighbours, seldom in vain."""

    def __init__(self, runs: list[Run]) -> None:
        self._runs = {run.test: run for run in runs}
        self._by_line: dict[Line, set[str]] = defaultdict(set)
        for run in runs:
            for line in run.lines:
                self._by_line[line].add(run.test)
        self._width = {run.test: len({file for file, _ in run.lines}) for run in runs}
        self._proven: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._tried: Counter[str] = Counter()
        self._noticed: Counter[str] = Counter()

    def of(self, mutant: Mutant) -> list[Run]:
        """The tests of a mutant; those of a module with dear fixtures follow one another, so that it pays them once."""
        first, last = mutant.lines
        reached = set().union(*(self._by_line.get((mutant.file, line), set()) for line in range(first, last + 1)))
        here, near = self._proven[mutant.file, mutant.home.name], self._proven[mutant.file, ""]

        def cost(run: Run) -> float:
            proof = 1 + 20 * here[run.test] + 2 * near[run.test]
            hope = (5 * self._width[run.test] ** -0.5 + self._noticed[run.test]) / (5 + self._tried[run.test])
            return float((run.seconds + run.module + run.session) / proof / hope)

        groups: dict[str, list[Run]] = defaultdict(list)
        for run in sorted((self._runs[test] for test in reached), key=lambda run: (cost(run), run.test)):
            groups[run.test.split("::")[0] if run.module > DEAR else run.test].append(run)
        return [run for group in groups.values() for run in group]

    def learn(self, mutant: Mutant, test: str) -> None:
        """This test noticed it; the next one of the same function is shown to it early."""
        self._proven[mutant.file, mutant.home.name][test] += 1
        self._proven[mutant.file, ""][test] += 1

    def count(self, tried: list[Run], noticed: str | None) -> None:
        """These tests have been run against a mutant, and this one of them noticed it."""
        self._tried.update(run.test for run in tried)
        self._noticed.update([noticed] if noticed else [])


class Trial:
    """A pytest plugin's half of the work: it knows the collected tests and forks a child for each mutant."""

    def __init__(self, session: pytest.Session, live: Live) -> None:
        self.failed = False
        self._items = {item.nodeid: item for item in session.items}
        self._live = live
        self._factory = session.config._tmp_path_factory  # type: ignore[attr-defined]  # where children write, each apart
        self._base: Path = self._factory.getbasetemp()
        self._count = 0
        session.config.pluginmanager.register(self, "mutation-trial")
        gc.collect()
        gc.freeze()  # a child that looks at all objects would copy all memory

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Whether a test failed in this process."""
        self.failed = self.failed or report.failed

    def run(self, mutant: Mutant, tests: list[Run], budget: float) -> Outcome:
        """The tests in their order until one fails or the budget (seconds of processor time) is used up."""
        self._count += 1
        folder = self._base / f"mutant-{self._count}"
        folder.mkdir()
        told = folder.with_suffix(".json")
        before = spent()
        child = os.fork()
        if child == 0:
            self._child(mutant, tests, budget, folder, told)
        status = _awaited(child)
        seconds = round(spent() - before, 2)
        outcomes = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
        shutil.rmtree(folder, ignore_errors=True)
        told.unlink(missing_ok=True)
        last: dict[str, Any] = outcomes[-1] if outcomes else {"at": tests[0].test}
        if last.get("word") == "unmade":
            raise RuntimeError(f"{mutant.file}:{mutant.line}: {mutant.name} could not be made: {last['why']}")
        if "word" in last:
            return Outcome(last["word"], last.get("by", ""), seconds, int(last["tests"]))
        return Outcome("noticed", f"{last['at']} (ended by {status})", seconds, len(outcomes))

    def _child(self, mutant: Mutant, tests: list[Run], budget: float, folder: Path, told: Path) -> None:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        try:
            with told.open("a", buffering=1) as out:
                self._factory._basetemp = folder
                for cache in self._live.caches:
                    cache.cache_clear()
                resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
                try:
                    self._live.swap(mutant)
                except (LookupError, ValueError, TypeError) as error:
                    out.write(json.dumps({"word": "unmade", "why": str(error)}) + "\n")
                    return
                for told_now in self._told(tests, budget):
                    out.write(json.dumps(told_now) + "\n")
        finally:
            os._exit(0)

    def _told(self, tests: list[Run], budget: float) -> Iterator[dict[str, object]]:
        begin = spent()
        for number, run in enumerate(tests):
            if number and spent() - begin + WATCHED * run.seconds > budget:
                yield {"word": "open", "tests": number}
                return
            yield {"at": run.test}
            most = max(SLOWEST, TIMES * (run.seconds + run.module + run.session))
            signal.setitimer(signal.ITIMER_PROF, most)
            item = self._items[run.test]
            following = self._items[tests[number + 1].test] if number + 1 < len(tests) else None
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if self.failed:
                yield {"word": "noticed", "by": run.test, "tests": number + 1}
                return
        yield {"word": "survived", "tests": len(tests)}


def _awaited(child: int) -> str:
    """Wait for a child and end what it left running; how it ended."""
    used, since = -1.0, time.monotonic()
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(status)
            return "time" if code == -signal.SIGPROF else f"signal {-code}" if code < 0 else "an error outside tests"
        if time.monotonic() - since > SILENCE:
            now = _used(child)
            if now == used:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return "silence"
            used, since = now, time.monotonic()
        time.sleep(POLL)


def _used(group: int) -> float:
    """Ticks of processor time that the living processes of a group have used, and what they have waited for."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            if int(fields[2]) == group:
                total += sum(map(int, fields[11:15]))
    return total
