"""What the metric screen shows: one metric in depth, from its line over time to where its facts come from."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import QueryError
from metrics.definitions.metric import Metric
from metrics.signals.xmr import assurance
from metrics.values.reading import Value
from views.desk import Desk
from views.draw.charts import Series
from views.executive import period_before, state
from views.formula import Names, Piece, formula, target_rule
from views.freshness import freshness
from views.lineage import Stage, Stop, edges, lineage
from views.picks import Picks
from views.reading import SIGNAL_MONTHS, Reading, about, read
from views.scorecard import metric_keys
from views.stamps import Stamp, stamping
from views.wording import (
    DASH,
    NumberFormat,
    counted,
    day,
    form_of,
    listed,
    period_name,
    score,
    sentence,
    status_of,
)

COUNTS = {"month": SIGNAL_MONTHS, "quarter": 16, "year": 4, "ytd": SIGNAL_MONTHS, "r12": SIGNAL_MONTHS}
DIRECTIONS = {"up": "Higher is better", "down": "Lower is better", "band": "Best within a band"}
ASSURANCE = {
    "consistently passes": "Left as it is, the process keeps meeting the target.",
    "consistently fails": "Left as it is, the process cannot meet the target: change the process.",
    "hit and miss": "Left as it is, the target is met in some months and missed in others, by chance.",
}


@dataclass(frozen=True)
class Answer:
    """A known answer from elsewhere, and what was computed."""

    place: str
    expected: str
    found: str
    ok: bool
    source: str


@dataclass(frozen=True)
class HistoryRow:
    """One period as a row of the chart's twin."""

    period: str
    href: str
    value: str
    target: str
    status: str
    score: str
    change: str
    rows: str
    note: str


@dataclass(frozen=True)
class MetricView:
    """Everything on the metric screen; words and numbers ready to show."""

    key: str
    title: str
    about: str
    subtitle: str
    status: str
    reason: str
    value: str
    target: str
    unit: str
    score: str
    changes: tuple[tuple[str, str, str], ...]  # (against what, the value then, the change)
    coverage: str
    stamp: Stamp | None
    series: Series
    history: tuple[HistoryRow, ...]
    signal: str
    signal_says: tuple[str, ...]
    description: str
    formula: tuple[Piece, ...]
    hrefs: dict[str, str]  # addresses of the metrics that the formula names
    facts: tuple[tuple[str, str], ...]
    lineage: tuple[Stage, ...]
    drivers: tuple[Stop, ...]
    effects: tuple[Stop, ...]
    answers: tuple[Answer, ...]


def choices(desk: Desk, picks: Picks, asked: str | None = None) -> dict[str, str]:
    """Titles by key of the metrics that the unit reports, those on scorecards first; and of the one asked for."""
    workspace = desk.workspace
    reported = {v.metric for v in desk.values(list(workspace.metrics), [picks.unit], picks.span, picks.period)}
    carded = dict.fromkeys(key for card in workspace.scorecards.values() for key in metric_keys(workspace, card))
    order = list(workspace.perspectives)
    rest = sorted(
        workspace.metrics, key=lambda k: (order.index(workspace.metrics[k].perspective), workspace.metrics[k].title)
    )
    return {
        key: workspace.metrics[key].title for key in dict.fromkeys([*carded, *rest]) if key in reported or key == asked
    }


def build(desk: Desk, picks: Picks, key: str) -> MetricView:
    """One metric for the picked unit and period; QueryError when there is no such metric."""
    workspace = desk.workspace
    if key not in workspace.metrics:
        raise QueryError(f"there is no metric '{key}'; the catalog lists all that there are")
    metric = workspace.metrics[key]
    past = sorted(
        desk.values([key], [picks.unit], picks.span, picks.period, COUNTS[picks.span]), key=lambda v: v.period.end
    )
    first = next((i for i, value in enumerate(past) if value.value is not None), 0)
    past = past[first:]  # what lies before the first value is not a gap
    now = next((value for value in past if value.period == picks.period), None)
    if now is None:
        raise QueryError(f"{picks.unit_title} has never reported {metric.title}; pick another unit")
    reading = _reading(desk, picks, metric, past, now)
    form = form_of(metric, *(v.value for v in past), now.target)
    names = Names(workspace.metrics, desk.catalog.tables)
    pieces = formula(metric, names)
    return MetricView(
        key=key,
        title=metric.title,
        about=about(workspace, key),
        subtitle=f"{picks.unit_title} \u00b7 {picks.period_title}, {state(desk, picks.period)}",
        status=now.status,
        reason=reading.reason,
        value=form.short(now.value),
        target=form.short(now.target),
        unit=form.long_unit,
        score=score(now.score),
        changes=_changes(desk, picks, reading),
        coverage=_coverage(metric, now),
        stamp=stamping(desk)([key]),
        series=_series(metric, past, form, reading, desk, picks),
        history=tuple(_history(desk, picks, v, form) for v in reversed(past)),
        signal=reading.signal,
        signal_says=_signal_says(reading, now),
        description=metric.description,
        formula=pieces,
        hrefs={m: picks.to("metric", metric=m) for p in pieces if (m := p.metric) and m in workspace.metrics},
        facts=_facts(desk, metric, now, form, names),
        lineage=lineage(desk, picks, metric),
        drivers=edges(desk, picks, key, causes=True),
        effects=edges(desk, picks, key, causes=False),
        answers=_answers(desk, metric),
    )


