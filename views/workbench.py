"""What one viewer may see and do with definitions and their drafts; a part of his desk. Every step asks the policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.compute as pc
from sqlalchemy import Engine as StateEngine

from access.policy import Policy, Refused
from access.roles import Permission
from access.viewer import Viewer
from data.calendar import Span
from data.documents import Problem
from data.editing import GONE, edited, value_at
from data.errors import CommandError, QueryError
from flows.acting import clock_of
from flows.compute import Progress, quiet
from flows.door import Door
from flows.drafts import Preview, Tried, difference, file_text, instead, preview, publish, try_out
from flows.lens import closed_of, names_only
from flows.opened import Opened
from flows.planning import SNAPSHOT, plan
from flows.workspace import Workspace
from metrics.definitions.metric import Metric
from metrics.values.reading import Value, values_of
from strategy.drafts import (
    ALIVE,
    Drafted,
    OfferDraft,
    RebaseDraft,
    RejectDraft,
    SaveDraft,
    StartDraft,
    WithdrawDraft,
    draft,
    draft_begun,
    drafts,
)
from views.planned import MetricPlan, ParentMoved, metric_plans, parents


@dataclass(frozen=True)
class Shown:
    """A preview as this viewer may see it: the values of one unit and span, oldest first, and the cost."""

    values: tuple[Value, ...]
    rows: int
    tables: tuple[str, ...]
    seconds: float
    fault: str


@dataclass(frozen=True)
class Workbench:
    """Definitions and drafts through one viewer's eyes."""

    viewer: Viewer
    opened: Opened
    policy: Policy
    folder: Path
    state: StateEngine
    origin: str = "page"

    @property
    def may_draft(self) -> bool:
        """Whether the viewer may write drafts."""
        return self.policy.may(self.viewer, "definition.draft")

    @property
    def may_decide(self) -> bool:
        """Whether the viewer may publish what others wrote: over the whole organisation, or not at all."""
        return self.policy.may(self.viewer, "definition.publish", self.opened.tree.root)

    def name(self, key: str) -> str:
        """The file of a metric in the workspace; QueryError where there is no such metric."""
        metric = self.opened.workspace.metrics.get(key)
        if metric is None:
            raise QueryError(f"there is no metric '{key}' in force; the list shows all that there are")
        return f"metrics/{metric.perspective}/{key}.yaml"

    def text(self, key: str) -> str:
        """The file of a metric as it lies in the workspace now."""
        self._require("definition.view")
        return self._seen(file_text(self.folder, self.name(key)))

    def drafts(self) -> list[Drafted]:
        """The drafts that somebody still has to do with, the latest first."""
        self._require("definition.view")
        return [one for one in drafts(self.state, ALIVE) if self._open(one)]

    def draft(self, number: int) -> Drafted:
        """One draft; `CommandError` where there is none, or none for this viewer."""
        self._require("definition.view")
        found = draft(self.state, number)
        if not self._open(found):
            raise CommandError(f"there is no draft {number}")
        return found

    # -- writing

    def start(self, key: str, perspective: str, text: str) -> Drafted:
        """A new draft: of a metric that is there, or of a new one; `CommandError` for a key that another one has."""
        self._require("definition.draft")
        here = self.opened.workspace.metrics.get(key)
        if here is None and key in self.opened.all.workspace.metrics:
            raise CommandError(f"there is a metric '{key}' already; choose another key")
        if here is not None and here.perspective != perspective:
            raise CommandError(f"'{key}' is a metric of the perspective {here.perspective}; choose another key")
        if perspective not in self.opened.workspace.perspectives:
            raise CommandError(f"'{perspective}' is not a perspective of workspace.yaml")
        base = file_text(self.folder, f"metrics/{perspective}/{key}.yaml")
        return draft_begun(self.state, self._door.do(self.viewer, StartDraft(key, perspective, text, base)))

    def clone(self, of: str, key: str, perspective: str, title: str) -> Drafted:
        """A new draft with the text of a metric under another key and title, without its known answers."""
        if key in self.opened.all.workspace.metrics or file_text(self.folder, f"metrics/{perspective}/{key}.yaml"):
            raise CommandError(f"there is a metric '{key}' already; choose another key")
        text = edited(edited(self.text(of), ("title",), title), ("tests",), GONE)
        return self.start(key, perspective, text)

    def save(self, one: Drafted, text: str) -> Drafted:
        """Keep another text."""
        self._door.do(self.viewer, SaveDraft(one.id, one.version, text))
        return self.draft(one.id)

    def offer(self, one: Drafted) -> Drafted:
        """Hand it to a second person; `CommandError` while it is not sound."""
        tried = self.try_out(one, one.text)
        if tried.problems:
            raise CommandError(f"the draft is not sound yet: {tried.problems[0].message}")
        self._door.do(self.viewer, OfferDraft(one.id, one.version))
        return self.draft(one.id)

    def withdraw(self, one: Drafted) -> None:
        """Give it up."""
        self._door.do(self.viewer, WithdrawDraft(one.id, one.version))

    def rebase(self, one: Drafted) -> Drafted:
        """Base it on the file as it lies there now."""
        self._door.do(self.viewer, RebaseDraft(one.id, one.version, file_text(self.folder, one.name)))
        return self.draft(one.id)

    # -- deciding

    def publish(self, one: Drafted) -> Path:
        """Put it in force; see `flows.drafts.publish`."""
        return publish(self.folder, self._door, self.viewer, one)

    def reject(self, one: Drafted, comment: str) -> None:
        """Send it back, saying why."""
        self._door.do(self.viewer, RejectDraft(one.id, one.version, comment))

    # -- looking

    def try_out(self, one: Drafted, text: str) -> Tried:
        """A text held against all other files."""
        self._require("definition.view")
        tried = try_out(self.folder, one.name, text)
        problems = tuple(
            problem if names_only(self.opened, str(problem)) else _elsewhere(problem) for problem in tried.problems
        )
        return replace(tried, problems=problems)

    def moved_on(self, one: Drafted) -> list[str]:
        """The lines by which the file differs from what the draft was based on; none where it is still that."""
        now = file_text(self.folder, one.name)
        return [] if now in (one.base, one.text) else difference(one.base, now)

    def values(self, tried: Tried, key: str, unit: str, span: Span) -> Shown:
        """What a sound draft would show for one unit, and no other one; `Refused` for a unit out of scope."""
        self.policy.require(self.viewer, "metric.view", (unit,))
        if not self._shows(tried, key, unit):
            return Shown((), 0, (), 0.0, "it rests on what is not yours to see")
        found: Preview = preview(self.folder, self.opened.id, tried, key)
        if found.values is None or tried.workspace is None:
            whole = self.policy.may(self.viewer, "metric.view", self.opened.tree.root)  # its words may name any row
            fault = found.fault if whole else "it cannot be computed on the facts of this snapshot"
            return Shown((), found.rows, found.tables, found.seconds, fault)
        table = found.values
        own = table.filter(pc.and_(pc.equal(table.column("unit"), unit), pc.equal(table.column("span"), span)))
        values = values_of(own.sort_by("period_end"), dict(tried.workspace.metrics))
        return Shown(tuple(values), found.rows, found.tables, found.seconds, "")

    def plan(
        self, one: Drafted, text: str, progress: Progress = quiet
    ) -> tuple[Workspace, Sequence[MetricPlan], Sequence[ParentMoved]]:
        """What would change if the text were in force, in the units that the viewer may see."""
        self._require("definition.view")
        units = self.policy.scope(self.viewer, "metric.view")
        found = plan(self.folder, SNAPSHOT, {**instead(one), one.name: text}, progress)
        metrics = [one for one in metric_plans(found, units) if self._planned(found.new, one)]
        return found.new, metrics, [one for one in parents(found, units) if self._tells(one)]

    def metric(self, tried: Tried, key: str) -> Metric | None:
        """The metric that a sound draft defines."""
        return tried.workspace.metrics.get(key) if tried.workspace else None

    # --

    def _open(self, one: Drafted) -> bool:
        """Whether a draft is of a metric, and names none but those, that the viewer sees."""
        here = one.metric not in self.opened.all.workspace.metrics or one.metric in self.opened.workspace.metrics
        known = one.perspective in self.opened.workspace.perspectives
        return here and known and names_only(self.opened, f"{one.base} {one.text}")

    def _seen(self, text: str) -> str:
        if not names_only(self.opened, text):
            raise Refused("this definition names metrics that are not yours to see")
        return text

    def _planned(self, workspace: Workspace, one: MetricPlan) -> bool:
        if one.key in self.opened.all.workspace.metrics:
            return one.key in self.opened.workspace.metrics
        return any(self._shows_in(workspace, one.key, unit) for unit in one.units)

    def _tells(self, moved: ParentMoved) -> bool:
        """Whether a score is of what the viewer sees; that of a whole scorecard is the same for all."""
        workspace = self.opened.workspace
        if moved.level == "perspective":
            return moved.key in workspace.perspectives
        return moved.level == "scorecard" or moved.key in workspace.plan.known

    def _shows(self, tried: Tried, key: str, unit: str) -> bool:
        """Whether a draft's values may be seen: what it rests on counts, whatever it says of itself."""
        return tried.workspace is None or self._shows_in(tried.workspace, key, unit)

    def _shows_in(self, workspace: Workspace, key: str, unit: str) -> bool:
        metric, known = workspace.metrics.get(key), self.opened.all.workspace.metrics
        if metric is None:
            return True
        closed = closed_of(workspace.catalog, opened=key in known and known[key] == metric).get(key, ())
        reaches = self.policy.reaches(self.viewer, "metric.view")
        return any(unit in reach.units and reach.shows(metric.perspective, closed) for reach in reaches)

    @property
    def _door(self) -> Door:
        return Door(self.state, self.policy, clock_of(self.opened), self.origin)

    def _require(self, permission: Permission) -> None:
        self.policy.require(self.viewer, permission, None)


def _elsewhere(problem: Problem) -> Problem:
    return Problem(
        problem.file if "metrics/" not in problem.file else "metrics/", "a definition that is not yours to see"
    )


def title_of(one: Drafted) -> str:
    """The title that a draft gives its metric, or its key where the text cannot be read."""
    try:
        title = value_at(one.text, ("title",))
    except CommandError:
        return one.metric
    return str(title) if title else one.metric


__all__ = ["Drafted", "Shown", "Workbench", "title_of"]
