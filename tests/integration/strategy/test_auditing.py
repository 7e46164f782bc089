"""The audit looked through: by person, deed, unit, words, item and day; what was refused; and as a safe export."""

from datetime import UTC, date, datetime, timedelta

import pytest

from access.policy import Refused
from data.cells import safe
from flows.door import Door
from flows.viewers import sign_in_told
from strategy.auditing import Told, Wanted, known, looked_up
from strategy.clock import Clock
from strategy.drafts import PublishDraft, StartDraft
from strategy.issues.commands import ExplainIssue, OpenIssue
from strategy.issues.tables import Issue
from strategy.notes import WriteNote
from tests.integration.strategy.test_members import IDENTITY
from tests.strategy_rooms import NOON, POLICY, Books
from views.audit import in_words


@pytest.fixture
def kept(books: Books) -> Books:
    """Deeds of three days."""
    books.do("mira", WriteNote("revenue", "yard", "2026-10", "The fair fell into 100 % of October"))
    books.do("sam", WriteNote("margin", "shop", "2026-10", "Steel_price"), NOON + timedelta(days=1))
    books.do("ann", StartDraft("revenue", "financial", "title: Revenue"), NOON + timedelta(days=2))
    with pytest.raises(Refused):
        books.do("sam", PublishDraft(1, 1), NOON + timedelta(days=2))
    sign_in_told(Door(books.engine, POLICY, Clock(fixed=NOON), "page 10.0.0.7"), IDENTITY, None, "not known here")
    sign_in_told(Door(books.engine, POLICY, Clock(fixed=NOON), "page 10.0.0.7"), IDENTITY, None)
    return books


def told(books: Books, wanted: Wanted) -> list[str]:
    """Commands that fit, newest first."""
    found, count = looked_up(books.engine, wanted)
    assert count == len(found)
    return [one.command for one in found]


@pytest.mark.parametrize(
    ("wanted", "commands"),
    [
        (Wanted(who="sam"), ["PublishDraft refused", "WriteNote"]),
        (Wanted(command="WriteNote"), ["WriteNote", "WriteNote"]),
        (Wanted(command="PublishDraft"), ["PublishDraft refused"]),
        (Wanted(refused=True), ["SignIn", "PublishDraft refused"]),
        (Wanted(text="100 % of"), ["WriteNote"]),
        (Wanted(text="el_pr"), ["WriteNote"]),
        (Wanted(text="e%p"), []),
        (Wanted(since=date(2026, 11, 5)), ["PublishDraft refused", "StartDraft"]),
        (Wanted(until=date(2026, 11, 3)), ["SignIn", "SignIn", "WriteNote"]),
        (Wanted(units=["shop"]), ["WriteNote"]),
        (Wanted(units=[]), []),
        (Wanted(units=["yard"], who="sam"), []),
    ],
)
def test_deeds_are_found_by_what_is_asked(kept: Books, wanted: Wanted, commands: list[str]) -> None:
    assert told(kept, wanted) == commands


def test_an_item_is_found_by_its_key_with_what_differed(books: Books) -> None:
    books.do("mira", OpenIssue("late", "shop", "cost", "Cost too high", "sam", "2026-08"))
    one = books.one(Issue, "late")
    books.do("mira", ExplainIssue(one.key, one.version, "A supplier went out of business"))
    last, first = looked_up(books.engine, Wanted(item="late"))[0]
    assert (first.command, last.command) == ("OpenIssue", "ExplainIssue")
    (change,) = last.changes
    assert change.after is not None
    assert "A supplier went out of business" in change.after.values()


def test_pages_of_deeds(kept: Books) -> None:
    found, count = looked_up(kept.engine, Wanted(), limit=2, offset=2)
    assert (count, len(found)) == (6, 2)
    assert found[0].id > found[1].id


def test_who_and_what_stand_in_the_audit(kept: Books) -> None:
    people, commands = known(kept.engine)
    assert people == ["ann", "mira", "nobody", "sam"]
    assert commands == ["PublishDraft", "SignIn", "StartDraft", "WriteNote"]


def test_a_refusal_says_why() -> None:
    row = Told(1, datetime.now(UTC), "x", "SignIn", None, None, {"refused": "not known here"}, ())
    assert row.refused == "not known here"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_names_of_deeds_are_words() -> None:
    assert [in_words(name) for name in ("GiveAction", "SignIn", "SetMeasures")] == [
        "Give action",
        "Sign in",
        "Set measures",
    ]