def _reading(desk: Desk, picks: Picks, metric: Metric, past: Sequence[Value], now: Value) -> Reading:
    months = past
    if picks.span != "month":
        month = desk.workspace.calendar.holding("month", min(picks.period.end, desk.as_of))
        months = desk.values([metric.key], [picks.unit], "month", month, SIGNAL_MONTHS)
    earlier = period_before(desk.workspace, picks.period)
    before = next((v for v in past if v.period == earlier), None)
    return read(metric, now, before, months)


def _changes(desk: Desk, picks: Picks, reading: Reading) -> tuple[tuple[str, str, str], ...]:
    calendar, now, form = desk.workspace.calendar, reading.now, reading.form
    running = now.partial and picks.period.end > desk.as_of
    part = f" (first {(desk.as_of - picks.period.start).days + 1} days)" if running else ""
    found = [(f"{period_name(period_before(desk.workspace, picks.period), calendar)}{part}", now.previous)]
    if picks.span not in ("year", "ytd"):
        year = calendar.period(picks.span, calendar.year_before(picks.span, calendar.number("month", picks.period.end)))
        found.append((f"{period_name(year, calendar)}{part}", now.previous_year))
    return tuple((name, form.short(then), form.short_change(now.value, then)) for name, then in found)


def _coverage(metric: Metric, now: Value) -> str:
    if now.expected <= 1 or now.reported == now.expected or metric.cadence != "month":
        return ""
    return f"{now.reported} of {now.expected} unit-months reported"


def _series(
    metric: Metric, past: Sequence[Value], form: NumberFormat, reading: Reading, desk: Desk, picks: Picks
) -> Series:
    def scaled(value: float | None) -> float | None:
        return None if value is None else value / form.factor

    flags = {point.on: bool(point.flags) for point in reading.signals.points} if picks.span == "month" else {}
    signals = reading.signals
    limits = None
    if (
        picks.span == "month"
        and signals.applicable
        and signals.lower is not None
        and signals.upper is not None
        and not signals.seasonal
    ):
        limits = (signals.lower / form.factor, (signals.mean or 0.0) / form.factor, signals.upper / form.factor)
    calendar = desk.workspace.calendar
    words = [
        f"<b>{period_name(v.period, calendar)}</b><br>{form.value(v.value)}, target {form.value(v.target)}<br>"
        f"{status_of(v.status).shape} {status_of(v.status).word}"
        f"{f', score {v.score:.1f}' if v.score is not None else ''}"
        for v in past
    ]
    return Series(
        dates=tuple(
            v.period.start if v.period.span in ("month", "quarter", "year") else v.period.end.replace(day=1)
            for v in past
        ),
        values=tuple(scaled(v.value) for v in past),
        targets=tuple(scaled(v.target) for v in past),
        statuses=tuple(v.status for v in past),
        words=tuple(words),
        flagged=tuple(flags.get(v.period.start, False) for v in past),
        red=tuple(scaled(v.anchors.red) for v in past),
        goal=tuple(scaled(v.anchors.goal) for v in past),
        direction=metric.direction,
        limits=limits,
        before=form.before,
        unit="" if form.long_unit else form.after,
    )


