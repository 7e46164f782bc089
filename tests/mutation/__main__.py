"""`make mutants`: breaks the code in every way of the catalogue, one at a time, and lists what no test noticed.

Each mutant runs in a forked child that has the libraries loaded already and gets the broken module in place of the
real one. Exit code 1 when a mutant survives that the catalogue does not explain.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from cli.telling import tell
from tests.mutation.mutants import ROOT, Mutant, broken, files, mutants_of

TESTS = (
    "tests/soundness/test_recount.py",
    "tests/unit/metrics",
    "tests/soundness",
)
HEAVY = ("duckdb", "hypothesis", "pandas", "pyarrow.compute", "sqlglot", "pydantic")  # loaded once, in the parent
TIMEOUT = 240  # seconds; what runs longer than any green run has noticed something


class _Broken(MetaPathFinder, Loader):
    """Gives out the mutant when its module is imported."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        """The mutant's own spec; every other module is found as always."""
        return (
            ModuleSpec(fullname, self, origin=str(ROOT / self.mutant.file)) if fullname == self.mutant.module else None
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the broken code in the module."""
        module.__file__ = str(ROOT / self.mutant.file)
        exec(compile(broken(self.mutant), module.__file__, "exec"), module.__dict__)


def noticed(mutant: Mutant | None) -> bool:
    """Whether the tests fail with this mutant in place; None runs them on the whole code."""
    child = os.fork()
    if child == 0:
        _run(mutant)
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _run(mutant: Mutant | None) -> None:
    os.setpgid(0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    if mutant is not None:
        sys.meta_path.insert(0, _Broken(mutant))
    code = 1
    try:
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *TESTS]))
    finally:
        os._exit(code)


def main() -> int:
    """Run the mutants asked for; the number that survived decides the exit code."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="only so many, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--file", action="append", help="only mutants of this file; may be repeated")
    parser.add_argument("--list", action="store_true", help="only tell what there is")
    asked = parser.parse_args()
    every = [(area, one) for area, file in files() if not asked.file or file in asked.file for one in mutants_of(file)]
    for area, count in Counter(area for area, _ in every).items():
        tell(f"{area}: {count} mutants")
    if asked.list:
        return 0
    for name in HEAVY:
        import_module(name)
    if noticed(None):
        tell("the tests fail on the whole code; mend that first")
        return 2
    drawn = random.Random(asked.seed).sample(every, min(asked.sample or len(every), len(every)))
    survivors: list[tuple[str, Mutant]] = []
    for number, (area, mutant) in enumerate(drawn, 1):
        if not noticed(mutant):
            survivors.append((area, mutant))
            tell(f"survived  {mutant.file}:{mutant.line}  {mutant.kind}  {mutant.name}")
        if number % 25 == 0:
            tell(f"{number} of {len(drawn)}: {len(survivors)} survived")
    told = f"{len(drawn)} of {len(every)} mutants (seed {asked.seed}): {len(drawn) - len(survivors)} noticed"
    tell(f"{told}, {len(survivors)} survived")
    for area, count in Counter(area for area, _ in survivors).items():
        tell(f"    {area}: {count}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
