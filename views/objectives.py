"""What the objectives page shows of a unit: its objectives by perspective, what waits, alignment below, versions."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from strategy.goals.alignment import Alignment, alignment
from strategy.goals.reading import planned
from strategy.goals.tables import KeyResult, Objective, ObjectiveMetric, PlanVersion
from strategy.plan import Objective as Planned
from views.desk import Desk
from views.objective_lines import GoalLine, line, scores
from views.picks import Picks
from views.wording import counted, day, listed, sentence, share

FEW = 12  # versions shown
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST_PRIORITIES = 5  # checklist 62


@dataclass(frozen=True)
class Group:
    """A perspective with the unit's objectives in it."""

    title: str
    lines: tuple[GoalLine, ...]


@dataclass(frozen=True)
class DraftLine:
    """An objective that is not in force (yet): what it waits for, and whether that is the viewer."""

    title: str
    href: str
    words: str
    owner: str
    mine: bool


@dataclass(frozen=True)
class UnitLine:
    """How well a unit's objectives serve those above."""

    title: str
    href: str
    depth: int
    objectives: int
    share: float | None
    orphans: tuple[tuple[str, str], ...]
    gaps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class VersionLine:
    """A dated version of the plan: what was changed by whom, and why."""

    on: date
    title: str
    href: str
    who: str
    reason: str
    changes: tuple[str, ...]
    then_href: str


@dataclass(frozen=True)
class ObjectivesView:
    """The page of one unit; `may_write`: whether the viewer plans here."""

    title: str
    subtitle: str
    vision: str
    groups: tuple[Group, ...]
    drafts: tuple[DraftLine, ...]
    above: tuple[tuple[str, str], ...]
    units: tuple[UnitLine, ...]
    versions: tuple[VersionLine, ...]
    may_write: bool


@dataclass(frozen=True)
class ThenLine:
    """An objective as it stood on a day, and what is different now."""

    title: str
    perspective: str
    owner: str
    metrics: str
    dates: str
    since: str


@dataclass(frozen=True)
class ThenView:
    """The plan of a unit as it stood at the end of a day."""

    title: str
    subtitle: str
    lines: tuple[ThenLine, ...]
    back_href: str


def build(desk: Desk, picks: Picks) -> ObjectivesView:
    """The objectives of the picked unit in the picked period."""
    plan, workspace, unit = desk.plan, desk.workspace, picks.unit
    mine = [key for key, one in plan.objectives.items() if one.unit == unit]
    found = scores(desk, picks, mine)
    results: dict[str, list[KeyResult]] = {}
    for one in desk.office.read(KeyResult, KeyResult.state == "open"):
        results.setdefault(one.objective, []).append(one)
    lines = {key: line(desk, picks, key, found, results.get(key, ())) for key in mine}
    groups = (
        Group(title, tuple(lines[key] for key in mine if plan.objectives[key].perspective == perspective))
        for perspective, title in workspace.perspectives.items()
    )
    aligned = aligned_in(desk, unit)
    priorities = sum(plan.objectives[key].priority for key in mine)
    says = [counted(len(mine), "objective"), f"{counted(priorities, 'priority', 'priorities')}"]
    if priorities > MOST_PRIORITIES:
        says[-1] += f", more than {MOST_PRIORITIES}: nothing comes first then"
    if aligned.share is not None and unit != desk.opened.tree.root:
        says.append(f"{share(aligned.share)} lead up to the top")
    return ObjectivesView(
        title=f"Objectives of {picks.unit_title}",
        subtitle=f"{picks.period_title} · {' · '.join(says)}",
        vision=plan.vision,
        groups=tuple(group for group in groups if group.lines),
        drafts=tuple(_drafts(desk, picks)),
        above=_above(desk, picks, aligned.gaps),
        units=tuple(_below(desk, picks)),
        versions=tuple(_versions(desk, picks)),
        may_write=desk.office.may("strategy.plan", unit),
    )


def aligned_in(desk: Desk, unit: str) -> Alignment:
    """The alignment of a unit with the units above it."""
    return alignment(desk.plan.objectives, unit, desk.opened.tree.ancestors(unit, desk.as_of)[1:])


