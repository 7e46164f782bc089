"""Many people at once on a served app: websockets that speak as browsers do, on random walks with pauses.

Each person goes through his own menu, units and periods. The floor is an empty page, served in the same run.
"""

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from bench import Figure, Remark
from bench._visitor import Visitor, visiting
from data.errors import FourfoldError
from views.entry import open_desk, sample_people, workspace_folder

ROOT = Path(__file__).resolve().parent.parent
EMPTY = """\
import gc
import streamlit as st
if gc.get_freeze_count() == 0:
    gc.collect()
    gc.freeze()
st.navigation([st.Page(lambda: st.write("nothing"), title="Empty", url_path="empty", default=True)]).run()
"""
CPU_OF_ALL_THREADS = 2  # of the clock of another process, as the kernel numbers clocks
SETTLED = 0.02  # seconds after a page, in which the server collects its garbage
Step = tuple[str, Mapping[str, str]]


@dataclass(frozen=True)
class Served:
    """A server's process and where it listens."""

    address: str
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that it has used, over all threads."""
        return time.clock_gettime((~self.pid << 3) | CPU_OF_ALL_THREADS)

    def memory(self) -> float:
        """Megabytes that it holds."""
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(text.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def served(script: Path, log: Path) -> Iterator[Served]:
    """A script, served on a free port of this machine; FourfoldError where it does not come up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    environment = {**os.environ, "FOURFOLD_SAMPLE_PEOPLE": "1", "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        command = [sys.executable, "-m", "streamlit", "run", str(script), *settings]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield Served(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(10)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(0.25)
    raise FourfoldError(f"the app did not come up:\n{log.read_text(encoding='utf-8')}")


@dataclass(frozen=True)
class Person:
    """Somebody who walks: what he may choose from."""

    key: str
    units: tuple[str, ...]
    periods: tuple[str, ...]

    def step(self, menu: Sequence[str], chance: random.Random) -> Step:
        """A page of his menu, for one of his units and one of the latest periods."""
        path = chance.choice([path for path in menu if path])
        return path, {"unit": chance.choice(self.units), "period": chance.choice(self.periods)}


def people(folder: Path) -> list[Person]:
    """The sample people of a workspace who see numbers."""
    found = []
    for one in sample_people(folder):
        desk = open_desk(folder, one.key)
        if units := tuple(unit.key for unit in desk.units(desk.as_of)):
            names = [desk.workspace.calendar.name(period) for period in desk.periods("month")[:12]]
            found.append(Person(one.key, units, tuple(names)))
    return found


@dataclass(frozen=True)
class Load:
    """How many come, how long they think (seconds), how long they stay."""

    sessions: int
    think: float
    seconds: float


async def walk(
    address: str, person: str, step: Callable[[Visitor], Step], load: Load, chance: random.Random, begin: float
) -> list[float]:
    """One session: seconds of each page that was asked for after `begin`, until it is whole."""
    found = []
    await asyncio.sleep(chance.random() * load.think)
    async with visiting(address, person) as visitor:
        await visitor.open("")
        while time.perf_counter() < begin + load.seconds:
            await asyncio.sleep(chance.uniform(0.5, 1.5) * load.think)
            path, query = step(visitor)
            shown = await visitor.go(path, query)
            if shown.faults:
                raise FourfoldError(f"{path} {dict(query)} by {person} broke off: {shown.faults[0]}")
            if time.perf_counter() - shown.seconds >= begin:
                found.append(shown.seconds)
    return found


def measured(server: Served, walkers: Sequence[Person], load: Load, name: str, seed: int) -> Iterator[Figure]:
    """Let so many walk, and tell how long they waited, what the server used, and what it holds."""

    async def everybody() -> tuple[list[float], float, float]:
        chances = [random.Random(f"{seed} {number}") for number in range(load.sessions)]
        begin = time.perf_counter() + 3 + load.think  # until then they come in
        tasks = []
        for number, chance in enumerate(chances):
            person = walkers[number % len(walkers)] if walkers else None
            tasks.append(
                walk(server.address, person.key if person else "", _stepping(person, chance), load, chance, begin)
            )
        running = asyncio.gather(*tasks)
        await asyncio.sleep(max(begin - time.perf_counter(), 0))
        used, started = server.cpu(), time.perf_counter()
        times = [each for some in await running for each in some]
        return times, server.cpu() - used, time.perf_counter() - started

    times, used, lasted = asyncio.run(everybody())
    if len(times) < 2:
        raise FourfoldError("too few pages were asked for; give it more --seconds")
    yield Figure(f"{name}_pages", len(times), "pages")
    yield Figure(f"{name}_p50", statistics.median(times) * 1000, "ms")
    yield Figure(f"{name}_p95", statistics.quantiles(times, n=20)[-1] * 1000, "ms")
    yield Figure(f"{name}_cpu_a_page", used / len(times) * 1000, "ms")
    yield Figure(f"{name}_cpu", used / lasted * 100, "%")
    yield Figure(f"{name}_memory", server.memory(), "MB")


def _stepping(person: Person | None, chance: random.Random) -> Callable[[Visitor], Step]:
    def step(visitor: Visitor) -> Step:
        menu = list(visitor.shown.menu)
        return person.step(menu, chance) if person else (menu[0], {})

    return step


def run(arguments: Sequence[str]) -> Iterator[Figure | Remark]:
    """Measure 1, 10 and 30 sessions, each beside the empty page."""
    parser = argparse.ArgumentParser(prog="bench load", description=__doc__)
    parser.add_argument("--sessions", default="1,10,30", help="how many at once, by commas")
    parser.add_argument("--think", type=float, default=2.0, help="seconds between two clicks, on average")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each measure lasts")
    parser.add_argument("--seed", type=int, default=1, help="another number, other walks")
    parser.add_argument("--pages", type=int, default=0, help="each page of each person, so often, in turn; no crowd")
    asked = parser.parse_args(arguments)
    folder = workspace_folder()
    walkers = people(folder)
    yield Remark(
        f"{len(walkers)} sample people, {asked.think:g} s think time, load of the machine {os.getloadavg()[0]:.1f}"
    )
    with TemporaryDirectory() as scratch:
        script = Path(scratch) / "empty.py"
        script.write_text(EMPTY, encoding="utf-8")
        with (
            served(script, Path(scratch) / "empty.log") as floor,
            served(ROOT / "app.py", Path(scratch) / "log") as app,
        ):
            asyncio.run(_warm(app, walkers))
            if asked.pages:
                yield from asyncio.run(each_page(app, walkers, asked.pages, random.Random(asked.seed)))
                return
            for sessions in (int(each) for each in asked.sessions.split(",")):
                load = Load(sessions, asked.think, asked.seconds)
                yield from measured(floor, (), load, f"floor_{sessions}", asked.seed)
                yield from measured(app, walkers, load, f"app_{sessions}", asked.seed)


async def each_page(app: Served, walkers: Sequence[Person], rounds: int, chance: random.Random) -> list[Remark]:
    """One visitor at a time on each page of each person's menu: what a page costs, the dearest first."""
    spent: dict[str, list[tuple[float, float, int, int]]] = {}
    for person in walkers:
        async with visiting(app.address, person.key) as visitor:
            menu = [path for path in (await visitor.open("")).menu if path]
            for path in [path for _ in range(rounds) for path in menu]:
                used = app.cpu()
                shown = await visitor.go(*person.step([path], chance))
                await asyncio.sleep(SETTLED)
                one = (shown.seconds * 1000, (app.cpu() - used) * 1000, len(shown.elements), shown.bytes)
                spent.setdefault(path, []).append(one)
    titles = f"{'page':<14}{'runs':>6}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'elements':>10}{'kB':>8}"
    lines = {path: _line(path, each) for path, each in spent.items()}
    dearest = sorted(lines, key=lambda path: -statistics.mean(one[1] for one in spent[path]))
    every = [one for each in spent.values() for one in each]
    return [Remark(one) for one in (titles, *(lines[path] for path in dearest), _line("all", every))]


def _line(path: str, spent: Sequence[tuple[float, float, int, int]]) -> str:
    waits, cpu, elements, size = (list(column) for column in zip(*spent, strict=True))
    middle, late = statistics.median(waits), statistics.quantiles([*waits, *waits], n=20)[-1]
    means = (statistics.mean(cpu), statistics.mean(elements), statistics.mean(size) / 1000)
    return f"{path:<14}{len(spent):>6}{middle:>9.1f}{late:>9.1f}{means[0]:>9.1f}{means[1]:>10.0f}{means[2]:>8.1f}"


async def _warm(app: Served, walkers: Sequence[Person]) -> None:
    """Each person looks at each of his pages once: imports, the snapshot, first readings."""
    for person in walkers:
        async with visiting(app.address, person.key) as visitor:
            for path in [path for path in (await visitor.open("")).menu if path]:
                await visitor.go(path)
