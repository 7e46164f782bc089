"""A pytest plugin: in CI a skipped test is a failed one, unless tests/allowed_skips.txt gives the reason.

A suite that skips what it cannot run looks green while it checks nothing.
"""

import os
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ALLOWED = Path(__file__).resolve().parent / "allowed_skips.txt"


@dataclass(frozen=True)
class Skip:
    """A test that did not run, and why."""

    test: str
    reason: str


@dataclass(frozen=True)
class Allowance:
    """A line of the list: tests (a shell pattern over node ids), and words that the reason of the skip must contain."""

    pattern: str
    words: str

    def covers(self, skip: Skip) -> bool:
        return fnmatch(skip.test, self.pattern) and self.words in skip.reason


def read_allowances(text: str) -> tuple[Allowance, ...]:
    """The list: `<pattern> | <words of the skip's reason> | <why that is right>`, a `#` starts a comment line."""
    allowances = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or not all(parts):
            raise pytest.UsageError(f"{ALLOWED.name}:{number}: write `pattern | words of the reason | why`")
        allowances.append(Allowance(parts[0], parts[1]))
    return tuple(allowances)


def is_strict() -> bool:
    """Whether an unexpected skip is a failure: in CI, or where FOURFOLD_CI is set."""
    return any(os.environ.get(name, "") not in {"", "0", "false"} for name in ("CI", "FOURFOLD_CI"))


class SkipWatch:
    """Gathers skips while tests run and turns the unexpected ones red at the end."""

    def __init__(self, allowances: tuple[Allowance, ...]) -> None:
        self.allowances = allowances
        self.skips: list[Skip] = []

    @property
    def unexpected(self) -> list[Skip]:
        return [skip for skip in self.skips if not any(allowance.covers(skip) for allowance in self.allowances)]

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            told = report.longrepr
            self.skips.append(Skip(report.nodeid, str(told[2] if isinstance(told, tuple) else told)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.unexpected and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.unexpected:
            terminalreporter.section("unexpected skips (red in CI)", red=True)
            for skip in self.unexpected:
                terminalreporter.line(f"{skip.test}: {skip.reason}")
            terminalreporter.line(f"make them run, or give the reason in {ALLOWED.relative_to(ALLOWED.parent.parent)}")


def pytest_configure(config: pytest.Config) -> None:
    """Watch in the one process that sees all reports: under xdist the workers only send theirs."""
    if is_strict() and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipWatch(read_allowances(ALLOWED.read_text(encoding="utf-8"))), "skip-watch")
