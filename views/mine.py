"""My work: what waits for the viewer, his actions, what he answers for, and what all of that supports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from strategy.duties.kinds import RACI
from strategy.duties.reading import Owned, Part, accountability
from strategy.goals.reading import path_up
from strategy.goals.tables import Objective
from strategy.issues.tables import ALIVE, Action, Issue
from views.actions import ActionLine, lines
from views.desk import Desk
from views.own import own_actions, own_issues, seen_action
from views.place import Place
from views.waiting import KINDS, waiting_for
from views.wording import counted, day

DONE_SHOWN = 5  # of what the viewer has settled lately


@dataclass(frozen=True)
class WaitingLine:
    """One thing that waits: what is asked, and since when or until when."""

    title: str
    href: str
    why: str
    kind: str
    late: bool


@dataclass(frozen=True)
class DutyLine:
    """One part of the viewer: in what, where."""

    title: str
    href: str
    unit: str


@dataclass(frozen=True)
class PathLine:
    """Something of the viewer's and what it supports: its objective first, then those above it (title, address)."""

    title: str
    href: str
    kind: str
    steps: tuple[tuple[str, str], ...]
    perspective: str


@dataclass(frozen=True)
class MineView:
    """The page. `chosen` is the action that the address asks for, if it is the viewer's to see."""

    subtitle: str
    chosen: ActionLine | None
    waiting: tuple[WaitingLine, ...]
    actions: tuple[ActionLine, ...]
    settled: tuple[ActionLine, ...]
    duties: tuple[tuple[str, tuple[DutyLine, ...]], ...]
    supports: tuple[PathLine, ...]
    orphans: int
    vision: str


def mine(desk: Desk, asked: str, zone: tzinfo) -> MineView:
    """The viewer's own page; `asked` is the key of the action to open, empty for none."""
    office = desk.office
    own, issues = own_actions(office), own_issues(office)
    chosen = seen_action(office, asked) if asked else None
    alive = [action for action in own if action.state in ALIVE]
    settled = sorted((a for a in own if a.state not in ALIVE), key=lambda a: a.changed_at, reverse=True)[:DONE_SHOWN]
    waits = tuple(
        WaitingLine(one.title, one.link, one.why, KINDS.get(one.kind, one.kind), one.late(office.today))
        for one in waiting_for(office)
    )
    supports = tuple(_supports(desk, alive, issues))
    return MineView(
        subtitle=_subtitle(desk, len(waits), len(alive)),
        chosen=next(iter(lines(desk, [chosen] if chosen else [], "mine", zone)), None),
        waiting=waits,
        actions=lines(desk, alive, "mine", zone),
        settled=lines(desk, settled, "mine", zone),
        duties=_duties(desk),
        supports=supports,
        orphans=sum(not one.steps for one in supports),
        vision=desk.workspace.plan.vision,
    )


def _subtitle(desk: Desk, waits: int, alive: int) -> str:
    waiting = counted(waits, "thing waits for you", "things wait for you") if waits else "Nothing waits for you"
    actions = f"{counted(alive, 'action')} in your hands" if alive else "no action in your hands"
    return f"{desk.viewer.name} · {day(desk.office.today)} · {waiting}, {actions}"


def _duties(desk: Desk) -> tuple[tuple[str, tuple[DutyLine, ...]], ...]:
    """What the viewer has a part in, by his part: the union of the RACI rows that name him."""
    plan, root = desk.workspace.plan, desk.opened.tree.root
    objectives = plan.objectives
    initiatives = [
        Owned(key, getattr(objectives.get(one.objective), "unit", "") or root, one.owner)
        for key, one in plan.initiatives.items()
        if one.owner
    ]
    found: dict[str, list[DutyLine]] = {}
    for part in accountability(desk.state, initiatives).responsibilities(desk.viewer.key):
        found.setdefault(RACI.get(part.role, part.role), []).append(_duty(desk, part))  # type: ignore[call-overload]
    return tuple((role, tuple(lines)) for role, lines in found.items())


def _duty(desk: Desk, part: Part) -> DutyLine:
    workspace = desk.workspace
    unit = desk.opened.tree.units.get(part.unit)
    known: Mapping[str, str] = {
        "objective": getattr(workspace.plan.objectives.get(part.subject), "title", part.subject),
        "metric": getattr(workspace.metrics.get(part.subject), "title", part.subject),
        "initiative": getattr(workspace.plan.initiatives.get(part.subject), "title", part.subject),
    }
    href = {
        "objective": Place("map", {"objective": part.subject}).href,
        "metric": Place("metric", {"metric": part.subject, "unit": part.unit}).href,
    }.get(part.subject_kind, "")
    return DutyLine(known.get(part.subject_kind, part.subject), href, unit.title if unit else part.unit)


def _supports(desk: Desk, actions: Iterable[Action], issues: Iterable[Issue]) -> Iterable[PathLine]:
    """Each item of the viewer with its way up: objective, those that it serves, perspective, vision."""
    for action in actions:
        yield _path(desk, action.title, Place("mine", {"action": action.key}), "Action", action.objective)
    for issue in issues:
        yield _path(desk, issue.title, Place("issues", {"issue": issue.key}), "Issue", issue.objective)
    me = desk.viewer.key
    for own in desk.office.read(Objective, Objective.owner == me, Objective.state == "active"):
        if own.parent:
            yield _path(desk, own.title, Place("map", {"objective": own.key}), "Objective", own.parent)


def _path(desk: Desk, title: str, place: Place, kind: str, objective: str | None) -> PathLine:
    objectives = desk.workspace.plan.objectives
    steps = path_up(objectives, objective or "")
    perspective = desk.workspace.perspectives.get(objectives[steps[-1]].perspective, "") if steps else ""
    named = tuple((objectives[key].title, Place("map", {"objective": key}).href) for key in steps)
    return PathLine(title, place.href, kind, named, perspective)
