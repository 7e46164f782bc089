"""Why the score moved: the exact parts of its change, small ones together, a moved goal apart from a moved value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.goal_tree import metric_of
from flows.workspace import Workspace
from metrics.definitions.metric import TargetTable
from metrics.scoring.waterfall import Part, Waterfall, waterfall
from views.attention import Omen, warnings
from views.picks import Picks
from views.reading import Reading
from views.scorecard import Sheet
from views.wording import counted, listed, sentence, signed_score, status_of

Kind = Literal["total", "value", "moved"]
NAMED = 5  # metrics shown by name
MONTH = "month"

# What a bar may be about: words for one metric, for several, and how it is drawn. A target that a plan sets anew for
# each period (a budget) is told apart from a goal that somebody moved.
_BARS: dict[str, tuple[str, str, Kind]] = {
    "value": ("{}", "Other metrics", "value"),
    "plan": ("Plan: {}", "Plan of the period", "moved"),
    "anchor": ("New goal: {}", "Goals moved", "moved"),
    "weight": ("Weight: {}", "Weights changed", "moved"),
    "coverage": ("Data: {}", "Data came or went", "value"),
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


def why(
    workspace: Workspace,
    before: Sheet | None,
    now: Sheet | None,
    readings: dict[str, Reading],
    picks: Picks,
    names: tuple[str, str],
) -> Why:
    """The change between two sheets; `names` are the two periods as bars are labelled."""
    says = tuple(_omen(found) for found in warnings(workspace, readings)[:1])
    if before is None or now is None:
        return Why("Why the score moved", "", (), f"There is no scorecard for {names[0]} to compare with.", says)
    found = waterfall(before.side, now.side)
    if found.why_not or found.before is None or found.after is None or found.change is None:
        return Why(
            "Why the score moved", "", (), sentence(found.why_not or "one of the two periods has no score") + ".", says
        )
    closed = _closed(workspace, before, now, found.parts)
    opened = [part for part in found.parts if part not in closed]
    moved = sum(part.amount for part in opened if _about(workspace, part) == "anchor")
    if abs(moved) >= 0.05:
        verb = "lifted" if moved > 0 else "lowered"
        says = (("The ruler moved, too.", f"Changed goals {verb} the score by {abs(moved):.2f}."), *says)
    if closed and not opened:
        return Why("Why the score moved", "", (), "What moved it is not yours to see.", says[:1])
    shown = abs(round(found.change, 1))
    verb = "did not move" if not shown else f"{'rose' if found.change > 0 else 'fell'} {shown:.1f}"
    return Why(
        f"Why the score {verb}",
        "parts sum exactly",
        tuple(_steps(workspace, found, picks, names, closed)),
        "",
        says[:2],
    )


def _closed(workspace: Workspace, before: Sheet, now: Sheet, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that are not the viewer's to see; one thing alone would be told by what remains of the change.

    So the largest of the others goes with it, and with all that is told of that one.
    """
    if before.veil is None and now.veil is None:
        return ()
    hidden = {*(before.veil.hidden if before.veil else ()), *(now.veil.hidden if now.veil else ())}
    known = {*workspace.metrics, *workspace.plan.known, *workspace.perspectives, "scorecard"}
    closed = [part for part in parts if part.path[-1] in hidden or metric_of(part.path[-1]) not in known]
    if len({part.path[-1] for part in closed}) != 1:
        return tuple(closed)
    others: dict[str, float] = {}
    for part in parts:
        if part not in closed:
            others[part.path[-1]] = others.get(part.path[-1], 0.0) + part.amount
    beside = max(others, key=lambda key: abs(others[key]), default="")
    return (*closed, *(part for part in parts if part.path[-1] == beside))


def _omen(omen: Omen) -> tuple[str, str]:
    state = "off target" if omen.cause.now.status == "red" else "getting worse by a signal"
    led = [
        f"{e.metric.title} ({status_of(e.now.status).word.lower()}{f', in {counted(m, MONTH)}' if m else ''})"
        for e, m in omen.effects
    ]
    return "More is to come.", f"{omen.cause.metric.title} is {state} and leads {listed(led)}."


def _steps(
    workspace: Workspace, found: Waterfall, picks: Picks, names: tuple[str, str], closed: Sequence[Part] = ()
) -> Iterable[Step]:
    assert found.before is not None and found.after is not None
    yield Step(names[0], 0.0, found.before, f"{found.before:.2f}", "total")
    at = found.before
    rest = sum(part.amount for part in closed)
    bars = list(_bars(workspace, [part for part in found.parts if part not in closed], picks))
    bars += [("Parts not shown", rest, "value", None, "Some of what moved it is not yours to see")] if closed else []
    for label, amount, kind, href, detail in bars:
        yield Step(label, at, at + amount, signed_score(amount, 2), kind, href, detail)
        at += amount
    yield Step(names[1], 0.0, found.after, f"{found.after:.2f}", "total")


_Bar = tuple[str, float, Kind, str | None, str]


def _bars(workspace: Workspace, parts: Sequence[Part], picks: Picks) -> Iterable[_Bar]:
    for about, (one, rest, kind) in _BARS.items():
        amounts: dict[str, float] = {}
        for part in parts:
            if _about(workspace, part) == about:
                amounts[part.path[-1]] = amounts.get(part.path[-1], 0.0) + part.amount
        ranked = sorted(amounts.items(), key=lambda item: -abs(item[1]))
        room = NAMED if about == "value" else 0
        named = ranked if len(ranked) <= room + 1 else ranked[:room]  # a rest of one may as well be named
        for key, amount in sorted(named, key=lambda item: item[1]):
            title = _title(workspace, key)
            href = picks.to("metric", metric=metric_of(key)) if metric_of(key) in workspace.metrics else None
            yield one.format(title), amount, kind, href, title
        if others := ranked[len(named) :]:
            titles = "; ".join(f"{_title(workspace, key)} {signed_score(amount, 2)}" for key, amount in others[:12])
            yield rest, sum(amount for _, amount in others), kind, None, titles


def _about(workspace: Workspace, part: Part) -> str:
    return "plan" if part.cause == "anchor" and _planned(workspace, part.path[-1]) else part.cause


def _planned(workspace: Workspace, key: str) -> bool:
    """Whether a metric's target comes from a table of plans, directly or through its parts."""
    metric = workspace.metrics.get(metric_of(key))
    if metric is None or metric_of(key) != key:
        return False
    if metric.target == "components":
        return any(_planned(workspace, part) for part in workspace.catalog.parts(key))
    return isinstance(metric.target, TargetTable)


def _title(workspace: Workspace, key: str) -> str:
    if metric_of(key) in workspace.metrics:
        return workspace.metrics[metric_of(key)].title
    objective = workspace.plan.known.get(key)
    return objective.title if objective else workspace.perspectives.get(key, key)
