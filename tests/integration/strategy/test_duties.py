"""Duties, champions, decision rights and conflicts: exactly one accountable, and who may say so."""

from datetime import timedelta

import pytest

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.commands import Command
from strategy.duties.commands import ChangeDuty, EndChampion, EndDuty, GiveDuty, NameChampion
from strategy.duties.disputes import DecideDispute, NameArbiter, RaiseDispute, WithdrawDispute
from strategy.duties.reading import Accountability, Owned, Part, accountability
from strategy.duties.rights import ChangeDecisionRight, EndDecisionRight, SetDecisionRight, route
from strategy.duties.tables import Champion, DecisionRight, Dispute, Duty
from tests.strategy_rooms import ABOVE, NOON, Books, below

GIVE = GiveDuty("d1", "shop", "metric", "revenue", "sam", "A")
RAISE = RaiseDispute("c1", "shop", "depot", "Returns", "The depot sends back what the shop sold.", "mira", ("returns",))


def above(unit: str) -> tuple[str, ...]:
    return (unit, *above(ABOVE[unit])) if unit in ABOVE else (unit,)


# -- duties


def test_exactly_one_person_is_accountable(books: Books) -> None:
    books.do("mira", GIVE)
    with pytest.raises(CommandError, match="sam is accountable for revenue in shop, and exactly one person is"):
        books.do("mira", GiveDuty("d2", "shop", "metric", "revenue", "mira", "A"))
    books.do("mira", GiveDuty("d3", "shop", "metric", "revenue", "mira", "R"))
    with pytest.raises(CommandError, match="hand it over"):
        books.do("mira", ChangeDuty("d3", 1, "mira", "A"))
    assert [(one.person, one.role) for one in books.all(Duty)] == [("sam", "A"), ("mira", "R")]


