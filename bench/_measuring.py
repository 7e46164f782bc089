"""Measures tasks in turn within one run, CPU over all threads and wall, so that ratios hold on a busy machine too."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import Figure


@dataclass(frozen=True)
class Spent:
    """Seconds of each round of a task."""

    cpu: tuple[float, ...]
    wall: tuple[float, ...]


def in_turn(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Spent]:
    """Each task once in each round; with more than one round the first is a warm-up and not counted."""
    cpu: dict[str, list[float]] = {name: [] for name in tasks}
    wall: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds + (rounds > 1)):
        for name, task in tasks.items():
            begin, start = time.process_time(), time.perf_counter()
            task()
            if turn or rounds == 1:
                wall[name].append(time.perf_counter() - start)
                cpu[name].append(time.process_time() - begin)
    return {name: Spent(tuple(cpu[name]), tuple(wall[name])) for name in tasks}


def ratio(spent: Mapping[str, Spent], top: str, bottom: str, name: str = "") -> list[Figure]:
    """Two figures, CPU and wall: the median over rounds of one task's time by another's."""
    found = []
    for what, kind in (("", "cpu"), ("_wall", "wall")):
        above, below = getattr(spent[top], kind), getattr(spent[bottom], kind)
        quotients = [a / b for a, b in zip(above, below, strict=True)]
        found.append(Figure(f"{name or f'{top}_vs_{bottom}'}{what}", statistics.median(quotients), "x"))
    return found


def resident() -> float:
    """Megabytes of this process that are in memory now."""
    fields = Path("/proc/self/status").read_text(encoding="ascii").split("VmRSS:")[1].split()
    return int(fields[0]) / 1024


class Peak:
    """The most memory that this process held while the block ran, in MB, looked at every 10 ms."""

    def __enter__(self) -> "Peak":
        self.most, self._stop = resident(), threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            self.most = max(self.most, resident())
