"""What forms of objectives offer, and the objective as it would be with what they say, for a preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.errors import QueryError
from flows.heads import heads_of
from strategy.goals.reading import aim_of, planned
from strategy.goals.rules import Measure
from strategy.goals.tables import Objective, ObjectiveMetric
from strategy.goals.weights import newest, since, stated
from strategy.plan import Aim, Weight
from strategy.plan import Objective as Planned
from views.desk import Desk
from views.picks import Picks
from views.wording import SPAN_WORDS, form_of, period_name

EVER = "ever"


@dataclass(frozen=True)
class Fields:
    """The words of an objective as a form has them."""

    title: str
    description: str
    theme: str
    perspective: str
    owner: str
    priority: bool
    start: date | None
    end: date | None


@dataclass(frozen=True)
class MetricChoice:
    """A metric that a form offers; `factor`: a number as people write it times this is the metric's own."""

    key: str
    title: str
    unit: str
    factor: float
    takes_goal: bool
    targeted: bool


@dataclass(frozen=True)
class Chosen:
    """A metric that was chosen in a form, its goals as people write them."""

    metric: str
    weight: float
    goal: float | None = None
    red_flag: float | None = None


def fields_of(desk: Desk, key: str) -> Fields:
    """An objective's words as they are."""
    one = desk.office.one(Objective, key)
    return Fields(one.title, one.description, one.theme, one.perspective, one.owner, one.priority, one.start, one.end)


def empty(desk: Desk) -> Fields:
    """The words of a new objective: the viewer's own, of the year that runs."""
    year = desk.workspace.calendar.holding("year", desk.office.today)
    first = next(iter(desk.workspace.perspectives))
    return Fields("", "", "", first, desk.viewer.key, False, year.start, year.end)


@dataclass(frozen=True)
class WayFields:
    """The way of an objective as a form has it, numbers as people write them."""

    metric: str
    span: str
    baseline: float
    target: float
    start: date
    end: date


SPANS: Mapping[str, str] = dict(SPAN_WORDS.items())


def way_of(desk: Desk, key: str) -> WayFields:
    """The way of an objective as it is; a new one from where its first metric stands, over the year that runs."""
    one = desk.office.one(Objective, key)
    rows = desk.office.read(ObjectiveMetric, ObjectiveMetric.objective == key, order_by=[ObjectiveMetric.made_at])
    metric = one.progress_metric or next((row.metric for row in rows), next(iter(desk.workspace.metrics)))
    factor = choice_of(desk, metric).factor
    year = desk.workspace.calendar.holding("year", desk.office.today)
    baseline, target = (0.0 if number is None else number / factor for number in (one.baseline, one.target))
    return WayFields(metric, one.progress_span, baseline, target, one.start or year.start, one.end or year.end)


@dataclass(frozen=True)
class Taking:
    """A part of an objective above as it is offered before anything is changed: its title, and what measures it."""

    title: str
    chosen: tuple[Chosen, ...]


def taking(desk: Desk, picks: Picks, above: str) -> Taking:
    """What is known of a part that the picked unit may take on; QueryError where there is no such objective above."""
    one = desk.plan.objectives.get(above)
    if one is None or one.unit not in desk.opened.tree.ancestors(picks.unit, desk.as_of)[1:]:
        raise QueryError(f"no objective above {picks.unit_title} has this key; choose one that is not served yet")
    return Taking(one.title, tuple(Chosen(key, 1.0) for key in one.metrics if key in desk.workspace.metrics))


def number_now(desk: Desk, picks: Picks, metric: str, unit: str) -> float:
    """Where a metric of a unit stands in the picked period, as people write it; 0 where it says nothing."""
    value = next(iter(desk.values([metric], [unit], picks.span, picks.period)), None)
    number = value.value if value is not None and value.value is not None else 0.0
    return round(number / choice_of(desk, metric).factor, 4)


def people(desk: Desk) -> dict[str, str]:
    """Everybody who may answer for something, by name."""
    here = sorted(desk.office.roster.here(), key=lambda one: one.viewer.name)
    return {one.viewer.key: one.viewer.name for one in here}


def metric_choices(desk: Desk) -> dict[str, MetricChoice]:
    """The metrics that an objective may be measured by, in the order of perspectives."""
    order = list(desk.workspace.perspectives)
    ranked = sorted(desk.workspace.metrics.values(), key=lambda m: (order.index(m.perspective), m.title))
    return {metric.key: choice_of(desk, metric.key) for metric in ranked}


def choice_of(desk: Desk, key: str) -> MetricChoice:
    """A metric as forms offer it."""
    metric = desk.workspace.metrics[key]
    form = form_of(metric)
    share = form.unit.strip() == "%"
    unit = "%" if share else metric.measured_in
    return MetricChoice(
        key, metric.title, unit, form.factor if share else 1.0, metric.direction != "band", metric.target is not None
    )