def test_a_duty_is_handed_over_and_ended(books: Books) -> None:
    books.do("mira", GIVE)
    books.do("mira", ChangeDuty("d1", 1, "ann", "A"))
    books.do("mira", EndDuty("d1", 2), NOON + timedelta(days=1))
    one = books.one(Duty, "d1")
    assert (one.person, one.role, one.ended_at) == ("ann", "A", NOON + timedelta(days=1))
    with pytest.raises(CommandError, match="has ended already"):
        books.do("mira", EndDuty("d1", 3))
    books.do("mira", GiveDuty("d2", "shop", "metric", "revenue", "mira", "A"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (GiveDuty("x", "shop", "objective", "grow", "sam", "A"), "the accountable of an objective is its owner"),
        (GiveDuty("x", "shop", "initiative", "second_source", "sam", "A"), "is its owner; change the owner there"),
        (GiveDuty("x", "shop", "metric", "revenue", "sam", "B"), "'B' is no role of RACI"),
        (GiveDuty("x", "shop", "dream", "revenue", "sam", "R"), "a person's part in one of objective, metric"),
        (GiveDuty("x", "shop", "metric", "", "sam", "R"), "the subject is empty"),
        (GiveDuty("x", "shop", "metric", "revenue", "s" * 121, "R"), "the person has 121 characters"),
        (GiveDuty("x", "shop", "metric", "revenue", "a\x00b", "R"), "characters that are no text"),
    ],
)
def test_a_duty_that_cannot_be(books: Books, command: Command, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        books.do("mira", command)
    assert books.all(Duty) == []


def test_a_person_has_one_part_in_a_thing(books: Books) -> None:
    books.do("mira", GiveDuty("d1", "shop", "objective", "grow", "sam", "R"))
    with pytest.raises(CommandError, match=r"sam has a part in grow in shop already \(Responsible\)"):
        books.do("mira", GiveDuty("d2", "shop", "objective", "grow", "sam", "C"))


def test_duties_are_given_within_the_own_units(books: Books) -> None:
    books.do("mira", GIVE)
    for who in ("wil", "ann", "joe"):
        with pytest.raises(Refused):
            books.do(who, GiveDuty("d2", "shop", "metric", "margin", "wil", "A"))
        with pytest.raises(Refused):
            books.do(who, EndDuty("d1", 1))


def test_who_is_accountable_is_found_upwards() -> None:
    parts = (
        Part("metric", "revenue", "shop", "sam", "A", "d1"),
        Part("metric", "revenue", "company", "tom", "A", "d2"),
        Part("metric", "revenue", "shop", "ann", "R", "d3"),
    )
    known = Accountability(parts, {("margin", "east"): "mira", ("revenue", "east"): "mira"})
    assert known.accountable("revenue", "shop", above) == "sam"
    assert known.accountable("revenue", "yard", above) == "mira"
    assert known.accountable("revenue", "depot", above) == "tom"
    assert known.accountable("margin", "shop", above) == "mira"
    assert known.accountable("margin", "depot", above) is None


def test_my_responsibilities_are_the_union_of_my_rows(books: Books) -> None:
    books.do("mira", GIVE)
    books.do("mira", GiveDuty("d2", "shop", "objective", "grow", "sam", "C"))
    books.do("mira", GiveDuty("d3", "east", "metric", "margin", "mira", "A"))
    known = accountability(books.engine, [Owned("second_source", "shop", "sam")])
    mine = known.responsibilities("sam")
    assert [(part.subject, part.role, part.duty) for part in mine] == [
        ("second_source", "A", None),
        ("revenue", "A", "d1"),
        ("grow", "C", "d2"),
    ]
    every = {part for person in ("sam", "mira") for part in known.responsibilities(person)}
    assert every == set(known.parts)
    assert [part.person for part in known.of("metric", "revenue")] == ["sam"]
    assert list(known.lacking("R")) == [
        ("initiative", "second_source", "shop"),
        ("metric", "revenue", "shop"),
        ("objective", "grow", "shop"),
        ("metric", "margin", "east"),
    ]


# -- champions


def test_champions_are_named_by_who_governs(books: Books) -> None:
    books.do("clara", NameChampion("h1", "shop", "sam"))
    with pytest.raises(CommandError, match="sam is a champion of shop already"):
        books.do("clara", NameChampion("h2", "shop", "sam"))
    with pytest.raises(Refused, match=r"Mira East may not governance\.edit over shop"):
        books.do("mira", NameChampion("h2", "shop", "mira"))
    books.do("clara", EndChampion("h1", 1))
    assert books.one(Champion, "h1").ended_at == NOON
    with pytest.raises(CommandError, match="ended already"):
        books.do("clara", EndChampion("h1", 2))
    books.do("clara", NameChampion("h2", "shop", "sam"))


# -- decision rights


def rights(books: Books) -> None:
    for number, (unit, up_to, decides, decider) in enumerate(
        [
            ("company", 5_000, "self", ""),
            ("company", 50_000, "role", "manager"),
            ("company", None, "role", "executive"),
            ("east", 20_000, "person", "mira"),
        ]
    ):
        books.do("clara", SetDecisionRight(f"r{number}", unit, "spending", decides, decider, up_to))


@pytest.mark.parametrize(
    ("unit", "amount", "key"),
    [
        ("west", 0, "r0"),
        ("west", 5_000, "r0"),
        ("west", 5_000.01, "r1"),
        ("depot", 50_000, "r1"),
        ("company", 1e9, "r2"),
        ("shop", 100, "r3"),
        ("shop", 20_000, "r3"),
        ("shop", 20_001, "r1"),
        ("east", 50_001, "r2"),
    ],
)
def test_the_nearest_table_that_reaches_the_amount_decides(books: Books, unit: str, amount: float, key: str) -> None:
    rights(books)
    found = route(books.all(DecisionRight), below, "spending", amount, unit)
    assert found is not None
    assert found.key == key
    assert route(books.all(DecisionRight), below, "posts", amount, unit) is None


def test_decision_rights_change_and_end(books: Books) -> None:
    rights(books)
    books.do("tom", ChangeDecisionRight("r3", 1, "role", "manager", 30_000.0))
    books.do("tom", EndDecisionRight("r1", 1))
    found = route(books.all(DecisionRight), below, "spending", 25_000, "shop")
    assert found is not None
    assert (found.key, found.decider, found.version) == ("r3", "manager", 2)
    with pytest.raises(Conflict, match=r"tom changed .*up_to from 20000\.0 to 30000\.0"):
        books.do("clara", ChangeDecisionRight("r3", 1, "person", "mira", 10_000))
    with pytest.raises(CommandError, match="ended already"):
        books.do("clara", EndDecisionRight("r1", 2))
    with pytest.raises(Refused):
        books.do("mira", EndDecisionRight("r3", 2))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (SetDecisionRight("x", "east", "dreams", "self"), "'dreams' is no kind of decision"),
        (SetDecisionRight("x", "east", "spending", "fate", "tom"), "'fate' decides nothing"),
        (SetDecisionRight("x", "east", "spending", "self", "tom", 5.0), "name nobody"),
        (SetDecisionRight("x", "east", "spending", "role", "", 5.0), "say which role or person decides"),
        (SetDecisionRight("x", "east", "spending", "role", "manager", -1.0), "-1.0 is no amount"),
        (SetDecisionRight("x", "east", "target", "role", "manager", 5.0), "'Move a goal' is not measured"),
        (SetDecisionRight("x", "company", "spending", "role", "executive"), "any amount, already; change that one"),
    ],
)
def test_a_line_that_cannot_be(books: Books, command: Command, words: str) -> None:
    rights(books)
    with pytest.raises(CommandError, match=words):
        books.do("clara", command)


