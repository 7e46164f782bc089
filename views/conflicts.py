"""Conflicts: linked metrics of which one becomes better while the other becomes worse (checklist 7)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flows.moving import Move, moved, opposite
from metrics.definitions.metric import Metric
from metrics.values.reading import Value
from strategy.maps.tables import Link
from views.desk import Desk
from views.map_links import links_in_force
from views.picks import Picks
from views.reading import SIGNAL_MONTHS
from views.wording import counted, form_of


@dataclass(frozen=True)
class Side:
    """One of two linked metrics: where it is measured, who answers for it there, how it moved."""

    metric: str
    title: str
    href: str
    unit: str
    unit_title: str
    owner: str
    words: str
    good: bool


@dataclass(frozen=True)
class Pull:
    """Two linked metrics that pull apart. `why` says what links them; `settle_href`: where units settle it."""

    better: Side
    worse: Side
    why: str
    link_href: str
    settle_href: str


@dataclass(frozen=True)
class ConflictView:
    """All of them, between units first; `looked_at` counts the pairs that could be judged."""

    title: str
    pulls: tuple[Pull, ...]
    looked_at: int
    out_of_sight: int


@dataclass(frozen=True)
class _Pair:
    leading: str
    lagging: str
    at: tuple[str, str]
    months: int
    why: str
    link: str = ""


def build(desk: Desk, picks: Picks) -> ConflictView:
    """Pairs that links and drivers.yaml join, each metric at the units whose objectives measure it."""
    pairs = list(dict.fromkeys(_pairs(desk, picks)))
    scope = desk.policy.scope(desk.viewer, "metric.view")
    seen = [pair for pair in pairs if scope.issuperset(pair.at)]
    moves = _moves(desk, picks, seen)
    found, judged = [], 0
    for pair in seen:
        first = moves.get((pair.at[0], pair.leading, pair.months))
        then = moves.get((pair.at[1], pair.lagging, 0))
        judged += first is not None and then is not None
        if first is not None and then is not None and opposite(first, then):
            found.append(_pull(desk, picks, pair, first, then))
    found.sort(key=lambda one: (one.better.unit == one.worse.unit, one.better.title))
    return ConflictView("Pulling apart", tuple(found), judged, len(pairs) - len(seen))


def _pairs(desk: Desk, picks: Picks) -> Iterator[_Pair]:
    metrics = desk.workspace.metrics
    units = _units_of(desk, picks)
    for link in links_in_force(desk):
        if link.leading in metrics and link.lagging in metrics and link.leading and link.lagging:
            why = f"{link.because}"
            yield from _placed(units, link.leading, link.lagging, link.lag_months or 0, why, link)
    for driver in desk.workspace.catalog.drivers:
        for key in driver.from_ if driver.kind == "influence" else ():
            yield from _placed(units, key, driver.to, driver.months, driver.because)


def _placed(
    units: Mapping[str, tuple[str, ...]], leading: str, lagging: str, months: int, why: str, link: Link | None = None
) -> Iterator[_Pair]:
    """The pair at every unit that measures both, and between units where each measures one of them."""
    ones, others = units.get(leading, ()), units.get(lagging, ())
    for one in ones:
        for other in [one] if one in others else others:
            yield _Pair(leading, lagging, (one, other), months, why, link.key if link else "")


def _units_of(desk: Desk, picks: Picks) -> dict[str, tuple[str, ...]]:
    """By metric: the units at and below the picked one whose active objectives measure it."""
    tree, root = desk.opened.tree, desk.opened.tree.root
    inside = set(tree.descendants(picks.unit, desk.as_of))
    found: dict[str, list[str]] = {}
    for objective in desk.workspace.plan.objectives.values():
        unit = objective.unit or root
        shown = unit if unit in inside else picks.unit if unit == root else None
        for metric in objective.metrics if shown else ():
            found.setdefault(metric, []).append(shown or "")
    return {metric: tuple(dict.fromkeys(units)) for metric, units in found.items()}


def _moves(desk: Desk, picks: Picks, pairs: Iterable[_Pair]) -> dict[tuple[str, str, int], Move | None]:
    """How each metric moved at each unit, looked at some months back: (unit, metric, months back)."""
    workspace = desk.workspace
    wanted = {(p.at[0], p.leading, p.months) for p in pairs} | {(p.at[1], p.lagging, 0) for p in pairs}
    if not wanted:
        return {}
    month = workspace.calendar.holding("month", min(picks.period.end, desk.as_of))
    keys, units = sorted({key for _, key, _ in wanted}), sorted({unit for unit, _, _ in wanted})
    rows: dict[tuple[str, str], list[Value]] = {}
    for value in desk.values(keys, units, "month", month, SIGNAL_MONTHS):
        rows.setdefault((value.unit, value.metric), []).append(value)
    return {
        (unit, key, back): moved(rows.get((unit, key), []), workspace.metrics[key].direction, workspace.calendar, back)
        for unit, key, back in wanted
    }


def _pull(desk: Desk, picks: Picks, pair: _Pair, first: Move, then: Move) -> Pull:
    metrics = desk.workspace.metrics
    late = f", {counted(pair.months, 'month')} earlier" if pair.months else ""
    sides = [
        _side(desk, picks, metrics[pair.leading], pair.at[0], first, late),
        _side(desk, picks, metrics[pair.lagging], pair.at[1], then, ""),
    ]
    better, worse = sorted(sides, key=lambda side: not side.good)
    between = " ".join(pair.at) if pair.at[0] != pair.at[1] else ""
    settle = picks.to("governance", metric=pair.leading, other=pair.lagging, between=between) if between else ""
    return Pull(better, worse, pair.why, picks.to("map", link=pair.link) if pair.link else "", settle)


def _side(desk: Desk, picks: Picks, metric: Metric, unit: str, move: Move, late: str) -> Side:
    form = form_of(metric, move.now, move.before)
    way = "risen" if move.way > 0 else "fallen"
    owner = next(
        (
            one.owner
            for one in desk.workspace.plan.objectives.values()
            if metric.key in one.metrics and (one.unit or desk.opened.tree.root) == unit and one.owner
        ),
        metric.owner,
    )
    return Side(
        metric.key,
        metric.title,
        picks.to("metric", metric=metric.key, unit=unit),
        unit,
        desk.opened.tree.units[unit].title,
        desk.office.name(owner) if owner else "",
        f"{way} from {form.value(move.before)} to {form.value(move.now)}{late}",
        bool(move.good),
    )
