"""A pytest plugin: counts the attacks that were refused as they had to be, by class, and prints how many at the end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

MARK = "attack"


class Attack:
    """Notes each attack of one test; what is noted counts only where the test passes."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    def held(self, kind: str, count: int = 1) -> None:
        """So many attacks of a class came to nothing."""
        self._item.user_properties.append((MARK, f"{count} {kind}"))

    @contextmanager
    def refused(
        self, kind: str, expected: type[BaseException] | tuple[type[BaseException], ...], match: str | None = None
    ) -> Iterator[None]:
        """One attack of a class, which must end in this refusal."""
        with pytest.raises(expected, match=match):
            yield
        self.held(kind)


@pytest.fixture
def attack(request: pytest.FixtureRequest) -> Attack:
    """Where a test notes what it attacked."""
    return Attack(request.node)


class AttackWatch:
    """Adds up what test processes report."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            if name == MARK:
                count, _, kind = str(value).partition(" ")
                self.refused[kind] += int(count)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.refused:
            return
        terminalreporter.section("attacks")
        for kind, count in sorted(self.refused.items()):
            terminalreporter.line(f"{count:6} {kind}")
        terminalreporter.line(f"attacks: {self.refused.total()} refused in {len(self.refused)} classes")


def pytest_configure(config: pytest.Config) -> None:
    """One watch for the whole run; under xdist it is the controller's that hears of every test."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(AttackWatch(), "attack-watch")
