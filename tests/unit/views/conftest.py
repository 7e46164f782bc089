"""What tests of views share: the demo's definitions without facts, and values made by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from data.calendar import Period, month_of
from flows.workspace import Workspace, assemble
from metrics.scoring.anchors import Anchors, score
from metrics.scoring.status import State, status_of
from metrics.values.reading import Value
from tests.conftest import copy_of_demo

OCTOBER = Period("month", date(2026, 10, 1), date(2026, 10, 31))
Maker = Callable[..., Value]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo company's definitions."""
    folder: Path = tmp_path_factory.mktemp("definitions") / "demo"
    return assemble(copy_of_demo(folder))


@pytest.fixture
def value_of(workspace: Workspace) -> Maker:
    """Makes a value of a metric with anchors red 0 and goal 10 (as the direction has it): 5 is amber, 10 green."""

    def make(
        metric: str,
        number: float | None,
        period: Period = OCTOBER,
        goal: float = 10.0,
        state: State | None = None,
        previous: float | None = None,
    ) -> Value:
        up = workspace.metrics[metric].direction != "down"
        anchors = Anchors("up" if up else "down", goal=goal, red=0.0 if up else 2 * goal)
        found = score(number, anchors)
        states: tuple[State, ...] = (state,) if state else () if number is not None else ("no_data",)
        status = status_of(found, *states)
        shown = found if status in ("green", "amber", "red") else None
        return Value(metric, "velora", period, number, goal, anchors, shown, status, "", 1, 1, 1, False, previous, None)

    return make


def month(year: int, number: int) -> Period:
    """A month as a period."""
    first = date(year, number, 1)
    following = month_of(first) + 1
    last = date.fromordinal(date(following // 12, following % 12 + 1, 1).toordinal() - 1)
    return Period("month", first, last)
