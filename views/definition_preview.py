"""What a draft would show: its values of the last periods with target and score, the rows behind them, the cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.calendar import Period
from flows.drafts import Tried
from flows.workspace import Workspace
from metrics.definitions.metric import Metric
from metrics.values.reading import Value
from strategy.drafts import Drafted
from views.desk import Desk
from views.draw.charts import Series
from views.picks import Picks
from views.planned import MetricPlan, Moved, ParentMoved, move_in_words, parent_in_words
from views.wording import NumberFormat, counted, form_of, period_name, score, sentence, status_of

PERIODS = 24
LARGEST = 8


@dataclass(frozen=True)
class PreviewRow:
    """One period as it would be, with what is published now."""

    period: str
    value: str
    published: str
    target: str
    status: str
    score: str
    rows: str
    note: str


@dataclass(frozen=True)
class PreviewView:
    """The preview of a draft for one unit. `fault` says why there is none."""

    value: str
    target: str
    score: str
    status: str
    reason: str
    behind: str
    cost: str
    series: Series | None
    rows: tuple[PreviewRow, ...]
    fault: str = ""


@dataclass(frozen=True)
class PlanLine:
    """A metric, or a score of a parent, that would change: how much of it, and the largest changes in words."""

    title: str
    how: str
    counts: str
    moved: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlanView:
    """What a draft would change."""

    lines: tuple[PlanLine, ...]
    parents: tuple[tuple[str, str], ...]
    parent_count: int


def preview(desk: Desk, picks: Picks, one: Drafted, tried: Tried) -> PreviewView:
    """The preview for the picked unit and kind of period, up to the picked period."""
    shown = desk.workbench.values(tried, one.metric, picks.unit, picks.span)
    metric = desk.workbench.metric(tried, one.metric)
    cost = f"{counted(shown.rows, 'row')} of {', '.join(shown.tables)} in {shown.seconds * 1000:,.0f} ms"
    past = [value for value in shown.values if value.period.end <= picks.period.end][-PERIODS:]
    if shown.fault or metric is None or not past:
        fault = shown.fault or f"{picks.unit_title} has no rows for it; choose another unit"
        return PreviewView("", "", "", "no_data", "", "", cost, None, (), sentence(fault))
    now = past[-1]
    form = form_of(metric, *(value.value for value in past), now.target)
    return PreviewView(
        form.short(now.value),
        form.short(now.target),
        score(now.score),
        now.status,
        sentence(now.reason or ""),
        counted(now.rows, "row"),
        cost,
        _series(desk, metric, past, form),
        tuple(reversed(_rows(desk, picks, one, past, form))),
    )


def _rows(desk: Desk, picks: Picks, one: Drafted, past: Sequence[Value], form: NumberFormat) -> list[PreviewRow]:
    published = {}
    if one.metric in desk.workspace.metrics:
        values = desk.values([one.metric], [picks.unit], picks.span, past[-1].period, PERIODS)
        published = {value.period: value.value for value in values}
    calendar = desk.workspace.calendar
    return [
        PreviewRow(
            period_name(value.period, calendar),
            form.value(value.value),
            form.value(published.get(value.period)),
            form.value(value.target),
            value.status,
            score(value.score),
            f"{value.rows:,}",
            sentence(value.reason or ""),
        )
        for value in past
    ]


def _series(desk: Desk, metric: Metric, past: Sequence[Value], form: NumberFormat) -> Series:
    def scaled(number: float | None) -> float | None:
        return None if number is None else number / form.factor

    calendar = desk.workspace.calendar
    words = [
        f"<b>{period_name(v.period, calendar)}</b><br>{form.value(v.value)}, target {form.value(v.target)}<br>"
        f"{status_of(v.status).shape} {status_of(v.status).word}"
        for v in past
    ]
    return Series(
        dates=tuple(v.period.start if v.period.span == "month" else v.period.end.replace(day=1) for v in past),
        values=tuple(scaled(v.value) for v in past),
        targets=tuple(scaled(v.target) for v in past),
        statuses=tuple(v.status for v in past),
        words=tuple(words),
        flagged=tuple(False for _ in past),
        red=tuple(scaled(v.anchors.red) for v in past),
        goal=tuple(scaled(v.anchors.goal) for v in past),
        direction=metric.direction,
        limits=None,
        before=form.before,
        unit="" if form.long_unit else form.after,
    )


def plan(desk: Desk, picks: Picks, one: Drafted, text: str) -> PlanView:
    """What would change in the units that the viewer may see: of the picked unit and kind of period the newest first,
    then the largest.
    """
    workspace, metrics, parents = desk.workbench.plan(one, text)
    known = {**desk.workspace.metrics, **workspace.metrics}
    titles = {unit.key: unit.title for unit in desk.units(desk.as_of)}

    def place(moved: Moved | ParentMoved) -> str:
        return f"{titles.get(moved.unit, moved.unit)}, {period_name(moved.period, desk.workspace.calendar)}"

    def near(moved: Moved | ParentMoved) -> tuple[bool, bool, int]:
        here = (moved.unit, moved.period.span) == (picks.unit, picks.span) and moved.period.end <= picks.period.end
        return not here, not _recent(moved.period, picks.period), -moved.period.end.toordinal() if here else 0

    lines = tuple(
        PlanLine(
            line.title,
            line.how,
            _counts(line),
            tuple((place(m), move_in_words(known[line.key], m)) for m in sorted(line.moved, key=near)[:LARGEST]),
        )
        for line in metrics
    )
    largest = sorted(sorted(parents, key=_points, reverse=True), key=near)[:LARGEST]
    told = tuple((f"{_parent(workspace, above)}, {place(above)}", parent_in_words(above)) for above in largest)
    return PlanView(lines, told, len(parents))


def _recent(period: Period, picked: Period) -> bool:
    """Whether a period is about the year before the picked one."""
    return (picked.end - period.end).days < 366


def _parent(workspace: Workspace, one: ParentMoved) -> str:
    """A parent by its title, with its scorecard where that is not the same."""
    card = workspace.scorecards[one.scorecard].title
    return one.title if one.level == "scorecard" else f"{one.title} ({card})"


def _points(one: ParentMoved) -> tuple[bool, float]:
    old, new = one.score
    return one.status[0] != one.status[1], abs((new or 0.0) - (old or 0.0))


def _counts(line: MetricPlan) -> str:
    if not line.rows:
        return "no number changes"
    parts = ((line.values, "value"), (line.targets, "target"), (line.scores, "score"), (line.statuses, "status"))
    told = [counted(n, word, "statuses" if word == "status" else None) for n, word in parts if n]
    return f"{', '.join(told)} in {counted(len(line.units), 'unit')}, {line.first:%b %Y} to {line.last:%b %Y}"
