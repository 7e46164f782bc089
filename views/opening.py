"""What the system knows before an issue is opened or an action given, so that nobody types it: names, days, numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data.calendar import last_day, month_of
from strategy.duties.reading import accountability
from strategy.goals.tables import Objective, ObjectiveMetric
from strategy.issues.tables import Issue
from strategy.reading import read
from views.desk import Desk
from views.issue import IssueView
from views.place import Place
from views.reading import Reading
from views.standings import red_since, reds, standings
from views.wording import NumberFormat

GIVEN = timedelta(days=28)  # an action is due so many days from today, unless said otherwise


@dataclass(frozen=True)
class Opening:
    """An issue as it would be opened on a metric of a unit; `there`: the address of the one that is open already."""

    metric: str
    unit: str
    title: str
    owner: str
    since: str
    value: float | None
    target: float | None
    objective: str | None
    there: str = ""
    there_title: str = ""
    may: bool = False


@dataclass(frozen=True)
class Offer:
    """What an action may be expected to do: a metric, how its changes are written, and the change that closes its gap.

    `change` is in the unit that is shown (percentage points, not shares), as `digits` has it.
    """

    metric: str
    title: str
    unit: str
    factor: float
    digits: int
    change: float


@dataclass(frozen=True)
class Giving:
    """The form of a new action, filled with what is known."""

    owner: str
    owners: Mapping[str, str]
    due: date
    offers: tuple[Offer, ...]


def effect_by(due: date) -> date:
    """By when the effect of an action may be seen, unless said otherwise: the end of the month after it."""
    return last_day(month_of(due) + 1)


def opening(desk: Desk, metric: str, unit: str) -> Opening | None:
    """What an issue on a metric of a unit would say; None where it has no value, or the viewer may not look."""
    office = desk.office
    reading = standings(desk, {(metric, unit)}).get((metric, unit))
    if reading is None or not office.may("strategy.view", unit):
        return None
    red = next((one for one in reds(desk, (unit,)) if one.metric == metric), None)
    objective = red.objective if red else serves(desk, metric, unit)
    found = office.read(Issue, Issue.metric == metric, Issue.unit == unit, Issue.state == "open")
    return Opening(
        metric=metric,
        unit=unit,
        title=_title(desk, reading, unit),
        owner=answers_for(desk, metric, unit),
        since=red.first_period if red else red_since(desk, reading),
        value=reading.now.value,
        target=reading.now.target,
        objective=objective,
        there=Place("issues", {"issue": found[0].key}).href if found else "",
        there_title=found[0].title if found else "",
        may=office.may("action.manage", unit),
    )


def _title(desk: Desk, reading: Reading, unit: str) -> str:
    said = "off target" if reading.now.status == "red" else "to be watched"
    return f"{reading.metric.title} {said} in {desk.opened.tree.units[unit].title}"


def answers_for(desk: Desk, metric: str, unit: str) -> str:
    """Who answers for a metric of a unit: its accountable, else its owner, else the viewer."""
    tree, known = desk.opened.tree, able(desk, unit)
    named = (
        accountability(desk.state).accountable(metric, unit, lambda key: tree.ancestors(key, desk.as_of)),
        desk.workspace.metrics[metric].owner,
    )
    return next((person for person in named if person in known), desk.viewer.key)


def serves(desk: Desk, metric: str, unit: str) -> str | None:
    """The objective in force that a metric of a unit tells of: the unit's own, else that of the nearest unit above."""
    above = desk.opened.tree.ancestors(unit, desk.as_of)
    held = {one.objective for one in read(desk.state, ObjectiveMetric, ObjectiveMetric.metric == metric)}
    active = read(desk.state, Objective, Objective.key.in_(sorted(held)), Objective.state == "active")
    near = sorted((one for one in active if one.unit in above), key=lambda one: (above.index(one.unit), one.place))
    return near[0].key if near else None


def able(desk: Desk, unit: str) -> dict[str, str]:
    """Names by key of the people who may see a unit's issues: only they can be asked to do something about them."""
    able = desk.office.roster.able(desk.policy, "strategy.view", unit)
    return {one.viewer.key: one.words for one in able if desk.policy.may(one.viewer, "action.own")}


def giving(desk: Desk, one: IssueView) -> Giving:
    """The form of an action on an issue: who, until when, and what it should do to which number."""
    causes = dict.fromkeys(
        cause
        for driver in desk.catalog.drivers
        if driver.to == one.metric and driver.kind == "influence"
        for cause in driver.from_
    )
    numbers = standings(desk, {(metric, one.unit) for metric in (one.metric, *causes)})
    own = numbers.get((one.metric, one.unit))
    offers = [_offer(own)] if own else []
    offers += [_offer(reading) for m in causes if m != one.metric and (reading := numbers.get((m, one.unit)))]
    owners = able(desk, one.unit)
    owner = one.owner if one.owner in owners else next(iter(owners), "")
    return Giving(owner, owners, desk.office.today + GIVEN, tuple(offers))


def _offer(reading: Reading) -> Offer:
    form = reading.form
    return Offer(
        reading.metric.key,
        reading.metric.title,
        f"{form.before}{form.letter}{form.delta_unit}".strip(),
        form.factor,
        form.decimals,
        _gap(reading, form),
    )


def _gap(reading: Reading, form: NumberFormat) -> float:
    """What is missing to the target, as it is written; 0 where nothing is, or nobody said."""
    if reading.now.value is None or reading.now.target is None:
        return 0.0
    gap = round((reading.now.target - reading.now.value) / form.factor, form.decimals)
    return 0.0 if gap * {"up": 1, "down": -1, "band": 0}[reading.metric.direction] < 0 else gap
