"""Why the score moved: the exact parts of its change, the small ones together, a moved goal apart from a moved value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.workspace import Workspace
from metrics.scoring.waterfall import Cause, Part, Waterfall, waterfall
from views.attention import warnings
from views.picks import Picks
from views.reading import Reading
from views.scorecard import Sheet
from views.wording import counted, sentence, signed_score, status_of

Kind = Literal["total", "value", "moved"]
NAMED = 4  # metrics shown by name
_CAUSES: dict[Cause, tuple[str, str, Kind]] = {
    "value": ("{}", "Other metrics", "value"),
    "anchor": ("Goal moved: {}", "Goals moved", "moved"),
    "weight": ("Weight: {}", "Weights changed", "moved"),
    "coverage": ("Data came or went: {}", "Data came or went", "value"),
}


@dataclass(frozen=True)
class Step:
    """A bar from `start` to `end` on the score's scale; `moved` is hatched: the ruler moved, not the thing measured."""

    label: str
    start: float
    end: float
    words: str
    kind: Kind
    href: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Why:
    """Why the score moved; without steps, `title` and `remedy` say why there is nothing to explain."""

    title: str
    aside: str
    steps: tuple[Step, ...]
    remedy: str
    says: tuple[tuple[str, str], ...]


def why(workspace: Workspace, before: Sheet | None, now: Sheet | None, readings: dict[str, Reading], picks: Picks,
        names: tuple[str, str]) -> Why:  # fmt: skip
    """The change between two sheets; `names` are the two periods as bars are labelled."""
    says = tuple(_warning(found) for found in warnings(workspace, readings)[:2])
    if before is None or now is None:
        return Why("Why the score moved", "", (), f"There is no scorecard for {names[0]} to compare with.", says)
    found = waterfall(before.side, now.side)
    if found.why_not or found.before is None or found.after is None or found.change is None:
        return Why(
            "Why the score moved", "", (), sentence(found.why_not or "one of the two periods has no score") + ".", says
        )
    moved = found.by_cause()["anchor"]
    if abs(moved) >= 0.05:
        says = (("The ruler moved, too.", f"Changed goals account for {signed_score(moved, 2)} of it."), *says)
    shown = abs(round(found.change, 1))
    verb = "did not move" if not shown else f"{'rose' if found.change > 0 else 'fell'} {shown:.1f}"
    return Why(
        f"Why the score {verb}", "parts sum exactly", tuple(_steps(workspace, found, picks, names)), "", says[:2]
    )


def _warning(found: tuple[Reading, Reading, int]) -> tuple[str, str]:
    cause, effect, months = found
    state = "off target" if cause.now.status == "red" else "getting worse by a signal"
    when = f" by {counted(months, 'month')}" if months else ""
    verdict = status_of(effect.now.status).word.lower()
    return ("A leading indicator says more is coming.",
            f"{cause.metric.title} is {state} and leads {effect.metric.title}{when}, which is {verdict} so far.")  # fmt: skip


def _steps(workspace: Workspace, found: Waterfall, picks: Picks, names: tuple[str, str]) -> Iterable[Step]:
    assert found.before is not None and found.after is not None
    yield Step(names[0], 0.0, found.before, f"{found.before:.2f}", "total")
    at = found.before
    for label, amount, kind, href, detail in _bars(workspace, found.parts, picks):
        yield Step(label, at, at + amount, signed_score(amount, 2), kind, href, detail)
        at += amount
    yield Step(names[1], 0.0, found.after, f"{found.after:.2f}", "total")


_Bar = tuple[str, float, Kind, str | None, str]


def _bars(workspace: Workspace, parts: Sequence[Part], picks: Picks) -> Iterable[_Bar]:
    for cause, (one, rest, kind) in _CAUSES.items():
        by_metric: dict[str, float] = {}
        for part in parts:
            if part.cause == cause:
                by_metric[part.path[-1]] = by_metric.get(part.path[-1], 0.0) + part.amount
        ranked = sorted(by_metric.items(), key=lambda item: -abs(item[1]))
        room = NAMED if cause == "value" else 0
        named = ranked if len(ranked) <= room + 1 else ranked[:room]  # a rest of one may as well be named
        for key, amount in sorted(named, key=lambda item: item[1]):
            title = _title(workspace, key)
            href = picks.to("metric", metric=key) if key in workspace.metrics else None
            yield one.format(title), amount, kind, href, title
        others = ranked[len(named) :]
        if others:
            titles = "; ".join(f"{_title(workspace, key)} {signed_score(amount, 2)}" for key, amount in others[:12])
            yield rest, sum(amount for _, amount in others), kind, None, titles


def _title(workspace: Workspace, key: str) -> str:
    if key in workspace.metrics:
        return workspace.metrics[key].title
    objective = workspace.plan.objectives.get(key)
    return objective.title if objective else workspace.perspectives.get(key, key)
