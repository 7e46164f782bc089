"""What one viewer may see and do: the only handle that a page is given. Every read asks the policy first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
from flows.compute import Progress, quiet
from flows.freshness import datasets_of
from flows.goal_tree import Spot, objective_score, places
from flows.guarded import rows_behind, sliced
from flows.lens import Lens, asked_catalog, lens_of, names_only, narrowed, workspace_in_view
from flows.missing import missing_periods
from flows.opened import Opened, open_current
from flows.plan_in_force import in_force
from flows.refresh import definition_files, refresh
from flows.tick import tick_on
from flows.veil import in_view
from flows.workspace import Workspace, assemble
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog
from metrics.language.crowds import least_of
from metrics.query.rows import RowPage, Wanted, parts_of
from metrics.query.slices import Slice, dimensions_of
from metrics.scoring.rollup import Rolled
from metrics.time.spans import span_windows
from metrics.values.missing import Missing
from metrics.values.reading import Value
from strategy.commands import Command
from strategy.glance import glanced
from strategy.notes import Remark, notes_on
from strategy.plan import Plan
from strategy.refreshing import RequestRefresh
from strategy.state import BOOKS
from views.office import Office
from views.scorecard import Sheet, in_view_of, metric_keys, sheets, units_of, veiled
from views.workbench import Workbench

KEPT_ROW = "withheld: rows of this dataset are about single people, or confidential; file and line tell where it is"
Hidden = Callable[[list[str], tuple[str, ...]], list[Value]]


@dataclass(frozen=True)
class Desk:
    """Built for one viewer on every run. Units he may not see do not exist here; asking for them is refused."""

    viewer: Viewer
    opened: Opened
    policy: Policy
    folder: Path
    state: StateEngine
    origin: str = "page"
    seen_state: StateEngine = field(init=False)

    def __post_init__(self) -> None:
        """Whatever the viewer may not see is taken out of definitions and state before anybody reads them."""
        whole = glanced(self.state.get_execution_options().get(BOOKS, self.state), self.state)
        object.__setattr__(self, "_books", whole)
        object.__setattr__(self, "opened", narrowed(self.opened.all, self.lens))
        object.__setattr__(self, "seen_state", in_view(whole, self.opened, self.lens))
        object.__setattr__(self, "state", glanced(self.seen_state, whole))

    @cached_property
    def lens(self) -> Lens:
        """The metrics that the viewer sees, by unit."""
        return lens_of(self.opened, self.policy, self.viewer)

    @cached_property
    def workspace(self) -> Workspace:
        """The definitions in force when the snapshot was made, with the plan as the state has it now."""
        return workspace_in_view(self._whole, self.opened, self.lens)

    @property
    def _whole(self) -> Workspace:
        """All definitions and the whole plan: scores are computed from them, and shown without what is hidden."""
        return in_force(self.opened.all.workspace, self._state, self.opened.tree, self.as_of)

    @property
    def _state(self) -> StateEngine:
        """The whole state: for computing and for the clock, not for show."""
        books: StateEngine = object.__getattribute__(self, "_books")
        return books

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
        """A definition; `Refused` without the right to see any, for one that is not his to see, or is not there."""
        if not (self.may("catalog.view") or self.may("metric.view")):
            raise Refused(f"{self.viewer.name} may not see definitions")
        if key not in self.opened.workspace.metrics:
            raise Refused(f"there is no metric '{key}' for you to see")
        return self.opened.workspace.metrics[key]

    def seen(self, metric: str, unit: str) -> None:
        """`Refused` for a metric that the viewer does not see of a unit, as for one that is not there."""
        self._seen(metric, unit, "metric.view")

    # -- numbers

    def values(
        self, metrics: Sequence[str], units: Sequence[str], span: Span, last: Period, count: int = 1
    ) -> list[Value]:
        """Finished values of `count` periods up to and including `last`, sorted by unit, metric and period."""
        self._require("metric.view", units)
        first = self._back(span, last, count)
        found = self.opened.values(metrics, units, span, first, last.end)
        return found if self.lens.even else [one for one in found if self.lens.sees(one.metric, one.unit)]

    def sheets(self, card: str, unit: str, known: Sequence[Value], hidden: Hidden) -> tuple[Sheet, ...]:
        """A scorecard of a unit, a sheet for each period; its scores are the same for all who see the unit.

        `known`: what the viewer sees of its values; `hidden` reads the rest, by metrics and units, of the same periods.
        """
        whole = self._whole
        every = dict.fromkeys(metric_keys(whole, whole.scorecards[card]))
        units = units_of(whole, whole.scorecards[card], unit)
        plain = whole.scorecards[card].objectives.keys() <= self.plan.known.keys()
        if plain and (self.lens.whole or all(self.lens.sees(key, at) for key in every for at in units)):
            seen = whole if self.lens.whole else self.workspace
            return sheets(seen, seen.scorecards[card], known, unit, self.opened.kept)
        have = {(one.metric, one.unit) for one in known}
        others = [one for one in hidden(list(every), tuple(units)) if (one.metric, one.unit) not in have]
        made = sheets(whole, whole.scorecards[card], [*known, *others], unit, self.opened.kept)
        return tuple(veiled(one, self.workspace, self.lens.sees) for one in made)

    def objective(
        self, workspace: Workspace, key: str, period: Period, known: Sequence[Value]
    ) -> tuple[Rolled, dict[str, Spot]] | None:
        """An objective at its unit in a period, as on its scorecard: its score is the same for all who see the unit.

        `workspace`: the one in force, or one with another plan, as the viewer has it; `known` as in `sheets`.
        """
        unit = workspace.plan.known[key].unit
        if self.lens.whole or workspace is not self.workspace:
            return objective_score(workspace, key, unit, period, known)
        whole = self._whole
        at = dict.fromkeys(places(whole.plan, key, unit))
        if all(self.lens.sees(metric, where) for where, metric in at):
            return objective_score(whole, key, unit, period, known)
        scope = self.policy.scope(self.viewer, "metric.view")
        units = [where for where in dict.fromkeys(where for where, _ in at) if where in scope]
        others = self.unseen([metric for _, metric in at], units, period.span, period)
        others = [one for one in others if not self.lens.sees(one.metric, one.unit)]
        made = objective_score(whole, key, unit, period, [*known, *others])
        return None if made is None else in_view_of(whole, made, [*known, *others], self.workspace, self.lens.sees)

    def unseen(
        self, metrics: Sequence[str], units: Sequence[str], span: Span, last: Period, count: int = 1
    ) -> list[Value]:
        """Values for computing a score, never for show: also those of metrics that the viewer does not see."""
        self._require("metric.view", units)
        first = self._back(span, last, count)
        return self.opened.all.values(metrics, units, span, first, last.end)

    def dimensions(self, metric: str) -> dict[str, str]:
        """The dimensions by which a metric can be cut, with their titles."""
        self._seen(metric, None, "metric.view")
        return dimensions_of(asked_catalog(self.opened), metric)

    def slices(self, metric: str, unit: str, period: Period, dimension: str) -> list[Slice]:
        """A metric by a dimension, for one unit and period, from facts."""
        self._require("metric.view", (unit,))
        self._seen(metric, unit, "metric.view")
        return sliced(self.opened, metric, dimension, unit, period)

    def row_parts(self, metric: str, period: Period) -> list[str]:
        """Titles of a metric's parts, in the order of `rows(part=...)`: a ratio has a numerator and a denominator."""
        self._seen(metric, None, "metric.view")
        window = span_windows(self.workspace.calendar)[period.span]
        return [part.title for part in parts_of(self.opened.all.catalog, metric, window)]

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
        self._seen(metric, unit, "rows.view")
        return rows_behind(self.opened, metric, unit, period, Wanted(part, dimension, member, limit, offset))

    def missing(self) -> list[Missing]:
        """Months of the latest years for which a metric that is due has no value, in the units of the scope."""
        units = self.policy.scope(self.viewer, "metric.view")
        found = missing_periods(self.opened, self.workspace.metrics, units)
        return [one for one in found if self.lens.sees(one.metric, one.unit)]

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
        return self.opened.feeds[metric] if metric in self.lens.metrics else ()

    def attempts(self, limit: int = 20) -> tuple[dict[str, Any], ...]:
        """The latest refreshes, also failed ones, newest first."""
        self._require("health.view", None)
        told = Store(self.folder / "var").attempts(limit)
        elsewhere = "it is about a definition that is not yours to see"
        return tuple({**one, "error": elsewhere} if self._hidden_in(str(one.get("error"))) else one for one in told)

    def definition_problems(self) -> tuple[str, ...]:
        """What is wrong with the workspace's files as they lie there now; empty when a refresh would accept them."""
        self._require("health.view", None)
        stamps = tuple((str(path), path.stat().st_mtime_ns) for path in definition_files(self.folder))
        elsewhere = "a definition that is not yours to see"
        return tuple(elsewhere if self._hidden_in(told) else told for told in _problems(self.folder, stamps))

    def quarantine(self, dataset: str, limit: int = 200) -> list[dict[str, Any]]:
        """Rows of a dataset that broke its contract: source_file, line, reason, raw.

        A row that could not be read belongs to no unit yet, so only who may see the top unit sees it.
        """
        self._require("health.view", (self.opened.tree.root,))
        if dataset not in self.opened.manifest.datasets:
            raise FourfoldError(f"'{dataset}' is not a dataset of this snapshot")
        sql = f'SELECT * FROM quarantine."{dataset}" ORDER BY source_file, line LIMIT {int(limit)}'
        rows: list[dict[str, Any]] = self.opened.engine().table(sql).to_pylist()
        return [{**row, "raw": KEPT_ROW} for row in rows] if self._about_people(dataset) else rows

    def answers(self, metric: str | None = None) -> list[Answer]:
        """Known answers and what came out, of one metric or of all."""
        where = "" if metric is None else f" WHERE metric = {literal(metric)}"
        sql = f"SELECT * FROM snapshot.main.answers{where}"
        rows = self.opened.kept(("answers", metric), lambda: self.opened.engine().table(sql).to_pylist())
        scope = self.policy.scope(self.viewer, "metric.view")
        return [Answer(**row) for row in rows if row["unit"] in scope and self.lens.sees(row["metric"], row["unit"])]

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
        tick_on(open_current(self.folder), self._state)
        return made

    # --

    def _require(self, permission: Permission, units: Sequence[str] | None) -> None:
        self.policy.require(self.viewer, permission, units)

    def _hidden_in(self, text: str) -> bool:
        """Whether a text about definitions names a metric that the viewer does not see."""
        return not self.lens.whole and not names_only(self.opened, text)

    def _about_people(self, dataset: str) -> bool:
        """Whether single rows of a dataset are nobody's to see: about a person, or behind a metric that is hidden."""
        known = self.opened.all.catalog
        return any(
            known.tables[table].people or key not in self.lens.metrics
            for key in known.metrics
            if key not in self.lens.metrics or least_of(known, key) > 1
            for table in known.tables_of(key)
            if dataset in datasets_of(self.workspace, known.tables[table])
        )

    def _seen(self, metric: str, unit: str | None, permission: Permission) -> None:
        """`Refused` for a metric that the viewer does not see (of this unit), as for one that is not there."""
        lens = self.lens if permission == "metric.view" else lens_of(self.opened, self.policy, self.viewer, permission)
        if metric not in (lens.metrics if unit is None else lens.by_unit.get(unit, ())):
            raise Refused(f"there is no metric '{metric}' for you to see{' here' if unit else ''}")

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
