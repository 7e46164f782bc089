"""What a viewer does with objectives: from what a form says to the command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from strategy.commands import new_key
from strategy.goals.cascade import AcceptCascade, CascadeObjective, OfferAgain, ReturnCascade, WeighParts
from strategy.goals.objectives import (
    ActivateObjective,
    ChangeObjective,
    NamePlan,
    PlaceOnScorecards,
    RetireObjective,
    SetMeasures,
    SetWay,
    WriteObjective,
)
from strategy.goals.results import AddKeyResult, CheckInKeyResult, CloseKeyResult
from strategy.goals.rules import Measure
from strategy.plan import Objective as Planned
from views.desk import Desk
from views.objective import ObjectiveView, ResultLine
from views.objective_forms import Chosen, Fields, WayFields, aims_of, choice_of, measures_of, unseen_measures
from views.picks import Picks


@dataclass(frozen=True)
class Part:
    """A part of an objective as a form offers it to a unit."""

    unit: str
    owner: str
    title: str
    weight: float
    chosen: tuple[Chosen, ...]
    words: str


@dataclass(frozen=True)
class Result:
    """A key result as a form has it, its numbers as people write them."""

    title: str
    metric: str
    measured_in: str
    start: float
    target: float
    weight: float
    owner: str
    due: date | None


def write(desk: Desk, picks: Picks, fields: Fields, key: str, chosen: Sequence[Chosen]) -> None:
    """Write a new objective of the picked unit."""
    words = (fields.title, fields.perspective, fields.description, fields.theme, fields.owner, fields.priority)
    desk.do(WriteObjective(key, picks.unit, *words, fields.start, fields.end, measures_of(desk, chosen)))


def save_fields(desk: Desk, view: ObjectiveView, fields: Fields, reason: str) -> None:
    """Change the words."""
    desk.do(
        ChangeObjective(
            view.key,
            view.version,
            fields.title,
            fields.description,
            fields.theme,
            fields.perspective,
            fields.owner,
            fields.priority,
            fields.start,
            fields.end,
            reason,
        )
    )


def save_measures(desk: Desk, view: ObjectiveView, measures: tuple[Measure, ...], month: str, reason: str) -> None:
    """Change what it is measured by."""
    unseen = unseen_measures(desk, view.key)
    kept = [one.metric for one in unseen]
    desk.office.do(SetMeasures(view.key, view.version, (*measures, *unseen), month, reason), kept)


def save_cards(desk: Desk, view: ObjectiveView, weights: Mapping[str, float | None], month: str, reason: str) -> None:
    """Change its weights on scorecards."""
    desk.do(PlaceOnScorecards(view.key, view.version, weights, month, reason))


def save_way(desk: Desk, view: ObjectiveView, way: WayFields, reason: str) -> None:
    """Lay out its way."""
    factor = choice_of(desk, way.metric).factor
    numbers = (way.baseline * factor, way.target * factor)
    desk.do(SetWay(view.key, view.version, way.metric, way.span, *numbers, way.start, way.end, reason))


def put_in_force(desk: Desk, view: ObjectiveView, reason: str) -> None:
    """Put a draft in force."""
    desk.do(ActivateObjective(view.key, view.version, reason))


def retire(desk: Desk, view: ObjectiveView, reason: str) -> None:
    """End it."""
    desk.do(RetireObjective(view.key, view.version, reason))


def accept(desk: Desk, view: ObjectiveView, words: str, month: str) -> None:
    """Take an offer on."""
    desk.do(AcceptCascade(view.key, view.version, words, month))


def send_back(desk: Desk, view: ObjectiveView, words: str) -> None:
    """Return an offer."""
    desk.do(ReturnCascade(view.key, view.version, words))


def offer_again(desk: Desk, view: ObjectiveView, weight: float, measures: tuple[Measure, ...], words: str) -> None:
    """Offer it anew."""
    unseen = unseen_measures(desk, view.key)
    kept = [one.metric for one in unseen]
    desk.office.do(OfferAgain(view.key, view.version, weight, (*measures, *unseen), words), kept)


def offer_part(desk: Desk, above: str, key: str, part: Part) -> None:
    """Offer a part of an objective to a unit below, or to take one on."""
    measures = measures_of(desk, part.chosen)
    words = (part.owner, part.title, "", part.weight, measures, None, None, part.words)
    desk.do(CascadeObjective(key, part.unit, above, *words))


def planned_part(desk: Desk, above: str, part: Part) -> Planned:
    """The part as it would count once it is accepted, for a preview."""
    measures = measures_of(desk, part.chosen)
    return Planned(
        title=part.title or desk.plan.known[above].title,
        perspective=desk.plan.known[above].perspective,
        owner=part.owner,
        metrics={one.metric: one.weight for one in measures},
        unit=part.unit,
        parent=above,
        weight=part.weight,
        aims=aims_of(measures),
    )


def weigh(desk: Desk, view: ObjectiveView, weights: Mapping[str, float], reason: str, month: str) -> None:
    """Say how heavy its parts are."""
    desk.do(WeighParts(view.key, view.version, weights, reason, month))


def add_result(desk: Desk, view: ObjectiveView, key: str, result: Result, reason: str) -> None:
    """Add a key result."""
    by_hand = 0.01 if result.measured_in == "%" else 1.0
    factor = choice_of(desk, result.metric).factor if result.metric else by_hand
    desk.do(
        AddKeyResult(
            view.key,
            view.version,
            key,
            result.title,
            result.start * factor,
            result.target * factor,
            result.weight,
            result.owner,
            result.metric,
            result.measured_in,
            result.due,
            reason,
        )
    )


def name_plan(desk: Desk, picks: Picks, key: str, title: str, reason: str) -> None:
    """Give the plan of the picked unit as it stands a name."""
    desk.do(NamePlan(key, picks.unit, title, reason))


def check_in(desk: Desk, line: ResultLine, number: float, confidence: int, words: str) -> None:
    """Say how far a key result is."""
    desk.do(CheckInKeyResult(line.key, line.version, number * line.factor, confidence, words))


def close_result(desk: Desk, line: ResultLine, outcome: str, reason: str) -> None:
    """End a key result."""
    desk.do(CloseKeyResult(line.key, line.version, outcome, reason))


def fresh(kind: str) -> str:
    """A key for something new, made once for each form."""
    return new_key(kind)
