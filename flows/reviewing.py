"""Who should be at a review, and what the clock does for reviews: it plans the next one of each cadence."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Engine

from data.organisation import Tree
from flows.agenda import on_table, sight
from flows.opened import Opened
from flows.readings import Months
from strategy.commands import Command
from strategy.duties.tables import Champion, Duty
from strategy.goals.tables import Objective
from strategy.reading import read
from strategy.reviews.cadences import dues
from strategy.reviews.holding import OpenReview
from strategy.reviews.planning import Guest, MissReview, PlanByCadence, review_key
from strategy.reviews.tables import Cadence, Review

GRACE = timedelta(days=7)  # so long after its day a review that nobody has opened counts as missed
FAR = timedelta(days=100)  # the next day of every cadence comes within that


def guests(tree: Tree, state: Engine, unit: str, today: date) -> tuple[Guest, ...]:
    """Who should be at a review of a unit, and why: those who answer for its objectives or work for them, those who
    answer for an objective of a unit directly below, and its champions (checklist 44). Each once, by how much they have
    to say.
    """
    below = tree.children(unit, today) if unit in tree else ()
    objectives = read(state, Objective, Objective.state == "active", order_by=[Objective.place, Objective.key])
    titles = {one.key: one.title for one in objectives if one.unit == unit}
    found: dict[str, list[str]] = {}
    for one in objectives:
        if one.owner and one.unit == unit:
            found.setdefault(one.owner, []).append(one.title)
    answering = {person: f"answers for {_few(mine)}" for person, mine in found.items()}
    working: dict[str, str] = {}
    duties = Duty.ended_at.is_(None), Duty.subject_kind == "objective", Duty.role == "R"
    for duty in read(state, Duty, *duties, order_by=[Duty.key]):
        if duty.subject in titles and duty.person not in answering:
            working.setdefault(duty.person, f"works for {titles[duty.subject]}")
    for one in objectives:
        if one.owner and one.unit in below and one.owner not in answering:
            working.setdefault(one.owner, f"answers for {one.title} in {_title(tree, one.unit)}")
    for champion in read(state, Champion, Champion.unit == unit, Champion.ended_at.is_(None), order_by=[Champion.key]):
        if champion.person not in answering:
            working.setdefault(champion.person, "champion of the execution")
    return tuple(Guest(person, why) for person, why in {**answering, **working}.items())


def due_deeds(tree: Tree, state: Engine, today: date) -> Iterator[Command]:
    """What the clock does: the next review of each active cadence is planned, one that was long due counts as missed.

    Done again on the same day there is nothing left to do.
    """
    late = Review.state == "planned", Review.due < today - GRACE
    for review in read(state, Review, *late, order_by=[Review.due, Review.key]):
        yield MissReview(review.key, review.version)
    known = {review.key: review for review in read(state, Review, Review.cadence.is_not(None))}
    for cadence in read(state, Cadence, Cadence.state == "active", order_by=[Cadence.key]):
        mine = [review for review in known.values() if review.cadence == cadence.key]
        if any(review.state == "planned" and review.due >= today for review in mine):
            continue
        due = next(
            (
                day
                for day in dues(cadence, today - timedelta(days=1), today + FAR)
                if review_key(cadence.key, day) not in known
            ),
            None,
        )
        if due is not None:
            yield PlanByCadence(
                key=review_key(cadence.key, due),
                unit=cadence.unit,
                title=cadence.title,
                chair=cadence.chair,
                due=due,
                minutes=cadence.minutes,
                people=guests(tree, state, cadence.unit, today),
                cadence=cadence.key,
            )


def opening(opened: Opened, state: Engine, review: Review, today: date, months: Months | None = None) -> OpenReview:
    """The command that opens a review with the agenda and the numbers as they are on a day."""
    table = on_table(sight(opened, state, review.unit, today, months))
    return OpenReview(review.key, review.version, table.snapshot, table.period, table.items, table.facts)


def _few(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{titles[0]} and {len(titles) - 1} more"


def _title(tree: Tree, unit: str) -> str:
    known = tree.units.get(unit)
    return known.title if known else unit