def _history(desk: Desk, picks: Picks, value: Value, form: NumberFormat) -> HistoryRow:
    calendar = desk.workspace.calendar
    return HistoryRow(
        period_name(value.period, calendar),
        picks.to("metric", metric=value.metric, period=calendar.name(value.period), by="history"),
        form.value(value.value),
        form.value(value.target),
        value.status,
        score(value.score),
        form.change(value.value, value.previous),
        f"{value.rows:,}",
        sentence(value.reason or ""),
    )


def _signal_says(reading: Reading, now: Value) -> tuple[str, ...]:
    signals, form = reading.signals, reading.form
    says = [reading.signal_detail] if not signals.applicable or signals.few or signals.seasonal else []
    if signals.applicable and not signals.seasonal:
        since = f"from {counted(signals.count, 'month')}"
        if signals.until is not None:
            since = f"as they were up to {signals.until:%b %Y}; the process has moved since"
        limits = f"{form.value(signals.lower)} to {form.value(signals.upper)}"
        says.append(f"Limits {limits}, mean {form.value(signals.mean)}, {since}.")
    steady = signals.latest is not None and not signals.latest.flags  # else nothing stays as it is
    promise = assurance(signals, now.target, reading.metric.direction, now.anchors.goal_high) if steady else None
    return (*says, *([ASSURANCE[promise]] if promise else []))


REPORTED = {1: "every month", 3: "each quarter", 12: "once a year"}  # by months from one figure to the next


def _facts(desk: Desk, metric: Metric, now: Value, form: NumberFormat, names: Names) -> tuple[tuple[str, str], ...]:
    person = desk.workspace.people.get(metric.owner)
    anchors = now.anchors
    if metric.direction == "band":
        red, goal = (anchors.red, anchors.red_high), (anchors.goal, anchors.goal_high)
        scale = f"Red outside {' to '.join(map(form.value, red))}, goal {' to '.join(map(form.value, goal))}"
    else:
        scale = (
            f"Red flag {form.value(anchors.red)}, goal {form.value(anchors.goal)}"
            if anchors.stated
            else "No anchors hold here"
        )
    facts = [
        ("Owner", f"{person.name}, {person.title}" if person else metric.owner or DASH),
        ("Reads", f"{DIRECTIONS[metric.direction]}, {metric.indicator} indicator"),
        ("Measured in", metric.measured_in),
        ("Target", target_rule(metric, names)),
        ("Scale", scale),
        ("Reported", REPORTED[desk.catalog.cadence(metric.key)]),
        (
            "Without rows",
            {"null": "unknown, not zero", "zero": "counts as zero", "carry": "the last known value"}[metric.nulls],
        ),
    ]
    facts.append(("Freshness", _fresh(desk, metric)))
    if aside := _set_aside(desk, metric):
        facts.append(("Set aside", aside))
    if metric.guardrails:
        facts.append(
            (
                "Guardrails",
                ", ".join(desk.workspace.metrics[g].title for g in metric.guardrails if g in desk.workspace.metrics),
            )
        )
    if metric.tags:
        facts.append(("Tags", ", ".join(metric.tags)))
    return (*facts, ("File", f"metrics/{metric.perspective}/{metric.key}.yaml"))


def _set_aside(desk: Desk, metric: Metric) -> str:
    """The rows that broke their contract and are in no number: nothing where there are none."""
    states = {name: desk.datasets()[name] for _, name in desk.datasets_below(metric.key) if name in desk.datasets()}
    told = [f"{counted(s.quarantined, 'row')} of {name}" for name, s in states.items() if s.quarantined]
    return f"{listed(told)} broke the contract and are not counted" if told else ""


def _fresh(desk: Desk, metric: Metric) -> str:
    """How fresh the data below is: the latest dataset's words, or that all keep their rule."""
    reach = freshness(desk)
    below = [reach[name] for _, name in desk.datasets_below(metric.key) if name in reach]
    late = [f"{one.dataset} is {counted(one.late, 'day')} late" for one in below if one.late]
    newest = [one.newest for one in below if one.newest]
    if late:
        return listed(late)
    return f"fresh, newest facts of {day(min(newest))}" if newest else "no rule is set for its datasets"


def _answers(desk: Desk, metric: Metric) -> tuple[Answer, ...]:
    units = {unit.key: unit.title for unit in desk.units(desk.as_of)}
    form = form_of(metric, *(a.expected for a in desk.answers(metric.key)))
    return tuple(
        Answer(f"{units[a.unit]}, {a.period}", form.value(a.expected), form.value(a.found), a.ok, a.source)
        for a in desk.answers(metric.key)
        if a.unit in units
    )
