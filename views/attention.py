"""What deserves a look: metrics off target or newly turned, those that do well, and those without a score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.workspace import Workspace
from metrics.scoring.status import COLOURS
from views.answered import Answer
from views.picks import Picks
from views.reading import Reading, about, why_no_score
from views.stamps import Stamp
from views.wording import sentence

_WORST_FIRST = {"error": 0, "red": 1, "amber": 2}
_GAPS = {"error": 0, "no_data": 1, "stale": 2, "no_target": 3, "insufficient": 4, "withheld": 5, "not_due": 6}
ROOM = 7  # concerns on one screen
FEW = 3  # strengths, gaps


@dataclass(frozen=True)
class Concern:
    """A metric that needs attention; everything in words but the score and the line."""

    key: str
    title: str
    href: str
    about: str
    status: str
    reason: str
    turned: str
    value: str
    target: str
    score: float | None
    change: str
    line: tuple[float | None, ...]
    aim: tuple[float | None, ...]
    signal: str
    signal_detail: str
    answer: Answer | None = None  # what is being done about it
    stamp: Stamp | None = None


@dataclass(frozen=True)
class Mention:
    """A metric in one line: one that does well, or one that has no score."""

    title: str
    href: str
    status: str
    area: str
    says: str


def concern_of(
    workspace: Workspace, reading: Reading, picks: Picks, answer: Answer | None = None, stamp: Stamp | None = None
) -> Concern:
    """A reading as a row of the table of concerns."""
    metric = reading.metric
    return Concern(
        key=metric.key,
        title=metric.title,
        href=picks.to("metric", metric=metric.key),
        about=about(workspace, metric.key) + reading.unit,
        status=reading.now.status,
        reason=reading.reason,
        turned=reading.turned,
        value=reading.value,
        target=reading.target,
        score=reading.now.score,
        change=reading.change,
        line=reading.line,
        aim=reading.aim,
        signal=reading.signal,
        signal_detail=reading.signal_detail,
        answer=answer,
        stamp=stamp,
    )


def troubled(readings: Iterable[Reading]) -> list[Reading]:
    """Off target or on watch: red before amber, newly turned before old, the largest fall of score first."""
    found = [reading for reading in readings if reading.now.status in _WORST_FIRST]
    return sorted(
        found, key=lambda r: (_WORST_FIRST[r.now.status], not r.turned, r.score_change or 0.0, r.metric.title)
    )


def strengths(readings: Iterable[Reading]) -> list[Reading]:
    """On target: those that improve by a signal first, then the largest rise of score, then the highest score."""
    found = [reading for reading in readings if reading.now.status == "green"]
    return sorted(
        found, key=lambda r: (r.variation != "improving", -round(r.score_change or 0.0, 2), -(r.now.score or 0.0))
    )


def gaps(readings: Iterable[Reading]) -> list[Reading]:
    """Without a score: no data before stale before no target; what is merely not due comes last."""
    found = [reading for reading in readings if reading.now.status not in COLOURS]
    return sorted(found, key=lambda r: (_GAPS[r.now.status], r.metric.title))


def strength_of(workspace: Workspace, reading: Reading, picks: Picks, since: str) -> Mention:
    """What a metric that does well has to say."""
    says = [f"{reading.value} against {reading.form.value(reading.now.target)}"]
    if reading.now.previous is not None and reading.change[:1] in "+\u2212":
        says.append(f"{reading.change} since {since}")
    if reading.variation == "improving":
        says.append("a signal, not noise")
    return _mention(workspace, reading, picks, ", ".join(says))


def gap_of(workspace: Workspace, reading: Reading, picks: Picks) -> Mention:
    """Why a metric has no score."""
    shown = f"{reading.form.value(reading.now.value)} \u00b7 " if reading.now.value is not None else ""
    return _mention(workspace, reading, picks, shown + sentence(why_no_score(reading)))


def _mention(workspace: Workspace, reading: Reading, picks: Picks, says: str) -> Mention:
    area = workspace.perspectives[reading.metric.perspective]
    return Mention(reading.metric.title, picks.to("metric", metric=reading.metric.key), reading.now.status, area, says)


@dataclass(frozen=True)
class Omen:
    """A leading indicator in trouble, and what it leads that is not red yet, each with its lag in months."""

    cause: Reading
    effects: tuple[tuple[Reading, int], ...]


def warnings(workspace: Workspace, readings: Mapping[str, Reading]) -> list[Omen]:
    """Declared causes that are red or worsen by a signal while their effects are not red yet; the worst cause first."""
    effects: dict[str, list[tuple[Reading, int]]] = {}
    for driver in workspace.catalog.drivers:
        effect = readings.get(driver.to)
        if driver.kind != "influence" or effect is None or effect.now.status not in ("green", "amber"):
            continue
        for key in driver.from_:
            cause = readings.get(key)
            if cause is not None and (cause.now.status == "red" or cause.variation == "worsening"):
                effects.setdefault(key, []).append((effect, driver.months))
    found = [Omen(readings[key], tuple(one)) for key, one in effects.items()]
    return sorted(
        found, key=lambda w: (w.cause.now.status != "red", w.cause.now.score if w.cause.now.score is not None else 10.0)
    )