def chosen_of(desk: Desk, key: str) -> list[Chosen]:
    """The measures of an objective as they are."""
    found = []
    for row in desk.office.read(ObjectiveMetric, ObjectiveMetric.objective == key, order_by=[ObjectiveMetric.made_at]):
        weight = newest(row.weights)
        if weight is not None and row.metric in desk.workspace.metrics:
            factor, aim = choice_of(desk, row.metric).factor, aim_of(row)
            goals = (aim.goal / factor, aim.red_flag / factor) if aim else (None, None)
            found.append(Chosen(row.metric, weight, *goals))
    return found


def measures_of(desk: Desk, chosen: Sequence[Chosen]) -> tuple[Measure, ...]:
    """What was chosen in a form, in the metrics' own units."""
    found = []
    for one in chosen:
        choice = choice_of(desk, one.metric)
        goal, red_flag = (None if n is None else n * choice.factor for n in (one.goal, one.red_flag))
        found.append(Measure(one.metric, one.weight, goal, red_flag, choice.targeted))
    return tuple(found)


def unseen_measures(desk: Desk, key: str) -> tuple[Measure, ...]:
    """The measures of an objective that the viewer does not see, as they are: whoever changes the others keeps them."""
    found = []
    for row in desk.office.unseen(ObjectiveMetric, ObjectiveMetric.objective == key):
        weight, aim = newest(row.weights), aim_of(row)
        if weight is not None:
            goal, red_flag = (aim.goal, aim.red_flag) if aim else (None, None)
            found.append(Measure(row.metric, weight, goal, red_flag, row.targeted))
    return tuple(found)


def since_choices(desk: Desk, picks: Picks) -> dict[str, str]:
    """From which month a change may count: the one that is looked at, that of the clock, or all."""
    calendar = desk.workspace.calendar
    month = calendar.holding("month", min(picks.period.end, desk.as_of))
    found = {f"{month.end:%Y-%m}": period_name(month, calendar)}
    today = f"{desk.office.today:%Y-%m}"
    if today not in found:
        found[today] = period_name(calendar.holding("month", desk.office.today), calendar)
    return {**found, EVER: "all months"}


# -- the objective as it would be, for a preview


def with_fields(desk: Desk, key: str, fields: Fields) -> Planned:
    """An objective of the state with other words."""
    one = _planned(desk, key)
    named = {name: getattr(fields, name) for name in Fields.__dataclass_fields__}
    return one.model_copy(update=named)


def with_measures(desk: Desk, key: str, measures: Sequence[Measure], month: str) -> Planned:
    """An objective of the state that is measured otherwise from a month on."""
    one = _planned(desk, key)
    rows = {r.metric: r for r in desk.office.read(ObjectiveMetric, ObjectiveMetric.objective == key)}
    weights: dict[str, Weight] = {}
    given = {measure.metric: measure for measure in measures}
    for metric in dict.fromkeys([*rows, *given]):
        before = rows[metric].weights if metric in rows else {}
        there = given.get(metric)
        after = since(before, there.weight if there else None, month)
        if after["steps"]:
            weights[metric] = stated(after)
    return one.model_copy(update={"metrics": weights, "aims": aims_of(measures)})


def aims_of(measures: Sequence[Measure]) -> dict[str, Aim]:
    """The goals of an objective's own among its measures."""
    return {
        one.metric: Aim(goal=one.goal, red_flag=one.red_flag)
        for one in measures
        if one.goal is not None and one.red_flag is not None
    }


def _planned(desk: Desk, key: str) -> Planned:
    record = desk.office.one(Objective, key)
    return planned(record, desk.office.read(ObjectiveMetric, ObjectiveMetric.objective == key))


def card_weights(desk: Desk, key: str) -> dict[str, float]:
    """How heavy an objective is now on each scorecard that holds it."""
    record = desk.office.one(Objective, key)
    return {name: w for name, kept in record.scorecards.items() if (w := newest(kept)) is not None}


def card_choices(desk: Desk) -> dict[str, str]:
    """The scorecards by title."""
    return {key: card.title for key, card in desk.workspace.scorecards.items()}


def with_cards(desk: Desk, key: str, weights: Mapping[str, float | None], month: str) -> dict[str, Weight | None]:
    """The weights of an objective on scorecards as they would be."""
    record = desk.office.one(Objective, key)
    found: dict[str, Weight | None] = {}
    for name, weight in weights.items():
        after = since(record.scorecards.get(name, {}), weight, month)
        found[name] = stated(after) if after["steps"] else None
    return found


def units_below(desk: Desk, unit: str) -> dict[str, str]:
    """The units to which a part of an objective may be handed down, indented; the unit itself for a team of its own."""
    tree, on = desk.opened.tree, desk.as_of
    seen = desk.office.scope("strategy.plan")
    return {key: tree.units[key].title for key in tree.descendants(unit, on)[1:] if key in seen}


def head_of(desk: Desk, unit: str) -> str:
    """Who heads a unit; nobody where nobody does."""
    return next(iter(heads_of(unit, desk.office.roster, desk.workspace.roles)), "")
