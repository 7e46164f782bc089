"""Who answers for what: RACI of objectives, metrics and initiatives, champions, and what is still missing, by unit."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flows.heads import heads_of
from strategy.commands import new_key
from strategy.duties.commands import EndChampion, EndDuty, GiveDuty, NameChampion
from strategy.duties.kinds import KINDS, RACI
from strategy.duties.reading import Accountability, Owned, Part, accountability
from strategy.duties.rights import route
from strategy.duties.tables import Champion, DecisionRight, Duty
from strategy.goals.tables import Objective
from strategy.reading import read
from views.desk import Desk
from views.governance import people, unit_title, within
from views.governance.decisions import ask
from views.picks import Picks
from views.place import Place
from views.wording import counted, listed

KIND_WORDS = {"objective": "Objective", "metric": "Metric", "initiative": "Initiative"}
Subject = tuple[str, str, str]  # kind, key, unit


@dataclass(frozen=True)
class RaciLine:
    """One row of the RACI table; the four roles as names, an empty one is missing (of A and R) or nobody's."""

    kind: str
    title: str
    href: str
    unit: str
    accountable: str
    responsible: str
    consulted: str
    informed: str
    missing: str


@dataclass(frozen=True)
class UnitLine:
    """One unit in the report on coverage: who leads it, who champions execution, what nobody answers for."""

    title: str
    level: str
    depth: int
    head: str
    champions: str
    owned: str
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class AnswersView:
    """The part of the page. `covered` of `units` have a champion; `complete` of `subjects` have A and R."""

    units: tuple[UnitLine, ...]
    lines: tuple[RaciLine, ...]
    covered: int
    complete: int


@dataclass(frozen=True)
class Giving:
    """The forms: subjects, people, what can be ended; without `may_name` a champion can be proposed."""

    subjects: Mapping[Subject, str]
    people: Mapping[str, str]
    units: Mapping[str, str]
    duties: Mapping[tuple[str, int], str]
    champions: Mapping[tuple[str, int], str]
    may_give: bool
    may_name: bool

    @property
    def any(self) -> bool:
        """Whether there is anything that this viewer can do here."""
        return self.may_give or bool(self.units)


def whole(desk: Desk) -> Accountability:
    """All that people answer for in the units whose plan is told, with the initiatives of the plan."""
    plan = desk.plan
    root = desk.opened.tree.root
    known = {key: one.unit or root for key, one in plan.known.items()}
    owned = [Owned(key, known.get(one.objective, root), one.owner) for key, one in plan.initiatives.items()]
    found = accountability(desk.state, owned)
    return replace(found, parts=tuple(part for part in found.parts if desk.lens.tells(part.unit)))


def responsibilities(desk: Desk, person: str) -> list[tuple[Part, str, str]]:
    """Everything that a person has a part in, each with its title and address: the union of his RACI rows."""
    return [
        (part, *_named(desk, part.subject_kind, part.subject, part.unit))
        for part in whole(desk).responsibilities(person)
    ]


def build(desk: Desk, picks: Picks) -> AnswersView:
    """The unit that is picked and everything below it."""
    units = within(desk, picks)
    known = whole(desk)
    champions = desk.office.read(Champion, Champion.ended_at.is_(None), Champion.unit.in_(list(units)))
    lines = [_raci(desk, known, subject) for subject in _subjects(known, units)]
    rows = tuple(_unit(desk, picks, unit, known, champions) for unit in units)
    return AnswersView(
        rows,
        tuple(sorted(lines, key=lambda line: not line.missing)),
        sum(bool(row.champions) for row in rows),
        sum(not line.missing for line in lines),
    )


def _subjects(known: Accountability, units: Mapping[str, str]) -> list[Subject]:
    order = {unit: place for place, unit in enumerate(units)}
    found = dict.fromkeys((p.subject_kind, p.subject, p.unit) for p in known.parts if p.unit in units)
    return sorted(found, key=lambda s: (list(KIND_WORDS).index(s[0]), order[s[2]]))


def _raci(desk: Desk, known: Accountability, subject: Subject) -> RaciLine:
    kind, key, unit = subject
    parts = known.of(kind, key, unit)
    held = {
        role: ", ".join(desk.office.name(part.person) for part in parts if part.role == role and part.person)
        for role in RACI
    }
    if kind == "metric" and not held["A"]:
        above = known.accountable(key, unit, lambda one: desk.opened.tree.ancestors(one, desk.as_of))
        held["A"] = desk.office.name(above) if above else ""
    title, href = _named(desk, kind, key, unit)
    missing = [RACI[role].lower() for role in ("A", "R") if not held[role]]
    return RaciLine(
        KIND_WORDS[kind],
        title,
        href,
        unit_title(desk, unit),
        held["A"],
        held["R"],
        held["C"],
        held["I"],
        f"nobody is {' or '.join(missing)}" if missing else "",
    )