def _above(desk: Desk, picks: Picks, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Objectives above that nothing here serves, each with the form that takes a part of it on, where one may."""
    may = desk.office.may("strategy.plan", picks.unit)
    there = (picks.to("objectives", edit="take", above=key) if may else "" for key in keys)
    return tuple((desk.plan.objectives[key].title, href) for key, href in zip(keys, there, strict=True))


def _titles(desk: Desk, picks: Picks, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((desk.plan.objectives[key].title, picks.to("objectives", objective=key)) for key in keys)


def _below(desk: Desk, picks: Picks) -> list[UnitLine]:
    tree, seen = desk.opened.tree, {unit.key for unit in desk.units(desk.as_of, "strategy.view")}
    found = []
    top = len(tree.ancestors(picks.unit, desk.as_of))
    for unit in tree.descendants(picks.unit, desk.as_of)[1:]:
        if unit in seen:
            one = aligned_in(desk, unit)
            found.append(
                UnitLine(
                    tree.units[unit].title,
                    picks.to("objectives", unit=unit),
                    len(tree.ancestors(unit, desk.as_of)) - top - 1,
                    one.objectives,
                    one.share,
                    _titles(desk, picks, one.orphans),
                    _titles(desk, picks, one.gaps),
                )
            )
    return found


def _drafts(desk: Desk, picks: Picks) -> list[DraftLine]:
    below = desk.opened.tree.descendants(picks.unit, desk.as_of)
    where = (Objective.state == "draft", Objective.unit.in_(below))
    found = []
    for one in desk.office.read(Objective, *where, order_by=[Objective.place]):
        me = desk.viewer.key
        words, mine = "a draft", desk.office.may("strategy.plan", one.unit)
        if one.cascade == "offered":
            words, mine = f"waits for {desk.office.name(one.waits_for)} to accept", one.waits_for == me
        elif one.cascade == "returned":
            words, mine = f"returned: {one.words}", one.offered_by == me
        found.append(
            DraftLine(
                one.title,
                picks.to("objectives", objective=one.key),
                f"{desk.opened.tree.units[one.unit].title}, {words}",
                desk.office.name(one.owner) if one.owner else "nobody yet",
                mine,
            )
        )
    return found


def _versions(desk: Desk, picks: Picks) -> list[VersionLine]:
    below = desk.opened.tree.descendants(picks.unit, desk.as_of)
    rows = desk.office.read(
        PlanVersion, PlanVersion.unit.in_(below), order_by=[PlanVersion.made_at.desc(), PlanVersion.key.desc()]
    )
    begun = [row for row in rows if row.kind == "begun"]
    shown = [row for row in rows if row.kind != "begun"][:FEW]
    found = [version_line(desk, picks, row) for row in shown]
    if begun:
        first = begun[-1]
        title = f"The plan begins with {counted(len(begun), 'objective')}"
        then = picks.to("objectives", on=first.on.isoformat())
        found.append(VersionLine(first.on, title, "", "Fourfold", sentence(first.reason), (), then))
    return found


def version_line(desk: Desk, picks: Picks, row: PlanVersion) -> VersionLine:
    """A version of the plan as a row."""
    return VersionLine(
        row.on,
        row.title,
        picks.to("objectives", objective=row.objective) if row.objective else "",
        desk.office.name(row.made_by),
        sentence(row.reason),
        tuple(changed_words(desk, name, *pair) for name, pair in row.changes.items()),
        picks.to("objectives", on=row.on.isoformat()),
    )


def changed_words(desk: Desk, name: str, before: object, after: object) -> str:
    """What one field was and is, in words: Weight of Revenue: 1 → 2."""
    metric = desk.workspace.metrics.get(name)
    title = metric.title if metric else sentence(name.replace("_", " "))
    return f"{title}: {_value(desk, before)} → {_value(desk, after)}"


def _value(desk: Desk, value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, list):  # a measure: weight, goal, red flag
        goal = f", goal {value[1]:g}, red flag {value[2]:g}" if value[1] is not None else ""
        return f"weight {value[0]:g}{goal}"
    if isinstance(value, str) and (metric := desk.workspace.metrics.get(value)) is not None:
        return metric.title
    if isinstance(value, str) and DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    known = desk.plan.known.get(text)
    return known.title if known else desk.office.name(text)


def build_then(desk: Desk, picks: Picks, on: date) -> ThenView:
    """The plan of the picked unit and those below as it stood at the end of a day (UTC)."""
    moment = datetime.combine(on + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
    below = {*desk.opened.tree.descendants(picks.unit, desk.as_of)}
    measures = desk.office.past(ObjectiveMetric, moment)
    records = [one for one in desk.office.past(Objective, moment) if one.unit in below and one.state == "active"]
    lines = []
    for record in sorted(records, key=lambda one: (one.place, one.key)):
        one = planned(record, measures)
        lines.append(
            ThenLine(
                one.title,
                desk.workspace.perspectives.get(one.perspective, one.perspective),
                desk.office.name(one.owner) if one.owner else "nobody",
                listed([_metric_title(desk, key) for key in one.metrics], 6),
                f"{day(one.start)} to {day(one.end)}" if one.end else "",
                _since(one, desk.plan.objectives.get(record.key)),
            )
        )
    says = f"{counted(len(lines), 'objective')} in force in {picks.unit_title} and below"
    return ThenView(f"The plan as it stood on {day(on)}", says, tuple(lines), picks.to("objectives"))


def _metric_title(desk: Desk, key: str) -> str:
    metric = desk.workspace.metrics.get(key)
    return metric.title if metric else key


COMPARED = ("title", "description", "owner", "perspective", "theme", "priority", "metrics", "aims", "start", "end")


def _since(then: Planned, now: Planned | None) -> str:
    if now is None:
        return "Ended"
    names = [name for name in (*COMPARED, "parent", "progress") if getattr(then, name) != getattr(now, name)]
    return f"Changed: {listed(names, 4)}" if names else "As now"
