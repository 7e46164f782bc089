"""The map's commands on both databases: links, their hypotheses, no circles, exemptions from the lint."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from access.policy import Refused
from data.errors import CommandError, Conflict
from strategy.commands import Command
from strategy.goals.objectives import WriteObjective
from strategy.history import changes_of
from strategy.maps.commands import DrawLink, EndLink, RestoreLink, ReviseLink
from strategy.maps.exempting import EndExemption, GrantExemption
from strategy.maps.graph import cycles
from strategy.maps.tables import Exemption, Link
from strategy.reading import past, read
from tests.strategy_rooms import NOON, Books

LINK = DrawLink(
    "l1",
    "east",
    cause="quality",
    effect="promise",
    because=" Rework blocks the way of new orders. ",
    leading="yield",
    lagging="on_time",
    sign=1,
    lag_months=2,
    by=date(2027, 6, 30),
)


@pytest.fixture
def goals(books: Books) -> Books:
    """Four objectives of the east, and one of the company."""
    for key in ("skills", "quality", "promise", "growth"):
        books.do("mira", WriteObjective(key, "east", key.title(), "process"))
    books.do("clara", WriteObjective("profit", "company", "Profit", "financial"))
    return books


def link(key: str, cause: str, effect: str, **more: Any) -> DrawLink:
    return DrawLink(key, more.pop("unit", "east"), cause, effect, "Because it does.", **more)


def test_a_link_is_drawn_with_its_hypothesis(goals: Books) -> None:
    goals.do("mira", LINK)
    made = goals.one(Link, "l1")
    assert (made.cause, made.effect, made.because) == ("quality", "promise", "Rework blocks the way of new orders.")
    assert (made.leading, made.lagging, made.sign, made.lag_months) == ("yield", "on_time", 1, 2)
    assert (made.by, made.state, made.made_by, made.version) == (date(2027, 6, 30), "active", "mira", 1)


def test_a_link_belongs_to_the_unit_of_its_effect(goals: Books) -> None:
    goals.do("clara", link("up", "promise", "profit", unit="company"))
    with pytest.raises(CommandError, match="'Profit' belongs to company"):
        goals.do("mira", link("l2", "growth", "profit"))
    with pytest.raises(Refused):
        goals.do("mira", link("l3", "growth", "profit", unit="company"))
    with pytest.raises(Refused):
        goals.do("ann", LINK)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (replace(LINK, effect="quality"), "does not lead to itself"),
        (replace(LINK, cause="nothing"), "there is no objective 'nothing'"),
        (replace(LINK, because="  "), "the reason is empty"),
        (replace(LINK, lagging=None), "names two metrics"),
        (replace(LINK, lagging="yield"), "does not lead itself"),
        (replace(LINK, sign=0), "the sign is 1"),
        (replace(LINK, lag_months=61), "between 0 and 60"),
        (replace(LINK, by=NOON.date()), "is past"),
        (replace(LINK, key="NO KEY"), "is no key"),
    ],
)
def test_what_is_no_link(goals: Books, wrong: DrawLink, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        goals.do("mira", wrong)
    assert goals.all(Link) == []


def test_no_link_closes_a_circle(goals: Books) -> None:
    goals.do("mira", link("l1", "skills", "quality"))
    goals.do("mira", link("l2", "quality", "promise"))
    with pytest.raises(CommandError, match="close a circle: Skills > Quality > Promise > Skills"):
        goals.do("mira", link("l3", "promise", "skills"))
    with pytest.raises(CommandError, match="leads to 'Quality' on the map already"):
        goals.do("mira", link("l4", "skills", "quality"))
    goals.do("mira", EndLink("l2", 1, reason="It did not show."))
    goals.do("mira", link("l3", "promise", "skills"))
    with pytest.raises(CommandError, match="close a circle"):
        goals.do("mira", RestoreLink("l2", 2))


def test_links_drawn_at_once_close_no_circle(goals: Books) -> None:
    """Each of them alone is sound; together they would be a circle."""
    ring = [("skills", "quality"), ("quality", "promise"), ("promise", "growth"), ("growth", "skills")]

    def draw(pair: tuple[str, str]) -> bool:
        try:
            goals.do("mira", link("-".join(pair), *pair))
        except CommandError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(draw, ring))
    assert sum(done) == 3
    assert cycles((one.cause, one.effect) for one in goals.all(Link)) == []


def test_a_hypothesis_is_said_anew_and_the_old_one_kept(goals: Books) -> None:
    goals.do("mira", LINK)
    goals.do("mira", ReviseLink("l1", 1, "Less rework.", "scrap", "on_time", -1, 3), at=NOON + timedelta(days=1))
    made = goals.one(Link, "l1")
    assert (made.because, made.leading, made.sign, made.lag_months, made.by) == ("Less rework.", "scrap", -1, 3, None)
    (before,) = past(goals.engine, Link, NOON + timedelta(hours=1))
    assert (before.leading, before.sign, before.by) == ("yield", 1, date(2027, 6, 30))
    changed = changes_of(goals.engine, "link", ["l1"])[0]
    assert changed.before is not None
    assert {"leading", "sign", "lag_months", "by", "because"} <= set(changed.before)
    with pytest.raises(CommandError, match="nothing is different"):
        goals.do("mira", ReviseLink("l1", 2, "Less rework.", "scrap", "on_time", -1, 3))


def test_a_day_that_has_come_may_stay_when_the_rest_is_revised(goals: Books) -> None:
    goals.do("mira", LINK)
    later = NOON + timedelta(days=400)
    goals.do("mira", ReviseLink("l1", 1, "Still true.", "yield", "on_time", 1, 2, LINK.by), at=later)
    with pytest.raises(CommandError, match="is past"):
        goals.do("mira", ReviseLink("l1", 2, "Still true.", "yield", "on_time", 1, 2, date(2027, 7, 31)), at=later)


def test_the_second_writer_is_told(goals: Books) -> None:
    goals.do("mira", LINK)
    goals.do("clara", ReviseLink("l1", 1, "Other words.", "yield", "on_time", 1, 2, LINK.by))
    with pytest.raises(Conflict, match=r"clara changed because from Rework.* to Other words"):
        goals.do("mira", ReviseLink("l1", 1, "My words.", "yield", "on_time", 1, 2, LINK.by))


def test_a_link_ends_with_what_was_learned_and_may_return(goals: Books) -> None:
    goals.do("mira", LINK)
    with pytest.raises(CommandError, match="the reason is empty"):
        goals.do("mira", EndLink("l1", 1, reason=" "))
    goals.do("mira", EndLink("l1", 1, reason="Two years, and no effect."))
    ended = goals.one(Link, "l1")
    assert (ended.state, ended.ended_at, ended.ended_because) == ("ended", NOON, "Two years, and no effect.")
    with pytest.raises(CommandError, match="link is ended"):
        goals.do("mira", ReviseLink("l1", 2, "x", "yield", "on_time", 1, 2))
    goals.do("mira", RestoreLink("l1", 2))
    back = goals.one(Link, "l1")
    assert (back.state, back.ended_at, back.ended_because) == ("active", None, None)


@pytest.mark.parametrize("who", ["wil", "ann", "sam", "joe"])
def test_links_of_other_units_are_out_of_reach(goals: Books, who: str) -> None:
    goals.do("mira", LINK)
    deeds: list[Command] = [ReviseLink("l1", 1, "x"), EndLink("l1", 1, "x"), RestoreLink("l1", 1)]
    for deed in deeds:
        with pytest.raises(Refused):
            goals.do(who, deed)
    assert goals.one(Link, "l1").version == 1


def test_an_exemption_has_a_reason_and_an_end(goals: Books) -> None:
    given = GrantExemption("e1", "east", "too_many_priorities", "east", "The year of the move.", date(2027, 1, 31))
    goals.do("mira", given)
    with pytest.raises(CommandError, match="passed over already"):
        goals.do("mira", replace(given, key="e2"))
    goals.do("mira", replace(given, key="e2", until=None), at=NOON + timedelta(days=120))
    for wrong in (replace(given, key="e3", about="other", reason=""), replace(given, key="e3", rule="")):
        with pytest.raises(CommandError, match="is empty"):
            goals.do("mira", wrong)
    with pytest.raises(CommandError, match="is past"):
        goals.do("mira", replace(given, key="e3", about="other", until=NOON.date()))
    with pytest.raises(Refused):
        goals.do("wil", replace(given, key="e3"))
    goals.do("mira", EndExemption("e2", 1))
    with pytest.raises(CommandError, match="exemption is ended"):
        goals.do("mira", EndExemption("e2", 2))
    assert [one.state for one in read(goals.engine, Exemption, order_by=[Exemption.key])] == ["active", "ended"]
