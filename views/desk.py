"""What one viewer may see and do: the only handle that a page is given. Every read asks the policy first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine as StateEngine

from access.policy import Policy, Refused
from access.roles import Permission
from access.viewer import Viewer
from data.calendar import Period, Span
from data.errors import DefinitionError, FourfoldError
from data.organisation import Tree, Unit
from data.snapshots import DatasetState, Store
from data.warehouse import literal
from flows.answers import Answer
from flows.asking import asked_of, sight_of
from flows.compute import Progress, quiet
from flows.missing import missing_periods
from flows.opened import Opened, open_current
from flows.plan_in_force import in_force
from flows.refresh import definition_files, refresh
from flows.tick import tick_on
from flows.workspace import Workspace, assemble
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog
from metrics.query.rows import RowPage, Wanted, parts_of, read_rows
from metrics.query.slices import Slice, dimensions_of, slice_metric
from metrics.time.spans import span_windows
from metrics.values.missing import Missing
from metrics.values.reading import Value
from strategy.commands import Command
from strategy.notes import Remark, notes_on
from strategy.plan import Plan
from strategy.refreshing import RequestRefresh
from views.office import Office
from views.workbench import Workbench


@dataclass(frozen=True)
class Desk:
    """Built for one viewer on every run. Units he may not see do not exist here; asking for them is refused."""

    viewer: Viewer
    opened: Opened
    policy: Policy
    folder: Path
    state: StateEngine
    origin: str = "page"

    @cached_property
    def workspace(self) -> Workspace:
        """The definitions in force when the snapshot was made, with the plan as the state has it now."""
        return in_force(self.opened.workspace, self.state, self.opened.tree, self.as_of)

    @property
    def plan(self) -> Plan:
        """Objectives, links and initiatives in force."""
        return self.workspace.plan

    @property
    def catalog(self) -> Catalog:
        """All definitions together, with the columns that the data really has."""
        return self.opened.catalog

    @property
    def snapshot(self) -> str:
        """The id of the snapshot that everything here is read from."""
        return self.opened.id

    @property
    def as_of(self) -> date:
        """The last day whose facts count."""
        return self.opened.manifest.as_of

    @property
    def today(self) -> date:
        """The day that the refresh took for today."""
        return self.opened.manifest.today

    # -- what exists for this viewer

    def may(self, permission: Permission, unit: str | None = None) -> bool:
        """Whether the viewer holds a permission (over a unit)."""
        return self.policy.may(self.viewer, permission, unit)

    def units(self, on: date, permission: Permission = "metric.view") -> list[Unit]:
        """The units over which the viewer holds a permission, as a tree walk on a day."""
        scope = self.policy.scope(self.viewer, permission)
        tree = self.opened.tree
        return [tree.units[key] for key in tree.descendants(tree.root, on) if key in scope]

    def tops(self, on: date, permission: Permission = "metric.view") -> list[Unit]:
        """The visible units without a visible parent: where this viewer starts."""
        units = self.units(on, permission)
        keys = {unit.key for unit in units}
        return [unit for unit in units if unit.parent(on) not in keys]

    def children(self, unit: str, on: date) -> list[Unit]:
        """The visible units directly below a unit on a day."""
        scope = self.policy.scope(self.viewer, "metric.view")
        return [self.opened.tree.units[key] for key in self.opened.tree.children(unit, on) if key in scope]

    def unit(self, key: str) -> Unit:
        """A visible unit; `Refused` for one that is out of scope or does not exist (which of the two is not told)."""
        self._require("metric.view", (key,))
        return self.opened.tree.units[key]

    def periods(self, span: Span) -> list[Period]:
        """Every period of a span that has values, newest first."""
        return self.opened.periods(span)

    def metric(self, key: str) -> Metric:
        """A definition; `Refused` without the right to see any."""
        if not (self.may("catalog.view") or self.may("metric.view")):
            raise Refused(f"{self.viewer.name} may not see definitions")
        return self.opened.workspace.metrics[key]

    # -- numbers

    def values(
        self, metrics: Sequence[str], units: Sequence[str], span: Span, last: Period, count: int = 1
    ) -> list[Value]:
        """Finished values of `count` periods up to and including `last`, sorted by unit, metric and period."""
        self._require("metric.view", units)
        first = self._back(span, last, count)
        return self.opened.values(metrics, units, span, first, last.end)

    def dimensions(self, metric: str) -> dict[str, str]:
        """The dimensions by which a metric can be cut, with their titles."""
        return dimensions_of(self.catalog, metric)

    def slices(self, metric: str, unit: str, period: Period, dimension: str) -> list[Slice]:
        """A metric by a dimension, for one unit and period, from facts."""
        self._require("metric.view", (unit,))
        return slice_metric(self.opened.engine(), sight_of(self.opened), metric, dimension, unit, period)

    def row_parts(self, metric: str, period: Period) -> list[str]:
        """Titles of a metric's parts, in the order of `rows(part=...)`: a ratio has a numerator and a denominator."""
        return [
            part.title for part in parts_of(self.catalog, metric, span_windows(self.workspace.calendar)[period.span])
        ]

    def rows(  # noqa: PLR0913  a page of rows has as many sides, and pages name them
        self,
        metric: str,
        unit: str,
        period: Period,
        *,
        part: int = 0,
        dimension: str | None = None,
        member: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> RowPage:
        """The rows behind a number."""
        self._require("rows.view", (unit,))
        wanted = Wanted(part, dimension, member, limit, offset)
        asked = asked_of(self.opened, unit, period)
        return read_rows(self.opened.engine(), self.catalog, metric, asked, self.workspace.calendar, wanted)

    def missing(self) -> list[Missing]:
        """Months of the latest years for which a metric that is due has no value, in the units of the scope."""
        units = self.policy.scope(self.viewer, "metric.view")
        return missing_periods(self.opened, self.workspace.metrics, units)

    # -- health

    @property
    def sees_feeds(self) -> bool:
        """Whether the viewer may know how the data came in."""
        return self.may("catalog.view") or self.may("health.view")

    def datasets(self) -> Mapping[str, DatasetState]:
        """What the snapshot holds of every dataset; for who may open the catalog or data health."""
        if not self.sees_feeds:
            self._require("catalog.view", None)
        return self.opened.manifest.datasets

    def datasets_below(self, metric: str) -> tuple[tuple[str, str], ...]:
        """The (table, dataset) pairs that a metric rests on."""
        return self.opened.feeds[metric]

    def attempts(self, limit: int = 20) -> tuple[dict[str, Any], ...]:
        """The latest refreshes, also failed ones, newest first."""
        self._require("health.view", None)
        return Store(self.folder / "var").attempts(limit)

    def definition_problems(self) -> tuple[str, ...]:
        """What is wrong with the workspace's files as they lie there now; empty when a refresh would accept them."""
        self._require("health.view", None)
        stamps = tuple((str(path), path.stat().st_mtime_ns) for path in definition_files(self.folder))
        return _problems(self.folder, stamps)

    def quarantine(self, dataset: str, limit: int = 200) -> list[dict[str, Any]]:
        """Rows of a dataset that broke its contract: source_file, line, reason, raw.

        A row that could not be read belongs to no unit yet, so only who may see the top unit sees it.
        """
        self._require("health.view", (self.opened.tree.root,))
        if dataset not in self.opened.manifest.datasets:
            raise FourfoldError(f"'{dataset}' is not a dataset of this snapshot")
        sql = f'SELECT * FROM quarantine."{dataset}" ORDER BY source_file, line LIMIT {int(limit)}'
        rows: list[dict[str, Any]] = self.opened.engine().table(sql).to_pylist()
        return rows

    def answers(self, metric: str | None = None) -> list[Answer]:
        """Known answers and what came out, of one metric or of all."""
        where = "" if metric is None else f" WHERE metric = {literal(metric)}"
        rows = self.opened.engine().table(f"SELECT * FROM snapshot.main.answers{where}").to_pylist()
        scope = self.policy.scope(self.viewer, "metric.view")
        return [Answer(**row) for row in rows if row["unit"] in scope]

    # -- words and deeds

    def notes(self, metric: str, units: Sequence[str]) -> list[Remark]:
        """What people said about a metric in some units, newest first."""
        self._require("metric.view", units)
        return notes_on(self.state, metric, units)

    @property
    def workbench(self) -> Workbench:
        """Definitions and their drafts, through this viewer's eyes."""
        return Workbench(self.viewer, self.opened, self.policy, self.folder, self.state, self.origin)

    @cached_property
    def office(self) -> Office:
        """Objectives, duties, issues, reviews and what else people decide, through this viewer's eyes."""
        return Office(self.viewer, self.opened, self.policy, self.state, self.origin)

    def do(self, command: Command) -> int:
        """Carry out a command through the door; returns the id of its audit row."""
        return self.office.do(command)

    def refresh_now(self, progress: Progress = quiet) -> str:
        """Ask for a refresh, run it and the tick that follows; return the id of the snapshot that is then current."""
        self.do(RequestRefresh())
        made = refresh(self.folder, progress).id
        tick_on(open_current(self.folder), self.state)
        return made

    # --

    def _require(self, permission: Permission, units: Sequence[str] | None) -> None:
        self.policy.require(self.viewer, permission, units)

    def _back(self, span: Span, last: Period, count: int) -> date:
        """The first day on which a period may end that is at most `count - 1` periods before `last`."""
        calendar = self.workspace.calendar
        if count <= 1:
            return last.end
        end = calendar.number("month", last.end)
        each = span if span in ("quarter", "year") else "month"
        return calendar.last("month", calendar.before(each, end, count - 1))


@lru_cache(maxsize=8)
def _problems(folder: Path, _stamps: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """What is wrong in a workspace's files, read anew when one of them has changed."""
    try:
        assemble(folder)
    except DefinitionError as error:
        return tuple(str(problem) for problem in error.problems)
    return ()


def below(tree: Tree, on: date, key: str) -> tuple[str, ...]:
    """A unit and everything below it on a day; nothing for a unit that does not exist."""
    return tree.descendants(key, on) if key in tree else ()
