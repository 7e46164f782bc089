"""Everything that an agenda looks at, read once: the numbers of a unit and of those below it, and what people do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Engine, select

from flows.heads import chain
from flows.opened import Opened
from flows.readings import Months, Readings, Watch, readings, watches
from flows.roster import Roster, roster
from strategy.duties.reading import Accountability, accountability
from strategy.goals.tables import Objective
from strategy.issues.tables import ALIVE, Action, Issue
from strategy.notes import Remark
from strategy.reading import read
from strategy.reviews.tables import Decision, Outcome, Review
from strategy.state import reading
from strategy.tables import Note

FRESH = timedelta(days=60)  # how old a note may be that still tells the story of a number


@dataclass(frozen=True)
class Sight:
    """What is known of a unit's strategy on a day. `units`: the unit and all below it; `period` as links name it.

    `last` is the unit's review before this one, where there was one.
    """

    opened: Opened
    unit: str
    units: tuple[str, ...]
    today: date
    months: Months
    watched: tuple[Watch, ...]
    readings: Readings
    objectives: dict[str, Objective]
    accountable: Accountability
    issues: tuple[Issue, ...]
    actions: tuple[Action, ...]
    notes: tuple[Remark, ...]
    decisions: tuple[Decision, ...]
    outcomes: tuple[Outcome, ...]
    last: Review | None
    people: Roster
    state: Engine

    @property
    def period(self) -> str:
        """The last closed month; empty where the snapshot has none."""
        return self.readings.period or ""

    def name(self, person: str) -> str:
        """What a person is called; the key of one whom nobody knows."""
        return self.people.name(person)

    def title(self, metric: str) -> str:
        """What a metric is called."""
        known = self.opened.workspace.metrics.get(metric)
        return known.title if known else metric

    def unit_title(self, unit: str) -> str:
        """What a unit is called."""
        known = self.opened.tree.units.get(unit)
        return known.title if known else unit

    def above(self, unit: str) -> Sequence[str]:
        """A unit and everything above it, nearest first."""
        return self.opened.tree.ancestors(unit, self.today) if unit in self.opened.tree else (unit,)

    def owner(self, metric: str, unit: str) -> str:
        """Who answers for a metric of a unit, else who heads the unit or the next above; empty where nobody does."""
        heads = chain(self.above(unit), self.people, self.opened.workspace.roles)
        return self.accountable.accountable(metric, unit, self.above) or next(iter(heads), "")

    def issues_below(self, metric: str, unit: str) -> list[Issue]:
        """The open issues on a metric of a unit and of those below it, the unit's own first."""
        below = self.opened.tree.descendants(unit, self.today) if unit in self.opened.tree else (unit,)
        found = [one for one in self.issues if one.metric == metric and one.unit in below]
        return sorted(found, key=lambda one: (below.index(one.unit), one.key))

    def actions_on(self, issues: Sequence[Issue]) -> list[Action]:
        """What is being done on some issues, or waits for its verdict."""
        keys = {one.key for one in issues}
        return [one for one in self.actions if one.issue in keys and one.state in ALIVE]

    def said(self, metric: str, units: Iterable[str]) -> Remark | None:
        """The newest note on a metric in some units, unless it is old."""
        places = set(units)
        return next((one for one in self.notes if one.metric == metric and one.unit in places), None)


def sight(opened: Opened, state: Engine, unit: str, today: date, months: Months | None = None) -> Sight:
    """What an agenda of a unit looks at on a day. Numbers are those of months that are closed by then.

    months: values that have been read before, for who asks for many reviews.
    """
    units = opened.tree.descendants(unit, min(today, opened.manifest.as_of))
    known = months or Months(opened)
    watched = tuple(watch for watch in watches(state) if watch.unit in units)
    reviews = read(
        state, Review, Review.unit == unit, Review.state == "closed", order_by=[Review.due.desc(), Review.key]
    )
    return Sight(
        opened=opened,
        unit=unit,
        units=units,
        today=today,
        months=known,
        watched=watched,
        readings=readings(known, watched, today),
        objectives={
            one.key: one
            for one in read(state, Objective, Objective.unit.in_(units), order_by=[Objective.place, Objective.key])
        },
        accountable=accountability(state),
        issues=tuple(
            read(state, Issue, Issue.unit.in_(units), Issue.state == "open", order_by=[Issue.opened_on, Issue.key])
        ),
        actions=tuple(read(state, Action, Action.unit.in_(units), order_by=[Action.due, Action.key])),
        notes=_notes(state, units, today),
        decisions=tuple(
            read(
                state,
                Decision,
                Decision.unit.in_(units),
                Decision.state == "in_force",
                order_by=[Decision.decided_on, Decision.key],
            )
        ),
        outcomes=tuple(read(state, Outcome, Outcome.unit == unit, order_by=[Outcome.key])),
        last=reviews[0] if reviews else None,
        people=roster(opened.workspace, state, today),
        state=state,
    )


def _notes(state: Engine, units: Sequence[str], today: date) -> tuple[Remark, ...]:
    since = datetime.combine(today - FRESH, time(), UTC)
    until = datetime.combine(today, time.max, UTC)
    query = select(Note).where(Note.unit.in_(units), Note.at >= since, Note.at <= until).order_by(Note.id.desc())
    with reading(state) as session:
        return tuple(Remark(n.metric, n.unit, n.period, n.author, n.at, n.text) for n in session.scalars(query))
