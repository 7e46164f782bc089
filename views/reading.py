"""How one metric's value reads: in its own format, against its target, before and now, signal or noise."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flows.workspace import Workspace
from metrics.definitions.metric import Metric
from metrics.scoring.status import COLOURS
from metrics.signals.xmr import LEAST, Signals, variation, xmr
from metrics.values.reading import Value
from views.wording import NumberFormat, counted, form_of, listed, sentence, status_of

SPARK_MONTHS, SIGNAL_MONTHS = 24, 48
_RANK = {"red": 0, "error": 0, "amber": 1, "green": 2}


@dataclass(frozen=True)
class Reading:
    """A metric's value now and one like period before, with its months for line and signals (oldest first)."""

    metric: Metric
    now: Value
    before: Value | None
    months: tuple[Value, ...]
    form: NumberFormat
    signals: Signals

    @property
    def value(self) -> str:
        """The value as a table shows it: a long unit stands beside the title instead (`unit`)."""
        return self.form.short(self.now.value)

    @property
    def target(self) -> str:
        return self.form.short(self.now.target)

    @property
    def unit(self) -> str:
        """` · ideas / 100 people` where the unit is too long for a table's cells, else nothing."""
        return f" \u00b7 {self.form.long_unit}" if self.form.long_unit else ""

    @property
    def change(self) -> str:
        """Since the like period before; over the same days of it where the period still runs."""
        return self.form.short_change(self.now.value, self.now.previous)

    @property
    def line(self) -> tuple[float | None, ...]:
        return tuple(value.value for value in self.months[-SPARK_MONTHS:])

    @property
    def aim(self) -> tuple[float | None, ...]:
        return tuple(value.target for value in self.months[-SPARK_MONTHS:])

    @property
    def score_change(self) -> float | None:
        """Points of score since the like period before; None where either has no score."""
        if self.before is None or self.before.score is None or self.now.score is None:
            return None
        return self.now.score - self.before.score

    @property
    def turned(self) -> str:
        """`newly red`, `newly amber` or nothing: worse than in the period before by a whole status."""
        if self.before is None or self.before.status not in COLOURS or self.now.status not in COLOURS:
            return ""
        worse = _RANK[self.now.status] < _RANK[self.before.status]
        return f"newly {self.now.status}" if worse else ""

    @property
    def signal(self) -> str:
        """Signal or noise in a few words; why there is no answer is in `signal_detail`."""
        if self.signals.applicable:
            flags = self.signals.latest.flags if self.signals.latest else ()
            return f"Special cause: {flags[0].words}" if flags else "Common cause"
        if self.signals.count < LEAST:
            return "Too few months"
        way, months = run(self.months)
        return f"{way} {months} months in a row" if months >= 3 else "Drifting, no limits"

    @property
    def signal_detail(self) -> str:
        """What the few words leave out."""
        parts = [self.signals.why_not or self.signals.verdict, self.signals.warning]
        parts += ["season taken out"] if self.signals.seasonal else []
        return sentence("; ".join(part for part in parts if part))

    @property
    def variation(self) -> str | None:
        """improving, worsening, special, common, or None where no limits apply."""
        return variation(self.signals, self.metric.direction)

    @property
    def reason(self) -> str:
        return sentence(self.now.reason or "")


def run(months: Sequence[Value]) -> tuple[str, int]:
    """`Rising` or `Falling`, and for how many months in a row up to the latest one that was reported."""
    known = [value.value for value in months if value.value is not None]
    steps = [later - earlier for earlier, later in itertools.pairwise(known)]
    up = bool(steps) and steps[-1] > 0
    length = 0
    for step in reversed(steps):
        if step == 0 or (step > 0) != up:
            break
        length += 1
    return ("Rising" if up else "Falling"), length


def read(metric: Metric, now: Value, before: Value | None, months: Sequence[Value]) -> Reading:
    """A reading from a value, its like before, and its months (oldest first)."""
    form = form_of(metric, now.value, now.target)
    series = tuple((value.period.start, value.value) for value in months[-SIGNAL_MONTHS:])
    return Reading(metric, now, before, tuple(months), form, _charted(series))


@lru_cache(maxsize=4096)
def _charted(series: tuple[tuple[date, float | None], ...]) -> Signals:
    """The chart of a series: it rests on nothing but the numbers that are handed in."""
    return xmr(series)


def readings(
    workspace: Workspace, now: Mapping[str, Value], before: Mapping[str, Value], months: Iterable[Value]
) -> dict[str, Reading]:
    """Readings by metric key, in the order of `now`."""
    history: dict[str, list[Value]] = {}
    for value in sorted(months, key=lambda v: v.period.end):
        history.setdefault(value.metric, []).append(value)
    return {
        key: read(workspace.metrics[key], value, before.get(key), history.get(key, [])) for key, value in now.items()
    }


def leads(workspace: Workspace, key: str) -> str:
    """`leads Repeat rate in 2 months`, or whether the metric is leading or lagging."""
    edges = [d for d in workspace.catalog.drivers if key in d.from_ and d.kind == "influence"]
    if not edges:
        return workspace.metrics[key].indicator
    lag = f" in {counted(edges[0].months, 'month')}" if edges[0].months else ""
    return f"leads {listed([workspace.metrics[d.to].title for d in edges], 2)}{lag if len(edges) == 1 else ''}"


def about(workspace: Workspace, key: str) -> str:
    """Perspective, and what the metric leads."""
    return f"{workspace.perspectives[workspace.metrics[key].perspective]} · {leads(workspace, key)}"


def why_no_score(reading: Reading) -> str:
    """Why a value has no colour, and what to do about it."""
    return reading.reason or status_of(reading.now.status).hint
