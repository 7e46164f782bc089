"""Before a review on both databases: cadences and their days, planning by people and the clock, invitations."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.reviews.cadences import ChangeCadence, RetireCadence, SetCadence, dues, first_due
from strategy.reviews.holding import OpenReview
from strategy.reviews.planning import (
    AnswerInvitation,
    CancelReview,
    Guest,
    HandOverReview,
    Invite,
    MissReview,
    MoveReview,
    PlanByCadence,
    PlanReview,
)
from strategy.reviews.tables import Cadence, Invitation, Review
from tests.strategy_rooms import NOON, Books

DAY = date(2026, 11, 12)
SET = SetCadence("east-monthly", "east", "Monthly review of East", "mira", "month", 12, 30, date(2026, 11, 1))
PLAN = PlanReview("r1", "east", "November review", "mira", DAY, 30, (Guest("sam", "answers for on-time delivery"),))


@pytest.fixture
def planned(books: Books) -> Books:
    """A company with one review planned for East."""
    books.do("mira", PLAN)
    return books


def states(books: Books) -> dict[str, str]:
    return {one.key: one.state for one in books.all(Invitation)}


# -- cadence


@pytest.mark.parametrize(
    ("every", "day", "after", "first"),
    [
        ("week", 1, date(2026, 11, 2), date(2026, 11, 9)),
        ("week", 1, date(2026, 11, 1), date(2026, 11, 2)),
        ("week", 7, date(2026, 11, 2), date(2026, 11, 8)),
        ("month", 5, date(2026, 11, 5), date(2026, 12, 5)),
        ("month", 28, date(2026, 12, 28), date(2027, 1, 28)),
        ("month", 12, date(2026, 11, 5), date(2026, 11, 12)),
        ("quarter", 15, date(2026, 11, 3), date(2027, 1, 15)),
        ("quarter", 15, date(2026, 10, 14), date(2026, 10, 15)),
    ],
)
def test_days_of_a_cadence(every: str, day: int, after: date, first: date) -> None:
    assert first_due(every, day, after) == first


def test_a_cadence_is_set_changed_and_retired(books: Books) -> None:
    with pytest.raises(Refused, match=r"Mira East may not governance\.edit over east"):
        books.do("mira", SET)
    books.do("clara", SET)
    books.do("clara", ChangeCadence(SET.key, 1, SET.title, "sam", "week", 1, 45))
    cadence = books.one(Cadence, SET.key)
    assert (cadence.chair, cadence.every, cadence.day, cadence.minutes) == ("sam", "week", 1, 45)
    assert dues(cadence, date(2026, 11, 3), date(2026, 11, 17)) == [date(2026, 11, 9), date(2026, 11, 16)]
    books.do("clara", RetireCadence(SET.key, 2))
    with pytest.raises(CommandError, match="this cadence is retired"):
        books.do("clara", ChangeCadence(SET.key, 3, SET.title, "sam", "week", 2, 45))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"every": "day"}, "held each week, month, quarter; 'day' is none of them"),
        ({"every": "week", "day": 8}, "the day of a week is 1 to 7"),
        ({"day": 31}, "the day of a month is 1 to 28, so that every month has it"),
        ({"minutes": 0}, "lasts 5 to 480 minutes"),
        ({"title": " "}, "the title of the cadence is empty"),
        ({"key": "c" * 50}, "too long for a key here"),
    ],
)
def test_a_cadence_that_makes_no_sense_is_refused(books: Books, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        books.do("clara", replace(SET, **wrong))
    assert books.all(Cadence) == []


# -- planning


def test_the_clock_plans_what_a_cadence_asks_for_once(books: Books) -> None:
    books.do("clara", SET)
    plan = PlanByCadence(f"{SET.key}.2026-11-12", "east", SET.title, "mira", DAY, 30, (Guest("sam"),), SET.key)
    with pytest.raises(Refused):
        books.do("clara", plan)
    books.door().by_clock(plan)
    with pytest.raises(Conflict, match="already"):
        books.door().by_clock(plan)
    with pytest.raises(CommandError, match="named after its cadence and day"):
        books.door().by_clock(replace(plan, due=date(2026, 12, 12)))
    (review,) = books.all(Review)
    assert (review.cadence, review.state, review.made_by) == (SET.key, "planned", "fourfold")
    assert states(books) == {f"{plan.key}:mira": "accepted", f"{plan.key}:sam": "invited"}


def test_a_review_is_planned_for_ones_own_unit_and_a_day_to_come(books: Books) -> None:
    with pytest.raises(Refused, match=r"Sam Shop may not review\.hold over east"):
        books.do("sam", PLAN)
    with pytest.raises(CommandError, match="2026-11-02 has passed"):
        books.do("mira", replace(PLAN, due=date(2026, 11, 2)))
    with pytest.raises(CommandError, match="there is no cadence 'none'"):
        books.do("mira", replace(PLAN, cadence="none"))
    assert books.all(Review) == []


def test_who_is_invited_answers_for_himself(planned: Books) -> None:
    with pytest.raises(Refused):
        planned.do("wil", AnswerInvitation("r1:sam", 1, "accepted"))
    with pytest.raises(CommandError, match="the reason is empty"):
        planned.do("sam", AnswerInvitation("r1:sam", 1, "declined"))
    planned.do("sam", AnswerInvitation("r1:sam", 1, "declined", "On leave."))
    assert states(planned)["r1:sam"] == "declined"
    with pytest.raises(Conflict, match="sam changed"):
        planned.do("mira", AnswerInvitation("r1:sam", 1, "accepted"))


def test_a_moved_review_asks_anew_and_a_cancelled_one_is_over(planned: Books) -> None:
    planned.do("sam", AnswerInvitation("r1:sam", 1, "accepted"))
    planned.do("mira", MoveReview("r1", 1, date(2026, 11, 19), "Half of us are at the fair."))
    assert states(planned) == {"r1:mira": "accepted", "r1:sam": "invited"}
    planned.do("mira", HandOverReview("r1", 2, "clara"))
    planned.do("mira", Invite("r1", 3, "ann", "knows the numbers"))
    with pytest.raises(CommandError, match="ann is invited already"):
        planned.do("mira", Invite("r1", 3, "ann"))
    assert set(states(planned)) == {"r1:ann", "r1:clara", "r1:mira", "r1:sam"}
    planned.do("mira", CancelReview("r1", 3, "The plant is closed."))
    with pytest.raises(CommandError, match="this review is cancelled"):
        planned.do("mira", OpenReview("r1", 4, "snap-1", "2026-10"))


def test_the_clock_finds_what_was_missed(planned: Books) -> None:
    with pytest.raises(CommandError, match="cannot have been missed yet"):
        planned.door().by_clock(MissReview("r1", 1))
    planned.door(NOON + timedelta(days=30)).by_clock(MissReview("r1", 1))
    assert planned.one(Review, "r1").state == "missed"
    planned.do("mira", OpenReview("r1", 2, "snap-1", "2026-10"), NOON + timedelta(days=31))
    assert planned.one(Review, "r1").state == "open"