def _named(desk: Desk, kind: str, key: str, unit: str) -> tuple[str, str]:
    plan = desk.plan
    if kind == "objective":
        found = plan.known.get(key)
        return (found.title if found else _title(desk, key)), Place("objectives", {"objective": key}).href
    if kind == "metric":
        metric = desk.workspace.metrics.get(key)
        return (metric.title if metric else key), Place("metric", {"metric": key, "unit": unit}).href
    initiative = plan.initiatives.get(key)
    return (initiative.title if initiative else key), ""


def _title(desk: Desk, key: str) -> str:
    found = read(desk.state, Objective, Objective.key == key)
    return found[0].title if found else key


def _unit(desk: Desk, picks: Picks, unit: str, known: Accountability, champions: list[Champion]) -> UnitLine:
    office = desk.office
    head = heads_of(unit, office.roster, desk.workspace.roles)
    keepers = [office.name(one.person) for one in champions if one.unit == unit]
    own = Counter(kind for kind, _ in sorted({(p.subject_kind, p.subject) for p in known.parts if p.unit == unit}))
    gaps = []
    if not head:
        gaps.append("no head")
    if not keepers:
        gaps.append("no champion")
    for role in ("A", "R"):
        lacking = [s for s in known.lacking(role) if s[2] == unit and s[0] == "objective"]
        if lacking:
            gaps.append(f"{counted(len(lacking), 'objective')} with nobody {RACI[role].lower()}")
    if unit == picks.unit:
        rights = read(desk.state, DecisionRight, DecisionRight.ended_at.is_(None))
        open_kinds = [k.title for k in KINDS.values() if route(rights, desk.policy.below, k.key, 0.0, unit) is None]
        if open_kinds:
            gaps.append(f"{counted(len(open_kinds), 'kind')} of decision without a rule")
    shown = desk.opened.tree
    depth = len(shown.ancestors(unit, desk.as_of)) - len(shown.ancestors(picks.unit, desk.as_of))
    return UnitLine(
        unit_title(desk, unit),
        shown.units[unit].level,
        depth,
        ", ".join(office.name(one) for one in head[:1]),
        ", ".join(keepers),
        listed([counted(count, KIND_WORDS[kind].lower()) for kind, count in own.items()]),
        tuple(gaps),
    )


# -- deeds


def giving(desk: Desk, picks: Picks) -> Giving:
    """What the viewer may give, name and end, in the unit that is picked and below it."""
    units = within(desk, picks)
    plans, governs, asks = (desk.office.scope(p) for p in ("strategy.plan", "governance.edit", "action.own"))
    known = whole(desk)
    subjects = {
        subject: f"{KIND_WORDS[subject[0]]}: {_named(desk, *subject)[0]}, {units[subject[2]]}"
        for subject in _subjects(known, units)
        if subject[2] in plans
    }
    for metric in desk.workspace.metrics.values():
        if picks.unit in plans:
            subjects.setdefault(("metric", metric.key, picks.unit), f"Metric: {metric.title}, {picks.unit_title}")
    duties = desk.office.read(Duty, Duty.ended_at.is_(None), Duty.unit.in_(sorted(set(units) & plans)))
    champions = desk.office.read(Champion, Champion.ended_at.is_(None), Champion.unit.in_(sorted(set(units) & governs)))
    return Giving(
        subjects=subjects,
        people=people(desk),
        units={key: title for key, title in units.items() if key in (governs | asks)},
        duties={
            (d.key, d.version): f"{desk.office.name(d.person)}, {RACI[d.role].lower()}: "  # type: ignore[index]
            f"{_named(desk, d.subject_kind, d.subject, d.unit)[0]}, {unit_title(desk, d.unit)}"
            for d in duties
        },
        champions={(c.key, c.version): f"{desk.office.name(c.person)}, {unit_title(desk, c.unit)}" for c in champions},
        may_give=bool(subjects),
        may_name=bool(set(units) & governs),
    )


def give(desk: Desk, subject: Subject, person: str, role: str) -> None:
    """Give a person a part in something."""
    kind, key, unit = subject
    desk.office.do(GiveDuty(new_key("duty"), unit, kind, key, person, role))


def end_duty(desk: Desk, duty: tuple[str, int]) -> None:
    """End a part."""
    desk.office.do(EndDuty(*duty))


def name_champion(desk: Desk, unit: str, person: str) -> str:
    """Name a champion, or ask for it where that is not the viewer's to decide; returns what came of it, in words."""
    command = NameChampion(new_key("champion"), unit, person)
    who, where = desk.office.name(person), unit_title(desk, unit)
    if desk.office.may("governance.edit", unit):
        desk.office.do(command)
        return f"{who} is a champion of {where}"
    ask(desk, "governance", unit, f"{who} as champion of {where}", f"Proposed by {desk.viewer.name}.", command=command)
    return "Proposed: it waits for a decision"


def end_champion(desk: Desk, champion: tuple[str, int]) -> None:
    """End a championship."""
    desk.office.do(EndChampion(*champion))
