"""What the numbers say of the objectives: what is off target and since when, what moves by a signal, what is a win.

Here the plan meets the values: the metrics of active objectives at their units, month by month.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import takewhile

from sqlalchemy import Engine as StateEngine

from data.calendar import Calendar, Period
from data.organisation import LONG_AGO
from flows.opened import Opened
from flows.workspace import Workspace
from metrics.definitions.metric import Indicator
from metrics.scoring.anchors import Anchors, score
from metrics.scoring.status import COLOURS, Status, colour_of
from metrics.signals.xmr import Signals, Variation, variation, xmr
from metrics.values.reading import Value
from strategy.glance import once
from strategy.goals.tables import Objective, ObjectiveMetric
from strategy.goals.weights import newest
from strategy.reading import read

MONTHS = 48  # as far back as signals look


@dataclass(frozen=True)
class Watch:
    """A metric of an active objective at its unit; `red_flag` and `goal` are the objective's own, where it has any."""

    metric: str
    unit: str
    objective: str
    red_flag: float | None = None
    goal: float | None = None


@dataclass(frozen=True)
class Red:
    """A metric that is off target now, and has been for `periods` periods in a row, from `first_period` on.

    Periods without a colour (not due, no data) are passed over. `value` and `target` are those of `last_period`, in the
    metric's own unit; periods are named as links name them (2026-08).
    """

    metric: str
    unit: str
    objective: str
    first_period: str
    last_period: str
    periods: int
    value: float | None
    target: float | None
    status: Status
    indicator: Indicator

    @property
    def key(self) -> str:
        """The key of the issue that the clock opens for it: one for each stretch of red."""
        return f"red.{self.metric}.{self.unit}.{self.first_period.lower()}"


@dataclass(frozen=True)
class Moved:
    """A metric whose newest value is a special cause. `variation` says which way; `words` which rule fired."""

    metric: str
    unit: str
    objective: str
    period: str
    value: float | None
    variation: Variation
    words: str


@dataclass(frozen=True)
class Win:
    """A metric that does well: it has come back on target, or improves by a signal; `words` say which."""

    metric: str
    unit: str
    objective: str
    period: str
    value: float | None
    target: float | None
    words: str


@dataclass(frozen=True)
class Readings:
    """All that was read, the longest red first. `statuses` has the newest status of every (metric, unit) with values.

    `period` is the last one looked at; None where the snapshot has none.
    """

    period: str | None
    reds: tuple[Red, ...]
    moved: tuple[Moved, ...]
    wins: tuple[Win, ...]
    statuses: Mapping[tuple[str, str], Status]


