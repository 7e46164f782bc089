"""`make mutants`: breaks the code in every way of the catalogue, one at a time, and lists what no test noticed.

All code and tests are loaded once, and it is measured which test runs which lines. Each mutant then runs in a forked
child whose function is replaced, against the tests that run its line, the nearest and quickest first. What has been
found is kept in var/mutants/; a run goes on where the last one ended, in an order that is drawn over all files. Time is
the processor's. Exit code 1 when a mutant survives that the catalogue does not explain.
"""

import argparse
import os
import pickle
import random
import shutil
import sys
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path

import pytest

from cli.telling import tell
from tests.mutation.ledger import FOLDER, Case, Ledger, cases
from tests.mutation.mutants import files, mutants_of
from tests.mutation.reach import Run, Watch
from tests.mutation.swapping import Live
from tests.mutation.trial import Order, Outcome, Trial

TESTS = ("tests/unit/metrics", "tests/unit/flows", "tests/unit/views", "tests/unit/cli", "tests/soundness")
SETTINGS = {  # fewer examples, always the same: a mutant that needs thousands of them is noticed by luck only
    "HYPOTHESIS_PROFILE": "mutants",
    "FOURFOLD_HISTORIES": "30",
    "FOURFOLD_FUZZ": "300",
}
FIRST = 5.0  # processor seconds of tests that each mutant gets before all others have had theirs
LAST = 40.0  # and what each that is still unnoticed gets then
TOLD_EVERY = 50


class Runner:
    """A pytest plugin that runs mutants where pytest would run its tests."""

    def __init__(self, every: list[Case], drawn: list[Case], ledger: Ledger, asked: argparse.Namespace) -> None:
        self._every, self._drawn, self._ledger = every, drawn, ledger
        self._remembered, self._some = asked.remembered, bool(asked.tests)
        self._passed: dict[str, set[str]] = defaultdict(set)
        self.code = 2

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure, run the mutants, and tell."""
        every = {case.mutant.file for case in self._every}
        for file in sorted(every):
            import_module(file.removesuffix(".py").replace("/", "."))
        runs = measured(session, every, self._remembered)
        if runs is None:
            tell("the tests fail on the whole code; mend that first")
            return True
        tell(f"{len(runs)} tests take {sum(run.seconds for run in runs):.0f} s while they are watched")
        trial, order = Trial(session, Live(every)), Order(runs)
        for case in self._every:
            if (known := self._ledger.outcome(case)) and known.word == "noticed":
                order.learn(case.mutant, known.by.split(" (ended")[0])
        left = self._pass(trial, order, self._drawn, FIRST)
        self._pass(trial, order, left, LAST)
        self.code = self._summed()
        return True

    def _pass(self, trial: Trial, order: Order, these: list[Case], budget: float) -> list[Case]:
        left = []
        for number, case in enumerate(these, 1):
            tests = [run for run in order.of(case.mutant) if run.test not in self._passed[case.key]]
            outcome = trial.run(case.mutant, tests, budget) if tests else Outcome(self._without(case))
            noticed = outcome.by.split(" (ended")[0] if outcome.word == "noticed" else None
            if noticed or not self._some:  # some tests that notice nothing say nothing of the others
                self._ledger.keep(case, outcome)
            order.count(tests[: outcome.tests], noticed)
            if noticed:
                order.learn(case.mutant, noticed)
            else:
                mutant = case.mutant
                left += [case] if outcome.word == "open" else []
                self._passed[case.key].update(run.test for run in tests[: outcome.tests])
                tell(f"{outcome.word}  {mutant.file}:{mutant.line}  {mutant.kind}  {mutant.name}")
            if number % TOLD_EVERY == 0:
                words = Counter(self._word(one) for one in these[:number])
                tell(f"{number} of {len(these)}: " + ", ".join(f"{count} {word}" for word, count in words.items()))

        return left

    def _without(self, case: Case) -> str:
        return "survived" if self._passed[case.key] else "unreached"

    def _word(self, case: Case) -> str:
        outcome = self._ledger.outcome(case)
        return outcome.word if outcome else "waiting"

    def _summed(self) -> int:
        left = self._ledger.unnoticed(self._every)
        words = Counter((case.area, self._word(case)) for case in self._every)
        for area in dict.fromkeys(case.area for case in self._every):
            parts = ", ".join(f"{count} {word}" for (where, word), count in words.items() if where == area)
            tell(f"{area}: {parts}")
        tell(f"{len(self._every)} mutants: {sum(n for (_, word), n in words.items() if word == 'noticed')} noticed")
        tell(f"{len(left)} not noticed are listed in {FOLDER.relative_to(FOLDER.parent.parent)}/survivors.txt")
        return 1 if left else 0


def measured(session: pytest.Session, every: set[str], remembered: bool) -> list[Run] | None:
    """What each test runs, found out by a child, or remembered from the last run; None where a test fails."""
    kept = FOLDER / "reach.pickle"
    if not remembered:
        kept.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            _measure(session, every, kept)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            return None
    known = {item.nodeid for item in session.items}
    found: list[Run] = pickle.loads(kept.read_bytes())
    return [run for run in found if run.test in known]


def _measure(session: pytest.Session, every: set[str], kept: Path) -> None:
    code = 1
    try:
        watch = Watch(every)
        session.config.pluginmanager.register(watch)
        with Path(os.devnull).open("w") as null:
            os.dup2(null.fileno(), 1)
        runs = watch.measure(session.items)
        if watch.failures:
            tell_failures = "\n".join(watch.failures)
            os.write(2, f"{tell_failures}\n".encode())
        else:
            kept.write_bytes(pickle.dumps(runs))
            code = 0
    finally:
        os._exit(code)


def main() -> int:
    """Run the mutants asked for; those that survived decide the exit code."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="only so many, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--file", action="append", help="only mutants of this file; may be repeated")
    parser.add_argument("--tests", action="append", help="only these tests; may be repeated")
    parser.add_argument("--again", action="store_true", help="also what was not noticed before, with new tests")
    parser.add_argument("--remembered", action="store_true", help="do not measure anew which tests run which lines")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs have found")
    parser.add_argument("--list", action="store_true", help="only tell what there is")
    asked = parser.parse_args()
    chosen = [(area, one) for area, file in files() if not asked.file or file in asked.file for one in mutants_of(file)]
    for area, count in Counter(area for area, _ in chosen).items():
        tell(f"{area}: {count} mutants")
    if asked.list:
        return 0
    if asked.fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    every, ledger = cases(chosen), Ledger(FOLDER)
    due = ("open", *(("survived", "unreached") if asked.again else ()))
    drawn = [one for one in every if (found := ledger.outcome(one)) is None or found.word in due]
    drawn = random.Random(asked.seed).sample(drawn, min(asked.sample or len(drawn), len(drawn)))
    tell(f"{len(drawn)} to run")
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    runner = Runner(every, drawn, ledger, asked)
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:faulthandler"]
    pytest.main([*options, *(asked.tests or TESTS)], plugins=[runner])
    return runner.code


if __name__ == "__main__":
    sys.exit(main())
