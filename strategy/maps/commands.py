"""What people do to the map: draw a link with its hypothesis, revise it, end it, take it up again."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import select, text

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put, words
from strategy.goals.tables import Objective
from strategy.maps.graph import route
from strategy.maps.tables import ACTIVE, ENDED, Link

DRAWING = 0x4D415053  # who draws on a map in PostgreSQL waits for this: two links at once could close a circle
LONGEST_LAG = 60  # months
NAME = 120  # characters of a metric's key
SIGNS = (1, -1)


@dataclass(frozen=True)
class DrawLink(Creating):
    """Say that one objective leads to another, why, and by which metrics that shows. `unit` is the effect's."""

    needs: ClassVar[Permission] = "strategy.plan"
    cause: str
    effect: str
    because: str
    leading: str | None = None
    lagging: str | None = None
    sign: int = 1
    lag_months: int | None = None
    by: date | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep the link, where it closes no circle."""
        key = self.free(deed, Link)
        said = _hypothesis(deed, self)
        alone(deed)
        goals = joined(deed, self.cause, self.effect)
        effect = goals[self.effect]
        if effect.unit != self.unit:
            raise CommandError(f"'{effect.title}' belongs to {effect.unit}; a link belongs to the unit of its effect")
        deed.add(Link(key=key, unit=self.unit, cause=self.cause, effect=self.effect, state=ACTIVE, **said))


@dataclass(frozen=True)
class ReviseLink(OnRecord[Link]):
    """Say the hypothesis of a link anew; its ends stay, other ends are another link."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = (ACTIVE,)
    because: str
    leading: str | None = None
    lagging: str | None = None
    sign: int = 1
    lag_months: int | None = None
    by: date | None = None

    def change(self, deed: Deed, record: Link) -> None:
        """The new words, metrics and day."""
        put(record, _hypothesis(deed, self, record.by))


@dataclass(frozen=True)
class EndLink(OnRecord[Link]):
    """Take a link off the map, saying what was learned; it stays in the map's history."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = (ACTIVE,)
    reason: str

    def change(self, deed: Deed, record: Link) -> None:
        """To ended."""
        put(record, {"state": ENDED, "ended_at": deed.at, "ended_because": words(self.reason, "the reason")})


@dataclass(frozen=True)
class RestoreLink(OnRecord[Link]):
    """Put a link that was ended back on the map, where it closes no circle by now."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = (ENDED,)

    def change(self, deed: Deed, record: Link) -> None:
        """To active."""
        alone(deed)
        joined(deed, record.cause, record.effect)
        put(record, {"state": ACTIVE, "ended_at": None, "ended_because": None})


def alone(deed: Deed) -> None:
    """Nobody else draws until this is committed. SQLite lets one writer in at a time anyway."""
    if deed.session.connection().dialect.name == "postgresql":
        deed.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": DRAWING})


def joined(deed: Deed, cause: str, effect: str) -> dict[str, Objective]:
    """Both objectives, held against the map as it is; CommandError where no link between them may stand."""
    if cause == effect:
        raise CommandError("an objective does not lead to itself; choose another one")
    goals = {key: deed.find(Objective, key) for key in sorted((cause, effect))}
    for goal in goals.values():
        if goal.state == "retired":
            raise CommandError(f"'{goal.title}' is retired; link objectives that are in force")
    edges = [(link.cause, link.effect) for link in deed.session.scalars(select(Link).where(Link.state == ACTIVE))]
    if (cause, effect) in edges:
        raise CommandError(
            f"'{goals[cause].title}' leads to '{goals[effect].title}' on the map already; revise that link"
        )
    back = route(edges, effect, cause)
    if back is not None:
        titles = {
            goal.key: goal.title for goal in deed.session.scalars(select(Objective).where(Objective.key.in_(back)))
        }
        way = " > ".join(titles[key] for key in (*back, effect))
        raise CommandError(f"this would close a circle: {way}; end one of those links first")
    return goals


def _hypothesis(deed: Deed, said: DrawLink | ReviseLink, kept: date | None = None) -> dict[str, Any]:
    """The fields of the hypothesis, checked. `kept` is the day that stands there already, which may be past."""
    if (said.leading is None) != (said.lagging is None):
        raise CommandError("a hypothesis names two metrics: one that leads, and one that it should move")
    metrics = [None if one is None else words(one, "the metric", NAME) for one in (said.leading, said.lagging)]
    if metrics[0] is not None and metrics[0] == metrics[1]:
        raise CommandError("a metric does not lead itself; choose another one")
    if said.sign not in SIGNS:
        raise CommandError("the sign is 1 (both rise together) or -1 (one falls as the other rises)")
    if said.lag_months is not None and not 0 <= said.lag_months <= LONGEST_LAG:
        raise CommandError(f"the lag is {said.lag_months} months; it lies between 0 and {LONGEST_LAG}")
    if said.by is not None and said.by != kept and said.by <= deed.today:
        raise CommandError(f"{said.by} is past; by when should the effect show?")
    return {
        "because": words(said.because, "the reason"),
        "leading": metrics[0],
        "lagging": metrics[1],
        "sign": said.sign,
        "lag_months": said.lag_months,
        "by": said.by,
    }