# -- conflicts


def test_a_conflict_is_settled_by_its_arbiter_alone(books: Books) -> None:
    books.do("sam", RAISE)
    with pytest.raises(CommandError, match="mira settles this conflict"):
        books.do("clara", DecideDispute("c1", 1, "The shop pays."))
    books.do("mira", DecideDispute("c1", 1, "The depot takes them back within a week."))
    one = books.one(Dispute, "c1")
    assert (one.state, one.decided_by, one.decided_on, one.metrics) == ("decided", "mira", NOON.date(), ["returns"])
    with pytest.raises(CommandError, match="this dispute is decided"):
        books.do("mira", DecideDispute("c1", 2, "Or not."))


def test_an_arbiter_may_sit_anywhere(books: Books) -> None:
    books.do("sam", RAISE)
    books.do("tom", NameArbiter("c1", 1, "wil"))
    books.do("wil", DecideDispute("c1", 2, "Both pay half."))
    assert books.one(Dispute, "c1").decision == "Both pay half."


def test_a_conflict_has_two_sides_and_somebody_neutral(books: Books) -> None:
    with pytest.raises(CommandError, match="name the other unit"):
        books.do("sam", RaiseDispute("c1", "shop", "shop", "x", "y", "mira"))
    with pytest.raises(CommandError, match="cannot settle it"):
        books.do("sam", RaiseDispute("c1", "shop", "depot", "x", "y", "sam"))
    books.do("sam", RAISE)
    with pytest.raises(CommandError, match="cannot settle it"):
        books.do("clara", NameArbiter("c1", 1, "sam"))


def test_who_raised_a_conflict_takes_it_back(books: Books) -> None:
    books.do("sam", RAISE)
    with pytest.raises(CommandError, match="sam raised this conflict"):
        books.do("mira", WithdrawDispute("c1", 1, "We talked."))
    books.do("sam", WithdrawDispute("c1", 1, "We talked."))
    assert (books.one(Dispute, "c1").state, books.one(Dispute, "c1").decision) == ("withdrawn", "We talked.")
