"""What a test of a workspace says: what was claimed, where, over how much, and where it does not hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from data.calendar import Period
from data.organisation import Tree
from data.snapshots import DatasetState
from flows.files import Files
from flows.opened import Opened
from flows.workspace import Workspace
from metrics.engines.duck import Engine

Key = tuple[str, str, Period]  # metric, unit, period
Path_ = tuple[str | int, ...]
SHOWN = 5  # cases that a failed test names


@dataclass(frozen=True)
class Case:
    """One place where a claim does not hold: which unit and period (or row), what was found, what was claimed."""

    where: str
    found: str
    claimed: str


@dataclass(frozen=True)
class Outcome:
    """One test. `of` is the key of the metric, table or driver.

    `checked` counts values or rows, `failed` those that speak against it; `note` tells what was left out, or what is
    true and worth knowing.
    """

    kind: str
    of: str
    file: str
    line: int
    claim: str
    ok: bool
    checked: int
    failed: int
    cases: tuple[Case, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Bench:
    """What tests look at: definitions as files say them now, values and facts of the current snapshot.

    `values` holds the value table's rows of all metrics that any test names, as these definitions compute them.
    """

    workspace: Workspace
    files: Files
    opened: Opened
    engine: Engine
    tree: Tree
    values: pa.Table

    @property
    def datasets(self) -> Mapping[str, DatasetState]:
        """What the snapshot holds of every dataset."""
        return self.opened.manifest.datasets

    @cached_property
    def by_metric(self) -> Mapping[str, Mapping[tuple[str, Period], float]]:
        """Known values by metric, then unit and period."""
        found: dict[str, dict[tuple[str, Period], float]] = {}
        columns = [self.values.column(name).to_pylist() for name in COLUMNS]
        for metric, unit, span, start, end, value in zip(*columns, strict=True):
            if value is not None:
                found.setdefault(metric, {})[unit, Period(span, start, end)] = value
        return found

    def of(self, metric: str) -> Mapping[tuple[str, Period], float]:
        """The known values of one metric by unit and period."""
        return self.by_metric.get(metric, {})

    def name(self, unit: str, period: Period) -> str:
        """`logistics, 2025-06`."""
        return f"{unit}, {self.workspace.calendar.name(period)}"

    def line(self, file: str, path: Path_) -> int:
        """The line of a field in a file, from 1."""
        document = self.files.documents.get(file)
        return (document.problem(path, "").line or 1) if document else 1


COLUMNS = ("metric", "unit", "span", "period_start", "period_end", "value")

Check = Callable[[Bench], Iterable[Outcome]]
CHECKS: dict[str, Check] = {}


def check(find: Check) -> Check:
    """Enter a function into the table of kinds of test; its name is the kind."""
    CHECKS[find.__name__] = find
    return find


def number(value: float) -> str:
    """A number for a line of text, to ten digits."""
    return f"{value:,.10g}"
