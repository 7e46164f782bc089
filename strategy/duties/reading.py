"""Who answers for what: the parts of people in objectives, metrics and initiatives, from duties and owners together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from strategy.duties.tables import Duty
from strategy.glance import once
from strategy.goals.tables import Objective, ObjectiveMetric
from strategy.goals.weights import newest
from strategy.reading import read

Above = Callable[[str], Sequence[str]]  # a unit > itself and everything above it, nearest first
RANK = "ARCI"


@dataclass(frozen=True)
class Owned:
    """An initiative of the plan: its owner is accountable for it."""

    key: str
    unit: str
    owner: str


@dataclass(frozen=True)
class Part:
    """One person's part in something: a row of the RACI table. `duty` is the key of its duty; None for an owner."""

    subject_kind: str
    subject: str
    unit: str
    person: str
    role: str
    duty: str | None = None


@dataclass(frozen=True)
class Accountability:
    """Everything that people answer for, at one moment. Owners stand in it as the accountable of what they own."""

    parts: tuple[Part, ...]
    carrying: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (metric, unit) > its objective's owner

    def of(self, subject_kind: str, subject: str, unit: str | None = None) -> tuple[Part, ...]:
        """The parts in one subject (in a unit), the accountable first."""
        found = [
            part
            for part in self.parts
            if (part.subject_kind, part.subject) == (subject_kind, subject) and unit in (None, part.unit)
        ]
        return tuple(sorted(found, key=lambda part: (RANK.index(part.role), part.person)))

    def responsibilities(self, person: str) -> tuple[Part, ...]:
        """All that a person has a part in: the union of his rows in the RACI tables (checklist 34), A first."""
        mine = [part for part in self.parts if part.person == person]
        return tuple(sorted(mine, key=lambda p: (RANK.index(p.role), p.subject_kind, p.unit, p.subject)))

    def accountable(self, metric: str, unit: str, above: Above) -> str | None:
        """Who answers for a metric of a unit; None where nobody does.

        Its own accountable in the unit, else the owner of the unit's objective that carries it, else the same of the
        next unit above.
        """
        own = {p.unit: p.person for p in self.of("metric", metric) if p.role == "A"}
        for place in above(unit):
            person = own.get(place) or self.carrying.get((metric, place))
            if person:
                return person
        return None

    def lacking(self, role: str) -> Iterator[tuple[str, str, str]]:
        """(kind, subject, unit) of all that is known here and has nobody in a role."""
        held = {(p.subject_kind, p.subject, p.unit) for p in self.parts if p.role == role and p.person}
        known = dict.fromkeys((p.subject_kind, p.subject, p.unit) for p in self.parts)
        return (place for place in known if place not in held)


def accountability(state: Engine, initiatives: Iterable[Owned] = ()) -> Accountability:
    """What is in force now, of objectives that are not retired."""
    owned = tuple(initiatives)
    return once(state, ("accountability", owned), lambda: _accountability(state, owned))


def _accountability(state: Engine, initiatives: Sequence[Owned]) -> Accountability:
    objectives = read(state, Objective, Objective.state != "retired", order_by=[Objective.key])
    metrics = read(state, ObjectiveMetric, order_by=[ObjectiveMetric.objective, ObjectiveMetric.metric])
    return joined(objectives, metrics, read(state, Duty, Duty.ended_at.is_(None), order_by=[Duty.key]), initiatives)


def joined(
    objectives: Sequence[Objective],
    metrics: Iterable[ObjectiveMetric],
    duties: Iterable[Duty],
    initiatives: Iterable[Owned] = (),
) -> Accountability:
    """Owners and duties in one table. An owner without a name stands in it with an empty one: nobody is accountable."""
    parts = [Part("objective", one.key, one.unit, one.owner, "A") for one in objectives if one.state != "retired"]
    parts += [Part("initiative", one.key, one.unit, one.owner, "A") for one in initiatives]
    parts += [Part(d.subject_kind, d.subject, d.unit, d.person, d.role, d.key) for d in duties if d.ended_at is None]
    active = {one.key: one for one in objectives if one.state == "active"}
    carrying: dict[tuple[str, str], str] = {}
    for held in metrics:
        objective = active.get(held.objective)
        if objective is not None and newest(held.weights) is not None:
            carrying.setdefault((held.metric, objective.unit), objective.owner)
    return Accountability(tuple(parts), carrying)