class Months:
    """The closed months of a snapshot, each (metric, unit) read once, however often it is asked for."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self._kept: dict[tuple[str, str], list[Value]] = {}

    def of(self, watched: Sequence[Watch], last: date) -> list[tuple[Watch, list[Value]]]:
        """Of each that has any: its months up to a day, oldest first."""
        missing = [watch for watch in watched if (watch.metric, watch.unit) not in self._kept]
        if missing:
            self._keep(sorted({w.metric for w in missing}), sorted({w.unit for w in missing}))
        found = [(w, [v for v in self._kept[w.metric, w.unit] if v.period.end <= last]) for w in watched]
        return [(watch, months) for watch, months in found if months]

    def _keep(self, metrics: list[str], units: list[str]) -> None:
        self._kept.update({(metric, unit): [] for metric in metrics for unit in units})
        as_of = self.opened.manifest.as_of
        for value in self.opened.values(metrics, units, "month", LONG_AGO, as_of):
            self._kept[value.metric, value.unit].append(value)


def watches(state: StateEngine) -> tuple[Watch, ...]:
    """The metrics of all active objectives at their units, each (metric, unit) once, by the order of keys."""
    return once(state, "watches", lambda: _watches(state))


def _watches(state: StateEngine) -> tuple[Watch, ...]:
    active = {one.key: one for one in read(state, Objective, Objective.state == "active", order_by=[Objective.key])}
    found: dict[tuple[str, str], Watch] = {}
    for held in read(state, ObjectiveMetric, order_by=[ObjectiveMetric.objective, ObjectiveMetric.metric]):
        objective = active.get(held.objective)
        if objective is not None and newest(held.weights) is not None:
            place = (held.metric, objective.unit)
            found.setdefault(place, Watch(*place, objective.key, held.red_flag, held.goal))
    return tuple(found.values())


def readings(months: Months, watched: Iterable[Watch], until: date | None = None, only_reds: bool = False) -> Readings:
    """What the closed months of a snapshot say of these metrics, up to a day (None: the last day whose facts count).

    `only_reds` leaves signals and wins out, which is far faster.
    """
    opened, calendar = months.opened, months.opened.workspace.calendar
    known = [w for w in watched if w.metric in opened.workspace.metrics and w.unit in opened.tree]
    last = _last_closed(calendar, min(until or opened.manifest.as_of, opened.manifest.as_of))
    series = months.of(known, last.end)
    reds: list[Red] = []
    moved: list[Moved] = []
    wins: list[Win] = []
    statuses: dict[tuple[str, str], Status] = {}
    for watch, values in series:
        one = _Series(opened.workspace, calendar, watch, values)
        statuses[watch.metric, watch.unit] = one.statuses[-1]
        reds += one.red()
        if not only_reds and values[-1].period.end == last.end and values[-1].value is not None:
            moved += one.moved()
            wins += one.win()
    reds.sort(key=lambda red: (-red.periods, red.metric, red.unit))
    return Readings(calendar.name(last), tuple(reds), tuple(moved), tuple(wins), statuses)


def status_at(watch: Watch, value: Value) -> Status:
    """The status of a value, by the objective's own red flag and goal where it has both."""
    if watch.goal is None or watch.red_flag is None or value.value is None:
        return value.status
    own = score(value.value, Anchors(value.anchors.direction, goal=watch.goal, red=watch.red_flag))
    return "error" if own is None else colour_of(own)


class _Series:
    """The months of one watched metric, judged."""

    def __init__(self, workspace: Workspace, calendar: Calendar, watch: Watch, values: Sequence[Value]) -> None:
        self.watch, self.calendar, self.values = watch, calendar, values
        self.metric = workspace.metrics[watch.metric]
        self.statuses = [status_at(watch, value) for value in values]
        judged = zip(values, self.statuses, strict=True)
        self.coloured = [(value, status) for value, status in judged if status in COLOURS]

    @cached_property
    def signals(self) -> Signals:
        return xmr([(value.period.start, value.value) for value in self.values[-MONTHS:]])

    @property
    def cause(self) -> Variation | None:
        return variation(self.signals, self.metric.direction)

    @property
    def rules(self) -> str:
        return ", ".join(flag.words for flag in self.signals.latest.flags) if self.signals.latest else ""

    def target(self, value: Value) -> float | None:
        return value.target if self.watch.goal is None else self.watch.goal

    def red(self) -> Iterator[Red]:
        stretch = [v for v, _ in takewhile(lambda one: one[1] == "red", reversed(self.coloured))]
        if stretch:
            yield Red(
                metric=self.watch.metric,
                unit=self.watch.unit,
                objective=self.watch.objective,
                first_period=self.calendar.name(stretch[-1].period),
                last_period=self.calendar.name(stretch[0].period),
                periods=len(stretch),
                value=stretch[0].value,
                target=self.target(stretch[0]),
                status="red",
                indicator=self.metric.indicator,
            )

    def moved(self) -> Iterator[Moved]:
        cause, latest = self.cause, self.values[-1]
        if cause is not None and cause != "common":
            place = (self.watch.metric, self.watch.unit, self.watch.objective, self.calendar.name(latest.period))
            yield Moved(*place, latest.value, cause, self.rules)

    def win(self) -> Iterator[Win]:
        latest = self.values[-1]
        words = ""
        if self.statuses[-1] == "green" and len(self.coloured) > 1 and self.coloured[-2][1] != "green":
            words = "back on target"
        elif self.statuses[-1] == "green" and self.cause == "improving":
            words = f"improves by a signal: {self.rules}"
        if words:
            place = (self.watch.metric, self.watch.unit, self.watch.objective, self.calendar.name(latest.period))
            yield Win(*place, latest.value, self.target(latest), words)


def _last_closed(calendar: Calendar, day: date) -> Period:
    """The last month that ends on or before a day."""
    holding = calendar.holding("month", day)
    return holding if holding.end <= day else calendar.holding("month", calendar.last_closed(day))
