"""Reviews on both databases: held on a snapshot, with minutes, decisions and actions, closed into a pack that stays."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.history import changes_of
from strategy.issues.tables import Action, Issue
from strategy.reviews.agenda import Item
from strategy.reviews.decisions import Cited, LookBack, RevokeDecision, TakeDecision
from strategy.reviews.holding import (
    CloseReview,
    LeaveOut,
    MarkPresence,
    OpenReview,
    TakeUpAgain,
    WriteMinutes,
)
from strategy.reviews.outcomes import ActOnItem
from strategy.reviews.planning import (
    BringTopic,
    Guest,
    PlanReview,
)
from strategy.reviews.tables import AgendaItem, Decision, Outcome, Pack, Review, digest_of
from tests.strategy_rooms import NOON, Books

DAY = date(2026, 11, 12)
PLAN = PlanReview("r1", "east", "November review", "mira", DAY, 30, (Guest("sam", "answers for on-time delivery"),))
LATE = Item(
    "red",
    "shop",
    "On-time delivery",
    "88.1 %, target 95 %",
    "The castings come late.",
    "sam",
    "on_time_delivery",
    "2026-10",
    0.881,
    0.95,
    "red",
)
GOOD = Item(
    "win", "east", "Satisfaction", "8.9, target 8.5", "Back on target.", "", "satisfaction", "2026-10", 8.9, 8.5
)
FACTS = {
    "metrics": [
        {"metric": "on_time_delivery", "title": "On-time delivery", "unit": "shop", "status": "red"},
        {"metric": "scrap_rate", "title": "Scrap rate", "unit": "yard", "status": "red"},
    ]
}
CITED = Cited("scrap_rate", "yard", "2026-10", 0.04, 0.02, "red", "snap-1")
DECIDE = TakeDecision("d1", "east", "Buy from a second foundry", "", "sam", date(2027, 1, 12), "r1", "r1.1")
ACT = ActOnItem("r1.1", 1, "a1", "Release the second foundry", "sam", date(2026, 12, 18), "", 0.05, date(2027, 1, 31))


@pytest.fixture
def planned(books: Books) -> Books:
    """A company with one review planned for East."""
    books.do("mira", PLAN)
    return books


@pytest.fixture
def opened(planned: Books) -> Books:
    """That review, open with two items, a topic, and its chair present."""
    planned.do("sam", BringTopic("r1:sam", 1, "A second shift", "Ten people would come."))
    planned.do("mira", OpenReview("r1", 1, "snap-1", "2026-10", (LATE, GOOD), FACTS))
    planned.do("mira", MarkPresence("r1:mira", 1, "present"))
    return planned


# -- holding


def test_the_agenda_and_its_numbers_are_frozen_when_it_is_opened(opened: Books) -> None:
    review = opened.one(Review, "r1")
    assert (review.state, review.snapshot, review.period, review.opened_at) == ("open", "snap-1", "2026-10", NOON)
    late, good, topic = (
        opened.one(AgendaItem, "r1.1"),
        opened.one(AgendaItem, "r1.2"),
        opened.one(AgendaItem, "r1:sam:1"),
    )
    assert (late.about, late.value, late.target, late.status) == ("shop", 0.881, 0.95, "red")
    assert (good.section, topic.section, topic.owner) == ("win", "topic", "sam")
    (change,) = [c for c in changes_of(opened.engine, "review", ["r1"]) if c.command == "OpenReview"]
    assert change.after is not None
    assert change.after["facts"] == FACTS


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"items": (replace(LATE, section="gossip"),)}, "an agenda has no section 'gossip'"),
        ({"snapshot": ""}, "held on the numbers of a snapshot"),
        ({"items": (replace(LATE, value=float("nan")),)}, "must be a number"),
        ({"items": (replace(LATE, metric="m" * 121),)}, "at most 120"),
        ({"facts": {"metrics": [float("inf")]}}, "must be a number"),
    ],
)
def test_an_agenda_that_makes_no_sense_is_refused(planned: Books, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        planned.do("mira", replace(OpenReview("r1", 1, "snap-1", "2026-10", (LATE,)), **wrong))
    assert planned.all(AgendaItem) == []


def test_only_who_holds_the_units_reviews_writes_its_minutes(opened: Books) -> None:
    with pytest.raises(Refused):
        opened.do("sam", WriteMinutes("r1.1", 1, "All is well."))
    opened.do("mira", WriteMinutes("r1.1", 1, "Sam explains the castings."))
    with pytest.raises(Conflict, match="mira changed"):
        opened.do("clara", WriteMinutes("r1.1", 1, "Something else."))
    item = opened.one(AgendaItem, "r1.1")
    assert (item.state, item.minutes) == ("discussed", "Sam explains the castings.")


def test_an_item_is_left_out_with_a_reason_and_taken_up_again(opened: Books) -> None:
    with pytest.raises(CommandError, match="the reason is empty"):
        opened.do("mira", LeaveOut("r1.2", 1, " "))
    opened.do("mira", LeaveOut("r1.2", 1, "No time."))
    with pytest.raises(CommandError, match="this agenda item is left_out"):
        opened.do("mira", WriteMinutes("r1.2", 2, "Well done."))
    opened.do("mira", TakeUpAgain("r1.2", 2))
    assert opened.one(AgendaItem, "r1.2").state == "open"


def test_a_decision_cites_the_number_of_its_item_by_itself(opened: Books) -> None:
    opened.do("mira", replace(DECIDE, cites=(CITED,)))
    decision = opened.one(Decision, "d1")
    assert (decision.unit, decision.review, decision.item, decision.owner) == ("east", "r1", "r1.1", "sam")
    assert (decision.decided_on, decision.state) == (NOON.date(), "in_force")
    assert decision.cites == [
        {
            "metric": "on_time_delivery",
            "unit": "shop",
            "period": "2026-10",
            "value": 0.881,
            "target": 0.95,
            "status": "red",
            "snapshot": "snap-1",
        },
        CITED.plain(),
    ]
    assert opened.one(AgendaItem, "r1.1").state == "discussed"


def test_a_decision_out_of_a_review_says_its_reason_or_number(opened: Books) -> None:
    alone = replace(DECIDE, review=None, item=None, owner="")
    with pytest.raises(CommandError, match="rests on a number or a reason"):
        opened.do("mira", alone)
    opened.do("mira", replace(alone, because="The bank asks for it."))
    assert [(d.owner, d.review, d.cites) for d in opened.all(Decision)] == [("mira", None, [])]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cites": (replace(CITED, metric="m" * 121),)}, "at most 120"),
        ({"cites": (CITED,) * 12}, "at most 12 numbers"),
        ({"revisit_on": NOON.date()}, "is no day to come"),
        ({"review": None}, "an agenda item belongs to a review"),
        ({"item": "r9.1"}, "there is no agenda item 'r9.1'"),
        ({"issue": "i9"}, "there is no issue 'i9'"),
        ({"unit": "shop"}, "this review is about east"),
        ({"title": ""}, "the title of the decision is empty"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(opened: Books, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        opened.do("mira", replace(DECIDE, **wrong))
    assert opened.all(Decision) == []


def test_a_decision_is_revoked_with_a_reason_or_looked_back_at(opened: Books) -> None:
    opened.do("mira", DECIDE)
    opened.do("mira", replace(DECIDE, key="d2", item=None, because="It says more."))
    later = NOON + timedelta(days=80)
    with pytest.raises(CommandError, match="on which later day"):
        opened.do("sam", LookBack("d1", 1, "too_early", "Samples only."), later)
    opened.do("sam", LookBack("d1", 1, "too_early", "Samples only.", date(2027, 3, 1)), later)
    assert opened.one(Decision, "d1").revisit_on == date(2027, 3, 1)
    opened.do("sam", LookBack("d1", 2, "worked", "Defects are halved."), later)
    opened.do("mira", RevokeDecision("d2", 1, "Written down twice."))
    assert [(d.state, d.verdict, d.revisit_on) for d in opened.all(Decision)] == [
        ("in_force", "worked", None),
        ("revoked", "", date(2027, 1, 12)),
    ]


def test_an_action_on_an_item_opens_its_issue_once(opened: Books) -> None:
    opened.do("mira", ACT)
    (issue,) = opened.all(Issue)
    assert (issue.unit, issue.metric, issue.origin, issue.review, issue.owner) == (
        "shop",
        "on_time_delivery",
        "review",
        "r1",
        "sam",
    )
    opened.do("mira", replace(ACT, version=2, made="a2", title="Ask the first foundry for a plan"))
    assert [(a.issue, a.unit, a.review, a.value_before) for a in opened.all(Action)] == [
        (issue.key, "shop", "r1", 0.881),
        (issue.key, "shop", "r1", 0.881),
    ]
    assert [(o.item, o.action) for o in opened.all(Outcome)] == [("r1.1", "a1"), ("r1.1", "a2")]


def test_an_action_may_be_done_below_and_never_elsewhere(opened: Books) -> None:
    with pytest.raises(CommandError, match="depot does not lie below it"):
        opened.do("mira", replace(ACT, unit="depot"))
    opened.do("mira", replace(ACT, unit="yard", value=0.7, target=0.9))
    (issue,), (action,) = opened.all(Issue), opened.all(Action)
    assert (issue.unit, issue.value, issue.target, issue.owner) == ("yard", 0.7, 0.9, "sam")
    assert (action.unit, action.issue, action.value_before) == ("yard", issue.key, 0.7)


def test_an_action_that_is_refused_leaves_no_issue_behind(opened: Books) -> None:
    with pytest.raises(CommandError, match="say how much the action should change"):
        opened.do("mira", replace(ACT, expected_change=None))
    assert (opened.all(Issue), opened.all(Action), opened.all(Outcome)) == ([], [], [])
    assert opened.one(AgendaItem, "r1.1").state == "open"


def test_an_action_on_a_topic_needs_no_number(opened: Books) -> None:
    opened.do("mira", ActOnItem("r1:sam:1", 1, "a3", "Ask the ten people", "sam", date(2026, 11, 20)))
    action = opened.one(Action, "a3")
    assert (action.unit, action.issue, action.expected_metric) == ("east", None, None)


def test_what_comes_of_a_review_is_for_who_holds_it(opened: Books) -> None:
    for command in (DECIDE, ACT):
        with pytest.raises(Refused):
            opened.do("sam", command)


# -- the pack


def test_closing_makes_a_pack_that_shows_reds_and_omissions(opened: Books) -> None:
    opened.do("mira", DECIDE)
    opened.do("mira", replace(ACT, version=2))
    opened.do("mira", LeaveOut("r1.2", 1, "No time."))
    opened.do("mira", CloseReview("r1", 2, "One decision, on the castings."))
    (pack,) = opened.all(Pack)
    content = pack.content
    assert (pack.key, pack.unit, pack.snapshot, pack.period) == ("pack.r1", "east", "snap-1", "2026-10")
    assert content["review"]["summary"] == "One decision, on the castings."
    assert content["facts"] == FACTS
    assert [(i["title"], i["state"]) for i in content["items"]] == [
        ("On-time delivery", "discussed"),
        ("A second shift", "open"),
        ("Satisfaction", "left_out"),
    ]
    assert (content["decisions"][0]["item"], content["decisions"][0]["cites"][0]["value"]) == ("r1.1", 0.881)
    assert (content["actions"][0]["item"], content["actions"][0]["owner"]) == ("r1.1", "sam")
    assert [(o["title"], o["how"], o["why"]) for o in content["omissions"]] == [
        ("Satisfaction", "left_out", "No time."),
        ("A second shift", "not_reached", ""),
        ("Scrap rate", "red_not_on_agenda", ""),
    ]
    assert pack.digest == digest_of(json.loads(json.dumps(content)))


def test_nothing_of_a_closed_review_changes(opened: Books) -> None:
    opened.do("mira", CloseReview("r1", 2, "Short."))
    before = opened.one(Pack, "pack.r1")
    for command in (
        WriteMinutes("r1.1", 1, "Rewritten."),
        LeaveOut("r1.1", 1, "Out of sight."),
        DECIDE,
        ACT,
        BringTopic("r1:sam", 1, "Too late"),
        MarkPresence("r1:sam", 1, "present"),
        OpenReview("r1", 3, "snap-2", "2026-11"),
        CloseReview("r1", 3, "Again."),
    ):
        with pytest.raises(CommandError, match="this review is closed"):
            opened.do("mira", command)
    assert opened.one(Pack, "pack.r1").digest == before.digest


def test_a_review_without_people_is_not_closed(planned: Books) -> None:
    planned.do("mira", OpenReview("r1", 1, "snap-1", "2026-10", (LATE,)))
    with pytest.raises(CommandError, match="say who is there"):
        planned.do("mira", CloseReview("r1", 2, "Nobody came."))
    assert planned.all(Pack) == []
